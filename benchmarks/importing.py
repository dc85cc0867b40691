"""Import against what merely copies: a layer of 100,000 villages, and the demo's two layers.

The large layer (100 vertices each, GBK, CGCS2000 at 120°E) against ``ogr2ogr -t_srs EPSG:4490
-makevalid`` into a GeoPackage; each in a process of its own, in turn, with its peak of memory. Left
out where there is no ogr2ogr.

The demo's two layers against pyogrio reading and writing the same to a GeoPackage.
Both start from the two zip files. The peer is told the encoding, reads all columns and writes a
fresh GeoPackage with its spatial index. Ours finds out encoding and coordinate system, checks
and mends every shape, measures areas, notes problems row by row, finds the villages that
continue from layer to layer, stores units, versions and places in batches and publishes
each layer at once. Both run in one process, in turn, and in turn first.

Run with ``python -m benchmarks.importing``.
"""

import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyogrio

from benchmarks.large_layer import stored, zipped_layer
from geo_tracker.config import ROOT, Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.workflows.boundaries import store_layer
from geo_tracker.workflows.imports import accept, receive_boundaries
from geo_tracker.workflows.progress import Progress

DEMO = ROOT / "data" / "demo"
LAYERS = (("before.zip", date(2018, 10, 31)), ("after.zip", date(2019, 10, 31)))
PAIRS = 9
AIM = 3
LARGE, LARGE_PAIRS, LARGE_AIM, PEAK_MB = 100_000, 3, 1.3, 400


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and seconds of processor time in all threads."""

    clock: float
    processor: float


def spent(work: Callable[[], None]) -> Spent:
    """Measure a piece of work."""
    gc.collect()
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def peer(folder: Path) -> Spent:
    """Read both zipped shapefiles and write them to a GeoPackage."""

    def copy() -> None:
        for name, _day in LAYERS:
            layer = pyogrio.read_dataframe(DEMO / name, encoding="GBK")
            pyogrio.write_dataframe(layer, folder / "peer.gpkg", layer=name.removesuffix(".zip"))

    return spent(copy)


def ours(folder: Path) -> Spent:
    """Store both layers, as the background job of an accepted import does."""
    settings = Settings(data_dir=folder)
    engine = make_engine(settings.url)
    migrate(engine)
    imports = []
    for name, day in LAYERS:
        import_id = receive_boundaries(engine, settings, DEMO / name, file_name=name, as_of_on=day)
        accept(engine, import_id)
        imports.append(import_id)

    def store() -> None:
        for import_id in imports:
            store_layer(engine, settings, import_id, Progress())

    seconds = spent(store)
    engine.dispose()
    return seconds


def line(title: str, values: list[float]) -> str:
    """Describe measurements: their median and their spread."""
    return (
        f"{title:<28}{statistics.median(values):>8.2f}"
        f"   (min {min(values):.2f}, max {max(values):.2f}, n = {len(values)})"
    )


@dataclass(frozen=True)
class Run:
    """What a process took: seconds by the clock, of processor time, and its peak in MB."""

    clock: float
    processor: float
    peak_mb: float


def run_of(command: list[str]) -> Run:
    """Run a command to its end."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    clock = time.perf_counter() - begun
    return Run(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ogr2ogr(file: Path) -> Run:
    """Copy the large layer into a fresh GeoPackage."""
    with tempfile.TemporaryDirectory() as folder:
        target = f"{folder}/copy.gpkg"
        options = ["-t_srs", "EPSG:4490", "-makevalid", "-nlt", "MULTIPOLYGON"]
        return run_of(["ogr2ogr", *options, target, f"/vsizip/{file}"])


def whole_import(file: Path) -> Run:
    """Import the large layer in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return run_of([sys.executable, "-m", "benchmarks.importing", str(file), folder])


def import_once(file: Path, folder: Path) -> None:
    """Store a file in a fresh database, as the background job of an accepted import does."""
    settings = Settings(data_dir=folder / "data")
    settings.data_dir.mkdir()
    engine = make_engine(settings.url)
    migrate(engine)
    stored(settings, file)()


def large() -> None:
    """Print the large layer's medians, spreads and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.zip"
        # In a process of its own: the peak of a process counts what its parent held when it began.
        run_of([sys.executable, "-m", "benchmarks.importing", "layer", str(file)])
        runs = [(whole_import(file), ogr2ogr(file)) for _ in range(LARGE_PAIRS)]
    print(f"import of {LARGE:,} villages from a zip, whole processes")
    print(line("ours, s", [mine.clock for mine, _ in runs]))
    print(line("ogr2ogr, s", [theirs.clock for _, theirs in runs]))
    print(line("ratio", [m.clock / t.clock for m, t in runs]), f"aim ≤ {LARGE_AIM}")
    print(line("ratio of processor time", [m.processor / t.processor for m, t in runs]))
    print(line("peak memory, MB", [mine.peak_mb for mine, _ in runs]), f"aim ≤ {PEAK_MB}")


def main() -> None:
    """Print medians, spreads and the ratio."""
    if shutil.which("ogr2ogr"):
        large()
    pairs: list[tuple[Spent, Spent]] = []
    for number in range(PAIRS + 1):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            if number % 2:
                mine, theirs = ours(Path(one)), peer(Path(two))
            else:
                theirs, mine = peer(Path(two)), ours(Path(one))
        if number:  # the first warms the caches
            pairs.append((mine, theirs))
    print("import of the demo's two layers (4,432 and 2,851 villages), from zip to GeoPackage")
    print(line("ours, s", [mine.clock for mine, _ in pairs]))
    print(line("pyogrio, s", [theirs.clock for _, theirs in pairs]))
    print(line("ratio", [mine.clock / theirs.clock for mine, theirs in pairs]), f"aim ≤ {AIM}")
    print(line("ratio of processor time", [m.processor / t.processor for m, t in pairs]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["layer"]:
        zipped_layer(Path(sys.argv[2]), LARGE)
    elif sys.argv[1:]:
        import_once(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
