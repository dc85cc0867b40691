"""后进村: who lags, how sure, and why; the former villages that the average hides."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.followup.lag_lines import DOMAINS
from geo_tracker.indicators.lag_flags import FLAGS
from geo_tracker.language import N_
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.lag import (
    STANDINGS,
    UNRANKED,
    ShownLag,
    domain_parts,
    names_of,
    narrowed,
    score_values,
    shown_lag,
    standing_choices,
)
from geo_tracker.web.lag_profile import profile
from geo_tracker.web.lag_review import past_decisions
from geo_tracker.web.lag_reviews import open_review
from geo_tracker.web.lag_trend import score_trend
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.page import paged
from geo_tracker.web.policy_village import village_policies
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.village_links import map_url
from geo_tracker.workflows.lag import LagSide

bp = Blueprint("lagging", __name__, url_prefix="/lagging")

FORMERS, HIDDEN, OVERLOOKED, VILLAGES = "formers", "hidden", "overlooked", "villages"

LISTS = {
    FORMERS: N_("Former villages"),
    HIDDEN: N_("Hidden laggards"),
    OVERLOOKED: N_("Overlooked"),
    VILLAGES: N_("Villages of today"),
}

_SORTS: dict[str, tuple[str, list[str], list[bool]]] = {
    "need": (N_("Furthest behind first"), ["rank"], [True]),
    "sure": (N_("Surest first"), ["worst_decile", "rank"], [False, True]),
    "gap": (N_("Widest gap to the best sibling first"), ["gap"], [False]),
    "flags": (N_("Most flags first"), ["flags", "rank"], [False, True]),
    "money": (N_("Least money per head first"), ["paid_per_head_fen", "rank"], [True, True]),
    "place": (N_("By county and town"), ["county_code", "town_code", "stat_code"], [True] * 3),
}


@dataclass(frozen=True)
class AskedLag:
    """What the address asks for.

    Attributes
    ----------
    rows : DataFrame
        The villages of the list, in its order.
    formers : DataFrame
        All former villages of the place: what the numbers above the list speak of.
    which : str
        Which of the lists.
    filters : dict
        As the form shows them.
    places : PlaceFilter
        Counties and towns to choose from.
    """

    rows: pd.DataFrame
    formers: pd.DataFrame
    which: str
    filters: dict[str, str]
    places: PlaceFilter


def asked_lagging(held: Register, found: ShownLag) -> AskedLag:
    """Read what the address asks for."""
    places = place_filter(held.versions)
    which = chosen_code("list", LISTS, default=FORMERS)
    reason = chosen_code("reason", FLAGS)
    standing = chosen_code("standing", (*STANDINGS, UNRANKED))
    sort = chosen_code("sort", _SORTS, default="need")
    formers = places.applied(former_rows(held, found))
    rows = formers
    if which == VILLAGES:
        rows = places.applied(_listed(found, held.villages, found.lag.villages))
    elif which != FORMERS:
        rows = rows[rows[which].eq(True)]
    rows = narrowed(rows, standing=standing, reason=reason)
    _text, columns, ascending = _SORTS[sort]
    return AskedLag(
        rows=rows.sort_values(columns, ascending=ascending, kind="stable", na_position="last"),
        formers=formers,
        which=which,
        filters={
            "county": places.county,
            "town": places.town,
            "list": which,
            "reason": reason,
            "standing": standing,
            "sort": sort,
        },
        places=places,
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """List villages by how far they lag, or those of them that are hidden or overlooked."""
    held, found = register(), shown_lag()
    asked = asked_lagging(held, found)
    page, which, places = paged(asked.rows), asked.which, asked.places
    return render_template(
        "lagging/index.html",
        filters=asked.filters,
        lists=[(code, _(text)) for code, text in LISTS.items()],
        domains=[(code, shown(text)) for code, text in DOMAINS.items()],
        counties=places.counties,
        towns=places.towns,
        reasons=[(code, shown(text)) for code, text in FLAGS.items()],
        standings=standing_choices(),
        sorts=[(code, _(text)) for code, (text, _columns, _up) in _SORTS.items()],
        summary=lag_summary(asked.formers, found, places),
        rows=[_linked(row, found, which) for row in lag_rows(page.rows, held, found, which)],
        page=page,
        of_formers=which != VILLAGES,
        year=held.data_on.year,
        stored=not held.formers.empty,
        review=open_review(),
    )


@bp.get("/<int:unit_id>")
def show(unit_id: int) -> ResponseReturnValue:
    """Show what a village's score is made of."""
    held, found = register(), shown_lag()
    known = found.lag.formers.scores.index.union(found.lag.villages.scores.index)
    if unit_id not in known:
        abort(404)
    family = [unit_id, *found.lag.merged.index[found.lag.merged.eq(unit_id).fillna(False)]]
    return render_template(
        "lagging/show.html",
        trend=score_trend(held, found, [int(one) for one in family]),
        decisions=past_decisions(unit_id),
        policies=village_policies(held, [unit_id], unit_id),
        **profile(held, found, unit_id),
    )


def former_rows(held: Register, found: ShownLag) -> pd.DataFrame:
    """Return all former villages as the list has them, in no order."""
    return _listed(found, held.formers, found.lag.formers)


def _listed(found: ShownLag, units: pd.DataFrame, side: LagSide) -> pd.DataFrame:
    """Return the rows of a list: the score, and what a row shows of its village."""
    place = ["name", "stat_code", "county_code", "county", "town_code", "town"]
    rows = side.table.join(units[[*place, "paid_fen"]])
    rows["flags"] = rows["reasons"].map(len)
    # Columns that only former villages have are missing in the list of those of today.
    return rows.join(found.lag.hidden.reindex(rows.index)).join(found.attention.reindex(rows.index))


def lag_summary(formers: pd.DataFrame, found: ShownLag, places: PlaceFilter) -> dict[str, Any]:
    """Count former villages of a place; every number leads to its rows."""
    place: dict[str, Any] = {"county": places.county, "town": places.town}
    counts = formers["standing"].value_counts()
    spending = found.spending
    return {
        "ranked": int(formers["score"].notna().sum()),
        "unranked": int(formers["score"].isna().sum()),
        "unranked_url": url_for("lagging.index", **place, standing=UNRANKED),
        "standings": [
            {
                "text": shown(text),
                "count": int(counts.get(code, 0)),
                "url": url_for("lagging.index", **place, standing=code),
            }
            for code, text in list(STANDINGS.items())[:2]
        ],
        "hidden": int(formers["hidden"].eq(True).sum()),
        "hidden_url": url_for("lagging.index", **place, list=HIDDEN),
        "overlooked": int(formers["overlooked"].eq(True).sum()),
        "overlooked_url": url_for("lagging.index", **place, list=OVERLOOKED),
        "spent_share": spending.share,
        "spent": yuan(spending.firm_fen),
        "spent_of": yuan(spending.all_fen),
    }


def lag_rows(
    rows: pd.DataFrame, held: Register, found: ShownLag, which: str
) -> list[dict[str, Any]]:
    """Return what pages and reports say of the villages of a list."""
    side = found.lag.villages if which == VILLAGES else found.lag.formers
    # All names at once: villages looked up one by one would take most of a long list's time.
    names: dict[int, str] = held.units["name"].to_dict()
    merged: dict[int, Any] = found.lag.merged.to_dict()

    def village(unit_id: Any) -> dict[str, Any] | None:
        known = or_none(unit_id)
        return {"unit_id": int(known), "name": names[known]} if known in names else None

    return [
        score_values(row)
        | {
            "unit_id": int(row["unit_id"]),
            "name": row["name"],
            "merged": village(merged.get(row["unit_id"])),
            "county": or_none(row["county"]),
            "town": or_none(row["town"]),
            "known": or_none(row["known"]),
            "merged_score": or_none(row["merged_score"]),
            "gap": or_none(row["gap"]),
            "sibling": village(row["best_sibling"]),
            "paid_per_head": yuan(row["paid_per_head_fen"]),
            "last_visit_on": or_none(row["last_visit_on"]),
            "missing": names_of(side.missing(int(row["unit_id"])))
            if or_none(row["score"]) is None
            else [],
        }
        for row in rows.rename_axis("unit_id").reset_index().to_dict("records")
    ]


def _linked(row: dict[str, Any], found: ShownLag, which: str) -> dict[str, Any]:
    """Return a row with its bar and where it leads."""
    side = found.lag.villages if which == VILLAGES else found.lag.formers
    unit_id = row["unit_id"]
    return row | {
        "url": url_for(".show", unit_id=unit_id),
        "parts": domain_parts(side.domain_points(unit_id)),
        "map_url": map_url(unit_id),
    }
