"""One unit of a board: its components, what peers say, marks, and what it has to do."""

from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.boards import existing_board, scores_of, todos
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.board_todos import is_own_unit
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.web.actor import actor, today
from geo_tracker.web.board import board_values
from geo_tracker.web.board_cells import cell_values, peers_by_place, unit_values
from geo_tracker.web.board_figures import place_of, shown_content
from geo_tracker.web.board_todos import todo_values
from geo_tracker.web.board_words import component_text, proposal_text
from geo_tracker.web.context import read_session, services
from geo_tracker.web.filters import chosen_code
from geo_tracker.web.followup_forms import count_of, day_text, number_in, typed
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.board_peers import MOST, SCORERS, mark_unit, score_peer, unmark_unit
from geo_tracker.workflows.board_snapshot import Content
from geo_tracker.workflows.board_todos import LONGEST, set_todo
from geo_tracker.workflows.boards import PUBLISHED
from geo_tracker.workflows.followup_records import LONGEST_NOTE

bp = Blueprint("board_unit", __name__, url_prefix="/boards")

TODO_DAYS = timedelta(days=30)
"""Proposed as the time to do it."""


@bp.get("/<int:board_id>/units/<place>")
def show(board_id: int, place: str) -> ResponseReturnValue:
    """Show a unit of a board."""
    return _page(board_id, place)


@bp.post("/<int:board_id>/units/<place>/score")
@role_needed(*SCORERS)
def score(board_id: int, place: str) -> ResponseReturnValue:
    """Score a peer."""
    given = {"score": typed("score"), "comment": typed("comment")}
    version = number_in(request.form, "version")
    try:
        score_peer(
            services().engine,
            board_id,
            place,
            given | {"score": count_of(given["score"])},
            names=_names(board_id),
            actor=actor(),
            version=version,
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        return _refused(board_id, place, refused, score=given)
    flash(_("Your score was recorded."), "success")
    return redirect(url_for(".show", board_id=board_id, place=place), code=303)


@bp.post("/<int:board_id>/units/<place>/mark")
@role_needed("admin")
def mark(board_id: int, place: str) -> ResponseReturnValue:
    """Mark a unit as excellent, or take that back."""
    engine, names, who = services().engine, _names(board_id), actor()
    try:
        if "unmark" in request.form:
            unmark_unit(engine, board_id, place, names=names, actor=who, today=today())
        else:
            mark_unit(
                engine, board_id, place, typed("reason"), names=names, actor=who, today=today()
            )
    except (InputError, ConflictError) as refused:
        return _refused(board_id, place, refused, reason=typed("reason"))
    flash(_("The mark was changed."), "success")
    return redirect(url_for(".show", board_id=board_id, place=place), code=303)


@bp.post("/<int:board_id>/units/<place>/todo")
@role_needed("admin")
def todo(board_id: int, place: str) -> ResponseReturnValue:
    """Have the unit do something."""
    given = {name: typed(name) for name in ("component", *LONGEST, "due_on")}
    with read_session() as session:
        board = existing_board(session, board_id)
    try:
        set_todo(
            services().engine,
            board_id,
            shown_content(board),
            given | {"place": place, "due_on": typed_day(given["due_on"])},
            actor=actor(),
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        return _refused(board_id, place, refused, todo=given)
    flash(_("The to-do is set."), "success")
    return redirect(url_for("board.show", board_id=board_id, _anchor="todos"), code=303)


def _names(board_id: int) -> dict[str, str]:
    with read_session() as session:
        board = existing_board(session, board_id)
    return place_of(board).names(register())


def _refused(
    board_id: int, place: str, refused: InputError | ConflictError, **kept: Any
) -> ResponseReturnValue:
    page = _page(board_id, place, error=shown(refused.message), kept=kept)
    return make_response(page, 422 if isinstance(refused, InputError) else 409)


def _page(
    board_id: int, place: str, *, error: str | None = None, kept: dict[str, Any] | None = None
) -> str:
    kept = kept or {}
    with read_session() as session:
        board = existing_board(session, board_id)
        given = [row for row in scores_of(session, board_id) if row.BoardScore.place_code == place]
        set_by_now = [
            row for row in todos(session, board_id=board_id) if row.BoardTodo.place_code == place
        ]
    content = shown_content(board)
    unit = next((one for one in content["units"] if one["place"] == place), None)
    if unit is None:
        abort(404)
    mine = next((r.BoardScore for r in given if r.BoardScore.user_id == current_user.id), None)
    is_admin, is_draft = current_user.role == "admin", board.state != PUBLISHED
    is_own = is_own_unit(unit["name"], current_user.office)
    about = {row.BoardTodo.component for row in set_by_now}
    return render_template(
        "boards/unit.html",
        board=board_values(board),
        unit=unit_values(board, content, unit),
        cells=[cell_values(board, content, unit, one) for one in content["components"]],
        peers=peers_by_place(content).get(place),
        mark=next((one for one in content["marks"] if one["place"] == place), None),
        score=kept.get("score") or _said(mine),
        score_version=mine.version if mine else 0,
        most=MOST,
        longest=LONGEST | {"comment": LONGEST_NOTE},
        may_score=is_draft and current_user.role in SCORERS and not is_own,
        is_own=is_draft and is_own,
        may_mark=is_draft and is_admin,
        reason=kept.get("reason", ""),
        todos=[todo_values(row.BoardTodo, row.quarter) for row in set_by_now],
        form=_todo_form(content, unit, about, kept.get("todo"))
        if is_admin and not is_draft
        else None,
        error=error,
    )


def _said(mine: Any) -> dict[str, str]:
    if mine is None:
        return {"score": "", "comment": ""}
    return {"score": str(mine.score), "comment": mine.comment or ""}


def _todo_form(
    content: Content, unit: dict[str, Any], about: set[str], kept: dict[str, str] | None
) -> dict[str, Any] | None:
    """Return the form of a to-do, filled in for the component that lies lowest; None for none."""
    left = [one for one in content["components"] if one["code"] not in about]
    if not left:
        return None
    order = {"far_below": 0, "below": 1}
    lowest = min(left, key=lambda one: order.get(unit["cells"][one["code"]]["standing"], 2))
    code = chosen_code("about", [one["code"] for one in left], default=lowest["code"])
    component = next(one for one in left if one["code"] == code)
    values = kept or {
        "component": code,
        "text": proposal_text(unit, component),
        "lead_unit": unit["name"][: LONGEST["lead_unit"]],
        "lead_person": "",
        "due_on": day_text(today() + TODO_DAYS),
    }
    return {
        "components": [(one["code"], component_text(one["code"])) for one in left],
        "values": values,
    }
