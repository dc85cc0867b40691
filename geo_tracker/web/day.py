"""The day on which deadlines are judged."""

from datetime import date

from flask import g

from geo_tracker.db.imports import data_date, is_made_up
from geo_tracker.web.actor import today
from geo_tracker.web.context import read_session


def judging_day() -> date:
    """Return today; of a demonstration the day its made-up records stop, or all would be overdue.

    Whatever people do is dated today all the same.
    """
    if "judging_day" not in g:
        with read_session() as session:
            made_up_until = data_date(session) if is_made_up(session) else None
        g.judging_day = made_up_until or today()
    found: date = g.judging_day
    return found
