"""The day that lists of problems speak of, with its rules: read once per request."""

from dataclasses import dataclass
from datetime import date

from flask import g

from geo_tracker.db.problem_lists import lead_units_in_use
from geo_tracker.followup.problem_lights import Deadlines, deadlines
from geo_tracker.followup.rules import Rules
from geo_tracker.followup.working_days import WorkCalendar
from geo_tracker.web.actor import today
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
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
    def proposed_due_on(self) -> date:
        """The day that is proposed as due for what is handed over today."""
        return self.calendar.after(today(), self.rules.problem_days)


def ledger_day() -> LedgerDay:
    """Return today with its rules."""
    found: LedgerDay | None = g.get("ledger_day")
    if found is None:
        with read_session() as session:
            rules, calendar = rules_of(session, today().year), work_calendar(session)
            used = lead_units_in_use(session)
        on = deadlines(calendar, judging_day(), yellow_days=rules.problem_yellow_days)
        units = list(dict.fromkeys((*rules.lead_units, *used)))
        found = g.ledger_day = LedgerDay(rules, calendar, on, units)
    return found
