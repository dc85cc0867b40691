"""督办: to-dos of boards, what was answered, and who closed them."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.boards import existing_board, existing_todo, todos
from geo_tracker.db.models import BoardTodo
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError
from geo_tracker.followup.board_todos import STATES, is_overdue, possible_moves
from geo_tracker.web.actor import actor, today
from geo_tracker.web.board_words import (
    board_step_text,
    board_title,
    component_text,
    quarter_text,
    todo_state,
)
from geo_tracker.web.context import read_session, services
from geo_tracker.web.filters import chosen_code
from geo_tracker.web.followup_forms import number_in, typed
from geo_tracker.web.followup_words import step_note
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.board_peers import SCORERS
from geo_tracker.workflows.board_todos import LONGEST_ANSWER, move_todo

bp = Blueprint("board_todos", __name__, url_prefix="/boards/todos")

OVERDUE = "overdue"


@bp.get("/")
def index() -> ResponseReturnValue:
    """List to-dos, of all boards or of one."""
    state = chosen_code("state", (*STATES, OVERDUE))
    board_id = number_in(request.args, "board") or None
    with read_session() as session:
        found = todos(session, board_id=board_id)
    every = [todo_values(row.BoardTodo, row.quarter) for row in found]
    counts = {code: sum(_is(one, code) for one in every) for code in (*STATES, OVERDUE)}
    texts = {code: shown(text) for code, text in STATES.items()} | {OVERDUE: _("overdue")}
    return render_template(
        "boards/todos.html",
        rows=[one for one in every if not state or _is(one, state)],
        summary=[
            {
                "text": text,
                "count": counts[code],
                "url": url_for(".index", state=code, board=board_id),
            }
            for code, text in texts.items()
        ],
        state=state,
        of_board=board_id,
    )


def _is(one: dict[str, Any], state: str) -> bool:
    return bool(one["is_overdue"]) if state == OVERDUE else one["state"] == state


def todo_values(todo: BoardTodo, quarter: str) -> dict[str, Any]:
    """Return a to-do as pages show it."""
    names = ("id", "place_name", "text", "lead_unit", "lead_person", "due_on", "state", "answer")
    return {name: getattr(todo, name) for name in names} | {
        "url": url_for("board_todos.show", todo_id=todo.id),
        "board_url": url_for("board.show", board_id=todo.board_id),
        "unit_url": url_for("board_unit.show", board_id=todo.board_id, place=todo.place_code),
        "quarter": quarter_text(quarter),
        "component": component_text(todo.component),
        "shown": todo_state(todo.state),
        "is_overdue": is_overdue(todo.state, todo.due_on, today()),
        "answered_on": todo.answered_on,
        "closed_on": todo.closed_on,
    }


@bp.get("/<int:todo_id>")
def show(todo_id: int) -> ResponseReturnValue:
    """Show a to-do with its history."""
    return _page(todo_id)


@bp.post("/<int:todo_id>/act")
@role_needed(*SCORERS)
def act(todo_id: int) -> ResponseReturnValue:
    """Answer a to-do, return it, or close it."""
    action, note = typed("action"), typed("note")
    version = number_in(request.form, "version")
    try:
        move_todo(
            services().engine,
            todo_id,
            action,
            note,
            actor=actor(),
            version=version,
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        meanwhile = isinstance(refused, ChangedMeanwhileError)
        page = _page(
            todo_id, note=note, seen=version if meanwhile else None, error=shown(refused.message)
        )
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    flash(_("Recorded."), "success")
    return redirect(url_for(".show", todo_id=todo_id), code=303)


def _page(
    todo_id: int, *, note: str = "", seen: int | None = None, error: str | None = None
) -> str:
    """Return the page; ``seen``: the version that was shown when somebody else was faster."""
    with read_session() as session:
        todo = existing_todo(session, todo_id)
        board = existing_board(session, todo.board_id)
        steps = steps_of(session, BoardTodo.__tablename__, todo_id)
    rows = [
        {
            "at": step.at,
            "username": username,
            "text": board_step_text(step),
            "note": step_note(step) or step.fields.get("answer", [None, None])[1],
        }
        for step, username in reversed(steps)
    ]
    since = 0 if seen is None else max(0, todo.version - seen)
    return render_template(
        "boards/todo.html",
        board={"title": board_title(board.quarter, board.area_name), "id": board.id},
        todo=todo_values(todo, board.quarter),
        record_version=todo.version,
        moves=possible_moves(todo.state, todo.lead_unit, actor()),
        note=note,
        longest=LONGEST_ANSWER,
        steps=rows,
        changed=rows[:since],
        error=error,
    )
