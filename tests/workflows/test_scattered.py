"""Workers in other processes find what one process finds, even when one of them is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest

from geo_tracker.config import ROOT
from geo_tracker.errors import InputError
from geo_tracker.importing import units
from geo_tracker.language import Message
from geo_tracker.lineage import comparison, parts
from geo_tracker.workflows.lineage_files import CsvFiles, compare_files

DASK: Any = distributed
REFORM = ROOT / "tests" / "lineage" / "reforms" / "no2019_2020"


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "FEWEST_UNITS", 1)
    monkeypatch.setattr(parts, "MOST_VERTICES", 400)


def started(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    told = tmp_path / "scheduler.json"
    process = started(
        *("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(told)),
    )
    try:
        for _wait in range(600):
            if told.exists() and '"address"' in told.read_text():
                break
            time.sleep(0.1)
        yield told.read_text().partition('"address": "')[2].partition('"')[0]
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def workers(scheduler: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [
        started(
            *("dask_worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard"),
            *("--local-directory", str(tmp_path / f"worker{number}")),
        )
        for number in (1, 2)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def compared(folder: Path, scheduler: str | None, say: Callable[[Message], None]) -> list[bytes]:
    """Compare the two layers of a reform and return the bytes of what is written."""
    folder.mkdir()
    files = CsvFiles(folder / "edges.csv", folder / "events.csv")
    layers = (REFORM / "before.zip", REFORM / "after.zip")
    compare_files(*layers, files, scheduler=scheduler, locale="en", say=say)
    written = sorted(folder.iterdir())
    tables = ["edges.csv", "events.csv"]
    assert [path.name for path in written] == sorted(
        [*tables, *map("{}-metadata.json".format, tables)]
    )
    # What is written beside them says when.
    return [path.read_bytes() for path in written if path.suffix == ".csv"]


def silent(_message: Message) -> None:
    pass


@pytest.mark.slow
@pytest.mark.usefixtures("in_small_parts")
def test_a_worker_killed_in_the_middle_changes_nothing(
    scheduler: str, workers: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    killed_at: list[int] = []
    totals: list[int] = []

    def kill_one(message: Message) -> None:
        done, total = message.values.get("done", 0), message.values.get("total", 0)
        # Parts are handed out a few at a time: most are still to come.
        if done > total // 4 and not killed_at and both_work(scheduler):
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()
            killed_at.append(done)
            totals.append(total)

    wait_for_both(scheduler)
    with pytest.MonkeyPatch.context() as large:
        large.setattr(units, "MOST_UNPACKED", 0)
        found = compared(tmp_path / "scattered", scheduler, kill_one)
    assert killed_at[0] > 5
    assert killed_at[0] < totals[0] // 2
    assert workers[0].returncode == -signal.SIGKILL
    assert workers[1].poll() is None
    assert found == compared(tmp_path / "alone", None, silent)


def both_work(scheduler: str) -> bool:
    return len(worker_names(scheduler)) == 2


def wait_for_both(scheduler: str) -> None:
    for _wait in range(600):
        if both_work(scheduler):
            return
        time.sleep(0.1)
    pytest.fail("the workers did not come up")


def worker_names(scheduler: str) -> list[str]:
    client: Any
    with DASK.Client(scheduler, set_as_default=False) as client:
        return list(client.scheduler_info(n_workers=-1)["workers"])


def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_tracker.workflows.scattered._ANSWER_WITHIN_S", 1)
    with pytest.raises(InputError, match=r"127.0.0.1:9 does not answer"):
        compared(tmp_path / "out", "tcp://127.0.0.1:9", silent)


@pytest.mark.slow
def test_a_scheduler_without_workers_is_named(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_tracker.workflows.scattered._WORKERS_WITHIN_S", 1)
    with pytest.raises(InputError, match="has no workers"):
        compared(tmp_path / "out", scheduler, silent)
