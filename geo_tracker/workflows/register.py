"""Sheets about villages themselves: figures, seats, and who merged into whom."""

from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.drawings import place_seats
from geo_tracker.db.models import (
    ImportRun,
    MergerClaim,
    VillageFigures,
    VillageVersion,
)
from geo_tracker.db.records import Counts, upsert
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.matching import (
    dated_units,
    dates_or,
    former_units,
    is_synthetic,
    present_units,
)

_FIGURES = {
    "households": "households",
    "registered_population": "registered_population",
    "resident_population": "resident_population",
    "groups": "groups",
    "party_members": "party_members",
    "total_income_yuan": "total_income",
    "operating_income_yuan": "operating_income",
    "income_year": "income_year",
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


def stored_figures(session: Session, run: ImportRun, sheet: Sheet) -> tuple[Counts, pd.DataFrame]:
    """Store people, income and seats of villages as of each row's date."""
    dates = dates_or(sheet, run.as_of_on)
    match = dated_units(session, sheet, dates)
    rows, seats = [], []
    for row, unit_id, day in zip(records_of(sheet.rows), match["unit_id"], dates, strict=True):
        if pd.isna(unit_id):
            continue
        figures = {column: row.get(target) for target, column in _FIGURES.items()}
        if any(value is not None for name, value in figures.items() if name != "income_year"):
            rows.append(figures | {"unit_id": int(unit_id), "as_of_on": day})
        if row.get("seat_lon") is not None and row.get("seat_lat") is not None:
            seats.append((int(unit_id), day, row["seat_lon"], row["seat_lat"]))
    counts, _ = upsert(session, VillageFigures, rows, key=("unit_id", "as_of_on"), run=run)
    _place_seats(session, seats)
    return counts, match[match["unit_id"].isna()]


def _place_seats(session: Session, seats: list[tuple[int, date, float, float]]) -> None:
    """Put the committees' seats on the versions valid at their dates."""
    versions: dict[int, list[sa.Row[*tuple[Any, ...]]]] = {}
    for version in session.execute(
        sa.select(
            VillageVersion.id,
            VillageVersion.unit_id,
            VillageVersion.valid_from,
            VillageVersion.seat_lon,
            VillageVersion.seat_lat,
        ).order_by(VillageVersion.valid_from)
    ):
        versions.setdefault(version.unit_id, []).append(version)
    updates = []
    for unit_id, day, lon, lat in seats:
        candidates = [v for v in versions[unit_id] if v.valid_from <= day] or versions[unit_id]
        version = candidates[-1]
        if (version.seat_lon, version.seat_lat) != (lon, lat):
            updates.append({"id": version.id, "seat_lon": lon, "seat_lat": lat})
    place_seats(session, updates)


def stored_claims(session: Session, run: ImportRun, sheet: Sheet) -> tuple[Counts, pd.DataFrame]:
    """Store what 合并对照 says: this former village went into that one."""
    former = former_units(session, sheet, code="old_code", name="old_name")
    new = present_units(session, sheet, code="new_code", name="new_name")
    rows = []
    for row, from_id, to_id in zip(
        records_of(sheet.rows), former["unit_id"], new["unit_id"], strict=True
    ):
        if pd.isna(from_id) or pd.isna(to_id):
            continue
        rows.append(
            {
                "from_unit_id": int(from_id),
                "to_unit_id": int(to_id),
                "kind": row.get("kind"),
                "document_no": row.get("document_no"),
                "document_on": row.get("document_on"),
                "basis": row.get("basis"),
                "synthetic": is_synthetic(
                    row.get("basis"), source_is_synthetic=run.source.synthetic
                ),
                "row": row["row"],
            }
        )
    counts, _ = upsert(
        session,
        MergerClaim,
        rows,
        key=("from_unit_id", "to_unit_id"),
        run=run,
        unit_field="from_unit_id",
    )
    missing = pd.concat([former[former["unit_id"].isna()], new[new["unit_id"].isna()]]).sort_index()
    return counts, missing[~missing.index.duplicated()]
