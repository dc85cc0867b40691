"""Visits on the map: a point a village, by how long ago the last one was."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.followup.rules import Rules
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.register import register
from geo_tracker.web.visits_waiting import waiting_villages
from geo_tracker.workflows.rules import rules_of

bp = Blueprint("map_visits", __name__, url_prefix="/map")


@bp.get("/visits.json")
def visits() -> ResponseReturnValue:
    """Send the villages of today that were visited, and how many never were.

    Visits to the former villages in one of today count as visits to it.
    """
    held, today = register(), judging_day()
    with read_session() as session:
        rules = rules_of(session, today.year)
    rows = waiting_villages(held, side="present", on=today)
    is_never = rows["days"].isna()
    rows = rows[~is_never].join(held.villages[["name", "point_lon", "point_lat"]])
    rows = rows.dropna(subset=["point_lon", "point_lat"])
    return jsonify(
        id=rows.index.tolist(),
        name=rows["name"].tolist(),
        lat=rows["point_lat"].astype(float).round(6).tolist(),
        lon=rows["point_lon"].astype(float).round(6).tolist(),
        unit=rows.index.tolist(),
        light=[visit_light(int(days), rules) for days in rows["days"]],
        visits=rows["visits"].tolist(),
        days=rows["days"].astype(int).tolist(),
        last_on=[str(day.date()) for day in rows["last_on"]],
        lights=[
            {"key": "green", "text": _("up to %(days)s days", days=rules.visit_yellow_days)},
            {"key": "yellow", "text": _("up to %(days)s days", days=rules.visit_red_days)},
            {"key": "red", "text": _("longer ago")},
        ],
        never=int(is_never.sum()),
    )


def visit_light(days: int, rules: Rules) -> str:
    """Return ``green``, ``yellow`` or ``red`` for a village last visited so many days ago."""
    if days > rules.visit_red_days:
        return "red"
    return "yellow" if days > rules.visit_yellow_days else "green"
