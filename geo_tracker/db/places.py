"""Counties and towns: found by code, stored when they are new."""

from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import Place


def values_of(column: pd.Series) -> list[Any]:
    """Return a column's values with None for what is missing."""
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def town_ids(session: Session, villages: pd.DataFrame) -> list[int | None]:
    """Return the town of each village, and store the places that are new.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    villages : DataFrame
        ``county_code``, ``county``, ``town_code``, ``town``: text or None.
    """
    rows = _rows(villages)
    counties: dict[str, dict[str, Any]] = {}
    towns: dict[str, dict[str, Any]] = {}
    above: dict[str, str | None] = {}
    place: dict[str, Any]
    town_code_of: dict[tuple[Any, ...], str | None] = {}
    for row in dict.fromkeys(rows):
        _, county, _, town = row
        county_code, town_code = _codes(row)
        if county_code:
            place = {"level": "county", "code": county_code, "name": county or county_code}
            counties.setdefault(county_code, {**place, "parent_id": None})
        if town_code:
            place = {"level": "town", "code": town_code, "name": town or town_code}
            towns.setdefault(town_code, place)
            above.setdefault(town_code, county_code)
        town_code_of[row] = town_code
    known = _with_places(session, _place_ids(session), list(counties.values()))
    for code, place in towns.items():
        parent = above[code]
        place["parent_id"] = known[parent] if parent else None
    known = _with_places(session, known, list(towns.values()))
    id_of = {row: known[code] if code else None for row, code in town_code_of.items()}
    return [id_of[row] for row in rows]


_Row = tuple[str | None, str | None, str | None, str | None]


def _rows(villages: pd.DataFrame) -> list[_Row]:
    columns = ("county_code", "county", "town_code", "town")
    return list(zip(*(values_of(villages[name]) for name in columns), strict=True))


def _codes(row: _Row) -> tuple[str | None, str | None]:
    """Return the codes that a county and a town are stored under: made of names if need be."""
    county_code, county, town_code, town = row
    county_code = county_code or (f"?{county}"[:12] if county else None)
    return county_code, town_code or (f"?{county_code}/{town}"[:12] if town else None)


def town_codes(villages: pd.DataFrame) -> list[str | None]:
    """Return the code that the town of each village is stored under; columns as for `town_ids`."""
    return [_codes(row)[1] for row in _rows(villages)]


def _place_ids(session: Session) -> dict[str, int]:
    return {place.code: place.id for place in session.execute(sa.select(Place.code, Place.id))}


def _with_places(
    session: Session, known: dict[str, int], places: list[dict[str, Any]]
) -> dict[str, int]:
    """Store the places whose code is not known; return the ids of all by code."""
    new = [place for place in places if place["code"] not in known]
    if not new:
        return known
    session.connection().execute(sa.insert(Place), new)
    return _place_ids(session)
