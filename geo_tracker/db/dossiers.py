"""Dossiers that were asked for, as stored."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import DossierRun, Job, UserAccount
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

Rows = list[sa.Row[*tuple[Any, ...]]]


def recent_runs(session: Session, *, most: int) -> Rows:
    """Return the last runs, the newest first: ``DossierRun``, its ``Job``, ``username``."""
    return list(session.execute(_runs().order_by(DossierRun.id.desc()).limit(most)))


def existing_run(session: Session, run_id: int) -> Any:
    """Return a run as `recent_runs` does.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if run_id < 2**31:
        found = session.execute(_runs().where(DossierRun.id == run_id)).one_or_none()
    if found is None:
        raise NotFoundError(N_("There are no such dossiers."))
    return found


def run_of_job(session: Session, job_id: int) -> DossierRun:
    """Return the run that a job works on."""
    return session.scalars(sa.select(DossierRun).where(DossierRun.job_id == job_id)).one()


def run_under_way(session: Session) -> DossierRun | None:
    """Return the run whose job waits or works; there is at most one."""
    return session.scalars(
        sa.select(DossierRun)
        .join(Job, Job.id == DossierRun.job_id)
        .where(Job.state.in_(["queued", "running"]))
    ).first()


def kept_runs(session: Session) -> list[DossierRun]:
    """Return the runs whose file is there, the newest first."""
    r = DossierRun
    rows = sa.select(r).where(r.sha256.is_not(None), r.removed_at.is_(None)).order_by(r.id.desc())
    return list(session.scalars(rows))


def _runs() -> Any:
    return (
        sa.select(DossierRun, Job, UserAccount.username)
        .join(Job, Job.id == DossierRun.job_id)
        .outerjoin(UserAccount, UserAccount.id == DossierRun.user_id)
    )
