"""Open problems on the map, column by column: where each is, how urgent, how far."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from geo_tracker.followup.problem_states import OPEN_STATES
from geo_tracker.web.map_projects import places_in
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_points import open_problem_points
from geo_tracker.web.register import register
from geo_tracker.web.texts import term

bp = Blueprint("map_problems", __name__, url_prefix="/map")


@bp.get("/problems.json")
def problems() -> ResponseReturnValue:
    """Send all open problems that have a place."""
    rows = open_problem_points(register())
    kinds = sorted(set(rows["category"].dropna()))
    states = [state for state in OPEN_STATES if state in set(rows["state"])]
    villages = sorted(set(rows["village"].dropna()))
    return jsonify(
        id=rows["id"].tolist(),
        name=rows["number"].tolist(),
        lat=rows["lat"].round(6).tolist(),
        lon=rows["lon"].round(6).tolist(),
        unit=[or_none(unit) for unit in rows["present_unit_id"].astype("Int64")],
        light=rows["light"].tolist(),
        kind=places_in(rows["category"], kinds),
        stage=places_in(rows["state"], states),
        due=[str(due) if or_none(due) is not None else None for due in rows["due_on"]],
        village=places_in(rows["village"], villages),
        at_village=rows["at_village"].tolist(),
        kinds=kinds,
        stages=[{"key": state, "text": term(f"problem_{state}")} for state in states],
        villages=villages,
    )
