"""Counties and towns that a sheet or a page of its own can be made of."""

from dataclasses import dataclass

import pandas as pd
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import day

bp = Blueprint("map_places", __name__, url_prefix="/map")

WHOLE_AREA = "all"


@dataclass(frozen=True)
class ChosenPlace:
    """A county, a town or the whole area: its name (empty for the whole) and its villages."""

    name: str
    villages: pd.DataFrame


@bp.get("/places.json")
def places() -> ResponseReturnValue:
    """Send the counties with their towns, by code and name."""
    rows = register().villages
    counties = rows.dropna(subset=["county_code"]).drop_duplicates("county_code")
    towns = rows.dropna(subset=["town_code"]).drop_duplicates("town_code").sort_values("town_code")
    by_county = towns.groupby("county_code")
    return jsonify(
        [
            {
                "code": county.county_code,
                "name": county.county,
                "towns": [
                    {"code": town.town_code, "name": town.town}
                    for town in by_county.get_group(county.county_code).itertuples(index=False)
                ]
                if county.county_code in by_county.groups
                else [],
            }
            for county in counties.sort_values("county_code").itertuples(index=False)
        ]
    )


def chosen_place(held: Register) -> ChosenPlace | None:
    """Return the place that the request asks for; None where it asks for a view.

    Raises
    ------
    NotFoundError
        If no county and no town has the code.
    """
    code = request.args.get("place", "")
    rows = held.villages
    if not code:
        return None
    if code == WHOLE_AREA:
        counties = rows["county"].dropna().unique()
        return ChosenPlace(counties[0] if len(counties) == 1 else "", rows)
    of_county, of_town = rows[rows["county_code"] == code], rows[rows["town_code"] == code]
    if not of_county.empty:
        return ChosenPlace(of_county["county"].iloc[0], of_county)
    if not of_town.empty:
        first = of_town.iloc[0]
        return ChosenPlace(f"{first['county'] or ''}{first['town']}", of_town)
    raise NotFoundError(N_("There is no place %(code)s."), code=code)


def sheet_title(place: ChosenPlace | None, theme: str, held: Register) -> str:
    """Return the title that was typed, or one of place, theme and date."""
    typed = " ".join(request.args.get("title", "").split())[:120]
    if typed:
        return typed
    named = f"{place.name} {theme}" if place is not None and place.name else theme
    return dated_title(named, held)


def dated_title(what: str, held: Register) -> str:
    """Return a title with the date of the data."""
    return str(_("%(what)s (%(day)s)", what=what, day=day(held.data_on)))


def typed_author(default: str) -> str:
    """Return who made a map, as typed."""
    return " ".join(request.args.get("author", default).split())[:60]
