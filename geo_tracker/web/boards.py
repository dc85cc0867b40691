"""晒拼创: boards of quarters, by county and by town."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.boards import all_boards, existing_board, todo_counts
from geo_tracker.errors import ConflictError, InputError, NotFoundError
from geo_tracker.followup.board_lines import ended_quarters, read_quarter
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, today
from geo_tracker.web.board_words import board_title, quarter_text
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import place_options
from geo_tracker.web.followup_forms import typed
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.boards import PUBLISHED, draft_board

bp = Blueprint("boards", __name__, url_prefix="/boards")


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the boards."""
    return _index()


def _index(*, error: str | None = None) -> str:
    held, is_admin = register(), current_user.role == "admin"
    with read_session() as session:
        found, counts = all_boards(session), todo_counts(session)
    rows = [
        {
            "title": board_title(row.Board.quarter, row.Board.area_name),
            "url": url_for("board.show", board_id=row.Board.id),
            "is_published": row.Board.state == PUBLISHED,
            "published_at": row.Board.published_at,
            "published_by": row.published_by,
            "open": counts.get((row.Board.id, "open"), 0),
            "answered": counts.get((row.Board.id, "answered"), 0),
            "closed": counts.get((row.Board.id, "closed"), 0),
            "todos_url": url_for("board_todos.index", board=row.Board.id),
        }
        for row in found
    ]
    return render_template(
        "boards/index.html",
        boards=rows,
        drafting=_drafting() if is_admin and not held.versions.empty else None,
        is_admin=is_admin,
        error=error,
    )


def _drafting() -> dict[str, Any]:
    """Return what a board can be drafted of, and what is proposed."""
    held = register()
    quarters = ended_quarters(held.layers[0].as_of_on, today())
    last = next((one.text for one in quarters if one.last_on <= judging_day()), "")
    return {
        "quarters": [(one.text, quarter_text(one.text)) for one in quarters],
        "quarter": typed("quarter") or last,
        "counties": place_options(held.versions, "county"),
        "county": typed("county"),
    }


@bp.post("/")
@role_needed("admin")
def draft() -> ResponseReturnValue:
    """Draft the board of a quarter."""
    code = typed("county")
    names = dict(place_options(register().versions, "county"))
    try:
        if code and code not in names:
            raise NotFoundError(N_("There is no county %(code)s."), code=code[:20])
        board_id = draft_board(
            services().engine,
            read_quarter(typed("quarter")),
            county=(code, names[code]) if code else None,
            actor=actor(),
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        return make_response(_index(error=shown(refused.message)), status)
    flash(_("The board is drafted; peers can score each other until it is published."), "success")
    return redirect(url_for("board.show", board_id=board_id), code=303)


@bp.get("/<int:board_id>/board.csv")
def table(board_id: int) -> ResponseReturnValue:
    """Send a published board as the table that was kept: the same file every time."""
    return _sent(board_id, "csv")


@bp.get("/<int:board_id>/board.json")
def snapshot(board_id: int) -> ResponseReturnValue:
    """Send a published board as it is kept; its fingerprint is the one the page shows."""
    return _sent(board_id, "json")


def _sent(board_id: int, kind: str) -> Response:
    with read_session() as session:
        board = existing_board(session, board_id, whole=True)
    if board.snapshot is None or board.table_csv is None:
        raise NotFoundError(N_("This board is not published yet."))
    if kind == "csv":
        answer = Response(board.table_csv.encode("utf-8-sig"), mimetype="text/csv")
    else:
        answer = Response(board.snapshot.encode("utf-8"), mimetype="application/json")
    name = quote(f"{board_title(board.quarter, board.area_name)}.{kind}", safe="")
    # Only the second form of the name may hold Chinese.
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"board.{kind}\"; filename*=UTF-8''{name}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
