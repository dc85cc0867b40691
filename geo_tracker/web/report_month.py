"""The month that a bulletin is of, and what the ledgers amounted to before and after it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from flask import request
from flask_babel import gettext as _

from geo_tracker.indicators.cockpit import place_sums
from geo_tracker.web.actor import today
from geo_tracker.web.cockpit_figures import DayFigures, figures_on
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import PlaceFilter
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_past import counts_on, last_recorded_day, present_day
from geo_tracker.web.register import Register
from geo_tracker.web.report_parts import Level

_FIRST_YEAR = 2000
_OF_FILES = ("projects", "red")
"""Where no file told of any project, none is not known, not 0."""


@dataclass(frozen=True)
class Month:
    """A month by its last day, ``last``; ``before`` is the last day of the one before."""

    first: date

    @property
    def before(self) -> date:
        """The last day of the month before."""
        return self.first - timedelta(days=1)

    @property
    def last(self) -> date:
        """Its own last day."""
        return _following(self.first) - timedelta(days=1)


def _following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def latest_month() -> Month:
    """Return the last month that is over; of made-up data the last that was when they stop."""
    return _over_on(present_day())


def _over_on(day: date) -> Month:
    first = day.replace(day=1)
    if _following(first) > day + timedelta(days=1):
        first = (first - timedelta(days=1)).replace(day=1)
    return Month(first)


def asked_month(held: Register) -> Month:
    """Return the month that the address asks for.

    For any other value, and for months that are not over, the last one that was over when the
    newest record was made: what was handed in by then is known of it.
    """
    newest = max(held.data_on, min(last_recorded_day(), today()))
    usual = _over_on(min(newest, present_day()))
    try:
        first = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return usual
    return Month(first) if date(_FIRST_YEAR, 1, 1) <= first <= latest_month().first else usual


def month_name(month: Month) -> str:
    """Return a month in words."""
    return str(_("%(month)s/%(year)s", month=f"{month.first.month:02d}", year=month.first.year))


@dataclass(frozen=True)
class MonthFigures:
    """Sums by place before and after a month.

    Attributes
    ----------
    month : Month
        The month.
    now, earlier : DataFrame
        By place as `place_sums`, with ``handed``: at its end, and at the end of the one before.
    has_projects : tuple of bool
        Whether projects were known at its end, and at the end of the one before.
    consent : float or None
        Mean of the rates of consent of those present, at its end.
    """

    month: Month
    now: pd.DataFrame
    earlier: pd.DataFrame
    has_projects: tuple[bool, bool]
    consent: float | None

    @property
    def codes(self) -> pd.Index:
        """The places."""
        return self.now.index

    def now_of(self, code: str, measure: str) -> int | None:
        """Return a count at the end of the month."""
        return _count(self.now, code, measure, has_projects=self.has_projects[0])

    def before_of(self, code: str, measure: str) -> int | None:
        """Return a count at the end of the month before."""
        return _count(self.earlier, code, measure, has_projects=self.has_projects[1])

    def change(self, code: str, measure: str) -> int | None:
        """Return what came in the month; None where either is not known."""
        now, before = self.now_of(code, measure), self.before_of(code, measure)
        return None if now is None or before is None else now - before

    def rate_of(self, code: str, rate: str) -> float | None:
        """Return a rate at the end of the month."""
        return _rate(self.now, code, rate)

    def rate_before(self, code: str, rate: str) -> float | None:
        """Return a rate at the end of the month before."""
        return _rate(self.earlier, code, rate)


def _count(sums: pd.DataFrame, code: str, measure: str, *, has_projects: bool) -> int | None:
    if code not in sums.index or (measure in _OF_FILES and not has_projects):
        return None
    value: Any = or_none(sums.at[code, measure])
    return None if value is None else int(value)


def _rate(sums: pd.DataFrame, code: str, rate: str) -> float | None:
    value: Any = or_none(sums.at[code, rate]) if code in sums.index else None
    return None if value is None else float(value)


def month_figures(
    held: Register, places: PlaceFilter, month: Month, level: Level | None
) -> MonthFigures:
    """Return the figures of a month for a place as a whole (``all``), or by the places in it."""
    chosen = places.applied(held.places)
    codes = pd.Series("all", index=chosen.index) if level is None else level.codes(chosen)
    now, earlier = (
        figures_on(held, on, due_before=min(on, judging_day())) for on in (month.last, month.before)
    )
    votes = now.votes[now.votes["unit_id"].isin(chosen.index)]
    return MonthFigures(
        month=month,
        now=_sums(now, codes),
        earlier=_sums(earlier, codes),
        has_projects=(not now.projects.empty, not earlier.projects.empty),
        consent=or_none(votes["consent_of_present"].mean()) if len(votes) else None,
    )


def _sums(figures: DayFigures, codes: pd.Series) -> pd.DataFrame:
    counts = counts_on(figures.on, due_before=min(figures.on, judging_day()))["handed"]
    handed = counts.reindex(codes.index).fillna(0).astype(int).groupby(codes).sum()
    return place_sums(figures.units, codes).assign(handed=handed)
