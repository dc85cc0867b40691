"""What a boundary layer says of its villages: codes, names, towns and areas, made tidy."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.importing.codes import NO_CODE, codes_of
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.values import tidy_text
from geo_tracker.language import N_, Message


def with_attributes(
    layer: pd.DataFrame, fields: dict[str, str], report: ImportReport
) -> pd.DataFrame:
    """Return tidy attributes of a layer, and note what is missing or no code.

    Parameters
    ----------
    layer : DataFrame
        One column per target as read, indexed by the row in the file.
    fields : dict
        Target → column of the file.
    report : ImportReport
        Where rows without name or code are noted.

    Returns
    -------
    DataFrame
        ``stat_code``, ``land_code``, ``name``, ``town``, ``county``, ``town_code``,
        ``county_code`` (text or None), ``stated_area_m2`` (float or NaN); index kept.
    """
    tidy = pd.DataFrame(index=layer.index)
    tidy["stat_code"], tidy["land_code"] = _codes(layer, fields, report)
    for target in ("name", "town", "county"):
        tidy[target] = _texts(layer, target)
    if _looks_coded(tidy["town"]):
        report.add(
            "info",
            Message(N_("The town column holds codes, not names; it was left out.")),
            column=fields["town"],
        )
        tidy["town"] = _nothing(tidy)
    _note_missing(tidy["name"], "name", fields, report)
    for column, digits in (("town_code", 9), ("county_code", 6)):
        # Few for many villages: one text each.
        known: dict[str, str] = {}
        firsts = (code and code[:digits] for code in tidy["stat_code"])
        tidy[column] = _as_objects([code and known.setdefault(code, code) for code in firsts], tidy)
    area = layer["area"] if "area" in layer else pd.Series(np.nan, index=layer.index)
    tidy["stated_area_m2"] = pd.to_numeric(area, errors="coerce").astype(float)
    return tidy


def _codes(layer: pd.DataFrame, fields: dict[str, str], report: ImportReport) -> Any:
    if "code" not in layer:
        report.add("warning", Message(N_("No column with village codes was recognised.")))
        return _nothing(layer), _nothing(layer)
    column = fields["code"]
    codes = codes_of(layer["code"].tolist())
    unread = np.array([code is None for code in codes])
    empty = np.array([code is NO_CODE for code in codes])
    report.add_rows(
        "warning",
        Message(N_("Not a village code of 12 or 19 digits; it was left out.")),
        layer.index[unread],
        column=column,
        values=layer["code"][unread],
    )
    report.add_rows(
        "warning", Message(N_("The village code is missing.")), layer.index[empty], column=column
    )
    from_land = sum(1 for code in codes if code and code.land)
    if from_land:
        report.add(
            "info",
            Message(
                N_("The first 12 of the 19 digits were taken as village code in %(count)s rows."),
                {"count": from_land},
            ),
            column=column,
        )
    return (
        _as_objects([code.stat if code else None for code in codes], layer),
        _as_objects([code.land if code else None for code in codes], layer),
    )


def _texts(layer: pd.DataFrame, target: str) -> pd.Series:
    if target not in layer:
        return _nothing(layer)
    # Towns and counties repeat.
    tidied = cache(tidy_text)
    return _as_objects([tidied(value) for value in layer[target].tolist()], layer)


def _looks_coded(towns: pd.Series) -> bool:
    known = towns.dropna()
    return len(known) > 0 and all(town.isascii() and town.isdigit() for town in known)


def _note_missing(
    values: pd.Series, target: str, fields: dict[str, str], report: ImportReport
) -> None:
    if target not in fields:
        report.add("warning", Message(N_("No column with village names was recognised.")))
        return
    report.add_rows(
        "warning",
        Message(N_("The village name is missing.")),
        values.index[values.isna()],
        column=fields[target],
    )


def _as_objects(values: list[Any], like: pd.DataFrame) -> pd.Series:
    """Return a column that keeps None; pandas' own text type would make it NaN."""
    return pd.Series(values, index=like.index, dtype=object)


def _nothing(like: pd.DataFrame) -> pd.Series:
    return _as_objects([None] * len(like), like)
