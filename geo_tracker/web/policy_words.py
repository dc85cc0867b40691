"""Policies, their conditions and what was done about them, in words."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.db.models import FollowupStep, Policy
from geo_tracker.followup.policy_conditions import Condition, kept_conditions
from geo_tracker.followup.policy_entry import FLAG_WORDS
from geo_tracker.followup.policy_fields import FIELDS
from geo_tracker.language import N_
from geo_tracker.web.followup_words import step_note
from geo_tracker.web.texts import MISSING, shown, yuan_wan

LEVEL_WORDS = {
    "former": N_("former villages"),
    "today": N_("villages of today"),
    "both": N_("former villages and villages of today, each by itself"),
}

STATE_WORDS = {
    "in_force": (N_("holds now"), "green"),
    "later": (N_("not yet in force"), "yellow"),
    "expired": (N_("expired"), "plain"),
    "withdrawn": (N_("policy withdrawn"), "red"),
}
"""How policies stand, each with the colour of its chip."""

OPERATOR_WORDS = {
    "at_least": N_("at least"),
    "at_most": N_("at most"),
    "above": N_("above"),
    "below": N_("below"),
    "is": N_("is"),
    "is_not": N_("is not"),
}

_SENTENCES = {
    "at_least": N_("%(field)s at least %(value)s"),
    "at_most": N_("%(field)s at most %(value)s"),
    "above": N_("%(field)s above %(value)s"),
    "below": N_("%(field)s below %(value)s"),
    "is": N_("%(field)s: %(value)s"),
    "is_not": N_("%(field)s: not %(value)s"),
}

POLICY_FIELDS = {
    "title": N_("Title"),
    "document_no": N_("Document number"),
    "issuing_unit": N_("Issued by"),
    "issued_on": N_("Issued on"),
    "in_force_from": N_("In force from"),
    "in_force_until": N_("In force until"),
    "gives": N_("What it gives"),
    "amount": N_("Amount for a village"),
    "source": N_("Source"),
    "level": N_("Counts for"),
    "conditions": N_("Conditions"),
    "channel": N_("Channel of funds"),
}

_LONGEST_SHOWN = 80
"""Of a text within a sentence."""


def field_word(code: str) -> str:
    """Return what a field of conditions is called."""
    return shown(FIELDS[code].name)


def unit_word(code: str) -> str:
    """Return the unit of a field; empty where it has none."""
    unit = FIELDS[code].unit
    return str(_(unit)) if unit else ""


def condition_text(one: Condition) -> str:
    """Return a condition in plain words."""
    value, unit = value_text(one), unit_word(one.field)
    if unit:
        value = f"{value} %" if unit == "%" else _("%(number)s (%(unit)s)", number=value, unit=unit)
    return str(_(_SENTENCES[one.operator], field=field_word(one.field), value=value))


def value_text(one: Condition) -> str:
    """Return the value of a condition as one types it."""
    if isinstance(one.value, bool):
        return str(_(FLAG_WORDS[one.value]))
    if isinstance(one.value, tuple):
        words = FIELDS[one.field].words
        named = [str(_(words[part])) if part in words else part for part in one.value]
        return str(_(", ")).join(named)
    return one.value


def policy_values(policy: Policy, state: str) -> dict[str, Any]:
    """Return a policy as templates show it.

    Returns
    -------
    dict
        The fields of `POLICY_FIELDS` but its conditions, ``id``, ``url``, ``synthetic``,
        ``withdrawn_on``, ``withdrawn_why``, ``version``; ``state``, ``state_text``,
        ``state_colour``, ``level_text``, ``is_link`` (whether the source is an address).
    """
    names = (*POLICY_FIELDS, "id", "synthetic", "withdrawn_on", "withdrawn_why", "version")
    text, colour = STATE_WORDS[state]
    source = policy.source or ""
    return {name: getattr(policy, name) for name in names if name != "conditions"} | {
        "url": url_for("policies.show", policy_id=policy.id),
        "state": state,
        "state_text": _(text),
        "state_colour": colour,
        "level_text": _(LEVEL_WORDS[policy.level]),
        "is_link": source.startswith(("https://", "http://")) and " " not in source,
    }


def policy_step_text(step: FollowupStep, title: str) -> str:
    """Return what a step about a policy did, in one sentence."""
    if step.action == "register":
        return str(_("Policy “%(title)s” registered", title=title))
    if step.action == "withdraw":
        return str(_("Policy “%(title)s” withdrawn", title=title))
    changes = _("; ").join(
        _(
            "%(field)s was %(old)s, is %(new)s",
            field=_(POLICY_FIELDS[name]),
            old=_value(name, step.fields[name][0]),
            new=_value(name, step.fields[name][1]),
        )
        for name in POLICY_FIELDS
        if name in step.fields
    )
    return str(_("Policy “%(title)s” changed: %(changes)s", title=title, changes=changes))


def use_step_text(step: FollowupStep) -> str:
    """Return what a step about the use of a policy did, in one sentence."""
    side = 0 if step.action == "remove" else 1
    values: Mapping[str, Any] = {name: pair[side] for name, pair in step.fields.items()}
    about = {
        "title": values.get("policy") or MISSING,
        "day": values.get("used_on") or step.happened_on.isoformat(),
    }
    if step.action == "remove":
        return str(_("Use of the policy “%(title)s” on %(day)s taken back", **about))
    if values.get("amount") is None:
        return str(_("Used the policy “%(title)s” on %(day)s", **about))
    amount = _amount(values["amount"])
    return str(_("Used the policy “%(title)s” on %(day)s: %(amount)s", amount=amount, **about))


def policy_log(steps: list[tuple[FollowupStep, str | None]], title: str) -> list[dict[str, Any]]:
    """Return ``at``, ``username``, ``text`` and ``note`` of steps, the newest first."""
    return [
        {
            "at": step.at,
            "username": username,
            "text": policy_step_text(step, title),
            "note": step_note(step),
        }
        for step, username in reversed(steps)
    ]


def _amount(yuan: Any) -> str:
    return str(_("%(amount)s (10,000 yuan)", amount=yuan_wan(yuan)))


def _value(name: str, value: Any) -> str:
    if value is None:
        return MISSING
    if name == "amount":
        return _amount(value)
    if name == "level" and value in LEVEL_WORDS:
        return str(_(LEVEL_WORDS[value]))
    if name == "conditions":
        return "；".join(condition_text(one) for one in kept_conditions(value)) or MISSING
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
