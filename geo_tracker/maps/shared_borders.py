"""Two layers of the same ground made simpler together, so that borders they share stay one."""

import numpy as np
import numpy.typing as npt
import shapely

from geo_tracker.maps.generalise import Geometries, dissolved

_GRID_M = 0.5
"""Borders closer than this are the same border."""


def simplified_together(
    before: Geometries, after: Geometries, *, tolerance: float
) -> tuple[Geometries, Geometries]:
    """Drop vertices that do not show at a scale, of both layers in the same way.

    Parameters
    ----------
    before, after : array of geometries
        Polygons or MultiPolygons in one CRS in metres; each layer may have gaps and overlaps.
    tolerance : float
        Length in metres below which detail is lost.

    Returns
    -------
    array of geometries, array of geometries
        In the order of the rows. Where a border of one layer was one of the other it still is,
        and no gap opens. Ground that two villages of a layer have goes to one of them; a village
        that is finer than half a metre is empty.

    Notes
    -----
    All borders together divide the ground into faces; these are simplified as a coverage
    (Visvalingam–Whyatt) and joined again to the villages of either layer.
    """
    borders = shapely.boundary(np.concatenate([before, after]))
    lines = shapely.union_all(borders, grid_size=_GRID_M)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    plain = np.asarray(shapely.coverage_simplify(faces, tolerance), dtype=object)
    points = shapely.point_on_surface(faces)
    return _joined(plain, points, before), _joined(plain, points, after)


def _joined(faces: Geometries, points: Geometries, layer: Geometries) -> Geometries:
    keys = np.zeros(len(faces), dtype=np.int64)
    face, village = shapely.STRtree(layer).query(points, predicate="within")
    keys[face] = village + 1
    found, shapes = dissolved(faces, keys, coverage=True)
    joined: npt.NDArray[np.object_] = np.full(len(layer), shapely.MultiPolygon(), dtype=object)
    joined[found - 1] = shapes
    return joined
