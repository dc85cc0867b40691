"""Problems as lists and pages show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.db.models import Problem
from geo_tracker.followup.masking import masked
from geo_tracker.followup.problem_lights import Deadlines
from geo_tracker.followup.working_days import WorkCalendar
from geo_tracker.web.money import or_none
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register
from geo_tracker.web.texts import term
from geo_tracker.web.village_links import map_url, village_link
from geo_tracker.workflows.problems import situation_of

STATE_COLOURS = {
    "registered": "plain",
    "claimed_fixed": "yellow",
    "confirmed_fixed": "green",
    "closed": "green",
}
"""Colours of states' chips; what is being worked on is the accent's, closed otherwise plain."""

LIGHT_CLOSE_UP = 15
"""Zoom of the map at which a problem's point is shown."""


def problem_rows(
    problems: Sequence[Problem], held: Register, calendar: WorkCalendar, on: Deadlines
) -> list[dict[str, Any]]:
    """Return problems as templates show them.

    Parameters
    ----------
    problems : sequence of Problem
        As stored.
    held : Register
        The register, for names of places.
    calendar : WorkCalendar
        Which days are worked.
    on : Deadlines
        Where lights change today.

    Returns
    -------
    list of dict
        ``problem_id``, ``number``, ``url``, ``version``, ``content``, ``category``, ``source``,
        ``reporter`` (masked), `place_values`, ``state``, ``state_text``, ``state_colour``,
        ``round``, ``light`` (or None), ``left_text`` (str or None), ``lead_unit``, ``due_on``,
        ``registered_on``, ``suspended``, ``synthetic``, ``provenance``.
    """
    return [problem_row(problem, held, calendar, on) for problem in problems]


def problem_row(
    problem: Problem, held: Register, calendar: WorkCalendar, on: Deadlines
) -> dict[str, Any]:
    """Return one problem as `problem_rows` does."""
    situation = situation_of(problem)
    light = on.light(situation, problem.due_on)
    state = problem.state
    in_hand = state in ("assigned", "accepted", "in_progress")
    return {
        "problem_id": problem.id,
        "number": problem.problem_no,
        "url": url_for("problem_page.show", problem_id=problem.id),
        "version": problem.version,
        "content": problem.content,
        "category": problem.category,
        "source": problem.source,
        "reporter": masked(problem.reporter),
        **place_values(problem, held),
        "state": state,
        "state_text": term(f"problem_{state}"),
        "state_colour": STATE_COLOURS.get(state, "accent" if in_hand else "plain"),
        "round": problem.handover_round,
        "light": light,
        "left_text": _left_text(problem.due_on, calendar, on) if light else None,
        "lead_unit": problem.lead_unit,
        "due_on": problem.due_on,
        "registered_on": problem.registered_on,
        "suspended": problem.suspended_on is not None,
        "synthetic": problem.synthetic,
        "provenance": (
            provenance(problem.import_id, row=problem.row, synthetic=problem.synthetic)
            if problem.import_id is not None
            else None
        ),
    }


def place_values(problem: Problem, held: Register) -> dict[str, Any]:
    """Return where a problem is.

    Returns
    -------
    dict
        ``village`` (of today), ``former`` (``{unit_id, name}`` or None), ``county``, ``town``
        (or None), ``map_url`` (or None).
    """
    places = held.places
    if problem.unit_id not in places.index:
        return dict.fromkeys(("village", "former", "county", "town", "map_url"))
    place = places.loc[problem.unit_id]
    present = int(place["present_unit_id"])
    address = map_url(present)
    if problem.lon is not None and problem.lat is not None:
        at = f"{problem.lat:.5f},{problem.lon:.5f},{LIGHT_CLOSE_UP}"
        address = url_for("map.show", village=present, at=at)
    return {
        "village": village_link(held.units, present),
        "former": village_link(held.units, problem.unit_id) if present != problem.unit_id else None,
        "county": or_none(place["county"]),
        "town": or_none(place["town"]),
        "map_url": address,
    }


def _left_text(due_on: date | None, calendar: WorkCalendar, on: Deadlines) -> str | None:
    """Return how much time is left, in words."""
    if due_on is None:
        return None
    left = calendar.between(on.today, due_on)
    if due_on < on.today:
        return str(_("working days late: %(count)s", count=-left))
    if due_on == on.today:
        return str(_("due today"))
    return str(_("working days left: %(count)s", count=left))
