"""Projects on the map, column by column: there may be many."""

from typing import Any

import pandas as pd
import shapely
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from geo_tracker.importing.columns import STAGES
from geo_tracker.web.money import or_none
from geo_tracker.web.register import register
from geo_tracker.web.texts import term

bp = Blueprint("map_projects", __name__, url_prefix="/map")

_FINEST_DEGREES = 0.00002
"""Two metres: finer than a shape is drawn at the closest zoom of a whole county."""


@bp.get("/projects.json")
def projects() -> ResponseReturnValue:
    """Send all projects that have a place, with light, kind, stage and shape."""
    rows = register().projects.dropna(subset=["lon", "lat"])
    kinds = sorted(set(rows["kind"].dropna()))
    stages = [stage for stage in STAGES if stage in set(rows["stage"])]
    stages += sorted(set(rows["stage"].dropna()) - set(stages))
    drawn = rows[rows["shape"].notna()]
    return jsonify(
        id=rows["project_id"].tolist(),
        name=rows["name"].tolist(),
        lat=rows["lat"].round(6).tolist(),
        lon=rows["lon"].round(6).tolist(),
        unit=[or_none(unit) for unit in rows["current_unit_id"]],
        light=[or_none(light) or "unknown" for light in rows["light"]],
        kind=places_in(rows["kind"], kinds),
        stage=places_in(rows["stage"], stages),
        kinds=kinds,
        stages=[{"key": stage, "text": term(stage)} for stage in stages],
        shapes={int(row.project_id): _shape(row.shape) for row in drawn.itertuples(index=False)},
    )


def places_in(values: pd.Series, known: list[str]) -> list[int]:
    """Return the place of each value in a list; −1 for those that have none."""
    return [int(code) for code in pd.Categorical(values, categories=known).codes]


def _shape(shape: Any) -> dict[str, Any]:
    plain = shapely.simplify(shape, _FINEST_DEGREES, preserve_topology=True)
    return dict(shapely.geometry.mapping(shapely.set_precision(plain, 1e-6)))
