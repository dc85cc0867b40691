"""The records of the ledger as stored, and what a row of a file would do to one of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.columns import CENT, Base
from geo_tracker.db.models import Place, VillageVersion

Record = dict[str, Any]
"""Attributes of a stored record by name, ``id`` among them."""

# Where a row stood in its file is no property of the record.
_PROVENANCE = {"id", "import_id", "row"}


@dataclass
class Counts:
    """What the rows of a sheet do to the register."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(eq=False)
class Planned:
    """What happens to one record; nothing is stored by it.

    Attributes
    ----------
    table : str
        Name of the record's table.
    row : int or None
        Row of the file that says so.
    unit_id : int or None
        The village in whose history it stands.
    label : str or None
        What tells the record from others of the village: a project's name, a meeting's day.
    record_id : int or None
        The stored record; None for one to be added, until it is.
    values : dict
        Attributes to write.
    fields : dict
        What changes, by field: what was and what will be. Of a new amount, fund or payment too:
        money is shown as a change of its project.
    import_id, stored_row : int or None
        Where what is stored came from.
    replaces : int or None
        Record of the same table that is no longer current.
    parent : Planned or None
        The project that money belongs to.
    steps : list of dict
        What the log of the follow-up says of it: attributes of `FollowupStep` but for the record,
        who brought it, and the import.
    """

    table: str
    row: int | None = None
    unit_id: int | None = None
    label: str | None = None
    record_id: int | None = None
    values: Record = field(default_factory=dict)
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    import_id: int | None = None
    stored_row: int | None = None
    replaces: int | None = None
    parent: "Planned | None" = None
    steps: list[Record] = field(default_factory=list)

    @cached_property
    def action(self) -> str:
        """``added``, ``changed`` or ``unchanged``; settled when it is first asked for."""
        if self.record_id is None:
            return "added"
        return "changed" if self.fields else "unchanged"


class StoredTable:
    """All records of one table, by id and by what says which record a row is about."""

    def __init__(
        self,
        session: Session,
        model: type[Base],
        key: Sequence[str] = ("id",),
        *,
        where: sa.ColumnElement[bool] | None = None,
        columns: Collection[str] | None = None,
    ) -> None:
        self.name = model.__tablename__
        self.key = key
        keys = [attribute.key for attribute in sa.inspect(model).column_attrs]
        names = [name for name in keys if _wanted(name, columns)]
        query = sa.select(*(getattr(model, name) for name in names)).order_by(
            model.id  # type: ignore[attr-defined]
        )
        rows = session.execute(query if where is None else query.where(where))
        # Whole rows as they come: an object for each would cost as much as all else.
        self.records: list[Record] = [dict(zip(names, row, strict=True)) for row in rows]
        self.by_key = {tuple(record[name] for name in key): record for record in self.records}

    def compared(
        self,
        values: Record,
        *,
        stated: Collection[str],
        row: int | None = None,
        unit_id: int | None = None,
        label: str | None = None,
        record: Record | None = None,
    ) -> Planned:
        """Return what a row does to the record it is about, or the record that it adds.

        Parameters
        ----------
        values : dict
            All attributes of a record to be added.
        stated : collection of str
            Attributes that the file speaks of; of a known record no others change.
        row, unit_id, label
            As `Planned`.
        record : dict, optional
            The known record, where its key alone does not say which it is.
        """
        known = record or self.by_key.get(tuple(values.get(name) for name in self.key))
        if known is None:
            return Planned(self.name, row, unit_id, label, values=values)
        changed = {
            name: (known[name], new)
            for name, new in values.items()
            if name in stated and name not in _PROVENANCE and not is_same(known[name], new)
        }
        return Planned(
            self.name,
            row,
            unit_id,
            label,
            record_id=known["id"],
            values={name: new for name, (_old, new) in changed.items()},
            fields=changed,
            import_id=known.get("import_id"),
            stored_row=known.get("row"),
        )


def _wanted(name: str, columns: Collection[str] | None) -> bool:
    return columns is None or name == "id" or name in columns


def is_same(old: Any, new: Any) -> bool:
    """Say whether a value is what is stored already; money to the cent, floats to 1e-9."""
    if old is None or new is None:
        return old is None and new is None
    if isinstance(old, Decimal):
        return old == Decimal(new).quantize(CENT)
    if isinstance(old, float):
        return abs(old - float(new)) < 1e-9
    return bool(old == new)


@dataclass(frozen=True)
class VillagePlace:
    """Where a village lies, as it was last."""

    name: str
    town_id: int | None
    town: str | None
    county_id: int | None
    county: str | None


def village_places(session: Session) -> dict[int, VillagePlace]:
    """Return name, town and county of every village, as it was last."""
    county = aliased(Place)
    rows = session.execute(
        sa.select(
            VillageVersion.unit_id,
            VillageVersion.name,
            Place.id,
            Place.name,
            county.id,
            county.name,
        )
        .outerjoin(Place, Place.id == VillageVersion.town_id)
        .outerjoin(county, county.id == Place.parent_id)
        .order_by(VillageVersion.valid_from)
    )
    return {row[0]: VillagePlace(*row[1:]) for row in rows}


@dataclass(frozen=True)
class Area:
    """The town or the counties that the rows of a sheet lie in."""

    names: list[str]
    unit_ids: frozenset[int]


def area_of(places: dict[int, VillagePlace], unit_ids: Iterable[int]) -> Area:
    """Return the area of some villages: their town if it is one, else their counties."""
    named = [places[unit_id] for unit_id in set(unit_ids) if unit_id in places]
    level = "town" if len({place.town_id for place in named}) == 1 else "county"
    ids = {getattr(place, f"{level}_id") for place in named} - {None}
    inside = {
        unit_id: place for unit_id, place in places.items() if getattr(place, f"{level}_id") in ids
    }
    names = {getattr(place, level) for place in inside.values()}
    return Area(sorted(names), frozenset(inside))
