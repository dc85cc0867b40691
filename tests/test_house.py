"""What a linter does not know of the house."""

from geo_tracker.config import ROOT

MOST_LINES = 400
ROOMS = ("geo_tracker", "templates", "tests", "scripts", "benchmarks")
WRITTEN_BY_HAND = {".py", ".js", ".css", ".html", ".sh"}


def test_no_file_is_too_long_to_read() -> None:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*")]
    ours = [file for file in files if file.suffix in WRITTEN_BY_HAND and "vendor" not in file.parts]
    assert len(ours) > 100
    lines = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in ours}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
