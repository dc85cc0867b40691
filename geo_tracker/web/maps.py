"""地图: Folium composes the page; what it shows is asked for apart, see the other `map_…` files."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from geo_tracker.maps.page import (
    MapConfig,
    MapParts,
    ThemeChoice,
    TileSource,
    map_parts,
    village_map,
)
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.themes import THEMES
from geo_tracker.web.register import Layer, Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.tiles import tile_address, tile_file

bp = Blueprint("map", __name__, url_prefix="/map")


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
            "theme": url_for("map_themes.theme", theme="THEME").replace("THEME", "{theme}"),
            "village": url_for("map_villages.village", unit_id=0).replace("/0", "/{id}"),
            "panel": url_for("map_villages.panel", unit_id=0).replace("/0/", "/{id}/"),
            "search": url_for("map_search.search"),
            "projects": url_for("map_projects.projects"),
            "names": url_for("tiles.names", layer=layer.tiles_key, block=0).replace(
                "/0.json", "/{block}.json"
            ),
        },
        texts={key: shown(text) for key, text in MAP_TEXTS.items()},
        attribution=_("Boundaries as of %(day)s", day=str(layer.as_of_on)),
    )
    return map_parts(village_map(config), static_url=lambda path: url_for("static", filename=path))


def _source(layer: Layer) -> TileSource:
    said = tile_file(layer.tiles_key or "").metadata
    return TileSource(
        url=tile_address(layer.tiles_key or "", external=False),
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
