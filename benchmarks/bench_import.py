"""Import of the demo's two layers against pyogrio reading and writing the same to a GeoPackage.

Ours reads the zip, finds out encoding and coordinate system, checks, measures, finds the
villages that continue, and stores everything in one transaction with its spatial index; the peer
reads the unpacked shapefiles, told their encoding, and writes them. Both in one run, in turn.
"""

import statistics
import tempfile
import time
import zipfile
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
RUNS = 5


def peer_seconds(folder: Path) -> float:
    """Read both shapefiles and write them to GeoPackages."""
    files: list[Path] = []
    for name, _day in LAYERS:
        part = folder / name.removesuffix(".zip")
        with zipfile.ZipFile(DEMO / name) as archive:
            archive.extractall(part)
        files.extend(part.glob("*.shp"))
    start = time.perf_counter()
    for file in files:
        layer = pyogrio.read_dataframe(file, encoding="GBK")
        pyogrio.write_dataframe(layer, folder / f"{file.stem}.gpkg")
    return time.perf_counter() - start


def our_seconds(folder: Path) -> float:
    """Store both layers, as the background job of an accepted import does."""
    settings = Settings(data_dir=folder)
    engine = make_engine(settings.url)
    migrate(engine)
    imports = []
    for name, day in LAYERS:
        import_id = receive_boundaries(engine, settings, DEMO / name, file_name=name, as_of_on=day)
        accept(engine, import_id)
        imports.append(import_id)
    start = time.perf_counter()
    for import_id in imports:
        store_layer(engine, settings, import_id, Progress())
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def main() -> None:
    """Print the median of the ratios."""
    pairs = []
    for number in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as peers:
            pair = our_seconds(Path(ours)), peer_seconds(Path(peers))
        if number:  # the first warms the caches
            pairs.append(pair)
    ratios = sorted(ours / peer for ours, peer in pairs)
    print(
        "import of two layers: ours {:.2f} s, pyogrio {:.2f} s, ratio median {:.2f}"
        " (min {:.2f}, max {:.2f}; aim ≤ 3)".format(
            statistics.median(ours for ours, _ in pairs),
            statistics.median(peer for _, peer in pairs),
            statistics.median(ratios),
            ratios[0],
            ratios[-1],
        )
    )


if __name__ == "__main__":
    main()
