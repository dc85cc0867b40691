"""A place as somebody draws or types it: a point, a line or an area of corners in degrees."""

import re
from typing import Final

import shapely

from geo_tracker.errors import InputError
from geo_tracker.language import N_

KINDS: Final = ("point", "line", "area")
LEAST_CORNERS: Final = {"point": 1, "line": 2, "area": 3}
MOST_CORNERS: Final = 500
DIGITS: Final = 7
"""Of a degree: a centimetre."""

_EAST, _NORTH = (73.0, 136.0), (3.0, 54.0)
"""Where China lies; a corner elsewhere is a slip of the pen."""


def corners_of(text: str) -> list[tuple[float, float]]:
    """Return the corners of a text: one a line, longitude and latitude.

    Raises
    ------
    InputError
        If a line holds anything else, or lies nowhere in China.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CORNERS:
        raise InputError(N_("At most %(count)s corners."), count=MOST_CORNERS)
    corners = []
    for line in lines:
        words = [word for word in re.split(r"[\s,，;；]+", line.strip()) if word]
        try:
            lon, lat = map(float, words)
        except ValueError:
            raise InputError(
                N_("“%(given)s” is no corner: give longitude and latitude in degrees."),
                given=line[:40],
            ) from None
        if not (_EAST[0] <= lon <= _EAST[1] and _NORTH[0] <= lat <= _NORTH[1]):
            raise InputError(
                N_("“%(given)s” lies outside of China; the longitude comes first."), given=line[:40]
            )
        corners.append((round(lon, DIGITS), round(lat, DIGITS)))
    return corners


def shape_of(kind: str, text: str) -> shapely.Geometry | None:
    """Return the shape that corners make; None where there are none.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    text : str
        As for `corners_of`.

    Returns
    -------
    Geometry or None
        Point, LineString or Polygon in STORAGE_CRS.

    Raises
    ------
    InputError
        Also if there are too few corners, or the border of an area crosses itself.
    """
    corners = corners_of(text)
    if not corners:
        return None
    if kind not in KINDS:
        raise InputError(N_("Say whether it is a point, a line or an area."))
    if len(set(corners)) < LEAST_CORNERS[kind] or (kind == "point" and len(corners) > 1):
        needed = {
            "point": N_("A point has one corner."),
            "line": N_("A line has two corners at least."),
            "area": N_("An area has three corners at least."),
        }
        raise InputError(needed[kind])
    if kind == "point":
        return shapely.Point(corners[0])
    if kind == "line":
        return shapely.LineString(corners)
    # Some close the border themselves, with the first corner once more.
    while corners[-1] == corners[0]:
        corners.pop()
    area = shapely.Polygon(corners)
    if not area.is_valid or area.area == 0:
        raise InputError(N_("The border of the area crosses itself."))
    return area


def text_of(shape: shapely.Geometry | None) -> tuple[str, str]:
    """Return kind and corners of a stored shape, as `shape_of` takes them.

    Of a shape of several parts, or with holes, the outline of the largest part: a form holds no
    more.
    """
    if shape is None or shape.is_empty:
        return "point", ""
    parts = shapely.get_parts(shape)
    part = max(parts, key=lambda one: (one.area, one.length))
    kind = {"Point": "point", "LineString": "line"}.get(part.geom_type, "area")
    ring = part.exterior if kind == "area" else part
    corners = shapely.get_coordinates(ring)
    if kind == "area":
        corners = corners[:-1]
    return kind, "\n".join(f"{lon:.{DIGITS}f}, {lat:.{DIGITS}f}" for lon, lat in corners.tolist())


def is_simple(shape: shapely.Geometry | None) -> bool:
    """Say whether a form holds all of a shape: one part without holes."""
    if shape is None or shape.is_empty:
        return True
    parts = shapely.get_parts(shape)
    return len(parts) == 1 and not shapely.get_num_interior_rings(parts).any()
