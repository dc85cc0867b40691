"""Work in the background: a queue that wakes a worker, and job rows that tell the truth.

The queue may lose or repeat a message; the job row decides. A job whose worker died is found by
its missing heartbeat and run again from its start, which is safe because every job publishes in
one transaction and knows what it has published.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from huey import SqliteHuey

from geo_tracker.bounded import get_ready
from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.imports import existing_import, note_failure
from geo_tracker.db.models import Job
from geo_tracker.errors import GeoTrackerError
from geo_tracker.language import N_, Message
from geo_tracker.workflows.progress import Progress

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3

JobBody = Callable[[sa.Engine, Settings, int, Progress], None]
"""What a job does: ``body(engine, settings, import_id, progress)``; of no import, its own id."""


class Worker:
    """Runs jobs; the web process makes one to wake it, the worker process one to run it."""

    def __init__(
        self,
        engine: sa.Engine,
        settings: Settings,
        bodies: dict[str, JobBody],
        *,
        beside: frozenset[str],
        tidy: Callable[[sa.Engine, Settings, int], None],
        upkeep: Callable[[sa.Engine, Settings], bool],
    ) -> None:
        """Prepare to run jobs.

        Parameters
        ----------
        engine, settings
            The register.
        bodies : dict
            What jobs do, by their kind.
        beside : set of str
            Kinds of jobs that only look, and run beside others; all others run one by one.
        tidy : callable
            ``tidy(engine, settings, import_id)`` clears away what a job that failed left behind.
        upkeep : callable
            ``upkeep(engine, settings)`` does a piece of what is to be done once the program starts
            and tells whether there is more; no job waits for more than the piece in hand.
        """
        self.engine = engine
        self.tidy = tidy
        self.upkeep = upkeep
        self.beside = beside
        self.settings = settings
        self.bodies = bodies
        self.stale_after = timedelta(seconds=settings.job_stale_seconds)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.queue, self._wake = self._queue("geo_tracker")
        self.queue_beside, self._wake_beside = self._queue("beside")
        # In the queue of the jobs, so that it never runs beside one, and behind all of them.
        self.wake_upkeep = self.queue.task(name="keep_up", priority=-1)(self._keep_up)
        self._running: set[int] = set()

    def _queue(self, name: str) -> tuple[SqliteHuey, Callable[[int], Any]]:
        queue = SqliteHuey(name, filename=str(self.settings.queue_path), results=False)
        return queue, queue.task(name="run_job")(self._run_quietly)

    def wake(self, job_id: int) -> None:
        """Have a job run by the worker process."""
        with reading(self.engine) as session:
            self._wake_for(session.get_one(Job, job_id))

    def _wake_for(self, job: Job) -> None:
        (self._wake_beside if job.kind in self.beside else self._wake)(job.id)

    def wait_for(self, job_id: int, *, seconds: float) -> None:
        """Wait until a job has ended, but no longer than some seconds."""
        deadline = time.monotonic() + seconds
        while True:
            with reading(self.engine) as session:
                state = session.scalar(sa.select(Job.state).where(Job.id == job_id))
            if state not in {"queued", "running"} or time.monotonic() > deadline:
                return
            time.sleep(0.05)

    def run(self, job_id: int) -> GeoTrackerError | None:
        """Run one job to its end, unless somebody else has it; return why it failed, if so."""
        if job_id in self._running:
            return None
        with writing(self.engine) as session:
            job = jobs.claimed(session, job_id, stale_after=self.stale_after)
        if job is None:
            return None
        subject = job.id if job.import_id is None else job.import_id
        self._running.add(job_id)
        progress = Progress()
        stop = threading.Event()
        pulse = threading.Thread(
            target=self._keep_alive, args=(job_id, progress, stop), daemon=True
        )
        pulse.start()
        error: GeoTrackerError | None = None
        try:
            self.bodies[job.kind](self.engine, self.settings, subject, progress)
        except GeoTrackerError as failure:
            error = failure
        except (
            MemoryError,
            OSError,
            RuntimeError,
            ValueError,
            KeyError,
            TypeError,
            sa.exc.SQLAlchemyError,
        ) as failure:
            log.exception("job %s failed", job_id)
            error = GeoTrackerError(
                N_("The program met an unexpected error (%(kind)s). Nothing was stored."),
                kind=type(failure).__name__,
            )
        finally:
            stop.set()
            pulse.join()
            self._running.discard(job_id)
        self._end(job_id, job.import_id, error.message if error else None)
        return error

    def _run_quietly(self, job_id: int) -> None:
        self.run(job_id)

    def _end(self, job_id: int, import_id: int | None, error: Message | None) -> None:
        with writing(self.engine) as session:
            jobs.finished(session, job_id, error=error.to_json() if error else None)
            if import_id is not None and error:
                note_failure(existing_import(session, import_id, locked=True), error.to_json())
        if import_id is not None and error:
            self.tidy(self.engine, self.settings, import_id)

    def _keep_alive(self, job_id: int, progress: Progress, stop: threading.Event) -> None:
        # The only writer of progress: the job's own thread may hold the write lock.
        while not stop.wait(0.4):
            with suppress(sa.exc.OperationalError), writing(self.engine) as session:
                stage = progress.stage.to_json() if progress.stage else None
                jobs.beat(session, job_id, stage=stage, done=progress.done, total=progress.total)

    def sweep(self) -> list[int]:
        """Wake jobs that wait or were abandoned; give up on those tried too often."""
        busy = self.queue.pending_count() > 0
        busy_beside = self.queue_beside.pending_count() > 0
        with reading(self.engine) as session:
            waiting = jobs.waiting_jobs(session, stale_after=self.stale_after)
        woken = []
        for job in waiting:
            if job.id in self._running or (busy_beside if job.kind in self.beside else busy):
                continue
            if job.attempts >= MAX_ATTEMPTS:
                given_up = Message(
                    N_("The job was interrupted %(times)s times. Nothing was stored."),
                    {"times": job.attempts},
                )
                self._end(job.id, job.import_id, given_up)
            else:
                self._wake_for(job)
                woken.append(job.id)
        return woken

    def _keep_up(self) -> None:
        if self.upkeep(self.engine, self.settings):
            self.wake_upkeep()

    def consume(self) -> None:
        """Serve the queue until told to stop; for the worker process."""
        stop = threading.Event()

        def sweeping() -> None:
            while not stop.wait(2):
                with suppress(sa.exc.OperationalError):
                    self.sweep()

        get_ready()
        self.sweep()
        self.wake_upkeep()
        threading.Thread(target=sweeping, daemon=True).start()
        # Somebody waits before a page for these; a large file must not keep a small one waiting.
        self.queue_beside.create_consumer(
            workers=2, periodic=False, initial_delay=0.05, max_delay=0.2
        ).start()
        self.queue.create_consumer(
            workers=1, periodic=False, initial_delay=0.1, max_delay=0.5
        ).run()
        stop.set()
