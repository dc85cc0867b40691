"""Small pictures of where a layer would fall, beside what is known already, to choose by eye."""

from math import cos, floor, log10, radians
from typing import Any

import numpy as np
import shapely

from geo_tracker.maps.preview import ring_paths

WIDTH_PX, HEIGHT_PX = 260, 170

_KNOWN_FILL, _KNOWN_LINE = "#d5dbe1", "#8592a0"
_LAYER_FILL, _LAYER_LINE, _TEXT = "#1f5f8b", "#174a6d", "#5b6875"
_KM_PER_DEGREE = 111.32
_LEAST_KM = 4.0
_MARGIN = 0.12
_SMALL_PX = 12
_MOST_SHAPES = 20_000
_STEPS = 150


def outline(shapes: Any) -> Any:
    """Return the outer outline of many polygons, good enough for a small picture.

    Parameters
    ----------
    shapes : array of geometries
        In any plane units; missing and empty ones do not count.

    Returns
    -------
    geometry
        Polygon or MultiPolygon in the same units; empty where there is nothing.
    """
    drawn = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not len(drawn):
        return shapely.Polygon()
    west, south, east, north = shapely.total_bounds(drawn)
    step = max(east - west, north - south) / _STEPS
    if not np.isfinite(step) or step <= 0:
        return shapely.Polygon()
    every = -(-len(drawn) // _MOST_SHAPES)
    simple = shapely.simplify(drawn[::every], step / 2, preserve_topology=False)
    # Widened and narrowed again, so that simplified neighbours grow together.
    joined = shapely.union_all(shapely.buffer(simple, step * every, quad_segs=1))
    return shapely.simplify(shapely.buffer(joined, -step * every, quad_segs=1), step / 2)


def proposal_svg(known: Any, layer: Any) -> str:
    """Draw a layer's outline beside the outline of what is known, with a scale bar.

    Parameters
    ----------
    known, layer : geometry or None
        Polygons in longitude and latitude; the known ones may be missing.

    Returns
    -------
    str
        One ``<svg>`` without scripts, style attributes, or text other than the scale's length;
        empty when the layer is.
    """
    if layer is None or layer.is_empty:
        return ""
    both = [shape for shape in (known, layer) if shape is not None and not shape.is_empty]
    lat = float(np.mean(shapely.bounds(layer)[[1, 3]]))
    narrow = cos(radians(min(80.0, abs(lat))))

    def in_km(xy: Any) -> Any:
        return xy * [_KM_PER_DEGREE * narrow, _KM_PER_DEGREE]

    drawn = [shapely.transform(shape, in_km) for shape in both]
    west, south, east, north = shapely.total_bounds(drawn)
    wide = max(east - west, (north - south) * WIDTH_PX / HEIGHT_PX, _LEAST_KM)
    wide *= 1 + 2 * _MARGIN
    px = wide / WIDTH_PX
    left = (west + east) / 2 - wide / 2
    top = (south + north) / 2 + px * HEIGHT_PX / 2
    parts = []
    styles = [(_KNOWN_FILL, _KNOWN_LINE, 1), (_LAYER_FILL, _LAYER_LINE, 0.55)]
    for shape, (fill, line, opacity) in zip(drawn, styles[-len(drawn) :], strict=True):
        (path,) = ring_paths(np.array([shape]), west=left, north=top, unit=px / 2)
        parts.append(
            f'<path transform="scale(.5)" d="{path}" fill="{fill}" fill-opacity="{opacity}"'
            f' stroke="{line}" stroke-width="2"/>'
        )
        parts.append(_ring_around(shape, left, top, px, line))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}"'
        f' width="{WIDTH_PX}" height="{HEIGHT_PX}" aria-hidden="true" stroke-linejoin="round">'
        + "".join(parts)
        + scale_bar(wide)
        + "</svg>"
    )


def _ring_around(shape: Any, left: float, top: float, px: float, line: str) -> str:
    """Return a ring around what is too small to be seen."""
    west, south, east, north = shapely.bounds(shape)
    if max(east - west, north - south) > _SMALL_PX * px:
        return ""
    x, y = ((west + east) / 2 - left) / px, (top - (south + north) / 2) / px
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="{line}"/>'


def scale_bar(wide_km: float, *, wide: int = WIDTH_PX, high: int = HEIGHT_PX) -> str:
    """Return a scale bar for the lower left corner of a picture so many km and pixels wide."""
    most = wide_km / 3
    power = 10.0 ** floor(log10(most))
    length = max(step * power for step in (1, 2, 5) if step * power <= most)
    end = 8 + length / wide_km * wide
    base = high - 8
    words = f"{length:g} km" if length >= 1 else f"{1000 * length:g} m"
    return (
        f'<path d="M8 {base - 4}V{base}H{end:.1f}V{base - 4}" fill="none" stroke="{_TEXT}"/>'
        f'<text x="8" y="{base - 8}" font-size="11" fill="{_TEXT}">{words}</text>'
    )
