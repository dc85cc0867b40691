"""Boards as stored: drafts and published ones, peers' scores, marks, to-dos."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from geo_tracker.db.models import Board, BoardMark, BoardScore, BoardTodo, UserAccount
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

Rows = list[sa.Row[*tuple[Any, ...]]]

_LARGEST = 2**31


def all_boards(session: Session) -> Rows:
    """Return all boards, the latest quarter first: ``Board``, ``published_by``."""
    return list(
        session.execute(
            sa.select(Board, UserAccount.username.label("published_by"))
            .outerjoin(UserAccount, UserAccount.id == Board.published_by_id)
            .order_by(Board.quarter.desc(), Board.level, Board.area_code)
        )
    )


def existing_board(
    session: Session, board_id: int, *, lock: bool = False, whole: bool = False
) -> Board:
    """Return a board; with ``lock`` nobody else can change it until this transaction ends.

    With ``whole`` what was published is read as well.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if board_id < _LARGEST:
        options = [undefer(Board.snapshot), undefer(Board.table_csv)] if whole else []
        found = session.get(Board, board_id, with_for_update=lock, options=options)
    if found is None:
        raise NotFoundError(N_("There is no board %(id)s."), id=board_id)
    return found


def board_of(session: Session, quarter: str, level: str, area_code: str) -> Board | None:
    """Return the board of a quarter and place; None where there is none."""
    return session.scalars(
        sa.select(Board).where(
            Board.quarter == quarter, Board.level == level, Board.area_code == area_code
        )
    ).first()


def scores_of(session: Session, board_id: int) -> Rows:
    """Return what peers said, in order of units: ``BoardScore``, ``username``, ``office``."""
    return list(
        session.execute(
            sa.select(BoardScore, UserAccount.username, UserAccount.office)
            .outerjoin(UserAccount, UserAccount.id == BoardScore.user_id)
            .where(BoardScore.board_id == board_id)
            .order_by(BoardScore.place_code, BoardScore.id)
        )
    )


def score_by(session: Session, board_id: int, place: str, user_id: int | None) -> BoardScore | None:
    """Return what somebody said of a unit, locked; None where nothing."""
    return session.scalars(
        sa.select(BoardScore)
        .where(
            BoardScore.board_id == board_id,
            BoardScore.place_code == place,
            BoardScore.user_id == user_id,
        )
        .with_for_update()
    ).first()


def marks_of(session: Session, board_id: int) -> Rows:
    """Return the marks of a board, in order of units: ``BoardMark``, ``username``."""
    return list(
        session.execute(
            sa.select(BoardMark, UserAccount.username)
            .outerjoin(UserAccount, UserAccount.id == BoardMark.user_id)
            .where(BoardMark.board_id == board_id)
            .order_by(BoardMark.place_code)
        )
    )


def mark_of(session: Session, board_id: int, place: str) -> BoardMark | None:
    """Return the mark of a unit; None where it has none."""
    return session.scalars(
        sa.select(BoardMark).where(BoardMark.board_id == board_id, BoardMark.place_code == place)
    ).first()


def todos(session: Session, *, board_id: int | None = None) -> Rows:
    """Return to-dos, of one board or of all, the first due first: ``BoardTodo``, ``quarter``."""
    query = sa.select(BoardTodo, Board.quarter).join(Board, Board.id == BoardTodo.board_id)
    if board_id is not None:
        query = query.where(BoardTodo.board_id == board_id)
    return list(session.execute(query.order_by(BoardTodo.due_on, BoardTodo.id)))


def todo_counts(session: Session) -> dict[tuple[int, str], int]:
    """Count to-dos by board and state."""
    t = BoardTodo
    rows = session.execute(
        sa.select(t.board_id, t.state, sa.func.count()).group_by(t.board_id, t.state)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def existing_todo(session: Session, todo_id: int, *, lock: bool = False) -> BoardTodo:
    """Return a to-do.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if todo_id < _LARGEST:
        found = session.get(BoardTodo, todo_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(N_("There is no to-do %(id)s."), id=todo_id)
    return found


def standing_todo(session: Session, board_id: int, place: str, component: str) -> BoardTodo | None:
    """Return the to-do of a unit about a component of a board; None where there is none."""
    return session.scalars(
        sa.select(BoardTodo).where(
            BoardTodo.board_id == board_id,
            BoardTodo.place_code == place,
            BoardTodo.component == component,
        )
    ).first()
