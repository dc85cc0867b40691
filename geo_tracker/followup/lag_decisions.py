"""What a review decides of a village, and when one may leave the list."""

from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.language import N_, Message

WATCH, ASSIST, EXIT = "watch", "assist", "exit"

DECISIONS: Final = {
    WATCH: Message(N_("watch")),
    ASSIST: Message(N_("assist")),
    EXIT: Message(N_("exit")),
}
"""Decisions by code, in the order they are offered."""


def is_target_met(score: float | None, target: float | None) -> bool | None:
    """Say whether a score came down to its target; None where either is unknown."""
    return None if score is None or target is None else score <= target


def check_decision(
    decision: str | None,
    *,
    helper_unit: str | None,
    reason: str | None,
    score: float | None,
    target_score: float | None,
    last_target: float | None,
) -> None:
    """Refuse a decision that cannot stand.

    Parameters
    ----------
    decision : str or None
        A code of `DECISIONS`.
    helper_unit, reason : str or None
        Who assists, and why it is decided so.
    score : float or None
        The village's in the review's list, 0–100.
    target_score : float or None
        The score that is set as target now.
    last_target : float or None
        The score that was set as target when the village was last decided about.

    Raises
    ------
    InputError
        If it is none; if nobody assists; if the target asks for nothing; if a village leaves
        that has not met its last target, without a reason.
    """
    if decision not in DECISIONS:
        raise InputError(N_("Choose watch, assist or exit."))
    if decision == ASSIST and helper_unit is None:
        raise InputError(N_("Say which unit assists."))
    if target_score is not None and not 0 <= target_score <= 100:
        raise InputError(N_("Give a target score from 0 to 100."))
    # Else it would be met at once, and the village could leave without having moved.
    if target_score is not None and score is not None and target_score >= score:
        raise InputError(
            N_("The target score must be under the village's score in this review, %(score)s."),
            score=f"{score:.1f}",
        )
    if decision == EXIT and reason is None and not is_target_met(score, last_target):
        raise InputError(
            N_("A village leaves once it has met its last target score. Otherwise say why.")
        )
