"""Checklists as stored: counted by village and by owner, items of a village, tasks by page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import AssetFusion, ChecklistItem, FollowupStep, UserAccount

_OPEN = ChecklistItem.state == "open"
_IS_DONE = ChecklistItem.state.in_(("done", "verified"))
Counts = dict[str, Any]


def _counts(on: date) -> list[sa.Label[Any]]:
    """Return columns that count items: of an overdue one the day has passed and it is open."""

    def counted(condition: sa.ColumnElement[bool]) -> sa.Function[int]:
        return sa.func.count(sa.case((condition, 1)))

    return [
        counted(ChecklistItem.state != "not_applicable").label("applicable"),
        counted(_IS_DONE).label("done"),
        counted(ChecklistItem.state == "verified").label("verified"),
        counted(_OPEN & (ChecklistItem.due_on < on)).label("overdue"),
        sa.func.min(sa.case((_OPEN, ChecklistItem.due_on))).label("next_due_on"),
    ]


def checklist_counts(session: Session, *, on: date) -> dict[int, Counts]:
    """Return by merged village ``applicable``, ``done`` (verified ones too), ``verified``,
    ``overdue`` (int) and ``next_due_on`` (date or None), judged on a day.
    """
    rows = session.execute(
        sa.select(ChecklistItem.unit_id, *_counts(on)).group_by(ChecklistItem.unit_id)
    )
    return {row.unit_id: dict(row._mapping) for row in rows}


def domain_counts(session: Session, *, on: date) -> list[Counts]:
    """Return the same by merged village and domain: ``unit_id``, ``domain`` and the counts."""
    by = (ChecklistItem.unit_id, ChecklistItem.domain)
    rows = session.execute(sa.select(*by, *_counts(on)).group_by(*by))
    return [dict(row._mapping) for row in rows]


def owner_counts(session: Session, *, on: date) -> list[Counts]:
    """Return the same by ``owner_unit`` and ``owner_person`` (None where nobody was named)."""
    owner = (ChecklistItem.owner_unit, ChecklistItem.owner_person)
    rows = session.execute(sa.select(*owner, *_counts(on)).group_by(*owner).order_by(*owner))
    return [dict(row._mapping) for row in rows]


def items_of(session: Session, unit_id: int) -> list[tuple[ChecklistItem, str | None, str | None]]:
    """Return a village's items as they were added, with who said done and who verified."""
    doer, verifier = (sa.orm.aliased(UserAccount) for _who in range(2))
    rows = session.execute(
        sa.select(ChecklistItem, doer.username, verifier.username)
        .outerjoin(doer, doer.id == ChecklistItem.done_by_id)
        .outerjoin(verifier, verifier.id == ChecklistItem.verified_by_id)
        .where(ChecklistItem.unit_id == unit_id)
        .order_by(ChecklistItem.id)
    )
    return [(item, done_by, verified_by) for item, done_by, verified_by in rows]


@dataclass(frozen=True)
class TaskFilter:
    """Which items are asked for; what is None does not narrow.

    ``owner_unit`` and ``owner_person``: a name, or "" for items that nobody owns. ``state``: a
    state, or ``overdue``. ``unit_ids``: of these villages.
    """

    owner_unit: str | None = None
    owner_person: str | None = None
    state: str | None = None
    unit_ids: list[int] | None = None


def task_count(session: Session, asked: TaskFilter, *, on: date) -> int:
    """Return how many items are asked for; overdue ones are judged on a day."""
    query = sa.select(sa.func.count()).select_from(ChecklistItem).where(*task_conditions(asked, on))
    return session.scalar(query) or 0


def task_page(
    session: Session, asked: TaskFilter, *, on: date, first: int, count: int
) -> list[ChecklistItem]:
    """Return so many of the items asked for, those due first at the head."""
    items = session.scalars(
        sa.select(ChecklistItem)
        .where(*task_conditions(asked, on))
        .order_by(ChecklistItem.due_on.is_(None), ChecklistItem.due_on, ChecklistItem.id)
        .offset(first)
        .limit(count)
    )
    return list(items)


def task_conditions(asked: TaskFilter, on: date) -> list[sa.ColumnElement[bool]]:
    """Return what the items asked for have in common; overdue ones are judged on a day."""
    where: list[sa.ColumnElement[bool]] = []
    for name in ("owner_unit", "owner_person"):
        value = getattr(asked, name)
        if value is not None:
            column = getattr(ChecklistItem, name)
            where.append(column.is_(None) if value == "" else column == value)
    if asked.state == "overdue":
        where += [_OPEN, ChecklistItem.due_on < on]
    elif asked.state is not None:
        where.append(ChecklistItem.state == asked.state)
    if asked.unit_ids is not None:
        where.append(ChecklistItem.unit_id.in_(asked.unit_ids))
    return where


def fusions_of(session: Session, unit_ids: list[int]) -> list[tuple[AssetFusion, str | None]]:
    """Return all that was recorded of these former villages' assets, with by whom, in order."""
    rows = session.execute(
        sa.select(AssetFusion, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == AssetFusion.recorded_by_id)
        .where(AssetFusion.unit_id.in_(unit_ids))
        .order_by(AssetFusion.id)
    )
    return [(fusion, username) for fusion, username in rows]


def current_stages(session: Session) -> dict[int, str]:
    """Return by former village the stage its assets are in now."""
    rows = session.execute(
        sa.select(AssetFusion.unit_id, AssetFusion.stage).where(AssetFusion.current.is_(True))
    )
    return {row.unit_id: row.stage for row in rows}


def steps_of_village(
    session: Session, unit_id: int, table_name: str
) -> list[tuple[FollowupStep, str | None]]:
    """Return what was done about a village's records of one kind, the newest first."""
    rows = session.execute(
        sa.select(FollowupStep, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == FollowupStep.user_id)
        .where(FollowupStep.unit_id == unit_id, FollowupStep.table_name == table_name)
        .order_by(FollowupStep.id.desc())
    )
    return [(step, username) for step, username in rows]
