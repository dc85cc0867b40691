"""Which villages have border that no neighbour shares, found by sorting a layer's edges once."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

_AT_ONCE = 4096
_MIX_X, _MIX_Y = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(32)
_ONE = np.uint64(1)

Keys = npt.NDArray[np.uint64]


def with_unshared_border(shapes: Any) -> Any:
    """Return which polygons have an edge that is not an edge of exactly one neighbour.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in any plane units.

    Returns
    -------
    array of int
        Positions in order: those at the outer border of the layer, and wherever neighbours do
        not meet vertex by vertex.

    Notes
    -----
    A border that two villages share goes one way in the one and back in the other. Edges get a
    number that is the same both ways but for its last bit; sorted, shared ones lie side by side.
    That takes half as long as testing the layer as a coverage, and says where to look.
    """
    keys, owners = [], []
    for at in range(0, len(shapes), _AT_ONCE):
        own, owner = _edges(shapes[at : at + _AT_ONCE])
        keys.append(own)
        owners.append(owner + at)
    if not keys:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.concatenate(owners)[_unpaired(np.concatenate(keys))])


def _edges(shapes: Any) -> tuple[Keys, Any]:
    """Return key and owner of each edge."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    outer = np.r_[True, part_of_ring[1:] != part_of_ring[:-1]] if len(rings) else np.empty(0, bool)
    # What is inside must lie on one and the same side of all edges.
    turned = shapely.is_ccw(rings) != outer
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    whole = ring[1:] == ring[:-1]
    vertex = _vertex_keys(xy)
    a, b = vertex[:-1][whole], vertex[1:][whole]
    owner = ring[:-1][whole]
    forward = (a < b) != turned[owner]
    key = _mixed(a + b) & ~_ONE | forward.astype(np.uint64)
    return key, shape_of_part[part_of_ring[owner]]


def _vertex_keys(xy: Any) -> Keys:
    # Adding zero makes -0.0 and 0.0 one.
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64)
    return _mixed(_mixed(bits[:, 0] * _MIX_X) + bits[:, 1] * _MIX_Y)


def _mixed(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> _HALF)) * _MIX
    return keys ^ (keys >> _HALF)


def _unpaired(keys: Keys) -> Any:
    """Return the places of edges that are not there once in each direction."""
    order = np.argsort(keys)
    keys = keys[order]
    either = keys & ~_ONE
    first = np.flatnonzero(np.r_[True, either[1:] != either[:-1]])
    length = np.diff(np.r_[first, len(keys)])
    # Sorted, a pair of both directions ends with 0 and 1.
    paired = length == 2
    paired[paired] = keys[first[paired]] != keys[first[paired] + 1]
    return order[~np.repeat(paired, length)]
