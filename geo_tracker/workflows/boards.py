"""An administrator drafts the board of a quarter and publishes it; it then never changes."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.boards import board_of, existing_board, marks_of, scores_of
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.columns import now
from geo_tracker.db.models import Board
from geo_tracker.db.record_plan import records_locked
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.board_lines import Quarter
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_
from geo_tracker.workflows.board_snapshot import Content, frozen_board, with_peers
from geo_tracker.workflows.followup_records import only, step_about

COUNTY, TOWN = "county", "town"
DRAFT, PUBLISHED = "draft", "published"


def draft_board(
    engine: sa.Engine,
    quarter: Quarter,
    *,
    county: tuple[str, str] | None,
    actor: Actor,
    today: date,
) -> int:
    """Begin the board of a quarter that has ended; return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    quarter : Quarter
        Which quarter.
    county : (str, str) or None
        Code and name of the county whose towns are compared; None compares counties.
    actor : Actor
        Who drafts it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    InputError
        If the quarter has not ended.
    ConflictError
        If there is such a board.
    """
    only(actor, "admin")
    if quarter.last_on >= today:
        raise InputError(N_("This quarter has not ended."))
    level, (code, name) = (TOWN, county) if county else (COUNTY, ("", None))
    with writing(engine) as session:
        # Two who begin the same one at once: the second waits, then sees the first.
        records_locked(session)
        if board_of(session, quarter.text, level, code) is not None:
            raise ConflictError(N_("There is a board of this quarter and place already."))
        (board_id,) = new_ids(session.connection(), Board, 1)
        board = Board(
            id=board_id,
            quarter=quarter.text,
            level=level,
            area_code=code,
            area_name=name,
            drafted_by_id=actor.user_id,
        )
        session.add(board)
        session.flush()
        session.add(step_about(board, "draft", actor=actor, on=today, states=(None, DRAFT)))
        return board.id


def publish_board(
    engine: sa.Engine, board_id: int, content: Content, *, actor: Actor, today: date
) -> None:
    """Publish a board: its figures, peers' scores and marks as they are now, for good.

    Parameters
    ----------
    engine : Engine
        The database.
    board_id : int
        A draft.
    content : dict
        Its figures, as `board_content`.
    actor : Actor
        Who publishes it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    NotFoundError
        If there is no such board.
    ConflictError
        If it is published already.
    InputError
        If none of its units has a rank.
    """
    only(actor, "admin")
    with writing(engine) as session:
        board = existing_draft(session, board_id)
        if not any(unit["rank"] for unit in content["units"]):
            raise InputError(N_("Too little is known of this quarter: no unit has a rank."))
        frozen = frozen_board(with_peers(session, board_id, content))
        board.snapshot, board.table_csv = frozen.snapshot, frozen.table_csv
        board.sha256 = frozen.sha256
        board.state = PUBLISHED
        board.published_by_id, board.published_at = actor.user_id, now()
        session.add(
            step_about(
                board,
                "publish",
                actor=actor,
                on=today,
                states=(DRAFT, PUBLISHED),
                fields={"sha256": [None, frozen.sha256]},
            )
        )


def discard_draft(engine: sa.Engine, board_id: int, *, actor: Actor, today: date) -> None:
    """Take a draft back that nobody said anything on yet; the log keeps that it was there.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    NotFoundError
        If there is no such board.
    ConflictError
        If it is published, or somebody scored or marked a unit.
    """
    only(actor, "admin")
    with writing(engine) as session:
        board = existing_draft(session, board_id)
        if scores_of(session, board_id) or marks_of(session, board_id):
            raise ConflictError(N_("Somebody scored or marked a unit of this draft; it stays."))
        session.add(
            step_about(
                board,
                "discard",
                actor=actor,
                on=today,
                states=(DRAFT, None),
                fields={
                    name: [getattr(board, name), None] for name in ("quarter", "level", "area_code")
                },
            )
        )
        session.delete(board)


def existing_draft(session: Session, board_id: int) -> Board:
    """Return a board that is not published, locked: publishing waits for whoever changes it.

    Raises
    ------
    NotFoundError
        If there is no such board.
    ConflictError
        If it is published.
    """
    board = existing_board(session, board_id, lock=True)
    if board.state != DRAFT:
        raise ConflictError(N_("This board is published; nothing in it can be changed."))
    return board
