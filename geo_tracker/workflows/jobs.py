"""Work in the background: a queue that wakes a worker, and job rows that tell the truth.

The queue may lose or repeat a message; the job row decides. A job whose worker died is found by
its missing heartbeat and run again from its start, which is safe because every job publishes in
one transaction and knows what it has published.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa
from huey import SqliteHuey

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.imports import existing_import
from geo_tracker.errors import GeoTrackerError
from geo_tracker.language import N_, Message
from geo_tracker.workflows.progress import Progress

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3

JobBody = Callable[[sa.Engine, Settings, int, Progress], None]
"""What a job does: ``body(engine, settings, import_id, progress)``."""


class Worker:
    """Runs jobs; the web process makes one to wake it, the worker process one to run it."""

    def __init__(
        self,
        engine: sa.Engine,
        settings: Settings,
        bodies: dict[str, JobBody],
        *,
        tidy: Callable[[sa.Engine], None],
    ) -> None:
        self.engine = engine
        self.tidy = tidy
        self.settings = settings
        self.bodies = bodies
        self.stale_after = timedelta(seconds=settings.job_stale_seconds)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.queue = SqliteHuey("geo_tracker", filename=str(settings.queue_path), results=False)
        self._running: set[int] = set()
        self.wake = self.queue.task(name="run_job")(self._run_quietly)

    def run(self, job_id: int) -> Message | None:
        """Run one job to its end, unless somebody else has it; return why it failed, if so."""
        if job_id in self._running:
            return None
        with writing(self.engine) as session:
            job = jobs.claimed(session, job_id, stale_after=self.stale_after)
        if job is None or job.import_id is None:
            return None
        self._running.add(job_id)
        progress = Progress()
        stop = threading.Event()
        pulse = threading.Thread(
            target=self._keep_alive, args=(job_id, progress, stop), daemon=True
        )
        pulse.start()
        error: Message | None = None
        try:
            self.bodies[job.kind](self.engine, self.settings, job.import_id, progress)
        except GeoTrackerError as failure:
            error = failure.message
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
            error = Message(
                N_("The program met an unexpected error (%(kind)s). Nothing was stored."),
                {"kind": type(failure).__name__},
            )
        finally:
            stop.set()
            pulse.join()
            self._running.discard(job_id)
        self._end(job_id, job.import_id, error)
        return error

    def _run_quietly(self, job_id: int) -> None:
        self.run(job_id)

    def _end(self, job_id: int, import_id: int | None, error: Message | None) -> None:
        with writing(self.engine) as session:
            jobs.finished(session, job_id, error=error.to_json() if error else None)
            if import_id is None:
                return
            run = existing_import(session, import_id)
            if error and run.state == "queued":
                run.state = "failed"
        if error:
            # What the job laid down and nobody will publish.
            self.tidy(self.engine)

    def _keep_alive(self, job_id: int, progress: Progress, stop: threading.Event) -> None:
        # The only writer of progress: the job's own thread may hold the write lock.
        while not stop.wait(0.4):
            with suppress(sa.exc.OperationalError), writing(self.engine) as session:
                stage = progress.stage.to_json() if progress.stage else None
                jobs.beat(session, job_id, stage=stage, done=progress.done, total=progress.total)

    def sweep(self) -> list[int]:
        """Wake jobs that wait or were abandoned; give up on those tried too often."""
        if self.queue.pending_count():
            return []
        with reading(self.engine) as session:
            waiting = jobs.waiting_jobs(session, stale_after=self.stale_after)
        woken = []
        for job_id, import_id, attempts in waiting:
            if job_id in self._running:
                continue
            if attempts >= MAX_ATTEMPTS:
                given_up = Message(
                    N_("The job was interrupted %(times)s times. Nothing was stored."),
                    {"times": attempts},
                )
                self._end(job_id, import_id, given_up)
            else:
                self.wake(job_id)
                woken.append(job_id)
        return woken

    def consume(self) -> None:
        """Serve the queue until told to stop; for the worker process."""
        stop = threading.Event()

        def sweeping() -> None:
            while not stop.wait(2):
                with suppress(sa.exc.OperationalError):
                    self.sweep()

        self.sweep()
        threading.Thread(target=sweeping, daemon=True).start()
        self.queue.create_consumer(
            workers=1, periodic=False, initial_delay=0.1, max_delay=0.5
        ).run()
        stop.set()
