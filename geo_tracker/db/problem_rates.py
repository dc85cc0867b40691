"""Which problems are counted for rates: as they stand, or from the log as of any past day."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.asking import among
from geo_tracker.db.models import FollowupStep, Problem
from geo_tracker.db.problem_tally import DUPLICATE, OPEN_STATES, OWED_STATES, TALLY

CLAIMED_STATES: Final = ("claimed_fixed", "confirmed_fixed", "closed")
RESOLVED_STATES: Final = ("confirmed_fixed", "closed")
NOT_DUE_STATES: Final = ("duplicate", "not_ours", "cannot_fix")

MEASURES: Final = (
    *("registered", "resolved", "due", "in_time", "revisited", "satisfied", "handed_again"),
    *("rectified", "handed", "claimed", "confirmed", "rechecked", "still_fixed"),
)
"""What problems are counted by: the indicators' ``COUNTS``."""

AS_OF: Final = (*MEASURES, "open", "overdue", "duplicates")
"""The same as of a past day, with what was owed then, and the duplicates that nothing counts."""

_BITS = {name: 1 << bit for bit, name in enumerate(TALLY)}
_ALL_OF: Final = {
    "registered": (),
    "due": ("may_be_due",),
    "in_time": ("may_be_due", "was_in_time"),
    "satisfied": ("revisited", "satisfied"),
    "rectified": ("handed_again", "resolved"),
    "confirmed": ("revisited", "resolved"),
}
"""Measures that need more than the bit of their own name."""

PAST_DUE: Final = ("due", "in_time")
"""Measures that count only what was due before the day."""


def scanned(column: Any) -> Any:
    """Return a column so written that SQLite does not take its index to find or order rows by.

    It would then read each row with its texts; the index of lists holds all it needs.
    """
    return sa.func.coalesce(column, column)


def has(*names: str) -> sa.ColumnElement[bool]:
    """Return which problems meet all these conditions of `TALLY`.

    By the columns that these name, not by the tally: SQLite reads each row from the table
    wherever a column is named that it computes itself.
    """
    met = [sa.literal_column(f"({TALLY[name]})", sa.Boolean()) for name in names]
    return sa.and_(sa.true(), *met)


def is_counted(state: Any) -> sa.ColumnElement[bool]:
    """Return which problems count at all: all but duplicates, for the other one counts."""
    counted: sa.ColumnElement[bool] = state != DUPLICATE
    return counted


def tally_has(tally: int, *names: str) -> bool:
    """Say whether a tally has all these bits."""
    return all(tally & _BITS[name] for name in names)


def counts_now(measure: str, today: date) -> sa.ColumnElement[bool]:
    """Return which problems a measure counts as they stand."""
    counted = sa.and_(has(*_ALL_OF.get(measure, (measure,))), is_counted(scanned(Problem.state)))
    return sa.and_(counted, scanned(Problem.due_on) < today) if measure in PAST_DUE else counted


def measures_of(tally: int, *, count: int, past_due: int) -> dict[str, int]:
    """Return by measure how many of some problems with the same tally it counts.

    Parameters
    ----------
    tally : int
        Of all of them.
    count, past_due : int
        How many they are, and how many of them were due before the day.
    """
    return {
        name: (past_due if name in PAST_DUE else count)
        if tally_has(tally, *_ALL_OF.get(name, (name,)))
        else 0
        for name in MEASURES
    }


_KEEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "due_on": ("register", "accept", "start", "claim", "close", "recheck", "suspend", "correct"),
    "claimed_on": (
        *("register", "assign", "accept", "start", "revisit", "close", "recheck"),
        *("extend", "suspend", "resume", "correct"),
    ),
    "satisfaction": (
        *("register", "assign", "accept", "start", "claim", "close", "recheck"),
        *("extend", "suspend", "resume", "correct"),
    ),
    "recheck_answer": (
        *("register", "assign", "accept", "start", "claim", "revisit", "close"),
        *("extend", "suspend", "resume", "correct"),
    ),
}
"""Actions whose steps say nothing of a field: they are not looked into, which takes time."""

_FIRST_KEY = 10_000_000_000
_KEY_DIGITS = 11


def latest_marked(value: Any, when: Any = None) -> sa.ColumnElement[str]:
    """Return the value at the last step that has one, behind the step's number.

    One pass over the log with a group per problem is several times faster than a join per field.
    """
    number = sa.cast(FollowupStep.id, sa.BigInteger) + sa.literal(_FIRST_KEY, sa.BigInteger)
    keyed = sa.cast(number, sa.String).concat(value)
    return sa.func.max(keyed if when is None else sa.case((when, keyed)))


def without_mark(marked: sa.ColumnElement[str]) -> sa.Function[str]:
    """Return the value that `latest_marked` found."""
    return sa.func.substr(marked, _KEY_DIGITS + 1)


def _touched_after(session: Session, on: date) -> list[int]:
    """Return the problems that somebody did something about after a day."""
    s = FollowupStep
    after = sa.select(s.record_id).where(s.table_name == Problem.__tablename__, s.happened_on > on)
    return list(session.scalars(after.distinct()))


def _as_of(on: date, only: Collection[int] | None = None) -> sa.Subquery:
    """Return a row per problem registered by a day: how it stood at the end of it, by the log."""
    s = FollowupStep
    those = sa.true() if only is None else among(s.record_id, only)
    marks = (
        sa.select(
            s.record_id,
            latest_marked(s.to_state).label("state"),
            latest_marked(sa.cast(s.round, sa.String)).label("round_"),
            sa.func.max(sa.case((s.action == "revisit", 1), else_=0)).label("revisited"),
            sa.func.max(sa.case((s.action == "suspend", s.id), else_=0)).label("suspended"),
            sa.func.max(sa.case((s.action == "resume", s.id), else_=0)).label("resumed"),
            *(
                latest_marked(s.fields[name][1].as_string(), s.action.not_in(keeps)).label(name)
                for name, keeps in _KEEPS.items()
            ),
        )
        .where(s.table_name == Problem.__tablename__, s.happened_on <= on, those)
        .group_by(s.record_id)
        .subquery()
    )
    value = {name: without_mark(marks.c[name]) for name in ("state", *_KEEPS)}
    return sa.select(
        marks.c.record_id.label("problem_id"),
        sa.cast(without_mark(marks.c.round_), sa.Integer).label("round_"),
        (marks.c.revisited == 1).label("revisited"),
        (marks.c.suspended > marks.c.resumed).label("suspended"),
        *(text.label(name) for name, text in value.items()),
    ).subquery()


def counted_as_of(
    on: date, *, due_before: date | None = None, only: Collection[int] | None = None
) -> tuple[sa.Subquery, dict[str, sa.ColumnElement[bool]]]:
    """Return problems as they stood on a day (``problem_id``) and by measure which it counts.

    What was due (`PAST_DUE` and ``overdue``) was due before that day, or before another one.
    ``only``: of these problems alone.
    """
    stood = _as_of(on, only)
    c = stood.c
    resolved, again, handed = c.state.in_(RESOLVED_STATES), c.round_ >= 2, c.round_ >= 1
    claimed = c.state.in_(CLAIMED_STATES)
    # Days of the log are texts, which are in order as days are.
    due = sa.and_(
        *(handed, sa.not_(c.suspended), c.state.not_in(NOT_DUE_STATES)),
        c.due_on < (due_before or on).isoformat(),
    )
    met = {
        "registered": sa.true(),
        "resolved": resolved,
        "due": due,
        "in_time": sa.and_(due, claimed, c.claimed_on <= c.due_on),
        "revisited": c.revisited,
        "satisfied": sa.and_(c.revisited, c.satisfaction.in_(("satisfied", "basically_satisfied"))),
        "handed_again": again,
        "rectified": sa.and_(again, resolved),
        "handed": handed,
        "claimed": sa.and_(handed, claimed),
        "confirmed": sa.and_(c.revisited, resolved),
        "rechecked": c.recheck_answer.is_not(None),
        "still_fixed": c.recheck_answer == "fixed",
        "open": c.state.in_(OPEN_STATES),
        "overdue": sa.and_(
            *(c.state.in_(OWED_STATES), sa.not_(c.suspended)),
            c.due_on < (due_before or on).isoformat(),
        ),
    }
    counts = {name: sa.and_(is_counted(c.state), one) for name, one in met.items()}
    return stood, counts | {"duplicates": sa.not_(is_counted(c.state))}


def problem_counts(session: Session, on: date, *, due_before: date | None = None) -> pd.DataFrame:
    """Count problems as they stood on a day, by the village they are recorded on.

    Parameters
    ----------
    session : Session
        Any session.
    on : date
        What happened up to and with this day is counted, from the log.
    due_before : date, optional
        The day that `PAST_DUE` is judged at, if not the same.

    Returns
    -------
    DataFrame
        By ``unit_id``: a column of whole numbers for each of `AS_OF`.
    """
    # Whatever nobody touched since stands today as it stood then: only the others are looked up in
    # the log, which takes many times longer.
    day, touched = due_before or on, _touched_after(session, on)
    unlike = {
        "open": has("open"),
        "overdue": sa.and_(has("running"), scanned(Problem.due_on) < day),
        "duplicates": sa.not_(is_counted(scanned(Problem.state))),
    }
    now = {name: unlike[name] if name in unlike else counts_now(name, day) for name in AS_OF}
    queries = [
        sa.select(Problem.unit_id, *_sums(now)).where(
            scanned(Problem.registered_on) <= on, sa.not_(among(Problem.id, touched))
        )
    ]
    if touched:
        stood, then = counted_as_of(on, due_before=due_before, only=touched)
        as_then = sa.select(Problem.unit_id, *_sums(then))
        queries.append(as_then.join(stood, stood.c.problem_id == Problem.id))
    rows = [row for query in queries for row in session.execute(query.group_by(Problem.unit_id))]
    frame = pd.DataFrame(rows, columns=["unit_id", *AS_OF]).astype(int)
    return frame.groupby("unit_id").sum()


def _sums(measures: Mapping[str, sa.ColumnElement[bool]]) -> list[sa.ColumnElement[int]]:
    return [sa.func.sum(sa.case((measures[name], 1), else_=0)).label(name) for name in AS_OF]


def counted_ids(session: Session, measure: str, on: date) -> list[int]:
    """Return the problems that a measure counts as they stood on a day, from the log."""
    stood, measures = counted_as_of(on)
    return list(session.scalars(sa.select(stood.c.problem_id).where(measures[measure])))
