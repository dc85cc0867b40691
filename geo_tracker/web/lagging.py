"""后进村: a first list of former villages that may need help; not yet the index."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.indicators.lagging import REASONS, lagging_list
from geo_tracker.language import N_
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.village_figures import per_head
from geo_tracker.web.village_links import PLACE, map_url, village_link

bp = Blueprint("lagging", __name__, url_prefix="/lagging")

UNRANKED = "unranked"

_SORTS: dict[str, tuple[str, list[str], list[bool]]] = {
    "need": (N_("Most reasons first, then lowest income per head"), [], []),
    "income": (N_("Lowest operating income per head first"), ["income_per_head_fen"], [True]),
    "behind": (N_("Most behind plan first"), ["behind_points"], [False]),
    "open": (N_("Most open projects first"), ["open_projects"], [False]),
    "place": (N_("By county and town"), ["county_code", "town_code", "stat_code"], [True] * 3),
}


@bp.get("/")
def index() -> ResponseReturnValue:
    """List former villages that may need help."""
    held = register()
    units = held.units
    places = place_filter(held.versions)
    reasons = [(code, shown(text)) for code, text in REASONS.items()]
    reasons.append((UNRANKED, _("not ranked: a figure is missing")))
    sorts = [(code, _(text)) for code, (text, _columns, _up) in _SORTS.items()]
    reason = chosen_code("reason", (*REASONS, UNRANKED))
    sort = chosen_code("sort", _SORTS, default="need")
    rows = places.applied(_listed(held))
    if reason == UNRANKED:
        rows = rows[rows["rank"].isna()]
    elif reason:
        rows = rows[[reason in codes for codes in rows["reasons"]]]
    _text, columns, ascending = _SORTS[sort]
    if columns:
        rows = rows.sort_values(columns, ascending=ascending, kind="stable")
    page = paged(rows)
    return render_template(
        "lagging/index.html",
        filters={"county": places.county, "town": places.town, "reason": reason, "sort": sort},
        counties=places.counties,
        towns=places.towns,
        reasons=reasons,
        sorts=sorts,
        rows=[_row(row, units) for row in page.rows.reset_index().to_dict("records")],
        page=page,
        floor=held.floors.operating_income_yuan,
        stored=not held.formers.empty,
    )


def _listed(held: Register) -> pd.DataFrame:
    """Return the list by need, with what a row shows of its village."""
    figures = held.figures.drop_duplicates("unit_id", keep="last").set_index("unit_id")
    shown_of_village = [
        *("name", "stat_code", *PLACE, "to_unit_id", "projects"),
        *("operating_income_fen", "registered_population"),
    ]
    return (
        lagging_list(held.formers, held.projects, thresholds=held.floors)
        .join(held.formers[shown_of_village])
        .join(figures["income_year"])
    )


def _row(row: dict[str, Any], units: pd.DataFrame) -> dict[str, Any]:
    income = yuan(row["operating_income_fen"])
    people = or_none(row["registered_population"])
    return {
        "unit_id": row["unit_id"],
        "name": row["name"],
        "merged": village_link(units, row["to_unit_id"]),
        "county": or_none(row["county"]),
        "town": or_none(row["town"]),
        "rank": or_none(row["rank"]),
        "income_per_head": per_head(income, people),
        "operating_income": income,
        "income_year": or_none(row["income_year"]),
        "registered_population": people,
        "projects": row["projects"],
        "open_projects": row["open_projects"],
        "behind_points": or_none(row["behind_points"]),
        "reasons": [shown(REASONS[code]) for code in row["reasons"]],
        "missing": [shown(text) for text in row["missing"]],
        "map_url": map_url(row["unit_id"]),
    }
