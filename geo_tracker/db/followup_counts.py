"""Problems and visits as the map counts and places them: asked anew, for they change all day."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import FollowupStep, Problem, Visit
from geo_tracker.db.problem_rates import is_counted

FollowupStamp = tuple[int | None, int | None, int | None]
"""The last step, problem and visit; None where there is none."""


def followup_stamp(session: Session) -> FollowupStamp:
    """Return something that differs after every change to problems and visits; cheap to ask.

    What the undoing of an import takes away changes the stamp of the register.
    """
    row = session.execute(
        sa.select(
            *(
                sa.select(sa.func.max(table.id)).scalar_subquery()
                for table in (FollowupStep, Problem, Visit)
            )
        )
    ).one()
    return row[0], row[1], row[2]


def problem_counts(
    session: Session, *, on: date, open_states: Collection[str], owed_states: Collection[str]
) -> list[sa.Row[Any]]:
    """Count the problems of every village that ever had one, duplicates left out.

    Parameters
    ----------
    session : Session
        Any session.
    on : date
        What was due before this day is overdue.
    open_states, owed_states : collection of str
        States that count as open, and those in which a due day counts.

    Returns
    -------
    list of Row
        ``unit_id`` (as recorded), ``problems``, ``open_problems``, ``overdue_problems`` (those
        that are suspended left out), ``problems_again`` (handed over twice or more often).
    """
    p = Problem
    is_overdue = p.state.in_(owed_states) & p.suspended_on.is_(None) & (p.due_on < on)
    return list(
        session.execute(
            sa.select(
                p.unit_id,
                sa.func.count().label("problems"),
                _how_many(p.state.in_(open_states)).label("open_problems"),
                _how_many(is_overdue).label("overdue_problems"),
                _how_many(p.handover_round >= 2).label("problems_again"),
            )
            .where(is_counted(p.state))
            .group_by(p.unit_id)
        )
    )


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def problems_in(session: Session, states: Collection[str]) -> list[sa.Row[Any]]:
    """Return the problems in some states, by id, without what was said and who said it."""
    p = Problem
    asked = (p.id, p.problem_no, p.category, p.state, p.due_on, p.suspended_on, p.unit_id)
    query = sa.select(*asked, p.lon, p.lat, p.import_id).where(p.state.in_(states)).order_by(p.id)
    return list(session.execute(query))


def followup_imports(session: Session) -> dict[str, list[int]]:
    """Return the imports that ``problems`` and ``visits`` came with, the newest first."""
    return {
        name: list(
            session.scalars(
                sa.select(table.import_id)
                .where(table.import_id.is_not(None))
                .distinct()
                .order_by(table.import_id.desc())
            )
        )
        for name, table in (("problems", Problem), ("visits", Visit))
    }
