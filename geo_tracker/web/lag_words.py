"""What reviews of lagging villages decide, in words."""

from typing import Any

from flask_babel import gettext as _

from geo_tracker.db.models import FollowupStep, LagReview
from geo_tracker.followup.lag_decisions import DECISIONS, is_target_met
from geo_tracker.language import N_
from geo_tracker.web.texts import MISSING, number, shown

FIELDS = {
    "decision": N_("What is decided"),
    "helper_unit": N_("Helper unit"),
    "target": N_("Target"),
    "target_score": N_("Target score"),
    "due_on": N_("Deadline"),
    "approver": N_("Approved by"),
    "minutes": N_("Minutes"),
    "reason": N_("Reason"),
}


_LONGEST_SHOWN = 60
"""Of a text within a sentence; the whole stands in the form."""


def decision_word(code: str | None) -> str | None:
    """Return a decision in the reader's language; None where nothing was decided."""
    return None if code is None else shown(DECISIONS[code])


def decided_values(review: LagReview) -> dict[str, Any]:
    """Return what was decided as pages show it: its fields, and ``decision_text``."""
    names = (*FIELDS, "period_id", "unit_id", "score", "rank", "decided_at", "version")
    values = {name: getattr(review, name) for name in names}
    return values | {"decision_text": decision_word(review.decision)}


def outcome(last: LagReview, score: float | None) -> dict[str, Any]:
    """Return what came of a decision.

    Returns
    -------
    dict
        ``moved`` (points by which the score fell since; None where one is unknown) and ``is_met``
        (bool; None without a target score or a score).
    """
    moved = None if last.score is None or score is None else last.score - score
    return {"moved": moved, "is_met": is_target_met(score, last.target_score)}


def decision_step_text(step: FollowupStep) -> str:
    """Return what a step about a decision did, in one sentence."""
    decision = step.fields.get("decision", [None, None])
    if decision[0] is None and decision[1] in DECISIONS:
        return str(_("Review of lagging villages: %(word)s", word=decision_word(decision[1])))
    changes = _("; ").join(
        _(
            "%(field)s was %(old)s, is %(new)s",
            field=_(FIELDS[name]),
            old=_value(name, step.fields[name][0]),
            new=_value(name, step.fields[name][1]),
        )
        for name in FIELDS
        if name in step.fields
    )
    return str(_("Decided otherwise in the review: %(changes)s", changes=changes))


def _value(name: str, value: Any) -> str:
    if value is None:
        return MISSING
    if name == "decision" and value in DECISIONS:
        return str(decision_word(value))
    if name == "target_score":
        return number(value, 1)
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
