"""表决: what former villages' meetings decided, and whether their records are in order."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.language import N_
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.followup_forms import asked_day, day_text
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.provenance import cited, provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.village_links import PLACE

bp = Blueprint("votes", __name__, url_prefix="/votes")

_SORTS: dict[str, tuple[str, list[str], bool]] = {
    "place": (N_("By county and town"), ["county_code", "town_code", "stat_code"], True),
    "consent": (N_("Lowest consent of present first"), ["consent_of_present"], True),
    "eligible": (N_("Lowest consent of eligible first"), ["consent_of_eligible"], True),
    "turnout": (N_("Lowest turnout first"), ["turnout"], True),
    "latest": (N_("Latest meeting first"), ["held_on"], False),
}
_CHECKS = ("problem", "full", "below")

_OF_VILLAGE = ["name", "county", "town"]
_COUNTS = ("eligible", "present", "agree", "oppose", "abstain", "invalid")


@dataclass(frozen=True)
class AskedVotes:
    """What the address asks for: votes in order, the filters, and places to choose from.

    ``of_place``: the votes of the place and the days, whatever check they are narrowed to.
    """

    rows: pd.DataFrame
    of_place: pd.DataFrame
    filters: dict[str, str]
    places: PlaceFilter


def asked_votes(held: Register) -> AskedVotes:
    """Read what the address asks for."""
    places = place_filter(held.versions)
    sort = chosen_code("sort", _SORTS, default="place")
    check = chosen_code("check", _CHECKS)
    votes = places.applied(held.votes.join(held.units[["stat_code", *PLACE]], on="unit_id"))
    until = asked_day("to")
    if until is not None:
        votes = votes[pd.to_datetime(votes["held_on"]) <= pd.Timestamp(until)]
    of_place = votes
    if check == "problem":
        votes = votes[~votes["in_order"]]
    elif check == "full":
        votes = votes[votes["unanimous"]]
    elif check == "below":
        votes = votes[votes["consent_of_present"].notna() & ~votes["unanimous"]]
    _text, columns, ascending = _SORTS[sort]
    return AskedVotes(
        rows=votes.sort_values(columns, ascending=ascending, kind="stable"),
        of_place=of_place,
        filters={
            "county": places.county,
            "town": places.town,
            "check": check,
            "to": day_text(until),
            "sort": sort,
        },
        places=places,
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """List votes."""
    held = register()
    asked = asked_votes(held)
    page = paged(asked.rows)
    return render_template(
        "votes/index.html",
        filters=asked.filters,
        counties=asked.places.counties,
        towns=asked.places.towns,
        sorts=[(code, _(text)) for code, (text, _columns, _up) in _SORTS.items()],
        rows=vote_rows(page.rows, held.units),
        page=page,
        stored=not held.votes.empty,
    )


def vote_rows(votes: pd.DataFrame, units: pd.DataFrame) -> list[dict[str, Any]]:
    """Return votes as templates show them.

    Parameters
    ----------
    votes : DataFrame
        Rows of `Register.votes`.
    units : DataFrame
        As `Register.units`.
    """
    # The villages of all rows at once: one by one they would take most of a long list's time.
    own = units.loc[units.index.isin(votes["unit_id"]), [*_OF_VILLAGE, "to_unit_id"]]
    merged = units.loc[units.index.isin(own["to_unit_id"].dropna()), _OF_VILLAGE]
    villages = merged.to_dict("index") | own.to_dict("index")
    return [_vote_row(vote, villages) for vote in votes.to_dict("records")]


def _vote_row(vote: dict[str, Any], villages: dict[Any, dict[Any, Any]]) -> dict[str, Any]:
    unit = villages[vote["unit_id"]]
    merged_id = or_none(unit.get("to_unit_id"))
    rates = ("turnout", "consent_of_present", "consent_of_eligible")
    return {
        "vote_id": int(vote["vote_id"]),
        "unit_id": int(vote["unit_id"]),
        "village": unit["name"],
        "merged": None
        if merged_id not in villages
        else {"unit_id": int(merged_id), "name": villages[merged_id]["name"]},
        "county": or_none(unit["county"]),
        "town": or_none(unit["town"]),
        "held_on": vote["held_on"],
        "form": or_none(vote["form"]),
        **{name: or_none(vote[name]) for name in (*_COUNTS, *rates)},
        "checks": [shown(check) for check in vote["checks"]],
        "cited": cited(vote["basis"]),
        "source": provenance(
            vote["import_id"], sheet="votes", row=vote["row"], synthetic=vote["synthetic"]
        ),
    }


def votes_of(held: Register, unit_ids: list[int]) -> pd.DataFrame:
    """Return the votes of some villages, in the villages' order."""
    votes = held.votes[held.votes["unit_id"].isin(unit_ids)]
    places = {unit_id: place for place, unit_id in enumerate(unit_ids)}
    return votes.sort_values("unit_id", key=lambda ids: ids.map(places), kind="stable")
