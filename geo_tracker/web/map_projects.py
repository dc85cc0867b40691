"""Projects on the map."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from geo_tracker.web.money import or_none
from geo_tracker.web.register import register

bp = Blueprint("map_projects", __name__, url_prefix="/map")


@bp.get("/projects.json")
def projects() -> ResponseReturnValue:
    """Send all projects as points with their lights."""
    rows = register().projects.dropna(subset=["lon", "lat"])
    return jsonify(
        [
            {
                "id": int(row.project_id),
                "name": row.name,
                "light": or_none(row.light) or "unknown",
                "point": [row.lat, row.lon],
                "unit_id": or_none(row.current_unit_id),
            }
            for row in rows.itertuples(index=False)
        ]
    )
