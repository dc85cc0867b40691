"""What was planned for the records is carried out: one short write of many rows at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.bulk import new_ids
from geo_tracker.db.columns import Base
from geo_tracker.db.frames import register_stamp
from geo_tracker.db.models import (
    Fund,
    ImportRun,
    MergerClaim,
    Payment,
    Project,
    ProjectAmount,
    PublishedFigure,
    RecordChange,
    Unit,
    VillageFigures,
    VillageVersion,
    Vote,
)
from geo_tracker.db.records import Planned

MODELS: dict[str, type[Base]] = {
    model.__tablename__: model
    for model in (
        *(VillageFigures, VillageVersion, MergerClaim, Vote, PublishedFigure),
        # Projects before their money, which names them.
        *(Project, ProjectAmount, Fund, Payment),
    )
}
"""The tables that workbooks write, in the order in which records can be added."""

Change = tuple[int, dict[str, Any]]
"""Id of a record, and attributes to write."""


def records_stamp(session: Session) -> tuple[Any, ...]:
    """Return something that differs after whatever may change a plan; cheap to ask."""
    joined = session.scalar(sa.select(sa.func.count(Unit.same_as_id)))
    undone = session.scalar(
        sa.select(sa.func.count()).select_from(ImportRun).where(ImportRun.state == "undone")
    )
    return (*register_stamp(session), joined, undone)


def records_locked(session: Session) -> None:
    """Let no other workbook be stored or undone until this transaction ends."""
    # SQLite's writers wait for each other anyway; there this only reads.
    first = sa.select(ImportRun.id).order_by(ImportRun.id).limit(1)
    session.execute(first.with_for_update(key_share=True))


def carry_out(
    session: Session, planned: Iterable[Planned], *, run_id: int, user_id: int | None
) -> None:
    """Add and change records as planned, and log every changed field.

    Added records get their ``record_id``.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    planned : iterable of Planned
        Made from what is stored now.
    run_id, user_id : int
        The import that brings it, and who confirmed it.
    """
    added: dict[str, list[Planned]] = defaultdict(list)
    changed: dict[str, list[Planned]] = defaultdict(list)
    for one in planned:
        if one.action != "unchanged":
            (added if one.action == "added" else changed)[one.table].append(one)
    for table, model in MODELS.items():
        _add(session, model, added[table], run_id)
        from_file = {"import_id": run_id} if hasattr(model, "import_id") else {}
        with_row = hasattr(model, "row")
        write_changes(
            session,
            model,
            [
                (
                    one.record_id or 0,
                    one.values | from_file | ({"row": one.row} if with_row else {}),
                )
                for one in changed[table]
            ],
        )
    log_changes(
        session,
        [
            change_row(one, field, old, new, run_id=run_id, user_id=user_id)
            for ones in changed.values()
            for one in ones
            for field, (old, new) in one.fields.items()
        ],
    )


def _add(session: Session, model: type[Base], ones: list[Planned], run_id: int) -> None:
    if not ones:
        return
    ids = new_ids(session.connection(), model, len(ones))
    rows = []
    for one, record_id in zip(ones, ids, strict=True):
        one.record_id = record_id
        own: dict[str, Any] = {"id": record_id, "import_id": run_id}
        if one.parent is not None:
            own["project_id"] = one.parent.record_id
        rows.append(one.values | own)
    session.execute(sa.insert(model), rows)
    replaced = [one.replaces for one in ones if one.replaces is not None]
    # A revised figure is a new row; the old one stays to be looked at.
    write_changes(session, model, [(record_id, {"current": False}) for record_id in replaced])


def write_changes(session: Session, model: type[Base], changes: Iterable[Change]) -> None:
    """Write attributes of many records, those of the same attributes at once."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for record_id, values in changes:
        if values:
            alike[tuple(sorted(values))].append(
                {"of_id": record_id} | {f"to_{name}": value for name, value in values.items()}
            )
    columns = sa.inspect(model).columns
    for names, rows in alike.items():
        session.connection().execute(
            sa.update(model)
            .where(columns["id"] == sa.bindparam("of_id"))
            .values(
                {
                    columns[name]: sa.bindparam(f"to_{name}", type_=columns[name].type)
                    for name in names
                }
            ),
            rows,
        )


def delete_records(session: Session, model: type[Base], ids: Iterable[int]) -> None:
    """Delete records by their ids."""
    rows = [{"of_id": record_id} for record_id in ids]
    if rows:
        column = sa.inspect(model).columns["id"]
        session.connection().execute(sa.delete(model).where(column == sa.bindparam("of_id")), rows)


def change_row(
    one: Planned,
    field: str,
    old: Any,
    new: Any,
    *,
    run_id: int,
    user_id: int | None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Return a row of the log: one field of one record."""
    return {
        "user_id": user_id,
        "import_id": run_id,
        "table_name": one.table,
        "record_id": one.record_id,
        "unit_id": one.unit_id,
        "field": field,
        "old": None if old is None else str(old)[:500],
        "new": None if new is None else str(new)[:500],
        "reason": reason,
    }


def log_changes(session: Session, rows: list[dict[str, Any]]) -> None:
    """Add rows to the log of changes."""
    if rows:
        session.execute(sa.insert(RecordChange), rows)
