"""融合清单: what merged villages have to bring together, by village."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.checklists import checklist_counts, current_stages
from geo_tracker.followup.checklist import FUSION_STAGES
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.money import or_none, share
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register
from geo_tracker.web.session import role_needed
from geo_tracker.workflows.checklists import open_checklists

bp = Blueprint("checklists", __name__, url_prefix="/checklists")

_SHOWN = ("opened", "overdue", "unfinished", "complete", "unopened")
_COUNTS = ("applicable", "done", "verified", "overdue")


def merged_on(held: Register) -> dict[int, date]:
    """Return the present merged villages with the day of their last merger."""
    edges = held.followed
    merged = edges[edges["to_unit_id"].isin(held.villages.index[held.villages["kind"] == "merged"])]
    # As moments: of dates the last would be looked for village by village.
    days = pd.to_datetime(merged["effective_on"]).groupby(merged["to_unit_id"]).max().dropna()
    return {int(unit_id): day.date() for unit_id, day in days.items()}


@bp.get("/")
def index() -> ResponseReturnValue:
    """List merged villages with how far their checklists are."""
    held = register()
    asked = asked_villages(held)
    places, rows = asked.places, asked.rows
    totals = checklist_totals(asked.of_places)
    page = paged(rows)
    return render_template(
        "checklists/index.html",
        filters={"county": places.county, "town": places.town, "show": asked.shown},
        counties=places.counties,
        towns=places.towns,
        rows=[
            checklist_row(row) for row in page.rows.reset_index(names="unit_id").to_dict("records")
        ],
        totals=totals,
        recorded=any(stage != "unknown" for stage, _count in totals["stages"]),
        page=page,
        may_open=may_follow(),
        stored=not held.villages.empty,
        today=judging_day(),
    )


@dataclass(frozen=True)
class AskedVillages:
    """Which merged villages a list shows: ``of_places`` before the choice ``shown``, ``rows``
    after it; columns as `_villages` gives them.
    """

    places: PlaceFilter
    shown: str
    of_places: pd.DataFrame
    rows: pd.DataFrame


def asked_villages(held: Register) -> AskedVillages:
    """Return the merged villages that the request asks for."""
    places = place_filter(held.versions)
    shown = chosen_code("show", _SHOWN)
    rows = _villages(held, places)
    opened = rows["applicable"].notna()
    is_chosen = {
        "opened": opened,
        "overdue": rows["overdue"] > 0,
        "unfinished": opened & (rows["done"] < rows["applicable"]),
        "complete": opened & (rows["done"] == rows["applicable"]),
        "unopened": ~opened,
    }
    chosen = rows[is_chosen[shown]] if shown else rows
    in_order = chosen.sort_values(["overdue", "share_done"], ascending=[False, True], kind="stable")
    return AskedVillages(places, shown, rows, in_order)


def _villages(held: Register, places: PlaceFilter) -> pd.DataFrame:
    """Return merged villages of the chosen places with counts; missing where none was opened."""
    days = merged_on(held)
    with read_session() as session:
        counts = checklist_counts(session, on=judging_day())
        stages = current_stages(session)
    rows = places.applied(held.villages.loc[sorted(days)]).copy()
    rows["merged_on"] = [days[unit_id] for unit_id in rows.index]
    for name in _COUNTS:
        rows[name] = pd.array([counts.get(u, {}).get(name) for u in rows.index], dtype="Int64")
    rows["next_due_on"] = [counts.get(u, {}).get("next_due_on") for u in rows.index]
    applicable = rows["applicable"].astype("Float64")
    rows["share_done"] = rows["done"].astype("Float64") / applicable.where(applicable > 0)
    formers = held.followed.groupby("to_unit_id")["from_unit_id"].unique()
    rows["stages"] = [
        dict(Counter(stages.get(int(former), "unknown") for former in formers[u]))
        for u in rows.index
    ]
    return rows


def checklist_totals(rows: pd.DataFrame) -> dict[str, Any]:
    """Return what the checklists of some merged villages amount to.

    Returns
    -------
    dict
        ``villages``, ``opened``, ``applicable``, ``done``, ``verified``, ``overdue`` (counts),
        ``share_done`` (0–1 or None), ``stages`` ((stage, count of former villages) in order).
    """
    sums = {name: int(rows[name].sum()) for name in _COUNTS}
    stages: dict[str, int] = {}
    for counted in rows["stages"]:
        for stage, count in counted.items():
            stages[stage] = stages.get(stage, 0) + count
    return {
        "villages": len(rows),
        "opened": int(rows["applicable"].notna().sum()),
        **sums,
        "share_done": share(sums["done"], sums["applicable"]),
        "stages": _in_order(stages),
    }


def _in_order(stages: dict[str, int]) -> list[tuple[str, int]]:
    return [(stage, stages[stage]) for stage in (*FUSION_STAGES, "unknown") if stage in stages]


def checklist_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a merged village as the list shows it."""
    return {
        "unit_id": row["unit_id"],
        "name": row["name"],
        "county": or_none(row["county"]),
        "town": or_none(row["town"]),
        "merged_on": row["merged_on"],
        "formers": row["formers"],
        **{name: or_none(row[name]) for name in (*_COUNTS, "share_done", "next_due_on")},
        "stages": _in_order(row["stages"]),
    }


@bp.post("/open")
@role_needed("admin", "planner")
def open_all() -> ResponseReturnValue:
    """Open the checklists of merged villages of the chosen places that have none."""
    held = register()
    days = merged_on(held)
    county, town = request.form.get("county", ""), request.form.get("town", "")
    rows = held.villages.loc[sorted(days)]
    if town:
        rows = rows[rows["town_code"] == town]
    elif county:
        rows = rows[rows["county_code"] == county]
    chosen = {unit_id: days[unit_id] for unit_id in rows.index}
    count = open_checklists(services().engine, chosen, actor=actor(), today=today())
    flash(_("%(count)s checklists were opened.", count=count), "success")
    return redirect(url_for(".index", county=county or None, town=town or None), code=303)
