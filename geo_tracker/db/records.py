"""Rows of a table brought into the database: added, changed, or found unchanged; never twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.columns import Base
from geo_tracker.db.models import ImportRun, RecordChange


@dataclass
class Counts:
    """How many records an import added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


# Where a row stood in its file is no property of the record.
_PROVENANCE = {"import_id", "row"}


def upsert(
    session: Session,
    model: type[Base],
    rows: Iterable[dict[str, Any]],
    *,
    key: Sequence[str],
    run: ImportRun,
    unit_field: str = "unit_id",
) -> tuple[Counts, list[int]]:
    """Add new records and change known ones, logging every changed field.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    model : type
        Which table.
    rows : iterable of dict
        Attribute values; all rows have the same keys.
    key : sequence of str
        Attributes that say which record a row is about.
    run : ImportRun
        The import; stored on what it adds or changes.
    unit_field : str
        Attribute that names the village, for the village's history.

    Returns
    -------
    tuple
        Counts, and the record id of each row in order.
    """
    rows = list(rows)
    counts = Counts()
    known = {
        tuple(getattr(record, name) for name in key): record
        for record in session.scalars(sa.select(model))
    }
    ids: list[int | None] = []
    fresh: list[dict[str, Any]] = []
    seen: set[tuple[Any, ...]] = set()
    positions: list[int] = []
    log: list[dict[str, Any]] = []
    for row in rows:
        identity = tuple(row[name] for name in key)
        record = known.get(identity)
        if record is None:
            if identity in seen:
                ids.append(None)
                continue
            seen.add(identity)
            positions.append(len(ids))
            ids.append(None)
            fresh.append(row | {"import_id": run.id})
            continue
        ids.append(record.id)  # type: ignore[attr-defined]
        changed = _changed_fields(record, row)
        if not changed:
            counts.unchanged += 1
            continue
        counts.changed += 1
        for name, (old, new) in changed.items():
            setattr(record, name, new)
            log.append(
                {
                    "user_id": run.user_id,
                    "import_id": run.id,
                    "table_name": model.__tablename__,
                    "record_id": record.id,  # type: ignore[attr-defined]
                    "unit_id": row.get(unit_field),
                    "field": name,
                    "old": None if old is None else str(old)[:500],
                    "new": None if new is None else str(new)[:500],
                }
            )
        record.import_id = run.id  # type: ignore[attr-defined]
    if fresh:
        created = session.scalars(
            sa.insert(model).returning(model.id, sort_by_parameter_order=True),  # type: ignore[attr-defined]
            fresh,
        ).all()
        for position, record_id in zip(positions, created, strict=True):
            ids[position] = record_id
        counts.added = len(created)
    if log:
        session.execute(sa.insert(RecordChange), log)
    # A record named twice in one file is one record.
    identities = [tuple(row[name] for name in key) for row in rows]
    by_identity = {who: found for who, found in zip(identities, ids, strict=True) if found}
    return counts, [by_identity[who] for who in identities]


def _changed_fields(record: Base, row: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    changed = {}
    for name, new in row.items():
        if name in _PROVENANCE:
            continue
        old = getattr(record, name)
        same = old == new or (
            isinstance(old, float) and new is not None and abs(old - float(new)) < 1e-9
        )
        if not same:
            changed[name] = (old, new)
    return changed
