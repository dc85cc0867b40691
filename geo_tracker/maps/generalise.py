"""Outlines made simpler for small scales without opening gaps between neighbours."""

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]


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
