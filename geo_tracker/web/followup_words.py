"""Steps of the follow-up's log in words: what was done about visits and incidents."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from geo_tracker.db.models import FollowupStep
from geo_tracker.language import N_
from geo_tracker.web.money import or_none
from geo_tracker.web.register import register
from geo_tracker.web.texts import MISSING, number, term

_FIELDS = {
    "visited_on": N_("day of the visit"),
    "service_group": N_("service group"),
    "leader": N_("leader"),
    "unit_id": N_("village"),
    "enterprise": N_("enterprise"),
    "people_served": N_("people served"),
    "summary": N_("summary"),
    "kind": N_("kind"),
    "happened_on": N_("day it happened"),
    "about_merger": N_("about the merger"),
    "closed_on": N_("closed on"),
}
_ABOUT = {True: N_("yes"), False: N_("no"), None: N_("not known")}


def step_text(step: FollowupStep) -> str:
    """Return what a step about a visit or an incident did, in one sentence.

    The reason, if any, is the step's ``note`` and stands apart.
    """
    if step.table_name == "visit":
        return _visit_text(step)
    if step.table_name == "incident":
        return _incident_text(step)
    return f"{step.table_name}: {step.action}"


def _visit_text(step: FollowupStep) -> str:
    if step.action == "correct":
        return str(_("Visit corrected: %(changes)s", changes=_changes(step.fields)))
    side = 0 if step.action == "remove" else 1
    values = {name: pair[side] for name, pair in step.fields.items()}
    about = {
        "day": values.get("visited_on") or step.happened_on.isoformat(),
        "group": values.get("service_group") or MISSING,
        "enterprise": values.get("enterprise"),
    }
    if step.action == "remove":
        return str(_("Visit of %(group)s on %(day)s removed", **about))
    if about["enterprise"]:
        return str(_("Visit of %(group)s to %(enterprise)s on %(day)s recorded", **about))
    return str(_("Visit of %(group)s on %(day)s recorded", **about))


def _incident_text(step: FollowupStep) -> str:
    if step.action == "correct":
        return str(_("Incident corrected: %(changes)s", changes=_changes(step.fields)))
    if step.action == "close":
        return str(_("Incident closed on %(day)s", day=step.happened_on.isoformat()))
    kind = step.fields.get("kind", [None, None])[1]
    return str(_("%(kind)s of %(day)s recorded", kind=term(kind), day=step.happened_on.isoformat()))


def _changes(fields: Mapping[str, list[Any]]) -> str:
    return str(
        _("; ").join(
            _(
                "%(field)s was %(old)s, is %(new)s",
                field=_(_FIELDS[name]) if name in _FIELDS else name,
                old=_value(name, old),
                new=_value(name, new),
            )
            for name, (old, new) in fields.items()
        )
    )


def _value(name: str, value: Any) -> str:
    if name == "about_merger":
        return str(_(_ABOUT[value]))
    if value is None:
        return MISSING
    if name == "unit_id":
        return str(or_none(register().units["name"].get(value)) or value)
    if name == "kind":
        return term(value)
    return number(value) if name == "people_served" else str(value)


def step_rows(steps: list[tuple[FollowupStep, str | None]]) -> list[dict[str, Any]]:
    """Return ``at``, ``username``, ``text`` and ``note`` of steps, the newest first."""
    return [
        {"at": step.at, "username": username, "text": step_text(step), "note": step_note(step)}
        for step, username in reversed(steps)
    ]


def step_note(step: FollowupStep) -> str | None:
    """Return what was said of a step, and why it was taken in a closed period."""
    why = step.correction and _("in a closed period: %(why)s", why=step.correction)
    return " · ".join(filter(None, (step.note, why))) or None


def steps_since(
    steps: list[tuple[FollowupStep, str | None]], *, version: int, shown: int
) -> list[dict[str, Any]]:
    """Return the steps that led from the version a page showed to the present one.

    Every step raises the version by one, so that they are the last of them.
    """
    count = max(0, version - shown)
    return step_rows(steps[len(steps) - count :] if count else [])
