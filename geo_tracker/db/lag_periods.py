"""Reviews of lagging villages as stored."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from geo_tracker.db.models_imports import UserAccount
from geo_tracker.db.models_lag import LagPeriod, LagReview
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

Rows = list[sa.Row[*tuple[Any, ...]]]


def all_periods(session: Session) -> Rows:
    """Return all reviews, the latest first: ``LagPeriod``, ``opened_by``, ``closed_by``."""
    opener, closer = (sa.orm.aliased(UserAccount) for _who in range(2))
    return list(
        session.execute(
            sa.select(
                LagPeriod,
                opener.username.label("opened_by"),
                closer.username.label("closed_by"),
            )
            .outerjoin(opener, opener.id == LagPeriod.opened_by_id)
            .outerjoin(closer, closer.id == LagPeriod.closed_by_id)
            .order_by(LagPeriod.id.desc())
        )
    )


def reviewed_years(session: Session, *, since: int) -> dict[int, str]:
    """Return the years of which there is a review, open or closed, from a year on: year, title."""
    rows = session.execute(
        sa.select(LagPeriod.year, LagPeriod.title)
        .where(LagPeriod.year >= since)
        .order_by(LagPeriod.id.desc())
    )
    return {row.year: row.title for row in rows}


def first_lag_period_id(session: Session, year: int) -> int | None:
    """Return the review that froze rules and rates of a year; None where there was none."""
    return session.scalar(sa.select(sa.func.min(LagPeriod.id)).where(LagPeriod.year == year))


def open_lag_period(session: Session) -> LagPeriod | None:
    """Return the review that is open; there is at most one."""
    return session.scalars(sa.select(LagPeriod).where(LagPeriod.closed_at.is_(None))).first()


def existing_lag_period(
    session: Session, period_id: int, *, lock: bool = False, whole: bool = False
) -> LagPeriod:
    """Return a review; with ``lock`` nobody else can change it until this transaction ends.

    With ``whole`` its list is read as well.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if period_id < 2**31:
        options = [undefer(LagPeriod.snapshot), undefer(LagPeriod.table_csv)] if whole else []
        found = session.get(LagPeriod, period_id, with_for_update=lock, options=options)
    if found is None:
        raise NotFoundError(N_("There is no review %(id)s."), id=period_id)
    return found


def decision_counts(session: Session) -> dict[tuple[int, str], int]:
    """Count what was decided by review and decision."""
    r = LagReview
    rows = session.execute(
        sa.select(r.period_id, r.decision, sa.func.count()).group_by(r.period_id, r.decision)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def decisions_in(session: Session, period_id: int) -> dict[int, LagReview]:
    """Return what was decided in a review, by village."""
    found = session.scalars(sa.select(LagReview).where(LagReview.period_id == period_id))
    return {review.unit_id: review for review in found}


def review_of(
    session: Session, period_id: int, unit_id: int, *, lock: bool = False
) -> LagReview | None:
    """Return what was decided of a village in a review; None where nothing was."""
    query = sa.select(LagReview).where(
        LagReview.period_id == period_id, LagReview.unit_id == unit_id
    )
    return session.scalars(query.with_for_update() if lock else query).first()


def decisions_about(session: Session, unit_ids: Collection[int]) -> Rows:
    """Return all that was decided of some villages, the latest review first.

    ``LagReview``, ``title`` and ``closed_at`` of its review, ``decided_by``.
    """
    return list(
        session.execute(
            sa.select(
                LagReview,
                LagPeriod.title,
                LagPeriod.closed_at,
                UserAccount.username.label("decided_by"),
            )
            .join(LagPeriod, LagPeriod.id == LagReview.period_id)
            .outerjoin(UserAccount, UserAccount.id == LagReview.decided_by_id)
            .where(LagReview.unit_id.in_(unit_ids))
            .order_by(LagReview.period_id.desc())
        )
    )


def last_decision(session: Session, unit_id: int, *, before: int) -> LagReview | None:
    """Return what was decided of a village in the last review before one that decided of it."""
    return session.scalars(
        sa.select(LagReview)
        .where(LagReview.unit_id == unit_id, LagReview.period_id < before)
        .order_by(LagReview.period_id.desc())
        .limit(1)
    ).first()
