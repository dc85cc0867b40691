"""Sheets about villages themselves: figures, seats, and who merged into whom."""

from datetime import date
from typing import Any

import pandas as pd

from geo_tracker.db.frames import CONDITIONS
from geo_tracker.db.models import MergerClaim, VillageFigures, VillageVersion
from geo_tracker.db.records import Planned, Record
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.matching import (
    dated_units,
    dates_or,
    former_units,
    is_synthetic,
    present_units,
)
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, SheetPlan, SheetPlanner

_CLAIM_FIELDS = ("kind", "document_no", "document_on", "basis")
_FIGURES = {
    "households": "households",
    "registered_population": "registered_population",
    "resident_population": "resident_population",
    "groups": "groups",
    "party_members": "party_members",
    "total_income_yuan": "total_income",
    "operating_income_yuan": "operating_income",
    "income_year": "income_year",
    "net_assets_yuan": "net_assets",
    "debt_yuan": "debt",
    "secretary_vacant_since": "secretary_vacant_since",
    **{name: name for name in CONDITIONS},
}


def plain(value: Any) -> Any:
    """Return a cell as Python's own kind; any missing value is None."""
    if value is None or (not isinstance(value, list) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def records_of(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dicts of plain values, the Excel row under ``row``."""
    columns = {name: [plain(value) for value in rows[name]] for name in rows.columns}
    return [
        {"row": int(row)} | {name: values[i] for name, values in columns.items()}
        for i, row in enumerate(rows.index)
    ]


def planned_figures(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan people, income and seats of villages as of each row's date."""
    dates = dates_or(sheet, facts.as_of_on)
    match = dated_units(known.session, sheet, dates)
    table = known.table(VillageFigures, ("unit_id", "as_of_on"))
    seats = _Seats(known)
    stated = {attribute for target, attribute in _FIGURES.items() if target in sheet.columns}
    planner = SheetPlanner(known, sheet)
    for row, unit, day in zip(records_of(sheet.rows), match["unit_id"], dates, strict=True):
        if pd.isna(unit):
            continue
        unit_id = int(unit)
        if not planner.is_first((unit_id, day), row):
            continue
        ones = []
        figures = {attribute: row.get(target) for target, attribute in _FIGURES.items()}
        if any(value is not None for name, value in figures.items() if name != "income_year"):
            values = figures | {"unit_id": unit_id, "as_of_on": day}
            about = {"row": row["row"], "unit_id": unit_id, "label": day.isoformat()}
            ones.append(table.compared(values, stated=stated, **about))
        ones += seats.moved(unit_id, day, row)
        planner.take(unit_id, *ones)
    of_dates, area = set(dates), planner.area.unit_ids
    missing = planner.missing(
        table,
        (r for r in table.records if r["as_of_on"] in of_dates and r["unit_id"] in area),
        unit=lambda record: record["unit_id"],
        label=lambda record: record["as_of_on"].isoformat(),
    )
    return planner.plan(match[match["unit_id"].isna()], missing)


class _Seats:
    """The committees' seats, which stand on the versions of villages."""

    def __init__(self, known: KnownRecords) -> None:
        self.table = known.table(
            VillageVersion, columns=("unit_id", "valid_from", "seat_lon", "seat_lat")
        )
        self.versions: dict[int, list[Record]] = {}
        for version in sorted(self.table.records, key=lambda version: version["valid_from"]):
            self.versions.setdefault(version["unit_id"], []).append(version)

    def moved(self, unit_id: int, day: date, row: Record) -> list[Planned]:
        """Return the seat that a row puts on the version valid at its date, if it names one."""
        seat = {name: row.get(name) for name in ("seat_lon", "seat_lat")}
        versions = self.versions.get(unit_id)
        if versions is None or None in seat.values():
            return []
        version = ([v for v in versions if v["valid_from"] <= day] or versions)[-1]
        about = {"row": row["row"], "unit_id": unit_id, "label": None}
        return [self.table.compared(seat, stated=set(seat), record=version, **about)]


def planned_claims(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan what 合并对照 says: this former village went into that one."""
    former = former_units(known.session, sheet, code="old_code", name="old_name")
    new = present_units(known.session, sheet, code="new_code", name="new_name")
    table = known.table(MergerClaim, ("from_unit_id", "to_unit_id"))
    stated = {name for name in _CLAIM_FIELDS if name in sheet.columns} | {"synthetic"}
    planner = SheetPlanner(known, sheet)
    for row, from_unit, to_unit in zip(
        records_of(sheet.rows), former["unit_id"], new["unit_id"], strict=True
    ):
        if pd.isna(from_unit) or pd.isna(to_unit):
            continue
        ids = {"from_unit_id": int(from_unit), "to_unit_id": int(to_unit)}
        if not planner.is_first(tuple(ids.values()), row):
            continue
        values = ids | {name: row.get(name) for name in _CLAIM_FIELDS}
        values["synthetic"] = is_synthetic(row.get("basis"), source_is_synthetic=facts.synthetic)
        values["row"] = row["row"]
        about = {"row": row["row"], "unit_id": ids["from_unit_id"]}
        label = row.get("new_name") or row.get("new_code")
        one = table.compared(values, stated=stated, label=label, **about)
        planner.take(ids["from_unit_id"], one)
    area, places = planner.area.unit_ids, known.places
    missing = planner.missing(
        table,
        (record for record in table.records if record["from_unit_id"] in area),
        unit=lambda record: record["from_unit_id"],
        label=lambda record: places[record["to_unit_id"]].name,
    )
    unknown = pd.concat([former[former["unit_id"].isna()], new[new["unit_id"].isna()]]).sort_index()
    return planner.plan(unknown[~unknown.index.duplicated()], missing)
