"""Outlines made simpler for small scales without opening gaps between neighbours."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]

_SLIVER_M = 1.0
"""Where outlines do not fit, gaps and overlaps up to this width vanish when they are joined."""


def is_coverage(polygons: Geometries) -> bool:
    """Tell whether polygons share their borders vertex by vertex, without overlap."""
    return bool(shapely.is_valid(polygons).all()) and bool(shapely.coverage_is_valid(polygons))


def simplified(polygons: Geometries, *, tolerance: float, coverage: bool) -> Geometries:
    """Drop vertices that do not show at a scale.

    Parameters
    ----------
    polygons : array of geometries
        Polygon or MultiPolygon, in a plane CRS.
    tolerance : float
        Length in units of the CRS below which detail is lost.
    coverage : bool
        Whether the polygons are a coverage; then shared borders stay shared (Visvalingam–Whyatt on
        the coverage's edges). Otherwise each is simplified for itself (Douglas–Peucker), and
        neighbours may part by up to the tolerance.

    Returns
    -------
    array of geometries
        Same order.
    """
    if coverage:
        return np.asarray(shapely.coverage_simplify(polygons, tolerance), dtype=object)
    return np.asarray(shapely.simplify(polygons, tolerance), dtype=object)


def united(polygons: Geometries, *, coverage: bool) -> shapely.Geometry:
    """Join polygons; of a coverage only the shared borders need to be dropped."""
    if coverage:
        return shapely.coverage_union_all(polygons)
    return shapely.union_all(polygons, grid_size=_SLIVER_M)


def dissolved(
    polygons: Geometries, keys: npt.NDArray[np.int64], *, coverage: bool
) -> tuple[npt.NDArray[np.int64], Geometries]:
    """Join the polygons that have a key in common.

    Parameters
    ----------
    polygons : array of geometries
        Polygon or MultiPolygon in a CRS in metres.
    keys : array of int
        Key of each polygon; those at or under 0 are left out.
    coverage : bool
        Whether the polygons are a coverage; then only shared borders need to be dropped.

    Returns
    -------
    array of int64
        The keys, rising.
    array of geometries
        One geometry a key.
    """
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] > 0]
    found, firsts = np.unique(keys[order], return_index=True)
    groups: list[Any] = np.split(order, firsts[1:]) if len(found) else []
    joined = np.empty(len(groups), dtype=object)
    for place, members in enumerate(groups):
        joined[place] = united(polygons[members], coverage=coverage)
    return found, joined
