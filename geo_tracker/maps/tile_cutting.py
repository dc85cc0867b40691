"""Layers of one zoom, cut into tiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import shapely

from geo_tracker.maps.tile_grid import tile_corner, tile_pairs, tile_width_m
from geo_tracker.maps.vector_tile import (
    POINT,
    POLYGON,
    Floats,
    Geometries,
    Integers,
    layer_bytes,
    point_commands,
    polygon_commands,
)

_FINE_FROM, _FINE_EXTENT, _COARSE_EXTENT = 11, 4096, 1024
_MARGIN = 1 / 64
"""How far a tile sees over its border, as share of its width: outlines are drawn with some width,
and the straight edges that cutting makes must stay out of sight."""

_BATCH_TILES = 64
"""Tiles written at once: enough to share the cost of array operations, few enough for memory."""

Members = dict[tuple[int, int], Integers]


@dataclass(frozen=True)
class Outlines:
    """Polygons or MultiPolygons of a tile layer in ``TILE_CRS``, with their feature ids."""

    name: str
    ids: Integers
    shapes: Geometries


@dataclass(frozen=True)
class Labels:
    """Named points in ``TILE_CRS``: an array of shape (n, 2), feature ids and names."""

    name: str
    ids: Integers
    points: Floats
    texts: list[str]


def extent_of_zoom(z: int) -> int:
    """Return the width of a tile in tile units: finer where borders are looked at closely."""
    return _FINE_EXTENT if z >= _FINE_FROM else _COARSE_EXTENT


def tile_count(bounds: npt.NDArray[np.float64], *, z: int) -> int:
    """Return how many tiles of a zoom the bounds of features reach, as `tiles_of_zoom` counts."""
    return len(tile_pairs(bounds, z=z, margin_m=tile_width_m(z) * _MARGIN).by_tile())


def tiles_of_zoom(
    outlines: list[Outlines], labels: list[Labels], *, z: int
) -> Iterator[tuple[int, int, bytes]]:
    """Cut layers into the tiles of one zoom.

    Parameters
    ----------
    outlines : list of Outlines
        Cut at the border of the tile, with a margin of 1/64 of its width.
    labels : list of Labels
        Each point stands in exactly one tile.
    z : int
        Tile zoom.

    Yields
    ------
    tuple
        x, y and the tile's bytes, all layers in the order given; empty where bounds reach a tile
        and no geometry does.
    """
    margin_m = tile_width_m(z) * _MARGIN
    members = [
        tile_pairs(shapely.bounds(layer.shapes), z=z, margin_m=margin_m).by_tile()
        for layer in outlines
    ]
    named = [tile_pairs(np.hstack([layer.points, layer.points]), z=z).by_tile() for layer in labels]
    tiles = iter(sorted(set().union(*members, *named)))
    while batch := list(islice(tiles, _BATCH_TILES)):
        layers = [
            _outlines_in_tiles(layer, of_tile, batch, z=z)
            for layer, of_tile in zip(outlines, members, strict=True)
        ]
        layers += [
            _labels_in_tiles(layer, of_tile, batch, z=z)
            for layer, of_tile in zip(labels, named, strict=True)
        ]
        for (x, y), *contents in zip(batch, *layers, strict=True):
            yield x, y, b"".join(contents)


def _outlines_in_tiles(
    layer: Outlines, members: Members, tiles: list[tuple[int, int]], *, z: int
) -> list[bytes]:
    found = [members.get(tile, _NOTHING) for tile in tiles]
    pieces = [
        _cut(layer.shapes[features], z=z, tile=tile)
        for tile, features in zip(tiles, found, strict=True)
    ]
    west, north = _corners(tiles, found, z=z)
    extent = extent_of_zoom(z)
    commands = polygon_commands(
        np.concatenate(pieces), west=west, north=north, units_per_m=extent / tile_width_m(z)
    )
    return _layer_per_tile(layer.name, POLYGON, layer.ids, found, commands, extent, None)


def _labels_in_tiles(
    layer: Labels, members: Members, tiles: list[tuple[int, int]], *, z: int
) -> list[bytes]:
    found = [members.get(tile, _NOTHING) for tile in tiles]
    west, north = _corners(tiles, found, z=z)
    extent = extent_of_zoom(z)
    commands = point_commands(
        layer.points[np.concatenate(found)],
        west=west,
        north=north,
        units_per_m=extent / tile_width_m(z),
    )
    return _layer_per_tile(layer.name, POINT, layer.ids, found, commands, extent, layer.texts)


_NOTHING: Integers = np.empty(0, dtype=np.int64)


def _corners(
    tiles: list[tuple[int, int]], found: list[Integers], *, z: int
) -> tuple[Floats, Floats]:
    corners = np.array([tile_corner(z, x, y) for x, y in tiles])
    per_piece = np.repeat(corners, [len(features) for features in found], axis=0)
    return per_piece[:, 0], per_piece[:, 1]


def _cut(shapes: Geometries, *, z: int, tile: tuple[int, int]) -> Geometries:
    """Return the shapes within a tile and its margin."""
    if not len(shapes):
        return shapes
    west, north = tile_corner(z, *tile)
    width = tile_width_m(z)
    margin = width * _MARGIN
    window = (west - margin, north - width - margin, west + width + margin, north + margin)
    bounds = shapely.bounds(shapes)
    reaching_out = (
        (bounds[:, 0] < window[0])
        | (bounds[:, 1] < window[1])
        | (bounds[:, 2] > window[2])
        | (bounds[:, 3] > window[3])
    )
    inside = shapes.copy()
    inside[reaching_out] = shapely.clip_by_rect(shapes[reaching_out], *window)
    return inside


def _layer_per_tile(
    name: str,
    kind: int,
    ids: Integers,
    found: list[Integers],
    commands: list[bytes],
    extent: int,
    texts: list[str] | None,
) -> list[bytes]:
    layers = []
    start = 0
    for features in found:
        stop = start + len(features)
        layers.append(
            layer_bytes(
                name,
                kind=kind,
                extent=extent,
                ids=ids[features].tolist(),
                commands=commands[start:stop],
                names=None if texts is None else [texts[feature] for feature in features],
            )
        )
        start = stop
    return layers
