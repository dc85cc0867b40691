"""What each zoom of the pyramid shows: villages, their names, and what they join to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import shapely

from geo_tracker.maps.generalise import dissolved, simplified
from geo_tracker.maps.tile_cutting import Labels, Outlines, tile_count, tiles_of_zoom
from geo_tracker.maps.tile_grid import pixel_m
from geo_tracker.maps.vector_tile import Geometries, Integers

MIN_ZOOM, MAX_ZOOM = 5, 13
"""Tile zooms of the pyramid."""

VILLAGES_FROM, LABELS_FROM = 8, 11
"""Tile zooms from which villages and their names are shown."""

_TOLERANCE_PX = 0.5


@dataclass(frozen=True)
class Villages:
    """The villages of a layer, ready to be cut.

    Attributes
    ----------
    ids, town_ids, county_ids : array of int64
        Ids are positive; 0 stands for an unknown town or county.
    names : list of str
    outlines : array of geometries
        Polygon or MultiPolygon in ``TILE_CRS``.
    coverage : bool
        Whether neighbours share their borders vertex by vertex.
    """

    ids: Integers
    names: list[str]
    town_ids: Integers
    county_ids: Integers
    outlines: Geometries
    coverage: bool


def tiles_of_all_zooms(
    villages: Villages, *, progress: Callable[[int, int], None]
) -> Iterator[tuple[int, int, int, bytes]]:
    """Cut all tiles of all zooms, from the finest to the coarsest.

    Parameters
    ----------
    villages : Villages
        All villages of a layer.
    progress : callable
        Told how many tiles of how many are done.

    Yields
    ------
    tuple
        z, x, y and the uncompressed bytes of a tile that shows something.
    """
    bounds = shapely.bounds(villages.outlines)
    total = sum(tile_count(bounds, z=z) for z in range(MIN_ZOOM, MAX_ZOOM + 1))
    done = 0
    inside = shapely.get_coordinates(shapely.point_on_surface(villages.outlines))
    labels = Labels("labels", villages.ids, inside, villages.names)
    for z, outlines in _outlines_by_zoom(villages):
        for x, y, content in tiles_of_zoom(outlines, [labels] if z >= LABELS_FROM else [], z=z):
            done += 1
            # Simplified bounds are a little tighter or wider than those counted.
            progress(min(done, total), total)
            if content:
                yield z, x, y, content
    progress(total, total)


def _outlines_by_zoom(villages: Villages) -> Iterator[tuple[int, list[Outlines]]]:
    coverage = villages.coverage
    shapes = villages.outlines
    # Simplified one by one, villages no longer fit together: join them while they still do.
    joined = [] if coverage else _joined(villages, shapes)
    for z in range(MAX_ZOOM, MIN_ZOOM - 1, -1):
        tolerance = _TOLERANCE_PX * pixel_m(z)
        # Each zoom starts from the finer one, which has far fewer vertices than the original.
        shapes = simplified(shapes, tolerance=tolerance, coverage=coverage)
        if coverage:
            # Joined from what is drawn, so that all borders coincide at every zoom.
            joined = _joined(villages, shapes)
        else:
            joined = [_simplified_alone(layer, tolerance=tolerance) for layer in joined]
        shown = [Outlines("villages", villages.ids, shapes)] if z >= VILLAGES_FROM else []
        yield z, [*shown, *joined]


def _joined(villages: Villages, shapes: Geometries) -> list[Outlines]:
    return [
        Outlines(name, *dissolved(shapes, keys, coverage=villages.coverage))
        for name, keys in (("towns", villages.town_ids), ("counties", villages.county_ids))
    ]


def _simplified_alone(layer: Outlines, *, tolerance: float) -> Outlines:
    shapes = simplified(layer.shapes, tolerance=tolerance, coverage=False)
    return Outlines(layer.name, layer.ids, shapes)
