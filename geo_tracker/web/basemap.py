"""Tiles of the base map that an administrator set, by way of the server."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from geo_tracker.web.context import services
from geo_tracker.workflows.basemap import basemap_tile, picture_kind

bp = Blueprint("basemap", __name__, url_prefix="/basemap")


@bp.get("/<int:z>/<int:x>/<int:y>")
def tile(z: int, x: int, y: int) -> ResponseReturnValue:
    """Send a tile of the base map."""
    content = basemap_tile(services().settings, z, x, y)
    response = Response(content, mimetype=picture_kind(content))
    response.headers["Cache-Control"] = "private, max-age=604800"
    return response
