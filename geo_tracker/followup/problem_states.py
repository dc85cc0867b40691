"""How a problem goes from being registered to being closed: the edges, and who may go them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from geo_tracker.errors import ConflictError, InputError, NotAllowedError
from geo_tracker.language import N_

OPEN_STATES: Final = ("registered", "assigned", "accepted", "in_progress", "claimed_fixed")
"""States in which somebody still owes something; ``confirmed_fixed`` only waits to be closed."""

CLOSED_OTHERWISE: Final = ("duplicate", "not_ours", "cannot_fix")
STATES: Final = (*OPEN_STATES, "confirmed_fixed", "closed", *CLOSED_OTHERWISE)

ANSWERS: Final = ("fixed", "half_fixed", "not_fixed")
"""What the resident says of the problem when it is revisited."""

SATISFACTIONS: Final = ("satisfied", "basically_satisfied", "dissatisfied")

_WORKED_ON = ("registered", "assigned", "accepted", "in_progress")
_OWED = ("assigned", "accepted", "in_progress")

ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "assign": ("registered",),
    "accept": ("assigned",),
    "start": ("accepted",),
    "claim": ("in_progress",),
    "revisit": ("claimed_fixed",),
    "close": ("confirmed_fixed",),
    "recheck": ("closed",),
    "extend": _OWED,
    "suspend": _OWED,
    "resume": _OWED,
    "duplicate": _WORKED_ON,
    "not_ours": _WORKED_ON,
    "cannot_fix": _WORKED_ON,
    "correct": STATES,
}
"""Action → states it may be taken in. There is no other way from one state to another."""

HANDLED: Final = ("accept", "start", "claim")
"""What the unit does that a problem was handed to; all else those do who follow it."""

FOLLOWERS: Final = ("admin", "planner")
HANDLER: Final = "handler"

NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "assign": ("lead_unit", "due_on"),
    "claim": ("note",),
    "revisit": ("answer",),
    "recheck": ("answer",),
    "extend": ("due_on", "note"),
    "suspend": ("note",),
    "duplicate": ("duplicate_of_id",),
    "not_ours": ("note",),
    "cannot_fix": ("note",),
    "correct": ("note",),
}
"""What an action cannot do without; ``note`` is its reason, or what was done."""


@dataclass(frozen=True)
class Actor:
    """Who acts: account, role, and of a handler the unit he works for.

    ``correction`` is his reason, where what he records lies in a closed period.
    """

    user_id: int | None
    role: str
    office: str | None = None
    correction: str | None = None


@dataclass(frozen=True)
class Situation:
    """Where a problem stands, as far as it decides what can be done.

    ``round`` counts how often it was handed over; ``claimed_by_id`` is who last said it is fixed;
    ``rechecked`` whether somebody looked again after it was closed.
    """

    state: str = "registered"
    round: int = 0
    lead_unit: str | None = None
    suspended: bool = False
    claimed_by_id: int | None = None
    rechecked: bool = False


def possible_actions(situation: Situation, actor: Actor) -> tuple[str, ...]:
    """Return what somebody may do about a problem now, in the order of `ACTIONS`."""
    return tuple(
        action
        for action in ACTIONS
        if _fault(situation, action) is None and _refusal(situation, action, actor) is None
    )


def after_action(
    situation: Situation, action: str, actor: Actor, given: Mapping[str, Any]
) -> Situation:
    """Return where a problem stands after an action.

    Parameters
    ----------
    situation : Situation
        Where it stands.
    action : str
        One of `ACTIONS`.
    actor : Actor
        Who acts.
    given : mapping
        What the action brings: the fields of `NEEDED` and, with a revisit, ``satisfaction``.

    Raises
    ------
    ConflictError
        If the action leads nowhere from here.
    NotAllowedError
        If this person may not take it.
    InputError
        If something that it needs is missing or is none of the possible answers.
    """
    refused = _fault(situation, action) or _refusal(situation, action, actor)
    if refused is not None:
        raise refused
    for name in NEEDED.get(action, ()):
        if not str(given.get(name) or "").strip():
            raise InputError(_LACKS[name])
    if action == "revisit":
        return _revisited(situation, given)
    if action == "recheck":
        _one_of(given["answer"], ANSWERS)
    changes: dict[str, dict[str, Any]] = {
        "assign": {"state": "assigned", "round": 1, "lead_unit": given.get("lead_unit")},
        "accept": {"state": "accepted"},
        "start": {"state": "in_progress"},
        "claim": {"state": "claimed_fixed", "claimed_by_id": actor.user_id},
        "close": {"state": "closed"},
        "recheck": {"rechecked": True},
        "suspend": {"suspended": True},
        "resume": {"suspended": False},
    }
    if action in CLOSED_OTHERWISE:
        return replace(situation, state=action, suspended=False)
    return replace(situation, **changes.get(action, {}))


def _revisited(situation: Situation, given: Mapping[str, Any]) -> Situation:
    """Return what a resident's answer leads to: confirmed, or handed over once more."""
    satisfaction = given.get("satisfaction") or None
    _one_of(given["answer"], ANSWERS)
    if satisfaction is not None:
        _one_of(satisfaction, SATISFACTIONS)
    if given["answer"] == "fixed":
        if satisfaction is None:
            raise InputError(N_("Say how satisfied the resident is."))
        if satisfaction != "dissatisfied":
            return replace(situation, state="confirmed_fixed")
    if given.get("due_on") in (None, ""):
        raise InputError(N_("It is handed over again: give the day it is due."))
    return replace(situation, state="assigned", round=situation.round + 1)


def _one_of(code: Any, codes: tuple[str, ...]) -> None:
    if code not in codes:
        raise InputError(N_("“%(given)s” is none of the possible answers."), given=str(code)[:60])


def _fault(situation: Situation, action: str) -> ConflictError | None:
    """Return why an action leads nowhere from here, whoever takes it."""
    if situation.state not in ACTIONS.get(action, ()):
        return ConflictError(N_("A problem in this state does not permit that."))
    if action == "resume" and not situation.suspended:
        return ConflictError(N_("This problem is not suspended."))
    if situation.suspended and action not in ("resume", "correct", *CLOSED_OTHERWISE):
        return ConflictError(N_("This problem is suspended; resume it first."))
    if action == "recheck" and situation.rechecked:
        return ConflictError(N_("Somebody has looked at this problem again already."))
    return None


def _refusal(situation: Situation, action: str, actor: Actor) -> NotAllowedError | None:
    """Return why this person may not take an action."""
    follows = actor.role in FOLLOWERS
    handles = (
        actor.role == HANDLER
        and actor.office is not None
        and actor.office == situation.lead_unit
        and action in HANDLED
    )
    if not follows and not handles:
        return NotAllowedError(N_("Your role does not permit this."))
    is_claimant = actor.user_id is not None and actor.user_id == situation.claimed_by_id
    if action in ("revisit", "recheck") and is_claimant:
        # Else problems are closed on paper.
        return NotAllowedError(
            N_("Whoever reported a problem as fixed cannot confirm it; somebody else asks.")
        )
    return None


_LACKS: dict[str, str] = {
    "lead_unit": N_("Say which unit it is handed to."),
    "due_on": N_("Give the day it is due."),
    "note": N_("Say why, or what was done."),
    "answer": N_("Say what the resident answered."),
    "duplicate_of_id": N_("Say of which problem it is a duplicate."),
}
