"""The village in hand: its outline, its former villages and its panel."""

from typing import Any

import shapely
from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from geo_tracker.db.layers import unit_polygons
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.web.context import read_session
from geo_tracker.web.money import or_none
from geo_tracker.web.register import register
from geo_tracker.web.village_story import village_panel

bp = Blueprint("map_villages", __name__, url_prefix="/map")


@bp.get("/villages/<int:unit_id>.json")
def village(unit_id: int) -> ResponseReturnValue:
    """Send a village with its former ones and projects, to be drawn; a former one in its new."""
    held = register()
    focus = None
    if unit_id in held.formers.index:
        successor = held.formers.loc[unit_id, "to_unit_id"]
        focus, unit_id = unit_id, int(successor) if or_none(successor) is not None else unit_id
    table = held.villages if unit_id in held.villages.index else held.formers
    if unit_id not in table.index:
        raise NotFoundError(N_("There is no village %(id)s."), id=unit_id)
    row = table.loc[unit_id]
    parts = held.formers[held.formers["to_unit_id"] == unit_id].sort_values("area_m2")[::-1]
    with read_session() as session:
        polygons = unit_polygons(session, [unit_id, *parts.index.tolist()])
    west, south, east, north = polygons[unit_id].bounds
    projects = held.projects[held.projects["current_unit_id"] == unit_id]
    return jsonify(
        unit_id=unit_id,
        name=row["name"],
        kind=row["kind"],
        seat=_seat(row),
        bounds=[[south, west], [north, east]],
        polygon=shapely.geometry.mapping(polygons[unit_id]),
        focus=focus,
        formers=[
            {
                "unit_id": int(former_id),
                "name": former["name"],
                "colour_index": index,
                "point": [former["point_lat"], former["point_lon"]],
                "polygon": shapely.geometry.mapping(polygons[former_id]),
                "share": former["area_m2"] / row["area_m2"],
            }
            for index, (former_id, former) in enumerate(parts.iterrows())
        ],
        projects=[
            {
                "id": int(project.project_id),
                "name": project.name,
                "light": or_none(project.light) or "unknown",
                "point": [project.lat, project.lon],
            }
            for project in projects.dropna(subset=["lon", "lat"]).itertuples(index=False)
        ],
    )


def _seat(row: Any) -> list[float]:
    if or_none(row["seat_lon"]) is not None:
        return [row["seat_lat"], row["seat_lon"]]
    return [row["point_lat"], row["point_lon"]]


@bp.get("/villages/<int:unit_id>/panel")
def panel(unit_id: int) -> ResponseReturnValue:
    """Send the panel of a village: former villages, votes, projects, sources."""
    return render_template("map/_panel.html", **village_panel(register(), unit_id))
