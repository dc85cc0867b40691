"""Outlines that cross or touch themselves: what mending them does to their size, and where."""

import re
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely

from geo_tracker.crs import areas_m2

_PLACE = re.compile(r"\[(-?[\d.e+-]+) (-?[\d.e+-]+)\]")
_AROUND_DEGREES = 1e-4
"""Ten metres: so much is shown around a crossing that changes no ground."""

_NO_GROUND = 1e-11
"""A tenth of a square metre, in square degrees."""


@dataclass(frozen=True)
class Crossing:
    """One outline that crossed or touched itself, before and after it was mended.

    Attributes
    ----------
    row : int
        Its row in the file.
    drawn_m2 : float
        What its rings sum up to, as programs state it for a shape as drawn: loops that run the
        other way count against the rest.
    mended_m2 : float
        What is kept: all that its rings enclose, whichever way round and however often.
    place : geometry
        In `STORAGE_CRS`: ground that counting by turns, inside and outside, leaves out or takes in
        otherwise; where there is none, a little around the crossing.
    """

    row: int
    drawn_m2: float
    mended_m2: float
    place: Any


def crossings_of(drawn: gpd.GeoDataFrame, mended: gpd.GeoDataFrame) -> list[Crossing]:
    """Say of outlines that were mended what that did.

    Parameters
    ----------
    drawn : GeoDataFrame
        Invalid (Multi)Polygons in `STORAGE_CRS`, indexed by the row in the file.
    mended : GeoDataFrame
        The same, valid, in the same order.

    Returns
    -------
    list of Crossing
        One of each, in order.
    """
    before, after = drawn.geometry.to_numpy(), mended.geometry.to_numpy()
    # The older way to mend takes inside and outside by turns.
    by_turns = shapely.make_valid(before, method="linework")
    otherwise = shapely.symmetric_difference(_areas_only(by_turns), after)
    reasons = shapely.is_valid_reason(before)
    return [
        Crossing(int(row), float(drawn_m2), float(mended_m2), _place(ground, reason, shape))
        for row, drawn_m2, mended_m2, ground, reason, shape in zip(
            drawn.index,
            areas_m2(drawn),
            areas_m2(mended),
            otherwise,
            reasons,
            after,
            strict=True,
        )
    ]


def _areas_only(shapes: Any) -> Any:
    parts = [
        [
            part
            for part in shapely.get_parts(shapely.get_parts(shape))
            if part.geom_type == "Polygon"
        ]
        for shape in shapes
    ]
    return [shapely.multipolygons(polygons) for polygons in parts]


def _place(otherwise: Any, reason: str, mended: Any) -> Any:
    if otherwise.area > _NO_GROUND:
        return otherwise
    found = _PLACE.search(reason)
    spot = (
        shapely.Point(float(found[1]), float(found[2]))
        if found
        else shapely.point_on_surface(mended)
    )
    return shapely.buffer(spot, _AROUND_DEGREES, quad_segs=4)
