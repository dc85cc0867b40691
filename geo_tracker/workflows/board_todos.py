"""督办: an administrator has a unit of a published board do something; it answers, it is closed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.boards import existing_board, existing_todo, standing_todo
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.models import BoardTodo
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import ConflictError, InputError, NotFoundError
from geo_tracker.followup.board_todos import check_move
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_
from geo_tracker.workflows.board_snapshot import Content
from geo_tracker.workflows.boards import PUBLISHED
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    changed_fields,
    only,
    step_about,
    tidy,
    unchanged_since,
)

LONGEST = {"text": 1000, "lead_unit": 60, "lead_person": 60}
LONGEST_ANSWER = 2000


def set_todo(
    engine: sa.Engine,
    board_id: int,
    content: Content,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    today: date,
) -> int:
    """Have a unit do something about a component; return the to-do's id.

    Parameters
    ----------
    engine : Engine
        The database.
    board_id : int
        A published board.
    content : dict
        What was published.
    given : mapping
        ``place``, ``component`` (codes of the board), ``text``, ``lead_unit``, ``lead_person``
        (texts), ``due_on`` (date).
    actor : Actor
        Who sets it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    NotFoundError
        If there is no such board, or no such unit or component on it.
    InputError
        Without a text, a unit that leads, or a deadline that is not over.
    ConflictError
        If the board is a draft, or the unit has a to-do about the component.
    """
    only(actor, "admin")
    names = {unit["place"]: unit["name"] for unit in content["units"]}
    place, component = given.get("place"), given.get("component")
    if place not in names or component not in {one["code"] for one in content["components"]}:
        raise NotFoundError(N_("There is no unit %(code)s on this board."), code=str(place)[:20])
    values = {name: tidy(given.get(name), longest) for name, longest in LONGEST.items()}
    due_on = given.get("due_on")
    if values["text"] is None or values["lead_unit"] is None or due_on is None:
        raise InputError(N_("Say what is to be done, which unit leads, and until when."))
    if due_on < today:
        raise InputError(N_("The deadline lies in the past."))
    with writing(engine) as session:
        board = existing_board(session, board_id, lock=True)
        if board.state != PUBLISHED:
            raise ConflictError(N_("To-dos follow from a published board."))
        if standing_todo(session, board_id, str(place), str(component)) is not None:
            raise ConflictError(N_("This unit has a to-do about it already."))
        (todo_id,) = new_ids(session.connection(), BoardTodo, 1)
        todo = BoardTodo(
            id=todo_id,
            board_id=board_id,
            place_code=place,
            place_name=names[place],
            component=component,
            due_on=due_on,
            state="open",
            set_by_id=actor.user_id,
            **values,
        )
        session.add(todo)
        session.flush()
        kept = values | {"due_on": due_on}
        fields = {name: [None, plain_value(v)] for name, v in kept.items() if v is not None}
        session.add(
            step_about(todo, "set", actor=actor, on=today, states=(None, "open"), fields=fields)
        )
        return todo.id


def move_todo(
    engine: sa.Engine,
    todo_id: int,
    action: str,
    note: Any,
    *,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Answer a to-do, return it with a reason, or close it.

    Parameters
    ----------
    engine : Engine
        The database.
    todo_id : int
        The to-do.
    action : str
        A key of `MOVES`.
    note : str
        What was done and what shows it; or why it is returned; or what is said when closing.
    actor : Actor
        Who acts.
    version : int
        The to-do's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such to-do.
    ChangedMeanwhileError
        If somebody was faster.
    ConflictError
        If that cannot be done as it stands.
    NotAllowedError
        If it is not this person's to do.
    InputError
        If nothing is said where something has to be.
    """
    with writing(engine) as session:
        todo = existing_todo(session, todo_id, lock=True)
        unchanged_since(todo, version)
        move = check_move(action, todo.state, todo.lead_unit, actor)
        is_answer = action == "answer"
        told = tidy(note, LONGEST_ANSWER if is_answer else LONGEST_NOTE)
        if move.needs_note and told is None:
            raise InputError(N_("Say what was done.") if is_answer else N_("Say why."))
        values: dict[str, Any] = {}
        if is_answer:
            values = {"answer": told, "answered_on": today}
        elif action == "close":
            values = {"closed_on": today}
        fields = changed_fields(todo, values)
        for name, value in values.items():
            setattr(todo, name, value)
        todo.state = move.after
        todo.version += 1
        session.add(
            step_about(
                todo,
                action,
                actor=actor,
                on=today,
                states=(move.before, move.after),
                note=None if is_answer else told,
                fields=fields,
            )
        )
