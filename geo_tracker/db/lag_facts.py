"""What the ledgers count by village for the score of lagging."""

from datetime import date
from typing import Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.asking import days_between
from geo_tracker.db.models import ChecklistItem, Incident, Problem
from geo_tracker.db.problem_tally import OPEN_STATES

PROBLEM_FACTS: Final = (
    *("problems", "open_problems", "reopened_problems", "days_open", "worst_round"),
    *("revisited", "satisfied"),
)
_SATISFIED: Final = ("satisfied", "basically_satisfied")


def problem_facts(session: Session, on: date) -> pd.DataFrame:
    """Count the problems of every village that ever had one.

    Returns
    -------
    DataFrame
        By ``unit_id`` as recorded: ``problems`` (duplicates left out), ``open_problems``,
        ``reopened_problems`` (open, handed over twice or more often), ``days_open`` (sum over the
        open ones, days since they were registered), ``worst_round`` (of the open ones, 0 where
        none is open), ``revisited`` and ``satisfied`` (with how it was solved).
    """
    p = Problem
    is_open = p.state.in_(OPEN_STATES)
    query = (
        sa.select(
            p.unit_id,
            sa.func.count().label("problems"),
            _sum_where(is_open, 1).label("open_problems"),
            _sum_where(is_open & (p.handover_round >= 2), 1).label("reopened_problems"),
            _sum_where(is_open, days_between(p.registered_on, sa.literal(on))).label("days_open"),
            sa.func.max(sa.case((is_open, p.handover_round), else_=0)).label("worst_round"),
            _sum_where(p.satisfaction.is_not(None), 1).label("revisited"),
            _sum_where(p.satisfaction.in_(_SATISFIED), 1).label("satisfied"),
        )
        .where(p.state != "duplicate", p.registered_on <= on)
        .group_by(p.unit_id)
    )
    rows = session.execute(query).all()
    frame = pd.DataFrame(rows, columns=["unit_id", *PROBLEM_FACTS]).set_index("unit_id")
    return frame.astype("Int64")


def _sum_where(condition: sa.ColumnElement[bool], value: object) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, value), else_=0))


def open_petitions(session: Session) -> pd.Series:
    """Count open petitions (信访) by ``unit_id`` as recorded."""
    rows = session.execute(
        sa.select(Incident.unit_id, sa.func.count())
        .where(Incident.kind == "petition", Incident.closed_on.is_(None))
        .group_by(Incident.unit_id)
    )
    return pd.Series({row[0]: row[1] for row in rows}, dtype="Int64")


def planning_counts(session: Session) -> pd.DataFrame:
    """Count items of planning by merged village: ``planning_done``, ``planning_items``.

    What does not apply is no item.
    """
    c = ChecklistItem
    rows = session.execute(
        sa.select(
            c.unit_id,
            _sum_where(c.state.in_(("done", "verified")), 1),
            sa.func.count(),
        )
        .where(c.domain == "planning", c.state != "not_applicable")
        .group_by(c.unit_id)
    ).all()
    frame = pd.DataFrame(rows, columns=["unit_id", "planning_done", "planning_items"])
    return frame.set_index("unit_id").astype("Int64")
