"""How large units are and where they lie, told in metres without moving their outlines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from geo_tracker.crs import way_between
from geo_tracker.lineage.outlines import scaled_lengths
from geo_tracker.packed import Layer, shapes_at
from geo_tracker.parallel import each

_PER_PART = 4000
_LARGE_M = 20_000
"""Across units that reach farther the scale is not linear enough."""

_UNLIKE_AXES = 0.001
"""Where metres per unit differ more than this between the axes, lengths are added up anew."""


@dataclass(frozen=True)
class Sizes:
    """What is known of each unit of a layer, in the order of its rows.

    Attributes
    ----------
    area_m2, length_m : array of float
        Of the unit and of its outline, where areas are true.
    centre_m : array of float
        The centroid there, one row (east, north) each.
    bounds : array of float
        West, south, east, north in the layer's own CRS.
    vertices : array of int
        How many the outline has.
    metres : array of float
        How many metres one unit of the layer's own CRS is at the centroid, along x and along y.
    scale_m2 : array of float
        How many square metres one square unit of it is there.
    """

    area_m2: Any
    length_m: Any
    centre_m: Any
    bounds: Any
    vertices: Any
    metres: Any
    scale_m2: Any

    @property
    def thickness_m(self) -> Any:
        """2·area/perimeter."""
        return 2 * self.area_m2 / self.length_m

    @property
    def total_bounds(self) -> Any:
        """West, south, east, north of all units in the layer's own CRS; NaN where there is none."""
        if not len(self.bounds):
            return np.full(4, np.nan)
        return np.concatenate([self.bounds[:, :2].min(axis=0), self.bounds[:, 2:].max(axis=0)])


def unit_sizes(layer: Layer, crs: CRS) -> Sizes:
    """Measure the units of a layer one by one.

    Parameters
    ----------
    layer : GeoDataFrame or PackedLayer
        Valid polygons in any CRS.
    crs : CRS
        Where areas are true, in metres.

    Returns
    -------
    Sizes
        The layer stays unchanged.

    Notes
    -----
    Areas are measured in the layer's own CRS and taken times the scale of the projection at the
    centroid: for units far smaller than the Earth the scale is nearly linear across them, so that
    the error is of the second order, a few millionths. Only three points a unit go through the
    projection then, and no outline but those of large units.
    """
    parts = [slice(at, at + _PER_PART) for at in range(0, len(layer), _PER_PART)]
    measured = each(lambda part: _measured(shapes_at(layer, part), layer.crs, crs), parts)
    if not measured:
        measured = [np.zeros((0, 12))]
    table = np.concatenate(measured)
    return Sizes(
        area_m2=table[:, 0],
        length_m=table[:, 1],
        centre_m=table[:, 2:4],
        bounds=table[:, 4:8],
        vertices=table[:, 8].astype(np.int64),
        metres=table[:, 9:11],
        scale_m2=table[:, 11],
    )


def joined_sizes(parts: list[Sizes]) -> Sizes:
    """Return the sizes of units that were measured in parts."""
    names = ("area_m2", "length_m", "centre_m", "bounds", "vertices", "metres", "scale_m2")
    return Sizes(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _measured(shapes: Any, own: CRS, crs: CRS) -> Any:
    """Return area, length, centre, bounds, vertices and scales as columns."""
    area, length = shapely.area(shapes), shapely.length(shapes)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    metres, scale = np.ones((len(shapes), 2)), np.ones(len(shapes))
    bounds, vertices = shapely.bounds(shapes), shapely.get_num_coordinates(shapes)
    if own != crs:
        way = way_between(own, crs)
        step = np.maximum(1e-3 * np.sqrt(area), 1e-9)
        there = np.column_stack(way(*centre.T))
        eastward = (np.column_stack(way(centre[:, 0] + step, centre[:, 1])) - there).T / step
        northward = (np.column_stack(way(centre[:, 0], centre[:, 1] + step)) - there).T / step
        scale = np.abs(eastward[0] * northward[1] - eastward[1] * northward[0])
        metres = np.column_stack([np.hypot(*eastward), np.hypot(*northward)])
        unlike = np.abs(metres[:, 0] / metres[:, 1] - 1) > _UNLIKE_AXES
        area = area * scale
        length = scaled_lengths(shapes, metres) if unlike.any() else length * np.sqrt(scale)
        centre = there
        reach = np.hypot(*((bounds[:, 2:] - bounds[:, :2]) * metres).T)
        large = np.flatnonzero(reach > _LARGE_M)
        moved = shapely.transform(shapes[large], way, interleaved=False)
        area[large], length[large] = shapely.area(moved), shapely.length(moved)
    return np.column_stack([area, length, centre, bounds, vertices, metres, scale])
