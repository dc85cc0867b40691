"""创: what peers say of each other on a board, and which of them an administrator marks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.boards import mark_of, score_by
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.columns import now
from geo_tracker.db.models import BoardMark, BoardScore
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from geo_tracker.followup.board_todos import is_own_unit
from geo_tracker.followup.problem_states import FOLLOWERS, HANDLER, Actor
from geo_tracker.language import N_
from geo_tracker.workflows.boards import existing_draft
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    differing,
    only,
    said,
    step_about,
    tidy,
    unchanged_since,
)

SCORERS = (*FOLLOWERS, HANDLER)
MOST = 100


def score_peer(
    engine: sa.Engine,
    board_id: int,
    place: str,
    given: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Say what one thinks of a peer, or think otherwise than before.

    Parameters
    ----------
    engine : Engine
        The database.
    board_id : int
        A draft.
    place : str
        Code of the unit.
    given : mapping
        ``score`` (whole number, 0–100), ``comment`` (text).
    names : mapping of str to str
        The board's units: code → name.
    actor : Actor
        Who says it.
    version : int
        Of what he said before, when it was shown; 0 where nothing.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person only looks, or works for that very unit.
    NotFoundError
        If there is no such board or unit.
    ConflictError
        If the board is published.
    ChangedMeanwhileError
        If he said otherwise since it was shown.
    InputError
        If that is no score, or nothing was changed.
    """
    only(actor, *SCORERS)
    _check_place(place, names)
    if is_own_unit(names[place], actor.office):
        raise NotAllowedError(N_("Nobody scores the unit that he works for."))
    score = given.get("score")
    if not isinstance(score, int) or not 0 <= score <= MOST:
        raise InputError(N_("Give a whole number from 0 to %(most)s."), most=MOST)
    values = {"score": score, "comment": tidy(given.get("comment"), LONGEST_NOTE)}
    with writing(engine) as session:
        existing_draft(session, board_id)
        entry = score_by(session, board_id, place, actor.user_id)
        if entry is None:
            if version:
                raise ChangedMeanwhileError(
                    N_("Somebody else has changed this since you opened it.")
                )
            (entry_id,) = new_ids(session.connection(), BoardScore, 1)
            entry = BoardScore(
                id=entry_id, board_id=board_id, place_code=place, user_id=actor.user_id, **values
            )
            session.add(entry)
            fields = {name: [None, value] for name, value in values.items() if value is not None}
        else:
            unchanged_since(entry, version)
            fields = differing(entry, values)
            for name, value in values.items():
                setattr(entry, name, value)
            entry.version += 1
            entry.at = now()
        session.flush()
        fields = {"place": [place, place], **fields}
        session.add(step_about(entry, "score", actor=actor, on=today, fields=fields))


def mark_unit(
    engine: sa.Engine,
    board_id: int,
    place: str,
    reason: Any,
    *,
    names: Mapping[str, str],
    actor: Actor,
    today: date,
) -> None:
    """Mark a unit as excellent, with the reason.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    NotFoundError
        If there is no such board or unit.
    InputError
        Without a reason.
    ConflictError
        If the board is published, or the unit marked already.
    """
    only(actor, "admin")
    _check_place(place, names)
    why = said(reason)
    with writing(engine) as session:
        existing_draft(session, board_id)
        if mark_of(session, board_id, place) is not None:
            raise ConflictError(N_("This unit is marked already."))
        (mark_id,) = new_ids(session.connection(), BoardMark, 1)
        mark = BoardMark(
            id=mark_id, board_id=board_id, place_code=place, reason=why, user_id=actor.user_id
        )
        session.add(mark)
        session.flush()
        fields = {"place": [None, place]}
        session.add(step_about(mark, "mark", actor=actor, on=today, note=why, fields=fields))


def unmark_unit(
    engine: sa.Engine,
    board_id: int,
    place: str,
    *,
    names: Mapping[str, str],
    actor: Actor,
    today: date,
) -> None:
    """Take a mark back while the board is a draft.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    NotFoundError
        If there is no such board or unit, or it has no mark.
    ConflictError
        If the board is published.
    """
    only(actor, "admin")
    _check_place(place, names)
    with writing(engine) as session:
        existing_draft(session, board_id)
        mark = mark_of(session, board_id, place)
        if mark is None:
            raise NotFoundError(N_("There is no unit %(code)s on this board."), code=place[:20])
        fields = {"place": [place, None]}
        session.add(
            step_about(mark, "unmark", actor=actor, on=today, note=mark.reason, fields=fields)
        )
        session.delete(mark)


def _check_place(place: str, names: Mapping[str, str]) -> None:
    if place not in names:
        raise NotFoundError(N_("There is no unit %(code)s on this board."), code=place[:20])
