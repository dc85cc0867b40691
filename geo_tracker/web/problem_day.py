"""The day that lists of problems speak of, with its rules: read once per request."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from geo_tracker.db.problem_lists import lead_units_in_use
from geo_tracker.followup.problem_lights import Deadlines, deadlines
from geo_tracker.followup.rules import Rules
from geo_tracker.followup.working_days import WorkCalendar
from geo_tracker.web.actor import today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.register import Register, register
from geo_tracker.workflows.rules import rules_of, work_calendar


@dataclass(frozen=True)
class LedgerDay:
    """Today, with what holds on it.

    Attributes
    ----------
    rules : Rules
        Of its year.
    calendar : WorkCalendar
        Which days are worked.
    on : Deadlines
        Where lights change: today, of a demonstration on the day its records stop.
    units : list of str
        Units that problems are handed to: those of the rules, then others in use by name.
    """

    rules: Rules
    calendar: WorkCalendar
    on: Deadlines
    units: list[str]

    @property
    def confirmed_by(self) -> date:
        """The day up to which what was confirmed is due for a second look."""
        return self.on.today - timedelta(days=self.rules.recheck_days)

    @property
    def proposed_due_on(self) -> date:
        """The day that is proposed as due for what is handed over today."""
        return self.calendar.after(today(), self.rules.problem_days)


_kept: dict[str, tuple[tuple[Any, ...], Rules, WorkCalendar, Deadlines]] = {}
"""What holds, by database: read anew on another day and after every import or change of a rule."""


def ledger_day(held: Register | None = None) -> LedgerDay:
    """Return today with its rules.

    Parameters
    ----------
    held : Register, optional
        The register, where the caller has it already; its stamp tells whether a rule changed.
    """
    found: LedgerDay | None = g.get("ledger_day")
    if found is None:
        stamp = (held or register()).stamp
        with read_session() as session:
            rules, calendar, on = _rules_today(session, stamp)
            used = lead_units_in_use(session)
        units = list(dict.fromkeys((*rules.lead_units, *used)))
        found = g.ledger_day = LedgerDay(rules, calendar, on, units)
    return found


def _rules_today(session: Session, stamp: tuple[Any, ...]) -> tuple[Rules, WorkCalendar, Deadlines]:
    key, url = (today(), *stamp), str(services().engine.url)
    kept = _kept.get(url)
    if kept is None or kept[0] != key:
        rules, calendar = rules_of(session, today().year), work_calendar(session)
        on = deadlines(calendar, judging_day(), yellow_days=rules.problem_yellow_days)
        kept = _kept[url] = key, rules, calendar, on
    return kept[1:]
