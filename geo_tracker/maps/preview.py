"""A small picture of a layer, for the page that asks whether it was understood."""

from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_tracker.crs import TILE_CRS, way_between
from geo_tracker.maps.generalise import is_coverage, simplified
from geo_tracker.packed import Layer, shapes_at, unpacked
from geo_tracker.parallel import in_turn

_GRID_PX = 0.5
"""Width of the grid that vertices are rounded to, in pixels."""

_TOLERANCE_PX = 0.8
_WIDTH_PX = 560
_TALLEST = 1.4
"""Height of the picture at most, as multiple of its width."""

_MOST_TOGETHER = 20_000
"""Of more, each covers a few pixels, and borders drawn twice do not show."""

_AT_ONCE = 2048

_FILL, _LINE, _MARKED_FILL, _MARKED_LINE = "#dfe8ef", "#7d8c99", "#f2c14e", "#b45309"


def preview_svg(
    polygons: gpd.GeoSeries, *, width_px: int = _WIDTH_PX, marked: Collection[int] = ()
) -> str:
    """Draw the outlines of a layer as a small SVG.

    Parameters
    ----------
    polygons : GeoSeries
        Polygon or MultiPolygon, any CRS or none; missing and empty ones are left out.
    width_px : int
        Width of the picture.
    marked : collection of index labels
        Which polygons to point out, in another colour and above the others.

    Returns
    -------
    str
        One ``<svg>`` element without scripts, style attributes or text, safe to put in a page.
        Empty when there is nothing to draw.
    """
    drawn = polygons[~(polygons.isna() | polygons.is_empty)]
    if drawn.empty:
        return ""
    if drawn.crs is not None and drawn.crs.is_geographic:
        drawn = drawn.to_crs(TILE_CRS)
    shapes = drawn.to_numpy()
    west, south, east, north = shapely.total_bounds(shapes)
    width = max(east - west, (north - south) / _TALLEST) or 1.0
    unit = width / width_px * _GRID_PX
    shapes = simplified(
        shapes, tolerance=width / width_px * _TOLERANCE_PX, coverage=is_coverage(shapes)
    )
    paths = ring_paths(shapes, west=west, north=north, unit=unit)
    chosen = drawn.index.isin(list(marked))
    plain = "".join(path for path, is_marked in zip(paths, chosen, strict=True) if not is_marked)
    bright = "".join(path for path, is_marked in zip(paths, chosen, strict=True) if is_marked)
    return _svg(plain, bright, (east - west) / unit, (north - south) / unit)


def layer_svg(layer: Layer) -> str:
    """Draw the outlines of a whole layer, however many, as `preview_svg` does.

    Parameters
    ----------
    layer : GeoDataFrame or PackedLayer
        Valid polygons in a geographic CRS.

    Returns
    -------
    str
        As of `preview_svg`. Of very many outlines each is simplified for itself, and only some are
        in memory together.
    """
    if len(layer) <= _MOST_TOGETHER:
        return preview_svg(unpacked(layer).geometry)
    to_plane = way_between(layer.crs, TILE_CRS)
    bounds = layer.total_bounds
    (west, east), (south, north) = to_plane(bounds[::2], bounds[1::2])
    px = max(east - west, (north - south) / _TALLEST) / _WIDTH_PX
    unit = px * _GRID_PX
    plain = layer_path(layer, west=west, north=north, unit=unit, tolerance=px * _TOLERANCE_PX)
    return _svg(plain, "", (east - west) / unit, (north - south) / unit)


def layer_path(layer: Layer, *, west: float, north: float, unit: float, tolerance: float) -> str:
    """Return all outlines of a layer as one path, some thousand in memory at a time.

    Parameters
    ----------
    layer : GeoDataFrame or PackedLayer
        Polygons in a geographic CRS. Each is simplified for itself, and quickly.
    west, north : float
        Where the path begins to count, in ``TILE_CRS``.
    unit, tolerance : float
        Of the grid that vertices are rounded to, and below which detail is lost, in metres there.
    """
    to_plane = way_between(layer.crs, TILE_CRS)

    def drawn(at: int) -> str:
        shapes = shapes_at(layer, slice(at, at + _AT_ONCE))
        placed = shapely.transform(shapes, to_plane, interleaved=False)
        coarse = shapely.simplify(placed, tolerance, preserve_topology=False)
        return "".join(ring_paths(coarse, west=west, north=north, unit=unit))

    return "".join(in_turn(drawn, range(0, len(layer), _AT_ONCE)))


def _svg(plain: str, bright: str, wide: float, high: float) -> str:
    """Return a picture of paths on a grid of so many steps."""
    columns, rows = max(1, round(wide)), max(1, round(high))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {columns + 4} {rows + 4}"'
        f' width="{columns * _GRID_PX + 2:.0f}" height="{rows * _GRID_PX + 2:.0f}"'
        ' aria-hidden="true" stroke-linejoin="round">'
        f'<path d="{plain}" fill="{_FILL}" stroke="{_LINE}" stroke-width="0.8"/>'
        + (
            f'<path d="{bright}" fill="{_MARKED_FILL}" stroke="{_MARKED_LINE}" stroke-width="2"/>'
            if bright
            else ""
        )
        + "</svg>"
    )


def ring_paths(
    shapes: npt.NDArray[np.object_], *, west: float, north: float, unit: float
) -> list[str]:
    """Return each shape's rings as SVG path data, in steps on a grid.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        In a plane CRS; parts of other kinds are left out.
    west, north : float
        Where the grid begins.
    unit : float
        Width of a step.

    Returns
    -------
    list of str
        In the order of the shapes; empty for one without polygons.
    """
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    polygonal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    polygonal &= ~shapely.is_empty(parts)
    rings, part_of_ring = shapely.get_rings(parts[polygonal], return_index=True)
    shape_of_ring = shape_of_part[polygonal][part_of_ring]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    grid: Any = np.rint((xy - [west, north]) / [unit, -unit]).astype(np.int64)
    paths = [""] * len(shapes)
    if not len(grid):
        # Splitting nothing gives one piece of nothing.
        return paths
    cuts = np.flatnonzero(np.diff(ring)) + 1
    for shape, points in zip(shape_of_ring.tolist(), np.split(grid, cuts), strict=True):
        steps = np.diff(points, axis=0)
        moved = steps[(steps != 0).any(axis=1)].tolist()
        x, y = points[0].tolist()
        # A shape smaller than the grid still shows, as a dot.
        outline = "".join(f"{dx} {dy} " if dy >= 0 else f"{dx}{dy} " for dx, dy in moved[:-1])
        paths[shape] += f"M{x} {y}l{outline.strip() or '1 0 0 1'}z"
    return paths
