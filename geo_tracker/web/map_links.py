"""沿革连线: all links at once, for the map."""

import gzip
import json
import threading

import pandas as pd
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from geo_tracker.db.layers import layer_villages
from geo_tracker.maps.group_colours import neighbour_colours
from geo_tracker.web.answers import gzipped
from geo_tracker.web.context import read_session, services
from geo_tracker.web.lineage_links import links_json
from geo_tracker.web.register import Register, register

bp = Blueprint("map_links", __name__, url_prefix="/map")

_kept: dict[str, tuple[object, bytes]] = {}
_lock = threading.Lock()


@bp.get("/links.json")
def links() -> ResponseReturnValue:
    """Send all links; 304 where the browser has what the register says now."""
    packed = _packed_links(register())
    response = gzipped(packed, "application/json", caching="private, no-cache")
    response.add_etag()
    return response.make_conditional(request)


def _packed_links(held: Register) -> bytes:
    key = str(services().engine.url)
    stamp, packed = _kept.get(key, (None, b""))
    if stamp != held.stamp:
        with _lock:
            stamp, packed = _kept.get(key, (None, b""))
            if stamp != held.stamp:
                text = json.dumps(links_json(held, _colours(held)), ensure_ascii=False)
                packed = gzip.compress(text.encode(), mtime=0)
                _kept[key] = held.stamp, packed
    return packed


def _colours(held: Register) -> pd.Series:
    """Return a colour for each village of today that links lead to, unlike its neighbours'."""
    if not held.layers:
        return pd.Series(dtype=int)
    merged = held.villages.index[held.villages["kind"] == "merged"]
    with read_session() as session:
        villages = layer_villages(session, held.layers[-1].id)
    return neighbour_colours(villages.loc[villages.index.isin(merged)])
