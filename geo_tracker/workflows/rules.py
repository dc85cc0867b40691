"""An administrator sets the rules of the follow-up, each from a year on."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.lag_periods import reviewed_years
from geo_tracker.db.models import RuleValue
from geo_tracker.db.record_plan import records_locked
from geo_tracker.db.rules import rules_in_force, values_of_all_years
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    RULES,
    Rules,
    kind_of,
    plain_rule,
    read_rule,
    rules_from,
)
from geo_tracker.followup.working_days import WorkCalendar
from geo_tracker.language import N_


def rules_of(session: Session, year: int) -> Rules:
    """Return the rules that hold in a year."""
    stored = rules_in_force(session, year)
    return rules_from({name: rule.value for name, rule in stored.items()})


def work_calendar(session: Session) -> WorkCalendar:
    """Return which days are worked, by the lists of all years."""
    off, worked = (
        frozenset(
            day
            for value in values_of_all_years(session, name)
            for day in getattr(rules_from({name: value}), name)
        )
        for name in ("days_off", "days_worked")
    )
    return WorkCalendar(off, worked)


def set_rule(
    engine: sa.Engine, name: str, *, from_year: int, text: str | None, user_id: int | None
) -> None:
    """Set a rule from a year on; what held in the years before stays.

    Parameters
    ----------
    engine : Engine
        The database.
    name : str
        A name of `RULES`.
    from_year : int
        The first year it holds in, until another of a later year.
    text : str or None
        The value as typed; None leads back to the default.
    user_id : int or None
        Who sets it.

    Raises
    ------
    InputError
        If there is no such rule, the year is out of range, or the text no value of it.
    ConflictError
        If it is one of lagging villages and would change a year of which there is a review: its
        weights, anchors and thresholds were frozen when the review was opened.
    """
    kind_of(name)
    if not FIRST_YEAR <= from_year <= LAST_YEAR:
        raise InputError(
            N_("Give a year from %(first)s to %(last)s."), first=FIRST_YEAR, last=LAST_YEAR
        )
    value = None if text is None else plain_rule(name, read_rule(name, text))
    with writing(engine) as session:
        # Whoever opens a review meanwhile waits, or was first.
        records_locked(session)
        reviewed = reviewed_years(session, since=from_year) if is_frozen_by_reviews(name) else {}
        before = {year: getattr(rules_of(session, year), name) for year in reviewed}
        session.add(RuleValue(name=name, from_year=from_year, value=value, set_by_id=user_id))
        session.flush()
        for year in sorted(reviewed):
            if getattr(rules_of(session, year), name) != before[year]:
                raise ConflictError(
                    N_(
                        "The rules of lagging villages of %(year)s are frozen since the review "
                        "“%(title)s” was opened. Set it from %(next)s on."
                    ),
                    year=year,
                    title=reviewed[year],
                    next=max(reviewed) + 1,
                )


def is_frozen_by_reviews(name: str) -> bool:
    """Say whether a rule may not change any more in a year of which there is a review."""
    return bool(RULES[name].metadata["group"] == "lagging")
