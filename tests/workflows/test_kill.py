"""A worker killed at any moment leaves the database whole, and its job runs again by itself."""

import multiprocessing
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from itertools import count as count_up
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.large_layer import zipped_layer
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading
from geo_tracker.db.models import (
    BoundaryLayer,
    DrawnVillage,
    ImportRun,
    Job,
    Unit,
    VillageVersion,
)
from geo_tracker.workflows import boundaries
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.imports import accept, receive_boundaries
from geo_tracker.workflows.jobs import Worker
from tests.postgres import PostgresCluster

DAY = date(2020, 1, 1)
SEED = 4
COUNT = 20_000

pytestmark = [pytest.mark.slow, pytest.mark.apart]


def count(engine: sa.Engine, model: type) -> int:
    with reading(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def assert_whole(engine: sa.Engine) -> None:
    """Check that the database is in order and that a layer is there whole or not at all."""
    with reading(engine) as session:
        if engine.dialect.name == "sqlite":
            assert session.execute(sa.text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
            indexed = "SELECT count(*) FROM rtree_drawn_village_geom"
            assert session.execute(sa.text(indexed)).scalar() == count(engine, DrawnVillage)
        published = session.scalars(
            sa.select(ImportRun.id).where(ImportRun.state == "published")
        ).all()
        assert session.scalars(sa.select(BoundaryLayer.import_id)).all() == published
        assert count(engine, VillageVersion) == COUNT * len(published)
        drawn = session.scalars(sa.select(DrawnVillage.unit_id)).all()
        assert len(set(drawn)) == len(drawn) == count(engine, Unit)


def _worker(settings: Settings) -> tuple[sa.Engine, Worker]:
    # Tiles are left out: they are drawn into a file of their own, which takes most of the time.
    setattr(boundaries, "build_tiles", lambda *_: None)  # noqa: B010 - in this process only
    engine = make_engine(settings.url)
    return engine, worker_for(engine, settings)


def run_job(settings: Settings, job_id: int) -> None:
    """Run a job in a process that is to be killed."""
    _worker(settings)[1].run(job_id)


def stand_by(settings: Settings) -> None:
    """Serve the queue, as the worker that goes with the server does."""
    _worker(settings)[1].consume()


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.workflows.test_kill"])


def job_of(engine: sa.Engine, job_id: int) -> Job:
    with reading(engine) as session:
        return session.get_one(Job, job_id)


def wait_for(
    engine: sa.Engine, job_id: int, states: set[str], *, seconds: float, attempts: int = 0
) -> Job:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = job_of(engine, job_id)
        if job.state in states and job.attempts >= attempts:
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job is {job.state} after {job.attempts} runs, not {states}")


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return zipped_layer(
        tmp_path_factory.mktemp("squares") / "squares.zip", COUNT, vertices=4, width_m=10
    )


@contextmanager
def copy_of(
    settings: Settings, folder: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Settings, sa.Engine]]:
    """Copy folder and database, with the job that waits in it."""
    shutil.copytree(settings.data_dir, folder)
    with ExitStack() as left:
        url = ""
        if settings.database_url:
            cluster: PostgresCluster = request.getfixturevalue("postgres")
            url = left.enter_context(cluster.copied_database(settings.database_url))
        copied = replace(settings, data_dir=folder, database_url=url, job_stale_seconds=1)
        engine = make_engine(copied.url)
        left.callback(engine.dispose)
        yield copied, engine


def test_a_worker_killed_at_random_moments_leaves_all_whole_and_its_job_is_done_by_another(
    settings: Settings,
    engine: sa.Engine,
    squares: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> None:
    import_id = receive_boundaries(engine, settings, squares, file_name=squares.name, as_of_on=DAY)
    job_id = accept(engine, import_id)
    engine.dispose()
    folder = tmp_path_factory.mktemp("copies")
    chance = random.Random(SEED)
    # How long a whole run takes here and now.
    with copy_of(settings, folder / "whole", request) as (copied, database):
        begun = run_until(copied, database, job_id)
        wait_for(database, job_id, {"done"}, seconds=120)
        seconds = time.monotonic() - begun
        assert_whole(database)
    laid_down: list[int] = []
    # A job is given up after its third run: two are killed, the third has to end.
    databases = 1 if settings.database_url else 5
    moments = [(number + chance.random()) / (2 * databases) for number in range(2 * databases)]
    chance.shuffle(moments)
    tries = count_up()
    for first, second in zip(moments[::2], moments[1::2], strict=True):
        # By chance, and over the whole run: one moment in each part of it.
        while not killed_twice(
            settings, folder / str(next(tries)), request, job_id, laid_down,
            moments=(first * seconds, second * seconds),
        ):  # fmt: skip
            # It was done before it was to be killed: the run that was timed had been slow.
            seconds *= 0.8
    # Where the machine was busier than when the run was timed, all may have come too early.
    for later in (0.7, 0.9, 1.2, 1.6):
        if len(set(laid_down)) == 1:
            killed_twice(
                settings, folder / str(next(tries)), request, job_id, laid_down,
                moments=(later * seconds / 2, later * seconds),
            )  # fmt: skip
    # Different moments were among them.
    assert len(set(laid_down)) > 1, laid_down


def killed_twice(
    settings: Settings,
    folder: Path,
    request: pytest.FixtureRequest,
    job_id: int,
    laid_down: list[int],
    *,
    moments: tuple[float, float],
) -> bool:
    """Kill a job in the middle twice, seconds after it began, and let it end the third time.

    Return whether it was still running at the first moment; add the villages then drawn.
    """
    with copy_of(settings, folder, request) as (copied, database):
        run_until(copied, database, job_id, killed_after=moments[0])
        if job_of(database, job_id).state == "done":
            return False
        laid_down.append(count(database, DrawnVillage))
        assert_whole(database)
        with standing_by(copied):
            wait_for(database, job_id, {"running"}, seconds=60, attempts=2)
            time.sleep(moments[1])
        laid_down.append(count(database, DrawnVillage))
        assert_whole(database)
        with standing_by(copied):
            job = wait_for(database, job_id, {"done", "failed"}, seconds=120)
        assert job.state == "done", job.error
        assert_whole(database)
        assert count(database, VillageVersion) == COUNT
        return True


@contextmanager
def standing_by(settings: Settings) -> Iterator[None]:
    """Have a worker serve the queue; it is killed in the end."""
    process = PROCESSES.Process(target=stand_by, args=(settings,))
    process.start()
    yield
    process.kill()
    process.join()


def run_until(
    settings: Settings, engine: sa.Engine, job_id: int, *, killed_after: float | None = None
) -> float:
    """Run a job in a process, which may be killed; return when it began."""
    process = PROCESSES.Process(target=run_job, args=(settings, job_id))
    process.start()
    wait_for(engine, job_id, {"running"}, seconds=60)
    begun = time.monotonic()
    if killed_after is not None:
        time.sleep(killed_after)
        process.kill()
    process.join()
    return begun
