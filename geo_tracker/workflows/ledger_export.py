"""A ledger becomes a workbook that can be filled in and brought in again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.db.ledger_rows import FOLLOWUP_MODELS, ledger_rows, problem_numbers
from geo_tracker.db.villages import known_villages
from geo_tracker.followup.masking import masked
from geo_tracker.importing.columns import LAYOUTS, Column, SheetKind
from geo_tracker.importing.fields import SYNTHETIC_MARK
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.importing.templates import choices_of, header_of
from geo_tracker.reports.ledger_workbook import (
    CellKind,
    LedgerColumn,
    LedgerSheet,
    ledger_workbook,
)
from geo_tracker.workflows.ledger_money import WAN, project_cells, vote_cells
from geo_tracker.workflows.matching import SYNTHETIC_BASIS
from geo_tracker.workflows.record_numbers import record_number

EXPORTED: Final[tuple[SheetKind, ...]] = (
    *("votes", "projects", "problems", "visits", "incidents", "checklists", "fusions"),
)
"""Ledgers that can be exported."""

_KINDS: Final[Mapping[str, CellKind]] = {
    "day": "day", "count": "count", "money": "money", "share": "share", "lon": "degrees",
    "lat": "degrees",
}  # fmt: skip
_WIDTHS: Final = {
    "content": 40, "summary": 40, "outcome": 30, "name": 28, "basis": 18, "service_group": 20,
    "enterprise": 26, "channels": 26, "payments": 40, "shape": 20, "problem_no": 15,
    "project_no": 15, "text": 34, "evidence": 30, "note": 30, "owner_unit": 20, "contractor": 24,
}  # fmt: skip
_READING_WIDTHS: Final = {"code": 15, "day": 12, "count": 9, "share": 9, "money": 14}
_SUMMED: Final = {
    "people_served", "eligible", "present", "issued", "returned", "agree", "oppose", "abstain",
    "invalid", "estimate_yuan", "budget_yuan", "contract_yuan", "paid_yuan", "stays_yuan",
}  # fmt: skip
_FROZEN: Final = {"votes": 3, "projects": 2, "problems": 1, "visits": 1, "incidents": 1,
                  "checklists": 2, "fusions": 2}  # fmt: skip
_ATTRIBUTES: Final = {
    "rounds": "handover_round",
    "duplicate_no": "duplicate_of_id",
    "stays_yuan": "stays",
}
_NUMBERED: Final = {"visit_no": "visit", "incident_no": "incident"}
_VILLAGE_TARGETS: Final = ("village_code", "village_name", "former_code", "former_name", "town")
_NAMES: Final = ("stat_code", "name", "town")


@dataclass(frozen=True)
class ExportWanted:
    """Which records are exported, and what the sheet says of them.

    Attributes
    ----------
    kind : str
        One of `EXPORTED`.
    ids : sequence of int or None
        Votes or projects, in the order wanted.
    where : collection
        What problems, visits or incidents have in common.
    present_of : mapping
        Former village → the one of today that it belongs to.
    place : str
        County or town, for the title; empty for all.
    narrowed : bool
        Whether a filter leaves records out.
    data_on : date or None
        The day that the data hold at.
    """

    kind: SheetKind
    ids: Sequence[int] | None = None
    where: Collection[sa.ColumnElement[bool]] = ()
    present_of: Mapping[int, int] | None = None
    place: str = ""
    narrowed: bool = False
    data_on: date | None = None


def ledger_export(engine: sa.Engine, wanted: ExportWanted, *, today: date) -> bytes:
    """Return a ledger as an xlsx file with planners' own headers.

    What is exported and brought in again unchanged changes nothing. Reporters are masked; codes
    are text; where something is made up the row says so.

    Parameters
    ----------
    engine : Engine
        The register.
    wanted : ExportWanted
        Which records.
    today : date
        The day of the export.
    """
    with reading(engine) as session:
        villages = _Villages(session, wanted.present_of or {})
        if wanted.kind in FOLLOWUP_MODELS:
            rows = _followup_rows(session, wanted, villages)
        elif wanted.kind == "votes":
            rows = vote_cells(session, wanted.ids, villages.of_former)
        else:
            rows = project_cells(session, wanted.ids, villages.of_both)
    return ledger_workbook(rows, _sheet(wanted, rows, today))


class _Villages:
    """Codes, names and towns of villages as exports tell them."""

    def __init__(self, session: Session, present_of: Mapping[int, int]) -> None:
        self._present = _facts(known_villages(session))
        self._former = _facts(known_villages(session, former=True))
        self._present_of = present_of

    def of_former(self, unit_id: int | None) -> tuple[Any, ...]:
        """Return code, name and town of a former village."""
        return self._former.get(unit_id or 0) or self._present.get(unit_id or 0) or (None,) * 3

    def of_both(self, unit_id: int | None, former_id: int | None) -> tuple[Any, ...]:
        """Return code and name of a village and of a former one, and the town."""
        present = self._present.get(unit_id or 0) or (None,) * 3
        former = self.of_former(former_id) if former_id is not None else (None,) * 3
        town = former[2] if former_id is not None else present[2]
        return (*present[:2], *former[:2], town or present[2])

    def as_former(self, unit_id: int) -> tuple[Any, ...]:
        """Return the same of a former village alone."""
        return (None, None, *self.of_former(unit_id))

    def of_recorded(self, unit_id: int) -> tuple[Any, ...]:
        """Return the same of what is recorded on one village, whichever it is."""
        if unit_id in self._present:
            return self.of_both(unit_id, None)
        return self.of_both(self._present_of.get(unit_id), unit_id)


def _facts(villages: pd.DataFrame) -> dict[int, tuple[Any, ...]]:
    plain = villages.astype(object).where(villages.notna(), None)
    columns = (plain["unit_id"], *(plain[name] for name in _NAMES))
    return {int(unit): tuple(facts) for unit, *facts in zip(*columns, strict=True)}


def _followup_rows(session: Session, wanted: ExportWanted, villages: _Villages) -> pd.DataFrame:
    layout = LAYOUTS[wanted.kind]
    own = [t for t in layout.columns if t not in _VILLAGE_TARGETS and t != "basis"]
    attributes = [
        _ATTRIBUTES.get(target, "id" if target in _NUMBERED else target) for target in own
    ]
    read = list(
        ledger_rows(session, wanted.kind, wanted.where, [*attributes, "unit_id", "synthetic"])
    )
    values: list[Sequence[Any]] = list(zip(*read, strict=True)) or [()] * (len(own) + 2)
    table: dict[str, Sequence[Any]] = {
        target: _cells(session, target, layout.columns[target], cells)
        for target, cells in zip(own, values, strict=False)
    }
    place_of = villages.as_former if wanted.kind == "fusions" else villages.of_recorded
    known = {unit_id: place_of(unit_id) for unit_id in set(values[-2])}
    places = [known[unit_id] for unit_id in values[-2]]
    for number, target in enumerate(_VILLAGE_TARGETS):
        table[target] = [place[number] for place in places]
    table["basis"] = [SYNTHETIC_BASIS if made_up else None for made_up in values[-1]]
    return pd.DataFrame(table, columns=list(layout.columns), dtype=object)


def _cells(session: Session, target: str, column: Column, cells: Sequence[Any]) -> Sequence[Any]:
    """Return the cells of a column as a sheet has them."""
    if target == "reporter":
        return [masked(cell) for cell in cells]
    if target in _NUMBERED:
        return [record_number(_NUMBERED[target], cell) for cell in cells]
    if target == "duplicate_no":
        numbers = problem_numbers(session)
        return [numbers.get(cell) for cell in cells]
    if column.reading == "money":
        return [None if cell is None else cell / WAN for cell in cells]
    if target == "rounds":
        return [cell or None for cell in cells]
    if column.reading in CODE_WORDS:
        words = {code: alike[0] for code, alike in CODE_WORDS[column.reading].items()}
        return [words.get(cell) for cell in cells]
    return cells


def _sheet(wanted: ExportWanted, rows: pd.DataFrame, today: date) -> LedgerSheet:
    layout = LAYOUTS[wanted.kind]
    made_up = (
        len(rows) > 0
        and rows["basis"].notna().all()
        and all(SYNTHETIC_MARK in str(basis) for basis in rows["basis"])
    )
    facts = [
        f"导出日期：{today.isoformat()}",
        *([f"数据截至：{wanted.data_on.isoformat()}"] if wanted.data_on else []),
        f"共 {len(rows)} 条" + ("（按筛选条件）" if wanted.narrowed else ""),
        "来源：geo_tracker" + (f"，{SYNTHETIC_BASIS}" if made_up else ""),
    ]
    return LedgerSheet(
        name=layout.titles[0],
        title=f"{wanted.place}{layout.titles[0]}台账",
        origin="　".join(facts),
        columns=[_column(wanted.kind, target) for target in rows.columns],
        frozen_columns=_FROZEN[wanted.kind],
    )


def _column(kind: SheetKind, target: str) -> LedgerColumn:
    column = LAYOUTS[kind].columns[target]
    # Per cent come as the spreadsheet's own: 15 % is 0.15 there, and no header has to say so.
    header = column.aliases[0] if column.reading == "share" else header_of(kind, target)
    return LedgerColumn(
        name=target,
        header=header,
        kind=_KINDS.get(column.reading, "text"),
        width=_WIDTHS.get(target, _READING_WIDTHS.get(column.reading, 13)),
        choices=choices_of(kind, target),
        summed=target in _SUMMED,
    )


assert set(EXPORTED) <= set(get_args(SheetKind))  # noqa: S101 - kinds of sheet, all of them
