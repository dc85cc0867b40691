"""Open problems on the map, column by column: where each is, how urgent, how far."""

import pandas as pd
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from geo_tracker.db.followup_counts import problems_in
from geo_tracker.followup.problem_lights import deadlines
from geo_tracker.followup.problem_states import OPEN_STATES, Situation
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.map_projects import places_in
from geo_tracker.web.money import or_none
from geo_tracker.web.register import register
from geo_tracker.web.texts import term
from geo_tracker.workflows.rules import rules_of, work_calendar

bp = Blueprint("map_problems", __name__, url_prefix="/map")

_COLUMNS = ("id", "number", "category", "state", "due_on", "suspended_on", "unit_id", "lon", "lat")


@bp.get("/problems.json")
def problems() -> ResponseReturnValue:
    """Send all open problems that have a place: their own, else that of their village."""
    held, today = register(), judging_day()
    with read_session() as session:
        found = problems_in(session, OPEN_STATES)
        yellow_days = rules_of(session, today.year).problem_yellow_days
        on = deadlines(work_calendar(session), today, yellow_days=yellow_days)
    rows = pd.DataFrame([tuple(row) for row in found], columns=list(_COLUMNS))
    has_place = rows["lon"].notna() & rows["lat"].notna()
    village = held.units.reindex(rows["unit_id"])
    for own, of_village in (("lon", "point_lon"), ("lat", "point_lat")):
        known = village[of_village].set_axis(rows.index).astype(float)
        rows[own] = rows[own].astype(float).where(has_place, known)
    rows["at_village"] = ~has_place
    rows["village"] = village["name"].set_axis(rows.index)
    rows["present_unit_id"] = rows["unit_id"].map(held.places["present_unit_id"])
    rows = rows.dropna(subset=["lon", "lat"])
    kinds = sorted(set(rows["category"].dropna()))
    states = [state for state in OPEN_STATES if state in set(rows["state"])]
    villages = sorted(set(rows["village"].dropna()))
    lights = [
        on.light(Situation(state=row.state, suspended=or_none(row.suspended_on) is not None), due)
        for row in rows.itertuples(index=False)
        for due in [or_none(row.due_on)]
    ]
    return jsonify(
        id=rows["id"].tolist(),
        name=rows["number"].tolist(),
        lat=rows["lat"].round(6).tolist(),
        lon=rows["lon"].round(6).tolist(),
        unit=[or_none(unit) for unit in rows["present_unit_id"].astype("Int64")],
        light=[light or "unknown" for light in lights],
        kind=places_in(rows["category"], kinds),
        stage=places_in(rows["state"], states),
        due=[str(due) if or_none(due) is not None else None for due in rows["due_on"]],
        village=places_in(rows["village"], villages),
        at_village=rows["at_village"].tolist(),
        kinds=kinds,
        stages=[{"key": state, "text": term(f"problem_{state}")} for state in states],
        villages=villages,
    )
