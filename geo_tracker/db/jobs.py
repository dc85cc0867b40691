"""Job rows: claimed by compare-and-set, kept alive by a heartbeat."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.columns import now
from geo_tracker.db.models import Job


def added_job(session: Session, *, kind: str, import_id: int | None, user_id: int | None) -> Job:
    """Add a queued job and return it with its id."""
    job = Job(kind=kind, import_id=import_id, user_id=user_id)
    session.add(job)
    session.flush()
    return job


def claimed(session: Session, job_id: int, *, stale_after: timedelta) -> Job | None:
    """Take a queued or abandoned job; None when another worker has it or it is over.

    Parameters
    ----------
    session : Session
        A writing session; commit it before the work starts.
    job_id : int
        Which job.
    stale_after : timedelta
        A running job without a heartbeat for so long counts as abandoned.
    """
    moment = now()
    taken = session.execute(
        sa.update(Job)
        .where(
            Job.id == job_id,
            sa.or_(
                Job.state == "queued",
                sa.and_(Job.state == "running", Job.heartbeat_at < moment - stale_after),
            ),
        )
        .values(
            state="running",
            attempts=Job.attempts + 1,
            started_at=moment,
            heartbeat_at=moment,
            finished_at=None,
            error=None,
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return session.get(Job, job_id, populate_existing=True)


def beat(
    session: Session, job_id: int, *, stage: dict[str, Any] | None, done: int, total: int
) -> None:
    """Record that a job is alive, and how far it is."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.state == "running")
        .values(heartbeat_at=now(), stage=stage, done=done, total=total)
    )


def finished(session: Session, job_id: int, *, error: dict[str, Any] | None = None) -> None:
    """Record a job's end; an error makes it failed."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id)
        .values(state="failed" if error else "done", error=error, finished_at=now())
    )


def waiting_jobs(session: Session, *, stale_after: timedelta) -> list[Job]:
    """Return the jobs that are queued or abandoned, oldest first."""
    waiting = session.scalars(
        sa.select(Job)
        .where(
            sa.or_(
                Job.state == "queued",
                sa.and_(Job.state == "running", Job.heartbeat_at < now() - stale_after),
            )
        )
        .order_by(Job.id)
    )
    return list(waiting)


def latest_job(session: Session, import_id: int) -> Job | None:
    """Return the newest job of an import."""
    return session.scalars(
        sa.select(Job).where(Job.import_id == import_id).order_by(Job.id.desc()).limit(1)
    ).first()
