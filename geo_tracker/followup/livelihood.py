"""Livelihood projects (民生实事): from candidate by vote and publication to their assessment."""

from typing import Final

from geo_tracker.errors import ConflictError, InputError
from geo_tracker.language import N_

LIVELIHOOD_STATES: Final = (
    *("candidate", "voted", "published", "under_way", "done", "assessed", "not_chosen"),
)
"""候选, 票决通过, 公布, 实施中, 完成, 测评; 未入选 for candidates that the vote leaves out."""

EDGES: Final[dict[str | None, tuple[str, ...]]] = {
    None: ("candidate",),
    "candidate": ("voted", "not_chosen"),
    "voted": ("published",),
    "published": ("under_way",),
    "under_way": ("done",),
    "done": ("assessed", "under_way"),
    "assessed": (),
    "not_chosen": ("candidate",),
}
"""State → where it leads; None: not a livelihood project yet."""

_WAY: Final = LIVELIHOOD_STATES[:-1]

_WITH_REASON: Final = {("done", "under_way"), ("not_chosen", "candidate")}


def next_states(state: str | None) -> tuple[str, ...]:
    """Return where a project may go from a state."""
    return EDGES.get(state, ())


def livelihood_after(state: str | None, to: str, *, reason: str | None) -> str:
    """Return the state that a project is led to.

    Parameters
    ----------
    state : str or None
        A state of `LIVELIHOOD_STATES`; None of a project that is none yet.
    to : str
        Where it is led.
    reason : str or None
        Why; needed where something begins anew.

    Raises
    ------
    InputError
        If there is no such state, or the reason is missing.
    ConflictError
        If no way leads there.
    """
    if to not in LIVELIHOOD_STATES:
        raise InputError(N_("Say which state it is."))
    if to not in next_states(state):
        raise ConflictError(N_("From its present state a livelihood project cannot get there."))
    if (state, to) in _WITH_REASON and not reason:
        raise InputError(N_("Say why."))
    return to


def needs_reason(state: str | None, to: str) -> bool:
    """Say whether a reason has to be given."""
    return (state, to) in _WITH_REASON


def states_told(state: str | None, to: str) -> list[str]:
    """Return the states that a project goes through where a list says how far it is.

    A list that is the first to tell of a livelihood project leads it all the way from candidate;
    one that is known goes on by one step, as it would for a person.

    Parameters
    ----------
    state : str or None
        As it is known; None of a project that is none yet.
    to : str
        What the list says.

    Raises
    ------
    InputError
        If something would begin anew: lists give no reasons.
    ConflictError
        If no way leads there.
    """
    if to == state:
        return []
    if needs_reason(state, to):
        raise InputError(
            N_(
                "A list gives no reason, which going back needs. Do it on the project's page, and"
                " say why."
            )
        )
    passed = [to]
    if state is None:
        passed = [*_WAY[: _WAY.index(to) + 1]] if to in _WAY else [_WAY[0], to]
    for one in passed:
        state = livelihood_after(state, one, reason=None)
    return passed
