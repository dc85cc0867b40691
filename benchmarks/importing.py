"""Import of the demo's two layers against pyogrio reading and writing the same to a GeoPackage.

Both start from the two zip files. The peer is told the encoding, reads all columns and writes a
fresh GeoPackage with its spatial index. Ours finds out encoding and coordinate system, checks
and mends every shape, measures areas, notes problems row by row, finds the villages that
continue from layer to layer, and publishes units, versions and places in one transaction for
each layer. Both run in one process, in turn, and in turn first.

Run with ``python -m benchmarks.importing``.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyogrio

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


def main() -> None:
    """Print medians, spreads and the ratio."""
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
    main()
