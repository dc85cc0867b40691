"""A layer with the places where something is wrong, and each such place close up."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, TILE_CRS, way_between
from geo_tracker.maps.preview import layer_path, ring_paths
from geo_tracker.maps.proposals import scale_bar
from geo_tracker.packed import Layer

_WIDTH_PX = 760
_TALLEST = 0.8
_FINE = 4
"""Steps of a pixel, so that the map can be looked at closer without being drawn anew."""

_TOLERANCE_PX = 0.4
_MOST_DOTS = 5000
_AT_ONCE = 2048
_CONTEXT, _CONTEXT_LINE, _WRONG, _FINE_PLACE = "#edf1f4", "#b4bdc6", "#c62828", "#1f5f8b"

CLOSE_UP_PX = (360, 260)
_VILLAGES = ("#9fb4c5", "#f0d08a", "#c9d8c5", "#d9c7dd", "#d5dbe1")
_LEAST_M = 40.0


def problem_map_svg(
    villages: Layer, places: Sequence[tuple[float, float, bool]], *, listed: int
) -> str:
    """Draw a layer lightly, with a mark at each place.

    Parameters
    ----------
    villages : GeoDataFrame or PackedLayer
        Polygons in `STORAGE_CRS`; some thousand at a time are in memory.
    places : sequence of (float, float, bool)
        Longitude, latitude, and whether something is wrong there (else it is only told).
    listed : int
        The first so many marks can be pointed at: each is a ``<g class="gt-mark">`` with its
        number, from 0, in ``data-place``; the rest are dots.

    Returns
    -------
    str
        One ``<svg>`` without scripts, style attributes or text; empty without villages.
    """
    bounds = villages.total_bounds
    if not len(villages) or np.isnan(bounds).any():
        return ""
    to_plane = way_between(STORAGE_CRS, TILE_CRS)
    (west, east), (south, north) = to_plane(bounds[::2], bounds[1::2])
    width = max(east - west, (north - south) / _TALLEST) or 1.0
    px = width / _WIDTH_PX
    unit = px / _FINE
    path = layer_path(villages, west=west, north=north, unit=unit, tolerance=px * _TOLERANCE_PX)
    columns, rows = (max(1, round(side / unit)) for side in (east - west, north - south))
    at = [to_plane(lon, lat) for lon, lat, _wrong in places[: listed + _MOST_DOTS]]
    spots = [(round((x - west) / unit), round((north - y) / unit)) for x, y in at]
    dots = "".join(f"M{x} {y}h0" for x, y in spots[listed:])
    marks = "".join(
        f'<g class="gt-mark" data-place="{place}" tabindex="0" role="button"'
        f' aria-label="{place + 1}">'
        f'<circle cx="{x}" cy="{y}" r="{5 * _FINE}"'
        f' fill="{_WRONG if wrong else _FINE_PLACE}" fill-opacity="0.35"'
        f' stroke="{_WRONG if wrong else _FINE_PLACE}" stroke-width="1.5"/></g>'
        for place, ((x, y), (_lon, _lat, wrong)) in enumerate(
            zip(spots[:listed], places[:listed], strict=True)
        )
    )
    # The first ones are the weightiest and lie on top.
    margin = 8 * _FINE
    box = f"{-margin} {-margin} {columns + 2 * margin} {rows + 2 * margin}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" data-whole="{box}"'
        f' width="{columns / _FINE:.0f}" height="{rows / _FINE:.0f}" stroke-linejoin="round">'
        f'<path d="{path}" fill="{_CONTEXT}" stroke="{_CONTEXT_LINE}" stroke-width="0.7"'
        ' vector-effect="non-scaling-stroke" pointer-events="none"/>'
        + (
            f'<path d="{dots}" stroke="{_WRONG}" stroke-width="4" stroke-linecap="round"'
            ' vector-effect="non-scaling-stroke" pointer-events="none"/>'
            if dots
            else ""
        )
        + marks
        + "</svg>"
    )


def close_up_svg(villages: Any, place: Any) -> str:
    """Draw one place with the villages around it, each in a colour of its own.

    Parameters
    ----------
    villages : array of geometries
        The villages concerned, in `STORAGE_CRS`.
    place : geometry
        The ground in question, in the same CRS; outlined in red above the villages.

    Returns
    -------
    str
        One ``<svg>`` with a scale bar, without scripts or style attributes.
    """
    wide, high = CLOSE_UP_PX
    to_metres = way_between(STORAGE_CRS, AREA_CRS)
    around = shapely.transform(villages, to_metres, interleaved=False)
    spot = shapely.transform(place, to_metres, interleaved=False)
    west, south, east, north = shapely.bounds(spot)
    width_m = max((east - west) * 1.6, (north - south) * 1.6 * wide / high, _LEAST_M)
    px = width_m / wide
    left, top = (west + east) / 2 - width_m / 2, (south + north) / 2 + px * high / 2
    frame = (left - 9 * px, top - (high + 9) * px, left + (wide + 9) * px, top + 9 * px)
    parts = []
    for number, shape in enumerate(around):
        (path,) = ring_paths(
            np.array([shapely.clip_by_rect(shape, *frame)]), west=left, north=top, unit=px / 4
        )
        colour = _VILLAGES[min(number, len(_VILLAGES) - 1)]
        parts.append(
            f'<path d="{path}" fill="{colour}" fill-opacity="0.6" stroke="#5b6875"'
            ' stroke-width="1" vector-effect="non-scaling-stroke"/>'
        )
    (path,) = ring_paths(np.array([spot]), west=left, north=top, unit=px / 4)
    parts.append(
        f'<path d="{path}" fill="{_WRONG}" fill-opacity="0.35" stroke="{_WRONG}"'
        ' stroke-width="2" vector-effect="non-scaling-stroke"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}"'
        f' height="{high}" stroke-linejoin="round"><rect width="{wide}" height="{high}"'
        ' fill="#fbfcfd"/><g transform="scale(.25)">'
        + "".join(parts)
        + f"</g>{scale_bar(width_m / 1000, wide=wide, high=high)}</svg>"
    )
