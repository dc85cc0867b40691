"""Which villages the map shows on which date."""

from typing import Any

import numpy as np
from flask import Blueprint, jsonify, url_for
from flask.typing import ResponseReturnValue

from geo_tracker.lineage.standing import dated_changes
from geo_tracker.maps.page import TileSource
from geo_tracker.maps.themes import id_runs
from geo_tracker.web.register import Register, register
from geo_tracker.web.tiles import names_address

bp = Blueprint("map_dates", __name__, url_prefix="/map")


@bp.get("/dates.json")
def dates() -> ResponseReturnValue:
    """Send every date on which villages change, and what each former village is part of now."""
    held = register()
    changes = dated_changes(held.spans, [layer.as_of_on for layer in held.layers])
    present = held.present_units
    return jsonify(
        dates=[
            {
                "on": str(change.on),
                "layer": change.layer,
                "count": change.count,
                "ends": change.ends,
                "begins": change.begins,
                "gone": id_runs(np.array(change.gone)),
                "come": id_runs(np.array(change.come)),
            }
            for change in changes
        ],
        became={"ids": present.index.tolist(), "units": present.tolist()},
    )


def compared_layers(held: Register, sources: list[TileSource]) -> dict[str, Any]:
    """Return what the map needs to compare layers.

    Parameters
    ----------
    held : Register
        The register.
    sources : list of TileSource
        Where the tiles of each of its layers are.
    """
    counts = held.versions.groupby("layer_id")["unit_id"].nunique()
    return {
        "dates": url_for("map_dates.dates"),
        "layers": [
            {
                "on": str(layer.as_of_on),
                "count": int(counts.get(layer.id, 0)),
                "tiles": source.tile_options(),
                "names": names_address(layer.tiles_key or ""),
            }
            for layer, source in zip(held.layers, sources, strict=True)
        ],
    }
