"""Which unit each row of a sheet is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geo_tracker.db.villages import known_villages, layer_at, layer_days
from geo_tracker.importing.columns import SheetKind
from geo_tracker.importing.match import matched_units
from geo_tracker.importing.sheets import Sheet
from geo_tracker.lineage.name_forms import name_forms


@dataclass(frozen=True)
class Reference:
    """Columns in which a kind of sheet names a village, and which villages it may be.

    ``of`` is ``former``, ``present`` (of the newest layer), ``any`` (present; a former one where no
    present one is meant) or ``dated`` (valid at the row's date).
    """

    name: str
    code: str
    of: str


REFERENCES: dict[SheetKind, tuple[Reference, ...]] = {
    "villages": (Reference("name", "stat_code", "dated"),),
    "mergers": (
        Reference("old_name", "old_code", "former"),
        Reference("new_name", "new_code", "present"),
    ),
    "votes": (Reference("former_name", "former_code", "former"),),
    "projects": (
        Reference("former_name", "former_code", "former"),
        Reference("village_name", "village_code", "present"),
    ),
    **dict.fromkeys(
        ("problems", "visits", "incidents"),
        (
            Reference("former_name", "former_code", "former"),
            Reference("village_name", "village_code", "any"),
        ),
    ),
    "checklists": (Reference("village_name", "village_code", "present"),),
    "fusions": (Reference("former_name", "former_code", "former"),),
    "published": (),
}

ONE_OF_TWO = frozenset({"projects", "problems", "visits", "incidents"})
"""Kinds of sheet of which a row needs one of its two villages, not both."""


def usual_spelling(name: str) -> str:
    """Return a name in the usual characters: 後 is 后, 峯 is 峰, full width is half."""
    return name_forms(name).exact


def former_units(session: Session, sheet: Sheet, *, code: str, name: str) -> pd.DataFrame:
    """Match columns that name a former village; see `matched_units` for the result."""
    return _matched(sheet, known_villages(session, former=True), code=code, name=name)


def present_units(session: Session, sheet: Sheet, *, code: str, name: str) -> pd.DataFrame:
    """Match columns that name a village of the newest layer."""
    return _matched(sheet, known_villages(session), code=code, name=name)


def any_units(session: Session, sheet: Sheet, *, code: str, name: str) -> pd.DataFrame:
    """Match columns that name a village of today, or else a former one."""
    found = present_units(session, sheet, code=code, name=name)
    if found["unit_id"].notna().all():
        return found
    former = former_units(session, sheet, code=code, name=name)
    only_former = found["unit_id"].isna() & former["unit_id"].notna()
    found.loc[only_former, ["unit_id", "reason"]] = former.loc[only_former, ["unit_id", "reason"]]
    return found


def recorded_units(session: Session, sheet: Sheet) -> pd.DataFrame:
    """Match rows of what is recorded on the former village where it is known, else on the other.

    Returns
    -------
    DataFrame
        ``unit_id`` and ``reason`` as of `matched_units`, and ``is_former``: whether the row names
        the former village.
    """
    former, other = (match for match in matches_of(session, sheet, as_of_on=date.max).values())
    named = former["unit_id"].notna()
    found = other.assign(is_former=named)
    found.loc[named, ["unit_id", "reason"]] = former.loc[named, ["unit_id", "reason"]]
    # A row that names one village only is not reproached for the other.
    unnamed = sheet.rows[["village_name", "village_code"]].isna().all(axis=1)
    found.loc[unnamed, "reason"] = former.loc[unnamed, "reason"]
    return found


def dated_units(session: Session, sheet: Sheet, dates: pd.Series) -> pd.DataFrame:
    """Match each row with the villages that were valid at the row's date."""
    parts = [
        _matched(sheet, villages, code="stat_code", name="name", rows=sheet.rows.loc[index])
        for index, villages in _dated_villages(session, dates)
    ]
    if not parts:
        return pd.DataFrame(
            {"unit_id": pd.array([], dtype="Int64"), "reason": []}, index=sheet.rows.index[:0]
        )
    return pd.concat(parts).reindex(sheet.rows.index)


def _dated_villages(session: Session, dates: pd.Series) -> list[tuple[pd.Index, pd.DataFrame]]:
    """Return which rows may mean which villages: one group per layer, not one per date."""
    layers = layer_days(session)
    if not layers:
        return [(dates.index, known_villages(session))] if len(dates) else []
    days = dict(layers)
    of_layer = dates.map({day: layer_at(layers, day) for day in dates.unique()})
    return [
        (group.index, known_villages(session, on=days[layer]))
        for layer, group in of_layer.groupby(of_layer)
    ]


def _matched(
    sheet: Sheet,
    villages: pd.DataFrame,
    *,
    code: str,
    name: str,
    rows: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Match rows by code, then by town and name; what a person chose goes before both."""
    rows = sheet.rows if rows is None else rows
    found = matched_units(rows, villages, code=code, name=name, town="town", spelled=usual_spelling)
    known = set(villages["unit_id"])
    for row, unit_id in sheet.chosen.get(name, {}).items():
        if row in found.index and unit_id in known:
            found.loc[row, "unit_id"] = unit_id
            found.loc[row, "reason"] = None
    return found


def dates_or(sheet: Sheet, as_of_on: date) -> pd.Series:
    """Return the date each row of a village sheet holds at; the import's where it names none."""
    stated = sheet.rows["as_of_on"]
    return pd.Series(
        [as_of_on if pd.isna(day) else pd.Timestamp(day).date() for day in stated],
        index=sheet.rows.index,
        dtype=object,
    )


def matches_of(session: Session, sheet: Sheet, *, as_of_on: date) -> dict[str, pd.DataFrame]:
    """Match all columns of a sheet that name a village.

    Returns
    -------
    dict
        Column of the name → ``unit_id`` and ``reason`` as of `matched_units`.
    """
    found = {}
    for reference in REFERENCES[sheet.kind]:
        columns = {"code": reference.code, "name": reference.name}
        match reference.of:
            case "former":
                found[reference.name] = former_units(session, sheet, **columns)
            case "present":
                found[reference.name] = present_units(session, sheet, **columns)
            case "any":
                found[reference.name] = any_units(session, sheet, **columns)
            case _:
                found[reference.name] = dated_units(session, sheet, dates_or(sheet, as_of_on))
    return found


def villages_meant(
    session: Session, sheet: Sheet, reference: Reference, *, as_of_on: date
) -> list[tuple[pd.Index, pd.DataFrame]]:
    """Return the villages that the rows of a sheet may mean: rows' index and `known_villages`."""
    if reference.of == "dated":
        return _dated_villages(session, dates_or(sheet, as_of_on))
    villages = known_villages(session, former=reference.of == "former")
    if reference.of == "any":
        villages = pd.concat([villages, known_villages(session, former=True)], ignore_index=True)
        villages = villages.drop_duplicates("unit_id", ignore_index=True)
    return [(sheet.rows.index, villages)]


def rows_left_out(sheet: Sheet, matches: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of a sheet that are left out for want of a village, with the ``reason``.

    Kinds of `ONE_OF_TWO` need one of their two villages, all others need each of theirs.
    """
    if not matches:
        return pd.DataFrame({"reason": []})
    found = list(matches.values())
    if sheet.kind in ONE_OF_TWO:
        former, present = found
        unknown = former[former["unit_id"].isna() & present["unit_id"].isna()].copy()
        # A row that names only its present village is not reproached for the former one.
        unnamed = sheet.rows.loc[unknown.index, ["former_name", "former_code"]].isna().all(axis=1)
        unknown.loc[unnamed, "reason"] = present.loc[unknown.index[unnamed], "reason"]
        return unknown
    unknown = pd.concat([match[match["unit_id"].isna()] for match in found]).sort_index()
    return unknown[~unknown.index.duplicated()]


SYNTHETIC_BASIS = "示意（合成）"
"""What an exported row says of its basis where it is made up and names none."""


def kept_basis(basis: str | None, record: Mapping[str, Any] | None) -> str | None:
    """Return the basis that a row states; the mark of an export is none beyond what is stored."""
    if record is not None and record["synthetic"] and basis == SYNTHETIC_BASIS:
        stored: str | None = record["basis"]
        return basis if stored and not is_synthetic(stored, source_is_synthetic=True) else stored
    return basis


def is_synthetic(basis: str | None, *, source_is_synthetic: bool) -> bool:
    """Say whether a record is made up: its stated basis decides, else its file."""
    if basis:
        return "合成" in basis or "示意" in basis
    return source_is_synthetic
