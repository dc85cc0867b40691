"""What all records of the follow-up have in common when somebody changes them."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geo_tracker.db.models import (
    AssetFusion,
    Attachment,
    Board,
    BoardMark,
    BoardScore,
    BoardTodo,
    ChecklistItem,
    FollowupStep,
    Fund,
    Incident,
    LagReview,
    Policy,
    PolicyUse,
    Problem,
    Project,
    Unit,
    Visit,
)
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import ChangedMeanwhileError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_

LONGEST_NOTE = 1000

Entry = (
    Visit | Incident | Problem | ChecklistItem | AssetFusion | Attachment | LagReview | PolicyUse
)

OfPlace = Board | BoardScore | BoardMark | BoardTodo
"""Records about counties and towns, not about a village."""

Record = Entry | Project | Fund | Policy | OfPlace


def only(actor: Actor, *roles: str) -> None:
    """Refuse whoever has none of these roles.

    Raises
    ------
    NotAllowedError
        If so.
    """
    if actor.role not in roles:
        raise NotAllowedError(N_("Your role does not permit this."))


def tidy(text: Any, longest: int) -> str | None:
    """Return what was typed without what cannot be seen around or in it; None for nothing.

    Raises
    ------
    InputError
        If it is too long.
    """
    seen = "".join(
        sign for sign in str(text or "") if sign == "\n" or unicodedata.category(sign) != "Cc"
    ).strip()
    if len(seen) > longest:
        raise InputError(N_("At most %(count)s characters."), count=longest)
    return seen or None


def happened_by(day: date, today: date) -> date:
    """Return a day that is not in the future.

    Raises
    ------
    InputError
        If it is.
    """
    if day > today:
        raise InputError(N_("A day in the future cannot be recorded."))
    return day


def known_unit(session: Session, unit_id: int | None) -> int:
    """Return the id of a village that there is; it stays locked against others who lock it.

    Raises
    ------
    InputError
        If there is none.
    """
    if unit_id is None or not 0 < unit_id < 2**31:
        raise InputError(N_("Say in which village it was."))
    # Two who record a visit to one village at once: the second waits, then sees the first.
    if session.get(Unit, unit_id, with_for_update={"key_share": True}) is None:
        raise InputError(N_("Say in which village it was."))
    return unit_id


def unchanged_since(
    entry: Visit
    | Incident
    | ChecklistItem
    | Project
    | LagReview
    | Policy
    | PolicyUse
    | BoardScore
    | BoardTodo,
    version: int,
) -> None:
    """Refuse what was filled in while somebody else changed the record.

    Raises
    ------
    ChangedMeanwhileError
        If it has another version by now.
    """
    if entry.version != version:
        raise ChangedMeanwhileError(N_("Somebody else has changed this since you opened it."))


def changed_fields(entry: Record, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return name → [what is stored, what is given] of values that differ, as plain data."""
    return {
        name: [plain_value(getattr(entry, name)), plain_value(new)]
        for name, new in values.items()
        if getattr(entry, name) != new
    }


def differing(entry: Record, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the same of values of which one at least has to differ.

    Raises
    ------
    InputError
        If none does.
    """
    fields = changed_fields(entry, values)
    if not fields:
        raise InputError(N_("Nothing was changed."))
    return fields


def said(note: Any) -> str:
    """Return the reason for a change.

    Raises
    ------
    InputError
        If none is given.
    """
    reason = tidy(note, LONGEST_NOTE)
    if reason is None:
        raise InputError(N_("Say why."))
    return reason


def step_about(
    entry: Entry | Project | Policy | OfPlace,
    action: str,
    *,
    actor: Actor,
    on: date,
    unit_id: int | None = None,
    states: tuple[str | None, str | None] = (None, None),
    handover_round: int | None = None,
    note: str | None = None,
    fields: Mapping[str, list[Any]] | None = None,
) -> FollowupStep:
    """Return what the log keeps of something done about a record that has an id.

    ``states``: before and after, of records that have one; ``unit_id``: the village, where it is
    another than the record's own. Policies, and what boards say of counties and towns, lie in none.
    """
    own = None if isinstance(entry, Policy | OfPlace) else entry.unit_id
    return FollowupStep(
        user_id=actor.user_id,
        table_name=entry.__tablename__,
        record_id=entry.id,
        unit_id=unit_id or own,
        action=action,
        happened_on=on,
        from_state=states[0],
        to_state=states[1],
        round=handover_round,
        note=note,
        fields=dict(fields or {}),
        correction=tidy(actor.correction, LONGEST_NOTE),
    )


def add_step(
    session: Session,
    entry: Entry | Policy,
    action: str,
    *,
    actor: Actor,
    on: date,
    note: str | None = None,
    fields: Mapping[str, list[Any]],
) -> None:
    """Write into the log what was done about a record that has an id and no states."""
    session.add(step_about(entry, action, actor=actor, on=on, note=note, fields=fields))
