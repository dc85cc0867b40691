"""Which unit each row of a sheet is about."""

from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from geo_tracker.db.villages import known_villages
from geo_tracker.importing.match import matched_units
from geo_tracker.importing.tables import Sheet


def former_units(session: Session, sheet: Sheet, *, code: str, name: str) -> pd.DataFrame:
    """Match columns that name a former village; see `matched_units` for the result."""
    return matched_units(
        sheet.rows, known_villages(session, former=True), code=code, name=name, town="town"
    )


def present_units(session: Session, sheet: Sheet, *, code: str, name: str) -> pd.DataFrame:
    """Match columns that name a village of the newest layer."""
    return matched_units(sheet.rows, known_villages(session), code=code, name=name, town="town")


def dated_units(session: Session, sheet: Sheet, dates: pd.Series) -> pd.DataFrame:
    """Match each row with the villages that were valid at the row's date."""
    parts = [
        matched_units(
            sheet.rows.loc[group.index],
            known_villages(session, on=day),
            code="stat_code",
            name="name",
            town="town",
        )
        for day, group in dates.groupby(dates)
    ]
    if not parts:
        return pd.DataFrame(
            {"unit_id": pd.array([], dtype="Int64"), "reason": []}, index=sheet.rows.index[:0]
        )
    return pd.concat(parts).reindex(sheet.rows.index)


def dates_or(sheet: Sheet, as_of_on: date) -> pd.Series:
    """Return the date each row of a village sheet holds at; the import's where it names none."""
    stated = sheet.rows["as_of_on"]
    return pd.Series(
        [as_of_on if pd.isna(day) else pd.Timestamp(day).date() for day in stated],
        index=sheet.rows.index,
        dtype=object,
    )


def sheet_matches(session: Session, sheet: Sheet, *, as_of_on: date) -> pd.DataFrame:
    """Return the rows of a sheet whose village is not known, with the ``reason``."""
    match sheet.kind:
        case "villages":
            found = [dated_units(session, sheet, dates_or(sheet, as_of_on))]
        case "mergers":
            found = [
                former_units(session, sheet, code="old_code", name="old_name"),
                present_units(session, sheet, code="new_code", name="new_name"),
            ]
        case "votes":
            found = [former_units(session, sheet, code="former_code", name="former_name")]
        case "projects":
            former = former_units(session, sheet, code="former_code", name="former_name")
            present = present_units(session, sheet, code="village_code", name="village_name")
            found = [former[present["unit_id"].isna()]]
        case _:
            return pd.DataFrame({"reason": []})
    unknown = pd.concat([match[match["unit_id"].isna()] for match in found]).sort_index()
    return unknown[~unknown.index.duplicated()]


def is_synthetic(basis: str | None, *, source_is_synthetic: bool) -> bool:
    """Say whether a record is made up: its stated basis decides, else its file."""
    if basis:
        return "合成" in basis or "示意" in basis
    return source_is_synthetic
