"""What the log says of a past day: counted once, kept until the log grows."""

from datetime import date
from functools import lru_cache

import pandas as pd
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep
from geo_tracker.db.problem_rates import counted_ids, problem_counts
from geo_tracker.db.quarter_counts import counted_ids_between, problem_counts_between
from geo_tracker.web.actor import today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day


def counts_on(day: date, *, due_before: date) -> pd.DataFrame:
    """Return the counts of a day by village, as `problem_counts`."""
    return _counts(services().engine, day, due_before, last_step("problem"))


def counts_between(since: date, until: date) -> pd.DataFrame:
    """Return the counts of the time after a day until another, as `problem_counts_between`."""
    return _counts_between(services().engine, since, until, last_step("problem"))


def ids_on(measure: str, day: date, *, since: date | None = None) -> tuple[int, ...]:
    """Return the problems that a measure counted on a day, or of the time since another."""
    return _ids(services().engine, measure, day, since, last_step("problem"))


def last_step(table: str = "") -> int:
    """Return the number of the log's last step: it is only added to, so this tells its state.

    ``table``: the last one about its records, if not about any.
    """
    found = sa.select(sa.func.max(FollowupStep.id))
    if table:
        found = found.where(FollowupStep.table_name == table)
    with read_session() as session:
        return session.scalar(found) or 0


def present_day() -> date:
    """Return the day that figures of the present are as of.

    Today; of a demonstration that nobody has worked with, the day its made-up records stop.
    """
    judged = judging_day()
    return today() if last_recorded_day() > judged else judged


def last_recorded_day() -> date:
    """Return the day of the last thing that the log tells of; `date.min` where it tells nothing."""
    return _last_day(services().engine, last_step())


@lru_cache(maxsize=8)
def _last_day(engine: sa.Engine, _last_step_id: int) -> date:
    with reading(engine) as session:
        return session.scalar(sa.select(sa.func.max(FollowupStep.happened_on))) or date.min


@lru_cache(maxsize=12)
def _counts(engine: sa.Engine, day: date, due_before: date, _last_step_id: int) -> pd.DataFrame:
    with reading(engine) as session:
        return problem_counts(session, day, due_before=due_before)


@lru_cache(maxsize=8)
def _counts_between(
    engine: sa.Engine, since: date, until: date, _last_step_id: int
) -> pd.DataFrame:
    with reading(engine) as session:
        return problem_counts_between(session, since=since, until=until)


@lru_cache(maxsize=8)
def _ids(
    engine: sa.Engine, measure: str, day: date, since: date | None, _last_step_id: int
) -> tuple[int, ...]:
    with reading(engine) as session:
        if since is None:
            return tuple(counted_ids(session, measure, day))
        return tuple(counted_ids_between(session, measure, since=since, until=day))
