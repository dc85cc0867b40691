"""Vector tiles, as cut at import, for the map and for QGIS."""

import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.maps.tile_file import TileFile
from geo_tracker.web.answers import FOR_EVER, gzipped
from geo_tracker.web.context import services
from geo_tracker.web.register import register
from geo_tracker.web.tile_access import access_key

bp = Blueprint("tiles", __name__)

TILE_TYPE = "application/vnd.mapbox-vector-tile"
_FOR_A_MINUTE = "private, max-age=60"
_KEY = re.compile(r"[0-9a-f]{16}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@lru_cache(maxsize=16)
def opened(path: Path) -> TileFile:
    """Return a tile file, which stays open."""
    return TileFile(path)


def tile_file(layer: str) -> TileFile:
    """Return the open tile file of a layer.

    Parameters
    ----------
    layer : str
        The hash of what it shows, or the date that it holds from.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    key: str | None = layer if _KEY.fullmatch(layer) else _key_of_day(layer)
    if key is None:
        raise NotFoundError(N_("The map has not been drawn yet."))
    return opened(services().settings.tiles_dir / f"{key}.mbtiles")


def _key_of_day(day: str) -> str | None:
    keys = {str(layer.as_of_on): layer.tiles_key for layer in register().layers}
    return keys.get(day) if _DAY.fullmatch(day) else None


def _caching(layer: str) -> str:
    """Browsers keep for ever what an address with a hash gives; a date's tiles may change."""
    return FOR_EVER if _KEY.fullmatch(layer) else _FOR_A_MINUTE


@bp.get("/tiles/<layer>/<int:z>/<int:x>/<int:y>.mvt")
def tile(layer: str, z: int, x: int, y: int) -> ResponseReturnValue:
    """Send one tile; 204 where nothing is drawn."""
    content = tile_file(layer).tile(z, x, y)
    if content is None:
        response = Response(status=204)
        response.headers["Cache-Control"] = _caching(layer)
        return response
    return gzipped(content, TILE_TYPE, caching=_caching(layer))


@bp.get("/tiles/<layer>/names/<int:block>.json")
def names(layer: str, block: int) -> ResponseReturnValue:
    """Send the names of a block of a tile file's villages, by id."""
    return gzipped(tile_file(layer).names(block), "application/json", caching=_caching(layer))


@bp.get("/tiles/<layer>.json")
def tilejson(layer: str) -> ResponseReturnValue:
    """Send the TileJSON that QGIS and other programs read."""
    said = tile_file(layer).metadata
    answer = current_app.json.response(
        tilejson="3.0.0",
        name=layer,
        tiles=[tile_address(layer, access=request.args.get("access"))],
        minzoom=said.minzoom,
        maxzoom=said.maxzoom,
        bounds=list(said.bounds),
        vector_layers=said.vector_layers,
    )
    answer.headers["Cache-Control"] = _FOR_A_MINUTE
    return answer


def tile_address(layer: str, *, access: str | None = None, external: bool = True) -> str:
    """Return the address of a layer's tiles with ``{z}``, ``{x}``, ``{y}`` to be filled in."""
    given = {"access": access} if access else {}
    address = url_for("tiles.tile", layer=layer, z=0, x=0, y=0, _external=external, **given)
    return address.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")


def names_address(layer: str) -> str:
    """Return the address of the names of a layer's villages with ``{block}`` to be filled in."""
    return url_for("tiles.names", layer=layer, block=0).replace("/0.json", "/{block}.json")


@bp.get("/tiles/")
def show() -> ResponseReturnValue:
    """Show the addresses of the layers' tiles for QGIS, with the reader's own key."""
    access = access_key(current_user.id)
    return render_template(
        "tiles/show.html",
        layers=[
            {
                "as_of_on": layer.as_of_on,
                "count": tile_file(layer.tiles_key).metadata.count,
                "address": tile_address(str(layer.as_of_on), access=access),
                "tilejson": url_for(
                    ".tilejson", layer=str(layer.as_of_on), access=access, _external=True
                ),
                "min_zoom": tile_file(layer.tiles_key).metadata.minzoom,
                "max_zoom": tile_file(layer.tiles_key).metadata.maxzoom,
            }
            for layer in register().layers
            if layer.tiles_key is not None
        ],
    )
