"""地图: Folium composes the page; themes, villages, search and projects are asked for apart."""

from typing import Any

import shapely
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from geo_tracker.db.layers import unit_polygons
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.maps.page import (
    MapConfig,
    MapParts,
    ThemeChoice,
    TileSource,
    map_parts,
    village_map,
)
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.themes import THEMES, theme_json, themed
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import matching_names
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Layer, Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.tiles import tile_file
from geo_tracker.web.village_story import village_panel

bp = Blueprint("map", __name__, url_prefix="/map")

SUGGESTIONS = 12


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the map."""
    held = register()
    layer = held.layers[-1] if held.layers else None
    if layer is None or layer.tiles_key is None:
        return render_template("map/show.html", map=None)
    return render_template("map/show.html", map=_safe(_parts(held, layer)))


def _safe(parts: MapParts) -> dict[str, Markup]:
    # Made by maps.page from our own templates; every text in it is JSON-escaped there.
    return {
        "header_html": Markup(parts.header_html),  # noqa: S704
        "body_html": Markup(parts.body_html),  # noqa: S704
        "script": Markup(parts.script),  # noqa: S704
    }


def _parts(held: Register, layer: Layer) -> MapParts:
    former = held.layers[-2] if len(held.layers) > 1 else None
    config = MapConfig(
        bounds=_bounds(held, layer),
        tiles=_source(layer),
        former_tiles=_source(former) if former is not None and former.tiles_key else None,
        themes=[
            ThemeChoice(key=theme.key, title=shown(theme.title), note=shown(theme.note))
            for theme in THEMES.values()
        ],
        urls={
            "theme": url_for("map.theme", theme="THEME").replace("THEME", "{theme}"),
            "village": url_for("map.village", unit_id=0).replace("/0", "/{id}"),
            "panel": url_for("map.panel", unit_id=0).replace("/0/", "/{id}/"),
            "search": url_for("map.search"),
            "projects": url_for("map.projects"),
            "names": url_for("tiles.names", key=layer.tiles_key),
        },
        texts={key: shown(text) for key, text in MAP_TEXTS.items()},
        attribution=_("Boundaries as of %(day)s", day=str(layer.as_of_on)),
    )
    return map_parts(village_map(config), static_url=lambda path: url_for("static", filename=path))


def _source(layer: Layer) -> TileSource:
    said = tile_file(layer.tiles_key or "").metadata
    address = url_for("tiles.tile", key=layer.tiles_key, z=0, x=0, y=0)
    return TileSource(
        url=address.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt"),
        min_zoom=said.minzoom,
        max_zoom=said.maxzoom,
    )


def _bounds(held: Register, layer: Layer) -> tuple[float, float, float, float]:
    """Return the whole area, or that of the county asked for, as west, south, east, north."""
    county = request.args.get("county")
    rows = held.villages[held.villages["county_code"] == county] if county else held.villages[:0]
    if rows.empty:
        return tile_file(layer.tiles_key or "").metadata.bounds
    lon, lat = rows["point_lon"], rows["point_lat"]
    return (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


@bp.get("/themes/<theme>.json")
def theme(theme: str) -> ResponseReturnValue:
    """Send the class of every village under a theme."""
    if theme not in THEMES:
        raise NotFoundError(N_("There is no theme %(name)s."), name=theme)
    villages = register().villages
    match theme:
        case "merged":
            values = villages["kind"] == "merged"
        case "formers":
            values = villages["formers"]
        case "consent":
            values = villages["consent"]
        case "budget_per_head":
            heads = villages["registered_population"].astype("Float64")
            # No project recorded is not a budget of zero.
            budget = villages["budget_fen"].astype("Float64") / 100
            values = (budget / heads.where(heads > 0)).astype("Float64")
        case _:
            values = villages["progress"]
    column = themed(values, theme)
    return jsonify(theme_json(column, ids=villages.index.tolist(), text=shown))


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


@bp.get("/search")
def search() -> Response:
    """Suggest villages for what somebody types: old or new name, code, pinyin."""
    held = register()
    found = matching_names(held.versions, request.args.get("q", ""))
    found = found.drop_duplicates("unit_id").head(SUGGESTIONS)
    return jsonify([_suggestion(held, row) for row in found.itertuples(index=False)])


def _suggestion(held: Register, row: Any) -> dict[str, Any]:
    kind, note = "untouched", None
    if row.unit_id in held.formers.index:
        kind = "former"
        became = held.formers.loc[row.unit_id, "to_name"]
        note = _("now %(name)s", name=became) if or_none(became) is not None else None
    elif row.unit_id in held.villages.index:
        kind = held.villages.loc[row.unit_id, "kind"]
    return {
        "unit_id": int(row.unit_id),
        "name": row.name,
        "code": or_none(row.stat_code),
        "town": or_none(row.town),
        "county": or_none(row.county),
        "kind": kind,
        "note": note,
    }
