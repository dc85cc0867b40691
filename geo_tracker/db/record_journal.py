"""What an import did to each record, kept with it as plain data: to be looked at and undone."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.geometry import Geometry
from geo_tracker.db.models import ImportRun
from geo_tracker.db.record_plan import MODELS
from geo_tracker.db.records import Planned

Field = str


@dataclass
class Entry:
    """What an import did to one record.

    ``fields``: what was and what is, as plain data. ``import_id`` and ``stored_row``: where a
    changed record came from before. ``replaces``: the amount that is no longer current.
    """

    record_id: int
    row: int | None = None
    unit_id: int | None = None
    label: str | None = None
    fields: dict[Field, list[Any]] = field(default_factory=dict)
    import_id: int | None = None
    stored_row: int | None = None
    replaces: int | None = None
    project_id: int | None = None

    def telling(self, fields: dict[Field, list[Any]]) -> "Entry":
        """Return an entry about the same record that tells of other fields."""
        return Entry(self.record_id, self.row, self.unit_id, self.label, fields)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as plain data without what is not known."""
        return {name: value for name, value in asdict(self).items() if value not in (None, {})}


@dataclass
class Journal:
    """What an import did: by table and record what it added, changed, and found unchanged."""

    added: dict[str, dict[int, Entry]] = field(default_factory=lambda: defaultdict(dict))
    changed: dict[str, dict[int, Entry]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[str, dict[int, int | None]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, planned: Iterable[Planned]) -> "Journal":
        """Return the journal of what was carried out."""
        journal = cls()
        for one in planned:
            record_id = one.record_id or 0
            if one.action == "unchanged":
                journal.seen[one.table][record_id] = one.row
                continue
            kept = journal.added if one.action == "added" else journal.changed
            kept[one.table][record_id] = Entry(
                record_id,
                one.row,
                one.unit_id,
                one.label,
                {
                    name: [plain_value(old), plain_value(new)]
                    for name, (old, new) in one.fields.items()
                },
                one.import_id,
                one.stored_row,
                one.replaces,
                one.parent.record_id if one.parent is not None else None,
            )
        return journal

    def to_json(self) -> dict[str, Any]:
        """Return the journal as plain data."""
        return {
            "added": _plain_entries(self.added),
            "changed": _plain_entries(self.changed),
            "seen": {
                table: [[record_id, row] for record_id, row in rows.items()]
                for table, rows in self.seen.items()
                if rows
            },
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Journal":
        """Return the journal that `to_json` wrote."""
        journal = cls()
        for name in ("added", "changed"):
            for table, entries in data[name].items():
                for entry in entries:
                    getattr(journal, name)[table][entry["record_id"]] = Entry(**entry)
        for table, rows in data["seen"].items():
            journal.seen[table] = dict(rows)
        return journal


def journals_of(session: Session, import_ids: Collection[int]) -> dict[int, Journal]:
    """Return the journals of some imports by id, in the order in which they were stored.

    Imports without one, and those that were undone, are left out.
    """
    runs = session.execute(
        sa.select(ImportRun.id, ImportRun.result).where(
            ImportRun.id.in_(import_ids), ImportRun.state == "published"
        )
    )
    found = [row for row in runs if "journal" in row.result]
    found.sort(key=lambda row: int(row.result["sequence"]))
    return {row.id: Journal.from_json(row.result["journal"]) for row in found}


def _plain_entries(entries: dict[str, dict[int, Entry]]) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [entry.to_json() for entry in of_table.values()]
        for table, of_table in entries.items()
        if of_table
    }


def plain_value(value: Any) -> Any:
    """Return a value of a record as JSON can keep it, without loss."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkb(value, hex=True)
    return value


def stored_value(table: str, name: Field, value: Any) -> Any:
    """Return the value of a record that `plain_value` kept."""
    kind = sa.inspect(MODELS[table]).columns[name].type
    if value is None:
        return None
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, Geometry):
        return shapely.from_wkb(bytes.fromhex(value))
    return Decimal(value) if isinstance(value, str) and not isinstance(kind, sa.String) else value
