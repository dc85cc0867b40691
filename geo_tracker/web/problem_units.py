"""Units that problems are handed to, as forms offer them."""

from geo_tracker.db.problem_lists import lead_units_in_use
from geo_tracker.web.actor import today
from geo_tracker.web.context import read_session
from geo_tracker.workflows.rules import rules_of


def offered_units() -> list[str]:
    """Return the units of this year's rules in their order, then others in use by name."""
    with read_session() as session:
        ruled = rules_of(session, today().year).lead_units
        used = lead_units_in_use(session)
    return list(dict.fromkeys((*ruled, *used)))
