"""Problems as lists and pages show them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.db.models import Problem
from geo_tracker.followup.masking import masked
from geo_tracker.followup.problem_states import STATES
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_day import LedgerDay, ledger_day
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register
from geo_tracker.web.texts import term
from geo_tracker.workflows.problems import PROBLEM_SOURCES, situation_of

STATE_COLOURS = {
    "assigned": "accent",
    "accepted": "accent",
    "in_progress": "accent",
    "claimed_fixed": "yellow",
    "confirmed_fixed": "green",
    "closed": "green",
}
"""Colours of states' chips; the others are plain."""

CLOSE_UP = 15
"""Zoom of the map at which a problem's point is shown."""


def problem_rows(problems: Sequence[Problem], held: Register) -> list[dict[str, Any]]:
    """Return problems as templates show them.

    Parameters
    ----------
    problems : sequence of Problem
        As stored.
    held : Register
        The register, for names of places.

    Returns
    -------
    list of dict
        ``problem_id``, ``number``, ``url``, ``version``, ``content``, ``category``,
        ``source_text``, ``reporter`` (masked), ``village`` (of today) and ``former``
        (``{unit_id, name, url}`` or None), ``county``, ``town``, ``map_url`` (each or None),
        ``state``, ``state_text``, ``state_colour``, ``round``, ``light`` (or None),
        ``light_text``, ``left_text`` (or None), ``lead_unit``, ``due_on``, ``registered_on``,
        ``suspended``, ``synthetic``, ``provenance``.
    """
    day = ledger_day()
    places = held.place_of
    # Thousands of addresses are built faster from one.
    own, village, on_map = (
        url_for("problem_page.show", problem_id=0)[:-1],
        url_for("villages.show", unit_id=0)[:-1],
        url_for("map.show", village=0)[:-1],
    )
    words = {code: term(code) for code in PROBLEM_SOURCES}
    states = {state: term(f"problem_{state}") for state in STATES}
    lights = {"red": _("Overdue"), "yellow": _("Due soon"), "green": _("In time")}

    left_text = _left_texts(day)

    def link(unit_id: int, name: str) -> dict[str, Any]:
        return {"unit_id": unit_id, "name": name, "url": f"{village}{unit_id}"}

    def place_of(problem: Problem) -> dict[str, Any]:
        place = places.get(problem.unit_id)
        if place is None:
            return dict.fromkeys(("village", "former", "county", "town", "map_url"))
        present = int(place["present_unit_id"])
        address = f"{on_map}{present}"
        if problem.lon is not None and problem.lat is not None:
            address += f"&at={problem.lat:.5f},{problem.lon:.5f},{CLOSE_UP}"
        is_former = present != problem.unit_id
        return {
            "village": link(present, place["present_name"]),
            "former": link(problem.unit_id, place["name"]) if is_former else None,
            "county": or_none(place["county"]),
            "town": or_none(place["town"]),
            "map_url": address,
        }

    rows = []
    for problem in problems:
        light = day.on.light(situation_of(problem), problem.due_on)
        state = problem.state
        rows.append(
            {
                "problem_id": problem.id,
                "number": problem.problem_no,
                "url": f"{own}{problem.id}",
                "version": problem.version,
                "content": problem.content,
                "category": problem.category,
                "source_text": words.get(problem.source or ""),
                "reporter": masked(problem.reporter),
                **place_of(problem),
                "state": state,
                "state_text": states[state],
                "state_colour": STATE_COLOURS.get(state, "plain"),
                "round": problem.handover_round,
                "light": light,
                "light_text": lights[light] if light else None,
                "left_text": left_text(problem.due_on) if light else None,
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
        )
    return rows


def _left_texts(day: LedgerDay) -> Callable[[date | None], str | None]:
    """Return what says in words how much time is left until a day."""
    # Looked up once, not for each row.
    late: str = _("working days late: %(count)s")
    left: str = _("working days left: %(count)s")
    due_today: str = _("due today")

    def text(due_on: date | None) -> str | None:
        if due_on is None or due_on == day.on.today:
            return due_today if due_on else None
        days = day.calendar.between(day.on.today, due_on)
        return late % {"count": -days} if due_on < day.on.today else left % {"count": days}

    return text
