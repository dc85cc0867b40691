"""What the rows of one sheet would do to the register: planned from what is stored."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.columns import Base
from geo_tracker.db.models import Project
from geo_tracker.db.records import (
    Area,
    Counts,
    Planned,
    Record,
    StoredTable,
    VillagePlace,
    area_of,
    village_places,
)
from geo_tracker.followup.rules import Rules
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_, Message
from geo_tracker.workflows.known_projects import KnownProjects
from geo_tracker.workflows.rules import rules_of

SHEET_TABLES: dict[str, tuple[str, ...]] = {
    "villages": ("village_figures", "village_version"),
    "mergers": ("merger_claim",),
    "votes": ("vote",),
    "projects": ("project", "project_amount", "fund", "payment"),
    "problems": ("problem",),
    "visits": ("visit",),
    "incidents": ("incident",),
    "checklists": ("checklist_item",),
    "fusions": ("asset_fusion",),
    "published": ("published_figure",),
}
"""Kind of sheet → the tables it writes, that of its rows first."""


@dataclass(frozen=True)
class FileFacts:
    """What holds for all rows of a file: its date, its name, whether it is made up, whose it is."""

    as_of_on: date
    title: str
    synthetic: bool
    user_id: int | None = None


@dataclass(frozen=True)
class Missing:
    """A record that the register has and no row of a sheet names."""

    table: str
    record_id: int
    unit_id: int | None
    label: str | None
    import_id: int | None


@dataclass(frozen=True)
class SheetPlan:
    """What a sheet would do.

    Attributes
    ----------
    kind, title : str
        Of the sheet.
    counts : Counts
        Its rows by what they do.
    planned : list of Planned
        By record, in the order of the rows.
    unmatched : DataFrame
        Rows whose village is not known, by Excel row, with the ``reason``.
    problems : ImportReport
        Rows that say of a record what another row says, too.
    area : list of str
        Names of the town or counties (of figures published: of the publishers) the sheet is of.
    missing : list of Missing
        Records of this kind and area that no row names; they stay as they are.
    """

    kind: str
    title: str
    counts: Counts
    planned: list[Planned]
    unmatched: pd.DataFrame
    problems: ImportReport
    area: list[str]
    missing: list[Missing]


@dataclass(frozen=True)
class _Mention:
    title: str
    row: int
    says: Record


@dataclass
class KnownRecords:
    """What is stored, each table read once, and which records a file has named so far."""

    session: Session
    _tables: dict[str, StoredTable] = field(default_factory=dict)
    _rules: dict[int, Rules] = field(default_factory=dict)
    mentions: dict[Any, _Mention] = field(default_factory=dict)

    @cached_property
    def projects(self) -> KnownProjects:
        """The stored projects, and those that sheets before have added."""
        return KnownProjects([dict(record) for record in self.table(Project).records])

    def table(
        self,
        model: type[Base],
        key: Sequence[str] = ("id",),
        *,
        where: sa.ColumnElement[bool] | None = None,
        columns: Sequence[str] | None = None,
    ) -> StoredTable:
        """Return the records of a table; see `StoredTable`."""
        name = model.__tablename__
        if name not in self._tables:
            self._tables[name] = StoredTable(self.session, model, key, where=where, columns=columns)
        return self._tables[name]

    def rules_of(self, year: int) -> Rules:
        """Return the rules of a year, asked for once."""
        if year not in self._rules:
            self._rules[year] = rules_of(self.session, year)
        return self._rules[year]

    @cached_property
    def today(self) -> date:
        """The server's own day."""
        return date.today()  # noqa: DTZ011 - the server's own day

    @cached_property
    def places(self) -> dict[int, VillagePlace]:
        """Name, town and county of every village."""
        return village_places(self.session)


class SheetPlanner:
    """Collects what the rows of one sheet do."""

    def __init__(self, known: KnownRecords, sheet: Sheet) -> None:
        self.known = known
        self.sheet = sheet
        self.planned: list[Planned] = []
        self.counts = Counts()
        self.problems = ImportReport()
        self.unit_ids: set[int] = set()

    def is_first(self, record: Any, row: Record) -> bool:
        """Say whether no row before is about this record; a later one is noted and left out.

        Parameters
        ----------
        record : hashable
            Which record: the same for rows of the same.
        row : dict
            All cells of the row.
        """
        says = row | {"row": None}
        mention = _Mention(self.sheet.title, row["row"], says)
        earlier = self.known.mentions.setdefault((self.sheet.kind, record), mention)
        if earlier is mention:
            return True
        other_sheet = earlier.title != self.sheet.title
        first = f"{earlier.title} · {earlier.row}" if other_sheet else str(earlier.row)
        if earlier.says == says:
            text = N_("This row repeats row %(first)s word for word; it is taken once.")
            self.problems.add("info", Message(text, {"first": first}), row=row["row"])
        else:
            text = N_(
                "Row %(first)s is about the same record and says otherwise. Row %(first)s is taken,"
                " row %(row)s is left out."
            )
            values = {"first": first, "row": row["row"]}
            self.problems.add("error", Message(text, values), row=row["row"])
        return False

    def take(self, unit_id: int | None, *ones: Planned) -> None:
        """Take what one row does: to its record, and to what belongs to it."""
        if unit_id is not None:
            self.unit_ids.add(unit_id)
        self.planned += ones
        if ones and ones[0].action == "added" and ones[0].parent is None:
            self.counts.added += 1
        elif any(one.action != "unchanged" for one in ones):
            self.counts.changed += 1
        else:
            self.counts.unchanged += 1

    @cached_property
    def area(self) -> Area:
        """Where the rows lie; ask for it when all are taken."""
        return area_of(self.known.places, self.unit_ids)

    def missing(
        self,
        table: StoredTable,
        records: Iterable[Record],
        *,
        unit: Callable[[Record], int | None],
        label: Callable[[Record], str | None],
    ) -> list[Missing]:
        """Return those of some stored records that no row of the file names."""
        named = {
            one.record_id
            for one in self.planned
            if one.table == table.name and one.record_id is not None
        }
        return [
            Missing(table.name, record["id"], unit(record), label(record), record["import_id"])
            for record in records
            if record["id"] not in named
        ]

    def plan(
        self, unmatched: pd.DataFrame, missing: list[Missing], *, area: list[str] | None = None
    ) -> SheetPlan:
        """Return the plan of the sheet."""
        return SheetPlan(
            kind=self.sheet.kind,
            title=self.sheet.title,
            counts=self.counts,
            planned=self.planned,
            unmatched=unmatched,
            problems=self.problems,
            area=self.area.names if area is None else area,
            missing=missing,
        )
