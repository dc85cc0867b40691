"""Shapes in the cells of a table: well-known text, as QGIS copies it."""

import re

import shapely

from geo_tracker.importing import values
from geo_tracker.importing.values import CellError
from geo_tracker.language import N_

MOST_VERTICES = 100_000
"""Of a road or a field of a project; whoever draws more has drawn something else."""

_WEST, _SOUTH, _EAST, _NORTH = 73.0, 3.0, 136.0, 54.0
_KINDS = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
_SRID = re.compile(r"^\s*SRID\s*=\s*\d+\s*;", re.IGNORECASE)


def shape(value: object) -> shapely.Geometry | None:
    """Read a point, line or area in degrees of CGCS2000 or WGS 84.

    Returns
    -------
    Geometry or None
        Two-dimensional, valid, not empty; None for an empty cell.

    Raises
    ------
    CellError
        If it is no such shape, lies outside China or has too many vertices.
    """
    text = values.text(value)
    if text is None:
        return None
    try:
        read = shapely.from_wkt(_SRID.sub("", text))
    except shapely.errors.GEOSException:
        raise CellError(N_("%(value)s is no shape as well-known text."), value=text[:40]) from None
    if read is None or read.is_empty or read.geom_type not in _KINDS:
        raise CellError(N_("%(value)s is no point, line or area."), value=text[:40])
    if shapely.get_num_coordinates(read) > MOST_VERTICES:
        raise CellError(N_("The shape has more than %(count)s vertices."), count=MOST_VERTICES)
    west, south, east, north = read.bounds
    if west < _WEST or east > _EAST or south < _SOUTH or north > _NORTH:
        raise CellError(N_("The shape does not lie in China in degrees of longitude and latitude."))
    flat = shapely.force_2d(read)
    if flat.is_valid:
        return flat
    mended = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    if mended.is_empty or mended.geom_type not in _KINDS:
        raise CellError(N_("The shape has no area."))
    return mended
