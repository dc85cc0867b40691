"""地图: Folium composes the page; what it shows is asked for apart, see the other `map_…` files."""

import gzip
import hashlib
from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from geo_tracker.language import LOCALES, translate
from geo_tracker.maps.class_breaks import FEWEST, METHODS, MOST
from geo_tracker.maps.page import (
    MapConfig,
    MapParts,
    ThemeChoice,
    TileSource,
    map_parts,
    texts_script,
    village_map,
)
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.theme_list import GROUPS, THEMES
from geo_tracker.maps.themes import CLASSES
from geo_tracker.web.answers import FOR_EVER, gzipped
from geo_tracker.web.context import services
from geo_tracker.web.followup_sides import offered_themes
from geo_tracker.web.map_dates import compared_layers
from geo_tracker.web.map_places import dated_title
from geo_tracker.web.map_themes import chosen_theme
from geo_tracker.web.register import Layer, Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.tiles import names_address, tile_address, tile_file
from geo_tracker.workflows.basemap import DEEPEST

bp = Blueprint("map", __name__, url_prefix="/map")


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the map."""
    held = register()
    layer = held.layers[-1] if held.layers else None
    if layer is None or layer.tiles_key is None:
        return render_template("map/show.html", map=None)
    language = str(get_locale())
    version = _texts(language)[0]
    return render_template(
        "map/show.html",
        map=_safe(_parts(held, layer)),
        texts_url=url_for(".texts", language=language, v=version),
        asked_first=_asked_first(held),
    )


@bp.get("/texts/<language>.js")
def texts(language: str) -> ResponseReturnValue:
    """Send the texts of the map: other than the page they are the same for all, and kept."""
    if language not in LOCALES:
        abort(404)
    return gzipped(_texts(language)[1], "text/javascript", caching=FOR_EVER)


@lru_cache(maxsize=len(LOCALES))
def _texts(language: str) -> tuple[str, bytes]:
    """Return a hash of the texts in a language, and their script, compressed."""
    script = texts_script({key: translate(text, language) for key, text in MAP_TEXTS.items()})
    content = script.encode()
    return hashlib.sha256(content).hexdigest()[:12], gzip.compress(content, mtime=0)


def _asked_first(held: Register) -> list[str]:
    """Return what the script will ask for first; browsers ask for it while they load the script."""
    chosen = chosen_theme(held)
    if set(chosen.address()) - {"theme", "side"}:
        return []
    side = chosen.side if chosen.side == "former" else None
    tiles_key = held.sides[chosen.side].layer.tiles_key
    return [
        url_for("map_themes.theme", theme=chosen.theme, side=side),
        url_for("map_themes.ids", key=tiles_key or "none"),
    ]


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
            ThemeChoice(
                key=theme.key,
                title=shown(theme.title),
                group=shown(GROUPS[theme.group]),
                is_number=not theme.categories,
            )
            for theme in (THEMES[key] for key in offered_themes(held))
        ],
        urls={
            "theme": url_for("map_themes.theme", theme="THEME").replace("THEME", "{theme}"),
            "village": url_for("map_villages.village", unit_id=0).replace("/0", "/{id}"),
            "panel": url_for("map_villages.panel", unit_id=0).replace("/0/", "/{id}/"),
            "search": url_for("map_search.search"),
            "more_script": url_for("static", filename="joined/map_more.js"),
            "projects": url_for("map_projects.projects"),
            "problems": url_for("map_problems.problems"),
            "problem": url_for("problem_page.show", problem_id=0).replace("/0", "/{id}"),
            "visits": url_for("map_visits.visits"),
            "visits_of": url_for("visits.index", unit=0).replace("=0", "={id}"),
            "names": names_address(layer.tiles_key or ""),
            "links": url_for("map_links.links"),
        },
        options=_options(held),
        texts=None,
        attribution=_("Boundaries as of %(day)s", day=str(layer.as_of_on)),
    )
    return map_parts(village_map(config), static_url=lambda path: url_for("static", filename=path))


def _options(held: Register) -> dict[str, Any]:
    """Return what parts of the page need to know."""
    options: dict[str, Any] = {
        "links": {"list": url_for("villages.index"), "review": url_for("review.index")},
        "printing": {
            "sheet": url_for("map_sheets.sheet"),
            "export": url_for("map_exports.export"),
            "places": url_for("map_places.places"),
            "author": current_user.username,
            "title": dated_title("WHAT", held),
        },
        "classing": {
            "methods": [{"key": key, "text": shown(text)} for key, text in METHODS.items()],
            "fewest": FEWEST,
            "most": MOST,
            "usual": CLASSES,
        },
    }
    if len(held.layers) > 1 and all(layer.tiles_key for layer in held.layers):
        options["compare"] = compared_layers(held, [_source(layer) for layer in held.layers])
    settings = services().settings
    if settings.basemap_url:
        address = url_for("basemap.tile", z=0, x=0, y=0)
        options["basemap"] = {
            "url": address.replace("/0/0/0", "/{z}/{x}/{y}"),
            "attribution": settings.basemap_attribution,
            "gcj02": settings.basemap_gcj02,
            "deepest": DEEPEST,
        }
    return options


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
