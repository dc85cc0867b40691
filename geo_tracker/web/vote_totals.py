"""表决汇总: what the votes of a city, its counties and towns amount to, counted in each way."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.indicators.consent import TAIL, consent_table
from geo_tracker.web.filters import NOWHERE, place_filter
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register, register
from geo_tracker.web.village_links import PLACE

bp = Blueprint("vote_totals", __name__, url_prefix="/votes/totals")

_PUBLISHED = ("涉及村", "平均同意率", "同意率100%的村")
"""Published figures that these totals can be held against."""


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show totals of votes by county, or by town of the chosen county."""
    held = register()
    places = place_filter(held.versions)
    units = held.units
    votes = held.votes.join(units[PLACE], on="unit_id")
    if places.county:
        votes = places.applied(votes)
        level, options = "town", places.towns
    else:
        level, options = "county", places.counties
    by = votes[f"{level}_code"].fillna(NOWHERE)
    table = consent_table(votes, by)
    whole = consent_table(votes, pd.Series("all", index=votes.index))
    return render_template(
        "votes/totals.html",
        counties=places.counties,
        county=places.county,
        level=level,
        rows=[
            _row(table.loc[code], name, _place(level, code, places.county))
            for code, name in options
            if code in table.index
        ],
        whole=_row(whole.iloc[0], _("All"), _place("county", places.county, ""))
        if len(whole)
        else None,
        published=_published(held),
        tail=TAIL,
    )


def _place(level: str, code: str, county: str) -> dict[str, Any]:
    if not code:
        return {}
    return {"county": code} if level == "county" else {"county": county, "town": code}


def _row(figures: pd.Series, name: str, place: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        **{key: or_none(value) for key, value in figures.items()},
        "towns_url": url_for(".show", **place) if place and "town" not in place else None,
        "url": url_for("votes.index", **place),
        "full_url": url_for("votes.index", check="full", **place),
        "lowest_url": url_for("votes.index", sort="consent", **place),
        "eligible_url": url_for("votes.index", sort="eligible", **place),
        "problem_url": url_for("votes.index", check="problem", **place),
    }


def _published(held: Register) -> list[dict[str, Any]]:
    rows = held.published[held.published["indicator"].isin(_PUBLISHED)]
    return [
        {
            "indicator": row["indicator"],
            "value": or_none(row["value"]),
            "unit": or_none(row["unit"]),
            "publisher": row["publisher"],
            "source": or_none(row["source"]),
        }
        for row in rows.to_dict("records")
    ]
