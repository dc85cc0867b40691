"""督办: how what a unit of a board has to do is answered and closed, and by whom."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from geo_tracker.errors import ConflictError, NotAllowedError
from geo_tracker.followup.problem_states import FOLLOWERS, HANDLER, Actor
from geo_tracker.language import N_, Message

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"

STATES: Final = {
    OPEN: Message(N_("to be answered")),
    ANSWERED: Message(N_("answered")),
    CLOSED: Message(N_("closed off")),
}


@dataclass(frozen=True)
class TodoMove:
    """What can be done in a state, and the state it leads to; some say what was done, or why."""

    before: str
    after: str
    needs_note: bool


MOVES: Final[dict[str, TodoMove]] = {
    "answer": TodoMove(OPEN, ANSWERED, needs_note=True),
    "return": TodoMove(ANSWERED, OPEN, needs_note=True),
    "close": TodoMove(ANSWERED, CLOSED, needs_note=False),
}


def possible_moves(state: str, lead_unit: str, actor: Actor) -> tuple[str, ...]:
    """Return what somebody may do: the unit that leads answers, who follows it all the rest."""
    follows = actor.role in FOLLOWERS
    leads = actor.role == HANDLER and actor.office == lead_unit
    return tuple(
        name
        for name, move in MOVES.items()
        if move.before == state and (follows or (leads and name == "answer"))
    )


def check_move(name: str, state: str, lead_unit: str, actor: Actor) -> TodoMove:
    """Return a move that this person may make now.

    Raises
    ------
    ConflictError
        If it does not belong to the state.
    NotAllowedError
        If it is not his to make.
    """
    move = MOVES.get(name)
    if move is None or move.before != state:
        raise ConflictError(N_("That cannot be done with this to-do as it stands."))
    if name not in possible_moves(state, lead_unit, actor):
        raise NotAllowedError(N_("Your role does not permit this."))
    return move


def is_overdue(state: str, due_on: date, today: date) -> bool:
    """Say whether a to-do was due before today and is not closed."""
    return state != CLOSED and due_on < today


def is_own_unit(place: str, office: str | None) -> bool:
    """Say whether somebody works for a unit: his office is called after it."""
    return bool(office) and place in str(office)
