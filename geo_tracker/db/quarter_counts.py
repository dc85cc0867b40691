"""What problems amounted to in the time between two days, by the measures of any day."""

from datetime import date
from typing import Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import FollowupStep, Problem
from geo_tracker.db.problem_rates import counted_as_of

BETWEEN: Final = (
    *("registered", "resolved", "due", "in_time", "revisited", "satisfied"),
    *("handed_again", "rectified"),
)
"""Measures that a time can be said of."""


def counted_between(
    since: date, until: date
) -> tuple[sa.Subquery, dict[str, sa.ColumnElement[bool]]]:
    """Return problems as they stood on ``until`` and by measure which count for the time since.

    ``registered`` and ``resolved`` of those that were open on the day ``since`` or registered
    later; ``due`` and ``in_time`` of those due from that day on, before ``until``, so that each
    due day falls into one time; ``revisited`` and ``satisfied`` of those revisited since;
    ``handed_again`` and ``rectified`` of those handed over again since.
    """
    stood, met = counted_as_of(until)
    earlier, then = counted_as_of(since)
    s, problem = FollowupStep, stood.c.problem_id
    steps = sa.select(s.record_id).where(
        s.table_name == Problem.__tablename__, s.happened_on > since, s.happened_on <= until
    )
    settled = sa.select(earlier.c.problem_id).where(sa.not_(then["open"]))
    again = steps.where(s.to_state == "assigned", s.round >= 2)
    of_time = {
        ("registered", "resolved"): problem.not_in(settled),
        ("due", "in_time"): stood.c.due_on >= since.isoformat(),
        ("revisited", "satisfied"): problem.in_(steps.where(s.action == "revisit")),
        ("handed_again", "rectified"): problem.in_(again),
    }
    return stood, {
        name: sa.and_(met[name], when) for names, when in of_time.items() for name in names
    }


def problem_counts_between(session: Session, *, since: date, until: date) -> pd.DataFrame:
    """Count problems of the time after a day until another, by the village they are recorded on.

    Returns
    -------
    DataFrame
        By ``unit_id``: a column of whole numbers for each of `BETWEEN`, as `counted_between`.
    """
    stood, met = counted_between(since, until)
    sums = [sa.func.sum(sa.case((met[name], 1), else_=0)).label(name) for name in BETWEEN]
    rows = session.execute(
        sa.select(Problem.unit_id, *sums)
        .join(stood, stood.c.problem_id == Problem.id)
        .group_by(Problem.unit_id)
    )
    frame = pd.DataFrame(rows.all(), columns=["unit_id", *BETWEEN]).astype("int64")
    return frame.set_index("unit_id")


def counted_ids_between(session: Session, measure: str, *, since: date, until: date) -> list[int]:
    """Return the problems that a measure counts for the time after a day until another."""
    stood, met = counted_between(since, until)
    return list(session.scalars(sa.select(stood.c.problem_id).where(met[measure])))
