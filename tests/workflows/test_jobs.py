"""Jobs survive the death of their worker and never run twice."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.models import ImportRun, Job, VillageVersion
from geo_tracker.language import Message
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.imports import accept, receive, receive_boundaries
from geo_tracker.workflows.jobs import Worker
from tests import samples
from tests.prepared import Prepare


@pytest.fixture
def queued(
    engine: sa.Engine, settings: Settings, tmp_path: Path, prepare: Prepare
) -> tuple[int, int]:
    """Queue the import of a layer; return import and job."""

    def queue() -> None:
        path = samples.before_zip(tmp_path)
        accept(
            engine,
            receive_boundaries(
                engine, settings, path, file_name=path.name, as_of_on=samples.BEFORE_ON
            ),
        )

    prepare("queued layer", queue)
    with reading(engine) as session:
        return (
            session.scalars(sa.select(ImportRun.id)).one(),
            session.scalars(sa.select(Job.id).where(Job.state == "queued")).one(),
        )


def stored_versions(engine: sa.Engine) -> int:
    with reading(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(VillageVersion)) or 0


def test_a_job_is_claimed_by_one_worker_only(engine: sa.Engine, queued: tuple[int, int]) -> None:
    minute = timedelta(minutes=1)
    with writing(engine) as session:
        assert jobs.claimed(session, queued[1], stale_after=minute) is not None
    with writing(engine) as session:
        assert jobs.claimed(session, queued[1], stale_after=minute) is None


def test_a_job_whose_worker_died_is_claimed_again(
    engine: sa.Engine, queued: tuple[int, int]
) -> None:
    for _ in range(2):
        with writing(engine) as session:
            taken = jobs.claimed(session, queued[1], stale_after=timedelta(seconds=-1))
            assert taken is not None
            attempts = taken.attempts
    assert attempts == 2


def test_running_a_finished_job_again_changes_nothing(
    engine: sa.Engine, settings: Settings, queued: tuple[int, int]
) -> None:
    worker = worker_for(engine, settings)
    assert worker.run(queued[1]) is None
    assert stored_versions(engine) == 6
    worker.run(queued[1])
    assert stored_versions(engine) == 6


def test_a_job_that_dies_again_and_again_is_given_up(
    engine: sa.Engine, settings: Settings, queued: tuple[int, int]
) -> None:
    with writing(engine) as session:
        session.execute(sa.update(Job).values(attempts=3))
    assert worker_for(engine, settings).sweep() == []
    with reading(engine) as session:
        job = session.get_one(Job, queued[1])
    assert job.state == "failed"
    assert Message.from_json(job.error or {}).values == {"times": 3}


def test_upkeep_gives_way_to_jobs_that_wait(
    engine: sa.Engine, settings: Settings, queued: tuple[int, int]
) -> None:
    import_id, first_job = queued
    with writing(engine) as session:
        kind = "publish_boundaries"
        job = jobs.added_job(session, kind=kind, import_id=import_id, user_id=None)
        later_job = job.id
    done: list[str] = []

    def piece(*_: object) -> bool:
        done.append("piece")
        if done.count("piece") == 1:
            # A planner comes while the first piece is being done.
            worker.wake(later_job)
        return done.count("piece") < 3

    worker = Worker(
        engine,
        settings,
        {"publish_boundaries": lambda *_: done.append("job")},
        beside=frozenset(),
        tidy=lambda *_: None,
        upkeep=piece,
    )
    worker.wake_upkeep()
    worker.wake(first_job)
    while task := worker.queue.dequeue():
        worker.queue.execute(task)
    assert done == ["job", "piece", "job", "piece", "piece"]


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what a process needs to find the same register."""
    return os.environ | {
        "GEO_TRACKER_DATA_DIR": str(settings.data_dir),
        "GEO_TRACKER_JOB_STALE_SECONDS": "2",
        "DATABASE_URL": settings.database_url,
    }


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_leaves_nothing_half_stored_and_another_finishes(
    engine: sa.Engine, settings: Settings, queued: tuple[int, int], tmp_path: Path
) -> None:
    import_id, job_id = queued
    environment = environment_of(settings)
    # The first worker is stopped by the operating system inside the transaction that publishes.
    script = (
        "import os, signal\n"
        "from geo_tracker.config import settings_from_environment\n"
        "from geo_tracker.db import make_engine\n"
        "from geo_tracker.workflows import boundaries\n"
        "from geo_tracker.workflows.background import worker_for\n"
        "whole = boundaries.show_drawing\n"
        "def dies(*args, **kwargs):\n"
        "    whole(*args, **kwargs)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "boundaries.show_drawing = dies\n"
        "settings = settings_from_environment()\n"
        f"worker_for(make_engine(settings.url), settings).run({job_id})\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert stored_versions(engine) == 0

    with subprocess.Popen(
        [sys.executable, "-m", "geo_tracker", "worker"], env=environment
    ) as worker:
        deadline = time.monotonic() + 40
        state = None
        while state != "done" and time.monotonic() < deadline:
            time.sleep(0.3)
            with reading(engine) as session:
                state = session.get_one(Job, job_id).state
        worker.terminate()
    with reading(engine) as session:
        job = session.get_one(Job, job_id)
        run = session.get_one(ImportRun, import_id)
    assert (job.state, job.attempts, run.state) == ("done", 2, "published")
    assert stored_versions(engine) == 6


@pytest.mark.slow
def test_a_file_is_looked_at_again_when_the_worker_was_killed_while_it_looked(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    path = samples.before_zip(tmp_path)
    import_id, job_id = receive(
        engine,
        settings,
        path,
        kind="boundaries",
        file_name=path.name,
        as_of_on=samples.BEFORE_ON,
    )
    # Ended by the operating system at the last moment, when all but the database knows.
    script = (
        "import os, signal\n"
        "from geo_tracker.config import settings_from_environment\n"
        "from geo_tracker.db import make_engine\n"
        "from geo_tracker.workflows import looking\n"
        "from geo_tracker.workflows.background import worker_for\n"
        "looking.keep_pictures = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
        "settings = settings_from_environment()\n"
        f"worker_for(make_engine(settings.url), settings).run({job_id})\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], env=environment_of(settings), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with reading(engine) as session:
        assert session.get_one(ImportRun, import_id).state == "looking"
    # A sign of life a moment ago is old enough here; the next worker finds the job by itself.
    other = worker_for(engine, replace(settings, job_stale_seconds=-1))
    other.queue_beside.immediate = True
    assert other.sweep() == [job_id]
    with reading(engine) as session:
        job = session.get_one(Job, job_id)
        run = session.get_one(ImportRun, import_id)
    assert (job.state, job.attempts, run.state) == ("done", 2, "previewed")
