"""Steps of the follow-up's log in words."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.db.models import FollowupStep
from geo_tracker.followup.masking import masked
from geo_tracker.language import N_
from geo_tracker.web.actor import may_follow
from geo_tracker.web.followup_words import step_note
from geo_tracker.web.register import Register
from geo_tracker.web.texts import MISSING, term

_FIELDS = {
    "source": N_("reported by"),
    "category": N_("kind"),
    "content": N_("what the problem is"),
    "reporter": N_("name of who reported it"),
    "unit_id": N_("village"),
    "lon": N_("longitude"),
    "lat": N_("latitude"),
    "lead_unit": N_("unit"),
    "helper_units": N_("helped by"),
    "due_on": N_("due on"),
    "answer": N_("the resident says"),
    "satisfaction": N_("satisfaction"),
    "recheck_answer": N_("found when looked at again"),
    "duplicate_of_id": N_("duplicate of"),
    "visit_id": N_("visit"),
}
"""Fields whose changes a reader wants to see; days of a step and notes stand beside it anyway."""

_CODES = ("source", "answer", "satisfaction", "recheck_answer")


def step_row(step: FollowupStep, username: str | None, held: Register) -> dict[str, Any]:
    """Return a step as templates show it.

    Returns
    -------
    dict
        ``at`` (moment), ``username`` (or None), ``action_text``, ``on`` (day), ``state_text``
        (where it led, or None), ``round`` (where it was handed over, or None), ``note``,
        ``changes``: list of ``{field, old, new}``, ``import_id``.
    """
    moved = step.from_state != step.to_state
    handed = step.action == "assign" or (step.action == "revisit" and step.to_state == "assigned")
    return {
        "at": step.at,
        "username": username,
        "action_text": term(f"act_{step.action}"),
        "on": step.happened_on,
        "state_text": term(f"problem_{step.to_state}") if moved and step.to_state else None,
        "round": step.round if handed else None,
        "note": step_note(step),
        "changes": [
            {
                "field": _(_FIELDS[name]),
                "old": _value(name, old, held),
                "new": _value(name, new, held),
            }
            for name, (old, new) in step.fields.items()
            if name in _FIELDS
        ],
        "import_id": step.import_id,
    }


def file_step_row(step: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `file_log` as `step_row` returns steps about the problem itself."""
    of_no_step: dict[str, Any] = {
        "state_text": None,
        "round": None,
        "changes": [],
        "import_id": None,
    }
    return step | {"action_text": step["text"]} | of_no_step


def _value(name: str, value: Any, held: Register) -> str:
    if value is None:
        return MISSING
    if name in _CODES:
        return term(str(value))
    if name == "unit_id":
        return str(held.units["name"].get(value, value))
    if name == "reporter" and not may_follow():
        return masked(str(value)) or MISSING
    return str(value)


def story_text(step: FollowupStep, number: str) -> str:
    """Return a step as one sentence, for the story of its village."""
    what = term(f"act_{step.action}")
    if step.to_state is not None and step.to_state != step.from_state:
        return str(
            _(
                "Problem %(number)s: %(action)s on %(day)s → %(state)s",
                number=number,
                action=what,
                day=step.happened_on.isoformat(),
                state=term(f"problem_{step.to_state}"),
            )
        )
    day = step.happened_on.isoformat()
    return str(_("Problem %(number)s: %(action)s on %(day)s", number=number, action=what, day=day))


def problem_url(problem_id: int) -> str:
    """Return where a problem's page is."""
    return url_for("problem_page.show", problem_id=problem_id)
