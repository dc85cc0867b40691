"""``python -m geo_tracker``."""

from geo_tracker.cli import main

main(prog_name="python -m geo_tracker")
