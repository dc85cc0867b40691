"""Vector tiles, as cut at import: immutable, by the hash of what they show."""

import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.maps.pyramid import TileFile
from geo_tracker.web.context import services

bp = Blueprint("tiles", __name__)

_FOR_EVER = "private, max-age=31536000, immutable"
_KEY = re.compile(r"[0-9a-f]{8,40}")


@lru_cache(maxsize=8)
def _opened(path: Path) -> TileFile:
    return TileFile(path)


def tile_file(key: str) -> TileFile:
    """Return the open tile file with this key.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    if not _KEY.fullmatch(key):
        raise NotFoundError(N_("The map has not been drawn yet."))
    return _opened(services().settings.tiles_dir / f"{key}.mbtiles")


def _gzipped(content: bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = _FOR_EVER
    return response


@bp.get("/tiles/<key>/<int:z>/<int:x>/<int:y>.mvt")
def tile(key: str, z: int, x: int, y: int) -> ResponseReturnValue:
    """Send one tile; 204 where nothing is drawn."""
    content = tile_file(key).tile(z, x, y)
    if content is None:
        response = Response(status=204)
        response.headers["Cache-Control"] = _FOR_EVER
        return response
    return _gzipped(content, "application/vnd.mapbox-vector-tile")


@bp.get("/tiles/<key>/names.json")
def names(key: str) -> ResponseReturnValue:
    """Send the names of a tile file's villages."""
    return _gzipped(tile_file(key).names(), "application/json")


@bp.get("/tiles/<key>.json")
def tilejson(key: str) -> ResponseReturnValue:
    """Send the TileJSON that QGIS and other programs read."""
    said = tile_file(key).metadata
    address = url_for("tiles.tile", key=key, z=0, x=0, y=0, _external=True)
    return {
        "tilejson": "3.0.0",
        "tiles": [address.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")],
        "minzoom": said.minzoom,
        "maxzoom": said.maxzoom,
        "bounds": list(said.bounds),
        "vector_layers": [
            {"id": "villages", "fields": {}},
            {"id": "labels", "fields": {"name": "String"}},
            {"id": "towns", "fields": {}},
            {"id": "counties", "fields": {}},
        ],
    }
