"""How long an editor waits to save something while a layer of 100,000 villages is imported.

The editor is a process of its own that saves a note every 50 ms; its waits are told with the import
and, for comparison, without. Both databases; then the whole jobs of the demo's two layers, with
lineage and tiles.

Run with ``python -m benchmarks.waiting``, with ``geopackage`` or ``postgis`` for only one.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from benchmarks.importing import DEMO, LAYERS
from benchmarks.large_layer import stored, zipped_layer
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, writing
from geo_tracker.db.models import Source
from geo_tracker.db.schema import migrate
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries
from tests.postgres import PostgresCluster

COUNT = 100_000
EVERY_S = 0.05
AIM_MS = 150
RUNS = 3


def edit(url: str, begun: Event, over: Event, waits: Any) -> None:
    """Save a note every 50 ms until told that it is over; send the waits."""
    engine = make_engine(url)
    measured = []
    begun.set()
    while not over.is_set():
        start = time.perf_counter()
        with writing(engine) as session:
            session.add(Source(title="a note"))
        measured.append(1000 * (time.perf_counter() - start))
        time.sleep(max(0.0, EVERY_S - (time.perf_counter() - start)))
    waits.send(measured)


def waits_during(settings: Settings, work: Callable[[], None]) -> list[float]:
    """Return how long each note took, in ms, while some work was done."""
    processes = multiprocessing.get_context("spawn")
    begun, over = processes.Event(), processes.Event()
    here, there = processes.Pipe()
    editor = processes.Process(target=edit, args=(settings.url, begun, over, there))
    editor.start()
    begun.wait()
    work()
    over.set()
    waits: list[float] = here.recv()
    editor.join()
    return waits


@contextmanager
def prepared(kind: str) -> Iterator[Settings]:
    """Give an empty database."""
    with ExitStack() as left:
        folder = Path(left.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if kind == "postgis":
            cluster = left.enter_context(PostgresCluster(folder))
            url = left.enter_context(cluster.empty_database())
        settings = Settings(data_dir=folder / "data", database_url=url)
        settings.data_dir.mkdir()
        engine = make_engine(settings.url)
        migrate(engine)
        engine.dispose()
        yield settings


def demo(settings: Settings) -> Callable[[], None]:
    """Return what brings in the demo's layers, with lineage and tiles."""
    engine = make_engine(settings.url)

    def bring() -> None:
        for name, day in LAYERS:
            file = DEMO / name
            run_import(
                engine,
                settings,
                receive_boundaries(engine, settings, file, file_name=name, as_of_on=day),
            )
        engine.dispose()

    return bring


def line(title: str, waits: list[float]) -> str:
    """Describe waits: the worst, the 99th of a hundred, the median."""
    ordered = sorted(waits)
    return (
        f"{title:<52}worst {ordered[-1]:7.1f} ms   p99 {ordered[int(0.99 * len(ordered))]:6.1f}"
        f"   median {statistics.median(ordered):5.1f}   n {len(ordered)}"
    )


def main() -> None:
    """Print waits with and without imports."""
    with tempfile.TemporaryDirectory() as folder:
        file = zipped_layer(Path(folder) / "large.zip", COUNT)
        for kind in sys.argv[1:] or ["geopackage", "postgis"]:
            with prepared(kind) as settings:
                print(line(f"{kind}: nothing else", waits_during(settings, lambda: time.sleep(10))))
            worst = []
            for _ in range(RUNS):
                with prepared(kind) as settings:
                    waits = waits_during(settings, stored(settings, file))
                worst.append(max(waits))
                print(line(f"{kind}: {COUNT:,} villages are stored", waits))
            print(
                f"{kind}: worst wait {statistics.median(worst):.0f} ms"
                f" ({min(worst):.0f}–{max(worst):.0f}), aim ≤ {AIM_MS}"
            )
            with prepared(kind) as settings:
                waits = waits_during(settings, demo(settings))
                print(line(f"{kind}: the demo's layers, with lineage and tiles", waits))


if __name__ == "__main__":
    main()
