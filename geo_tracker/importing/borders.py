"""Which villages have border that no neighbour shares, found by sorting a layer's edges once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo_tracker.packed import Layer, shapes_at
from geo_tracker.parallel import each, in_turn

_AT_ONCE = 1024
_SORTED_AT_ONCE = 1 << 17
_MIX_X, _MIX_Y = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(32)
_ONE = np.uint64(1)

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Borders:
    """What is known of a layer when all its outlines were looked at once and none was kept.

    Attributes
    ----------
    odd : array of int
        Positions, in order, of the villages with an edge that is not an edge of exactly one
        neighbour: those at the outer border of the layer, and wherever neighbours do not meet
        vertex by vertex.
    holed : array of int
        Positions of those with a hole.
    bounds : array of float, shape (n, 4)
        West, south, east, north of each.
    areas : array of float
        Size of each in the layer's own units.
    """

    odd: Any
    holed: Any
    bounds: Any
    areas: Any


def borders_of(villages: Layer) -> Borders:
    """Look at all outlines of a layer, a thousand at a time.

    Parameters
    ----------
    villages : GeoDataFrame or PackedLayer
        Valid (Multi)Polygons, one or more, in any plane units.

    Returns
    -------
    Borders
        See there.

    Notes
    -----
    A border that two villages share goes one way in the one and back in the other. Edges get a
    number that is the same both ways but for its last bit; sorted, shared ones lie side by side.
    That takes half as long as testing the layer as a coverage, and says where to look. Outlines
    are decoded once more for the villages' sake: eight bytes an edge are all that is kept.
    """
    keys: Keys = np.empty(0, dtype=np.uint64)
    holed, bounds, areas = [], [], []
    places = range(0, len(villages), _AT_ONCE)
    for piece in in_turn(lambda at: _piece_at(villages, at), places):
        known = len(keys)
        # In place, where a list of pieces and all of them together would take twice as much.
        keys.resize(known + len(piece.keys), refcheck=False)
        keys[known:] = piece.keys
        holed.append(piece.holed)
        bounds.append(piece.bounds)
        areas.append(piece.areas)
    lonely = _unpaired(keys)
    del keys
    odd = each(lambda at: _with_one_of(lonely, _outlines_at(villages, at)), places)
    return Borders(
        odd=np.flatnonzero(np.concatenate(odd)),
        holed=np.flatnonzero(np.concatenate(holed)),
        bounds=np.concatenate(bounds),
        areas=np.concatenate(areas),
    )


def bounds_of(villages: Layer) -> Any:
    """Return west, south, east, north of each village of a layer."""
    places = range(0, len(villages), _AT_ONCE)
    return np.concatenate(each(lambda at: shapely.bounds(_outlines_at(villages, at)), places))


def near(bounds: Any, some: Any) -> Any:
    """Return the positions of some villages and of all whose bounds meet theirs, in order."""
    # A diagonal has the bounds of its box and less to keep.
    tree = shapely.STRtree(shapely.linestrings(bounds.reshape(-1, 2, 2)))
    return np.unique(np.concatenate([some, tree.query(shapely.box(*bounds[some].T))[1]]))


@dataclass(frozen=True)
class _Piece:
    """Of some villages: the keys of all edges, and what `Borders` tells."""

    keys: Keys
    holed: Any
    bounds: Any
    areas: Any


def _outlines_at(villages: Layer, at: int) -> Any:
    return shapes_at(villages, slice(at, at + _AT_ONCE))


def _piece_at(villages: Layer, at: int) -> _Piece:
    shapes = _outlines_at(villages, at)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    holed = np.zeros(len(shapes), dtype=bool)
    holed[owner[shapely.get_num_interior_rings(parts) > 0]] = True
    return _Piece(Edges(shapes).keys, holed, shapely.bounds(shapes), shapely.area(shapes))


class Edges:
    """The edges of (Multi)Polygons: key, owner and ends of each.

    Attributes
    ----------
    keys : array of uint64
        The last bit is the way the edge goes with its owner's ground on one and the same side;
        the others are the same for both ways.
    owners : array of int
        Position of the polygon; in order.
    """

    def __init__(self, shapes: Any) -> None:
        parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        first = np.r_[True, part_of_ring[1:] != part_of_ring[:-1]] if len(rings) else []
        # What is inside must lie on one and the same side of all edges.
        turned = shapely.is_ccw(rings) != np.asarray(first, dtype=bool)
        self._xy, ring = shapely.get_coordinates(rings, return_index=True)
        self._starts = np.flatnonzero(ring[1:] == ring[:-1])
        vertex = _vertex_keys(self._xy)
        a, b = vertex[self._starts], vertex[self._starts + 1]
        ring = ring[self._starts]
        forward = (a < b) != turned[ring]
        self.keys: Keys = _mixed(a + b) & ~_ONE | forward.astype(np.uint64)
        self.owners = shape_of_part[part_of_ring[ring]]

    def lines(self, some: Any) -> Any:
        """Return some of the edges (array of bool) as LineStrings."""
        starts = self._starts[some]
        return shapely.linestrings(np.stack([self._xy[starts], self._xy[starts + 1]], axis=1))


def _vertex_keys(xy: Any) -> Keys:
    # Adding zero makes -0.0 and 0.0 one.
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64)
    return _mixed(_mixed(bits[:, 0] * _MIX_X) + bits[:, 1] * _MIX_Y)


def _mixed(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> _HALF)) * _MIX
    return keys ^ (keys >> _HALF)


def _unpaired(keys: Keys) -> Keys:
    """Return, in order, the keys of edges that are not there once in each direction; sorts."""
    keys.sort()
    begins = np.ones(len(keys) + 1, dtype=bool)
    turns = np.zeros(len(keys), dtype=bool)
    # In blocks: whole arrays of differences would take as much again as the keys.
    for at in range(1, len(keys), _SORTED_AT_ONCE):
        step = (
            keys[at : at + _SORTED_AT_ONCE]
            ^ keys[at - 1 : at - 1 + _SORTED_AT_ONCE][: len(keys) - at]
        )
        begins[at : at + len(step)] = step > _ONE
        turns[at - 1 : at - 1 + len(step)] = step == _ONE
    # Sorted, a pair of both directions ends with 0 and 1, and the next key is another's.
    turns &= begins[:-1]
    turns[:-1] &= begins[2:]
    lonely = np.logical_not(turns, out=begins[:-1])
    lonely[1:][turns[:-1]] = False
    return np.unique(keys[lonely])


def _with_one_of(keys: Keys, shapes: Any) -> Any:
    """Return which polygons have an edge with one of some keys, which are in order."""
    found = np.zeros(len(shapes), dtype=bool)
    if len(keys):
        edges = Edges(shapes)
        place = np.minimum(np.searchsorted(keys, edges.keys), len(keys) - 1)
        found[edges.owners[keys[place] == edges.keys]] = True
    return found
