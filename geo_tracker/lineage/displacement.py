"""Whether one layer lies shifted against the other, by how much, and what that looks like."""

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_tracker.crs import STORAGE_CRS, transformer
from geo_tracker.gcj02 import gcj02_offset
from geo_tracker.language import N_, Message
from geo_tracker.lineage.sizes import Sizes, unit_sizes
from geo_tracker.packed import Layer

_SAMPLE = 4000
_PLACES = 800
_SAME_AREA = 0.02
_SAME_LENGTH = 0.08
_FEWEST_VOTES = 8
_LEAST_SHARE = 0.1
_GCJ_LIKENESS = 0.25


@dataclass(frozen=True)
class Displacement:
    """How the later layer lies against the earlier one.

    Attributes
    ----------
    east_m, north_m : float
        Shift of the later layer, in metres of the CRS of the comparison.
    uncertain_m : float
        Standard error of the shift.
    votes : int
        Villages that look alike in both layers and agree about it.
    looks_like : Message or None
        The well-known cause, where there is one.
    """

    east_m: float
    north_m: float
    uncertain_m: float
    votes: int
    looks_like: Message | None = None

    @property
    def length_m(self) -> float:
        """Size of the shift."""
        return hypot(self.east_m, self.north_m)


def displacement(before: Layer, votes: Any, *, crs: CRS | None = None) -> Displacement | None:
    """Find the shift of a layer against an earlier one.

    Parameters
    ----------
    before : GeoDataFrame or PackedLayer
        The earlier layer.
    votes : array of float
        As `agreeing_votes` returns.
    crs : CRS, optional
        The one in metres that the votes were counted in, if it is not the layer's own.

    Returns
    -------
    Displacement or None
        None where too few villages look alike to tell, or the shift, the median of the votes, is
        no more than the noise of the villages that do.
    """
    if not len(votes):
        return None
    shift = np.median(votes, axis=0)
    spread = 1.4826 * np.median(np.abs(votes - shift), axis=0)
    uncertain = 1.2533 * float(np.hypot(*spread)) / sqrt(len(votes))
    if np.hypot(*shift) <= max(3 * uncertain, 0.5 * float(np.hypot(*spread)), 0.05):
        return None
    east, north = float(shift[0]), float(shift[1])
    cause = _gcj_cause(before, crs or before.crs, east, north)
    return Displacement(east, north, uncertain, len(votes), cause)


def agreeing_votes(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Any:
    """Return the votes of two layers for where the later one lies, as `votes_of_sizes` does.

    Parameters
    ----------
    before, after : GeoDataFrame
        Valid polygons, both in one CRS in metres.
    """
    return votes_of_sizes(*(unit_sizes(layer, layer.crs) for layer in (before, after)))


def votes_of_sizes(before: Sizes, after: Sizes) -> Any:
    """Return the votes for where the later layer lies, one row (east, north in metres) each.

    Parameters
    ----------
    before, after : Sizes
        Of both layers, centres in one CRS in metres.

    Returns
    -------
    array of float
        Empty where too few villages look alike, or do not agree.

    Notes
    -----
    Villages of one area and length of outline in both layers each vote for the way between their
    centroids; true pairs agree, chance pairs scatter. The densest place among the votes is taken
    (a Hough transform), so that mergers and split villages, which look like nobody, do no harm.
    """
    ways = _votes(before, after)
    if len(ways) < _FEWEST_VOTES:
        return ways[:0]
    near = _densest(ways)
    count = min(len(before.area_m2), len(after.area_m2), len(ways))
    return near if len(near) >= max(_FEWEST_VOTES, _LEAST_SHARE * count) else ways[:0]


def _votes(old: Sizes, new: Sizes) -> Any:
    """Return the ways between centroids of villages that look alike, one row each."""
    some = np.arange(len(old.area_m2))
    if len(some) > _SAMPLE:
        some = np.random.default_rng(0).choice(some, _SAMPLE, replace=False)
    old_at, new_at = old.centre_m[some], new.centre_m
    # As far as three villages of middling size: farther off, chance pairs are many.
    area_m2 = np.concatenate([old.area_m2[some], new.area_m2])
    reach = 3 * float(np.sqrt(np.median(area_m2))) if len(area_m2) else 0.0
    if not np.isfinite(reach):
        return np.zeros((0, 2))
    tree = shapely.STRtree(shapely.points(old_at))
    other, one = tree.query(shapely.points(new_at), predicate="dwithin", distance=reach)
    alike = np.abs(new.area_m2[other] / old.area_m2[some][one] - 1) < _SAME_AREA
    alike &= np.abs(new.length_m[other] / old.length_m[some][one] - 1) < _SAME_LENGTH
    # In the order of the earlier villages, whatever the tree's own is.
    other, one = other[alike], one[alike]
    order = np.lexsort((other, one))
    ways = new_at[other[order]] - old_at[one[order]]
    if len(ways) > _SAMPLE:
        ways = ways[np.random.default_rng(0).choice(len(ways), _SAMPLE, replace=False)]
    return ways


def _densest(ways: Any) -> Any:
    """Return the votes around the place where most of them lie."""
    some = ways
    if len(some) > _PLACES:
        some = some[np.random.default_rng(0).choice(len(some), _PLACES, replace=False)]
    points = shapely.points(some)
    tree = shapely.STRtree(points)
    scale = float(np.median(np.hypot(*(ways - np.median(ways, axis=0)).T)))
    radius = max(1.0, scale)
    near = ways
    # Closer and closer, while a place stays that most of the votes there agree on.
    for _step in range(12):
        around = tree.query(points, predicate="dwithin", distance=radius)
        best = some[np.bincount(around[0], minlength=len(some)).argmax()]
        found = ways[np.hypot(*(ways - best).T) <= radius]
        if len(found) < max(_FEWEST_VOTES, 0.5 * len(near)):
            break
        near = found
        radius /= 2
    return near


def _gcj_cause(before: Layer, crs: CRS, east: float, north: float) -> Message | None:
    west, south, right, top = before.total_bounds
    to_degrees = transformer(before.crs, STORAGE_CRS)
    lon, lat = to_degrees.transform((west + right) / 2, (south + top) / 2)
    if not (72 < lon < 138 and 0.8 < lat < 56):
        return None
    gcj_east, gcj_north = _gcj_way(crs, lon, lat)
    size = hypot(gcj_east, gcj_north)
    for sign, text in (
        (1, N_("the later layer looks like GCJ-02, the shifted coordinates of web maps")),
        (-1, N_("the earlier layer looks like GCJ-02, the shifted coordinates of web maps")),
    ):
        if hypot(east - sign * gcj_east, north - sign * gcj_north) < _GCJ_LIKENESS * size:
            return Message(text)
    return None


def _gcj_way(crs: CRS, lon: float, lat: float) -> tuple[float, float]:
    """Return the offset of GCJ-02 at a place, in metres of a CRS."""
    east, north = gcj02_offset(lon, lat)
    there = transformer(STORAGE_CRS, crs)
    (x0, y0), (x1, y1) = there.transform(lon, lat), there.transform(lon + east, lat + north)
    return x1 - x0, y1 - y0
