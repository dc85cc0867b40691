"""Where a project is: drawn on a small map of its surroundings, or typed corner by corner."""

import json
from typing import Any

import geopandas as gpd
import shapely
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.crs import AREA_CRS, STORAGE_CRS
from geo_tracker.db.layers import unit_polygons, villages_in_box
from geo_tracker.db.models import Project
from geo_tracker.db.projects import existing_project
from geo_tracker.errors import ChangedMeanwhileError, InputError
from geo_tracker.followup.drawn_place import KINDS, MOST_CORNERS, is_simple, shape_of, text_of
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import number_in, typed
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import number, shown
from geo_tracker.web.village_links import village_link
from geo_tracker.workflows.project_place import place_project

bp = Blueprint("project_place", __name__, url_prefix="/projects")

_AROUND = 0.6
"""So much of a village's width is shown around it."""

_STEP_DEG = 0.00005
_KIND_TEXTS = {"point": N_("Point"), "line": N_("Line"), "area": N_("Polygon")}


@bp.get("/<int:project_id>/place")
@role_needed(*FOLLOWERS)
def draw(project_id: int) -> ResponseReturnValue:
    """Show where a project is, to be drawn anew."""
    with read_session() as session:
        project = existing_project(session, project_id)
    kind, corners = text_of(project.geom)
    return _form(project, {"kind": kind, "corners": corners, "note": ""})


@bp.post("/<int:project_id>/place")
@role_needed(*FOLLOWERS)
def save(project_id: int) -> ResponseReturnValue:
    """Give a project the place that was drawn."""
    values = {name: typed(name) for name in ("kind", "corners", "note")}
    try:
        shape = shape_of(values["kind"], values["corners"])
        place_project(
            services().engine,
            project_id,
            shape,
            note=values["note"],
            actor=actor(),
            version=number_in(request.form, "version"),
            today=today(),
        )
    except (InputError, ChangedMeanwhileError) as refused:
        with read_session() as session:
            project = existing_project(session, project_id)
        status = 422 if isinstance(refused, InputError) else 409
        return make_response(_form(project, values, error=shown(refused.message)), status)
    flash(
        _("The place was stored.") if shape is not None else _("The place was taken away."),
        "success",
    )
    if shape is not None:
        _warn(project_id, shape)
    return redirect(url_for("project.show", project_id=project_id), code=303)


def _warn(project_id: int, shape: shapely.Geometry) -> None:
    """Say how far outside of its village a place lies: stored it is all the same."""
    with read_session() as session:
        project = existing_project(session, project_id)
        unit_id = project.former_unit_id or project.unit_id or 0
        village = unit_polygons(session, [unit_id]).get(unit_id)
    if village is None or village.intersects(shape):
        return
    apart = gpd.GeoSeries([village, shape], crs=STORAGE_CRS).to_crs(AREA_CRS)
    text = _(
        "The place lies outside of %(village)s, %(metres)s m away.",
        village=register().units["name"].get(unit_id, "—"),
        metres=number(float(apart.iloc[0].distance(apart.iloc[1]))),
    )
    flash(text, "warning")


def _form(project: Project, values: dict[str, str], *, error: str | None = None) -> str:
    held = register()
    unit_id = project.former_unit_id or project.unit_id or 0
    return render_template(
        "projects/place.html",
        project_id=project.id,
        name=project.name,
        village=village_link(held.units, unit_id),
        kinds=[(kind, _(_KIND_TEXTS[kind])) for kind in KINDS],
        values=values,
        record_version=project.version,
        needs_reason=project.geom is not None,
        is_simple=is_simple(project.geom),
        most=MOST_CORNERS,
        around=json.dumps(_around(project, unit_id), ensure_ascii=False),
        error=error,
    )


def _around(project: Project, unit_id: int) -> dict[str, Any]:
    """Return the project's village and its neighbours as GeoJSON, and what the map shows."""
    held = register()
    with read_session() as session:
        own = unit_polygons(session, [unit_id]).get(unit_id)
        shapes = [shape for shape in (own, project.geom) if shape is not None]
        if not shapes:
            shapes = [shapely.box(*_whole_area())]
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        margin = max(east - west, north - south, 0.005) * _AROUND
        bounds = (west - margin, south - margin, east + margin, north + margin)
        newest = held.layers[-1].id if held.layers else 0
        others = villages_in_box(session, newest, bounds)
    return {
        "bounds": [[south, west], [north, east]],
        "own": None if own is None else json.loads(shapely.to_geojson(_plain(own))),
        "others": [
            {"name": name, "shape": json.loads(shapely.to_geojson(_plain(shape)))}
            for name, shape in zip(others["name"], others.geometry, strict=True)
        ],
    }


def _plain(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(shapely.simplify(shape, _STEP_DEG), 1e-6, mode="pointwise")


def _whole_area() -> tuple[float, float, float, float]:
    villages = register().villages
    lon, lat = villages["point_lon"], villages["point_lat"]
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
