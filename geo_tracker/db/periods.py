"""Closed periods as stored, what was corrected in them, and the guard at their door."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.history import steps_about
from geo_tracker.db.models_followup import FollowupStep
from geo_tracker.db.models_imports import ImportRun, Source, UserAccount
from geo_tracker.db.models_periods import ClosedPeriod
from geo_tracker.errors import ClosedPeriodError, NotFoundError
from geo_tracker.language import N_

_STANDING = ClosedPeriod.withdrawn_at.is_(None)
CHANGING = ("correct", "remove")
"""Actions dated when they are taken that may change what was recorded long before."""


def closed_until(session: Session) -> date | None:
    """Return the last day that is closed; None where none is."""
    return session.scalar(sa.select(sa.func.max(ClosedPeriod.until_on)).where(_STANDING))


def closings(session: Session) -> list[tuple[ClosedPeriod, str | None, str | None]]:
    """Return all closings, the latest first, with who closed and who withdrew them."""
    closer, withdrawer = (sa.orm.aliased(UserAccount) for _who in range(2))
    rows = session.execute(
        sa.select(ClosedPeriod, closer.username, withdrawer.username)
        .outerjoin(closer, closer.id == ClosedPeriod.closed_by_id)
        .outerjoin(withdrawer, withdrawer.id == ClosedPeriod.withdrawn_by_id)
        .order_by(ClosedPeriod.id.desc())
    )
    return [(closing, closed_by, withdrawn_by) for closing, closed_by, withdrawn_by in rows]


def existing_closing(session: Session, closing_id: int, *, lock: bool = False) -> ClosedPeriod:
    """Return a closing; with ``lock`` nobody else can change it until this transaction ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if closing_id < 2**31:
        found = session.get(ClosedPeriod, closing_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(N_("There is no closed period %(id)s."), id=closing_id)
    return found


def refuse_unsaid(until: date | None, days: Iterable[date]) -> None:
    """Refuse what lies in a closed period and has no reason.

    Raises
    ------
    ClosedPeriodError
        If one of the days is closed.
    """
    if until is not None and any(day <= until for day in days):
        raise ClosedPeriodError(
            N_("The days until %(until)s are closed: say why something in them is changed."),
            until=str(until),
        )


def guard(session: Session, _context: Any, _instances: Any) -> None:
    """Refuse steps in a closed period that say no reason; called before anything is written.

    Whoever writes need not think of it: it hangs on every session that writes.
    """
    days = [
        entry.happened_on
        for entry in session.new
        if isinstance(entry, FollowupStep) and not entry.correction
    ]
    if days:
        refuse_unsaid(closed_until(session), days)


def later_steps(session: Session, closing: ClosedPeriod, *, most: int) -> list[sa.Row[Any]]:
    """Return steps after a closing that may have changed its figures, the latest first.

    Those that lie in it, and corrections and removals, which are dated when they are made; as
    `steps_about`.
    """
    s = FollowupStep
    query = steps_about().where(
        s.id > closing.last_step_id,
        sa.or_(s.happened_on <= closing.until_on, s.action.in_(CHANGING)),
    )
    return list(session.execute(query.order_by(s.id.desc()).limit(most)))


def later_imports(session: Session, closing: ClosedPeriod) -> list[sa.Row[Any]]:
    """Return files that were stored or undone after a closing and say why.

    ``id``, ``title``, ``published_at``, ``undone_at``, ``correction``, ``username``.
    """
    run = ImportRun
    return list(
        session.execute(
            sa.select(
                *(run.id, Source.title, run.published_at, run.undone_at, run.correction),
                UserAccount.username,
            )
            .join(Source, Source.id == run.source_id)
            .outerjoin(UserAccount, UserAccount.id == run.user_id)
            .where(
                run.correction.is_not(None),
                sa.or_(run.published_at > closing.closed_at, run.undone_at > closing.closed_at),
            )
            .order_by(run.id.desc())
        )
    )
