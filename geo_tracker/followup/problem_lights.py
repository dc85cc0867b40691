"""Lights of problems: how much of the time to solve them is left, in working days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from geo_tracker.followup.problem_states import Situation
from geo_tracker.followup.working_days import WorkCalendar

OWED_STATES: Final = ("assigned", "accepted", "in_progress")
"""States in which a unit has to do something by a day."""

LIGHTS: Final = ("red", "yellow", "green")


@dataclass(frozen=True)
class Deadlines:
    """Where lights change on a day.

    Attributes
    ----------
    today : date
        What was due before is red.
    yellow_until : date
        What is due up to and with this day is yellow, what is due later is green.
    """

    today: date
    yellow_until: date

    def light(self, situation: Situation, due_on: date | None) -> str | None:
        """Return ``red``, ``yellow`` or ``green``; None where no time is running."""
        if situation.state not in OWED_STATES or situation.suspended or due_on is None:
            return None
        if due_on < self.today:
            return "red"
        return "yellow" if due_on <= self.yellow_until else "green"


def deadlines(calendar: WorkCalendar, today: date, *, yellow_days: int) -> Deadlines:
    """Return the days at which lights change.

    Parameters
    ----------
    calendar : WorkCalendar
        Which days are worked.
    today : date
        The day.
    yellow_days : int
        With so many working days left or fewer a light is yellow.
    """
    # Days off that follow the last yellow working day leave as many working days as that one.
    first_green = calendar.after(today, yellow_days + 1)
    return Deadlines(today, first_green - timedelta(days=1))
