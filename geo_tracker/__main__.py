"""``python -m geo_tracker``."""

import gc
import sys

PROGRAM = "python -m geo_tracker"

if sys.argv[1:2] == ["lineage"]:
    gc.disable()  # One comparison and out: there is nothing to collect in between.
    # What the other commands need takes longer to load than many a comparison takes.
    from geo_tracker.cli_lineage import compare_layers

    compare_layers(sys.argv[2:], prog_name=f"{PROGRAM} lineage")
else:
    from geo_tracker.cli import main
    from geo_tracker.page_work import dossiers

    main(prog_name=PROGRAM, obj=dossiers)
