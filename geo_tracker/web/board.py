"""One board: 晒 what the units did, 拼 how they stand to each other, 创 what peers say."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.boards import existing_board, todos
from geo_tracker.db.models import Board
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.board_lines import read_quarter
from geo_tracker.web.actor import actor, today
from geo_tracker.web.board_cells import cell_values, peers_by_place, unit_values
from geo_tracker.web.board_figures import counted_content, shown_content
from geo_tracker.web.board_funnel import funnels
from geo_tracker.web.board_todos import todo_values
from geo_tracker.web.board_words import board_title, component_text, quarter_text
from geo_tracker.web.context import read_session, services
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.boards import PUBLISHED, discard_draft, publish_board

bp = Blueprint("board", __name__, url_prefix="/boards")


@bp.get("/<int:board_id>")
def show(board_id: int) -> ResponseReturnValue:
    """Show a board."""
    return _page(board_id)


@bp.post("/<int:board_id>/publish")
@role_needed("admin")
def publish(board_id: int) -> ResponseReturnValue:
    """Publish a board for good."""
    with read_session() as session:
        board = existing_board(session, board_id)
    try:
        publish_board(
            services().engine, board_id, counted_content(board), actor=actor(), today=today()
        )
    except (InputError, ConflictError) as refused:
        page = _page(board_id, error=shown(refused.message))
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    flash(_("The board is published and does not change any more."), "success")
    return redirect(url_for(".show", board_id=board_id), code=303)


@bp.post("/<int:board_id>/discard")
@role_needed("admin")
def discard(board_id: int) -> ResponseReturnValue:
    """Take a draft back that nobody said anything on."""
    try:
        discard_draft(services().engine, board_id, actor=actor(), today=today())
    except ConflictError as refused:
        return make_response(_page(board_id, error=shown(refused.message)), 409)
    flash(_("The draft was discarded."), "success")
    return redirect(url_for("boards.index"), code=303)


def _page(board_id: int, *, error: str | None = None) -> str:
    with read_session() as session:
        board = existing_board(session, board_id)
        set_by_now = todos(session, board_id=board_id)
    content = shown_content(board)
    peers = peers_by_place(content)
    marks = {one["place"]: one for one in content["marks"]}
    units = [
        unit_values(board, content, unit)
        | {
            "cells": [cell_values(board, content, unit, one) for one in content["components"]],
            "peers": peers.get(unit["place"]),
            "mark": marks.get(unit["place"]),
        }
        for unit in _ordered(content["units"])
    ]
    return render_template(
        "boards/show.html",
        board=board_values(board),
        before=_before(content),
        components=[
            {
                "title": component_text(one["code"]),
                "weight": one["weight"] / sum(other["weight"] for other in content["components"]),
                "pooled": one["pooled_part"] / one["pooled_whole"] if one["pooled_whole"] else None,
            }
            for one in content["components"]
        ],
        units=units,
        said=[unit for unit in units if unit["peers"] or unit["mark"]],
        named=_named(content, board_id),
        funnels=funnels(content, board_id),
        todos=[todo_values(row.BoardTodo, row.quarter) for row in set_by_now],
        proposals=_proposals(content, board, {_key(row.BoardTodo) for row in set_by_now}),
        is_admin=current_user.role == "admin",
        error=error,
    )


def board_values(board: Board) -> dict[str, Any]:
    """Return a board as pages show it."""
    quarter = read_quarter(board.quarter)
    return {
        "id": board.id,
        "title": board_title(board.quarter, board.area_name),
        "by_town": bool(board.area_code),
        "first_on": quarter.first_on,
        "last_on": quarter.last_on,
        "is_published": board.state == PUBLISHED,
        "published_at": board.published_at,
        "sha256": board.sha256,
        "year": quarter.year,
    }


def _ordered(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(units, key=lambda unit: (unit["rank"] is None, unit["rank"] or 0))


def _before(content: dict[str, Any]) -> str:
    quarter = quarter_text(content["before"]["quarter"])
    if content["before"]["published"]:
        return str(_("Changes are against the published board of %(quarter)s.", quarter=quarter))
    return str(_("Changes are against %(quarter)s, counted in the same way.", quarter=quarter))


def _named(content: dict[str, Any], board_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the units that chance does not explain, and those that moved by more than chance."""
    found: dict[str, list[dict[str, Any]]] = {"ahead": [], "behind": [], "better": [], "worse": []}

    def add(kind: str, unit: dict[str, Any], codes: list[str]) -> None:
        if codes:
            url = url_for("board_unit.show", board_id=board_id, place=unit["place"])
            texts = _(", ").join(component_text(code) for code in codes)
            found[kind].append({"name": unit["name"], "url": url, "texts": texts})

    for unit in _ordered(content["units"]):
        for kind in found:
            add(kind, unit, unit[kind])
    return found


def _key(todo: Any) -> tuple[str, str]:
    return todo.place_code, todo.component


def _proposals(
    content: dict[str, Any], board: Board, known: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return what lies under a lower limit and has no to-do yet, the furthest first."""
    if board.state != PUBLISHED:
        return []
    found = [
        {
            "name": unit["name"],
            "component": component_text(code),
            "rate": cell["rate"],
            "is_far": cell["standing"] == "far_below",
            "url": url_for(
                "board_unit.show",
                board_id=board.id,
                place=unit["place"],
                about=code,
                _anchor="todo",
            ),
        }
        for unit in _ordered(content["units"])
        for code, cell in unit["cells"].items()
        if cell["standing"] in {"below", "far_below"} and (unit["place"], code) not in known
    ]
    return sorted(found, key=lambda one: not one["is_far"])
