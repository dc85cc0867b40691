"""Layers of one zoom, cut into tiles."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
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

FINE_EXTENT = 4096
"""Width of tiles in tile units where borders are looked at closely."""

_FINE_FROM, _COARSE_EXTENT = 11, 1024
_MARGIN = 1 / 64
"""How far a tile sees over its border, as share of its width: outlines are drawn with some width,
and the straight edges that cutting makes must stay out of sight."""

_BATCH_TILES = 64
"""Tiles written at once: enough to share the cost of array operations, few enough for memory."""

Members = dict[tuple[int, int], Integers]


Tile = tuple[int, int, int]
"""z, x, y."""

Texts = Mapping[str, list[str]]


@dataclass(frozen=True)
class Outlines:
    """Polygons or MultiPolygons of a tile layer in ``TILE_CRS``.

    Attributes
    ----------
    name : str
        Of the layer.
    ids : array of int
        Of the features.
    shapes : array of geometries
        None where nothing is to be drawn.
    texts : mapping
        Attributes: a text of each feature.
    """

    name: str
    ids: Integers
    shapes: Geometries
    texts: Texts = field(default_factory=dict)

    def drawn(self) -> "Outlines":
        """Leave out what has no shape, and mend what crosses itself: cutting does not bear it."""
        kept = np.flatnonzero(~shapely.is_missing(self.shapes))
        shapes = self.shapes[kept]
        twisted = ~shapely.is_valid(shapes)
        shapes[twisted] = shapely.make_valid(shapes[twisted])
        texts = {name: [column[at] for at in kept] for name, column in self.texts.items()}
        return Outlines(self.name, self.ids[kept], shapes, texts)


@dataclass(frozen=True)
class Labels:
    """Points in ``TILE_CRS``: an array of shape (n, 2), feature ids and attributes."""

    name: str
    ids: Integers
    points: Floats
    texts: Texts


def extent_of_zoom(z: int) -> int:
    """Return the width of a tile in tile units: finer where borders are looked at closely."""
    return FINE_EXTENT if z >= _FINE_FROM else _COARSE_EXTENT


def reached_tiles(bounds: Floats, *, z: int) -> set[tuple[int, int]]:
    """Return x and y of the tiles that bounds reach, as `tiles_of_zoom` finds them."""
    return set(tile_pairs(bounds, z=z, margin_m=_margin_m(z)).by_tile())


def positions_by_tile(bounds: Floats, *, z: int) -> Members:
    """Return positions of the bounds that reach each tile, as `tiles_of_zoom` finds them."""
    return tile_pairs(bounds, z=z, margin_m=_margin_m(z)).by_tile()


def tiles_of_zoom(
    outlines: list[Outlines],
    labels: list[Labels],
    *,
    z: int,
    within: Tile = (0, 0, 0),
    only: Set[tuple[int, int]] | None = None,
) -> Iterator[tuple[int, int, list[bytes]]]:
    """Cut layers into the tiles of one zoom.

    Parameters
    ----------
    outlines : list of Outlines
        Cut at the border of the tile, with a margin of 1/64 of its width.
    labels : list of Labels
        Each point stands in exactly one tile.
    z : int
        Tile zoom.
    within : Tile
        Only tiles that lie in this one.
    only : set of (x, y), optional
        Only these tiles.

    Yields
    ------
    tuple
        x, y and the bytes of each layer in the order given; empty where bounds reach a tile and
        no geometry does.
    """
    outlines = [layer.drawn() for layer in outlines]
    members = [positions_by_tile(shapely.bounds(layer.shapes), z=z) for layer in outlines]
    named = [tile_pairs(np.hstack([layer.points, layer.points]), z=z).by_tile() for layer in labels]
    z0, x0, y0 = within
    up = z - z0
    reached = set().union(*members, *named)
    found = sorted(reached if only is None else reached & only)
    tiles = iter([(x, y) for x, y in found if (x >> up, y >> up) == (x0, y0)])
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
            yield x, y, contents


def _margin_m(z: int) -> float:
    return tile_width_m(z) * _MARGIN


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
    return _layer_per_tile(layer, POLYGON, found, commands, extent)


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
    return _layer_per_tile(layer, POINT, found, commands, extent)


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
    layer: Outlines | Labels,
    kind: int,
    found: list[Integers],
    commands: list[bytes],
    extent: int,
) -> list[bytes]:
    layers = []
    start = 0
    for features in found:
        stop = start + len(features)
        layers.append(
            layer_bytes(
                layer.name,
                kind=kind,
                extent=extent,
                ids=layer.ids[features].tolist(),
                commands=commands[start:stop],
                attributes={
                    name: [column[at] for at in features] for name, column in layer.texts.items()
                },
            )
        )
        start = stop
    return layers
