"""Layers cut into parts that fit into memory and can be looked at one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo_tracker.lineage.hilbert import hilbert_positions
from geo_tracker.lineage.sizes import Sizes

MOST_VERTICES = 100_000
"""Of the earlier layer in a part: about 1,000 villages, a dozen MB of work."""

_UNITS_IN_BLOCK = 500


@dataclass(frozen=True)
class Part:
    """Neighbouring units of the earlier layer, and all later ones that may meet one of them.

    ``old_at`` and ``new_at`` are positions in the layers, in order.
    """

    old_at: Any
    new_at: Any


def parts_of(old: Sizes, new: Sizes) -> Iterator[Part]:
    """Cut the earlier layer into parts along a Hilbert curve.

    Parameters
    ----------
    old, new : Sizes
        Of both layers, their bounds in one CRS.

    Yields
    ------
    Part
        Every old unit is in one of them, with every new one whose bounds meet its own.
    """
    order = along_the_curve(old)
    which = np.cumsum(old.vertices[order]) // MOST_VERTICES
    blocks = _blocks(new)
    for part in np.split(order, np.flatnonzero(np.diff(which)) + 1):
        old_at = np.sort(part)
        yield Part(old_at, _meeting(old.bounds[old_at], new.bounds, blocks))


def along_the_curve(sizes: Sizes) -> Any:
    """Return positions of units in the order of a Hilbert curve through their middles."""
    middles = (sizes.bounds[:, :2] + sizes.bounds[:, 2:]) / 2
    return np.argsort(hilbert_positions(middles, sizes.total_bounds), kind="stable")


@dataclass(frozen=True)
class _Blocks:
    """Neighbouring units taken together, so that most of them can be passed over at once."""

    units: list[Any]
    bounds: Any


def _blocks(sizes: Sizes) -> _Blocks:
    order = along_the_curve(sizes)
    starts = np.arange(0, len(order), _UNITS_IN_BLOCK)
    bounds = sizes.bounds[order]
    if not len(order):
        return _Blocks([], bounds)
    low = np.minimum.reduceat(bounds[:, :2], starts)
    high = np.maximum.reduceat(bounds[:, 2:], starts)
    return _Blocks(np.split(order, starts[1:]), np.hstack([low, high]))


def _meeting(old: Any, new: Any, blocks: _Blocks) -> Any:
    """Return positions of the bounds that meet one of the old bounds, in order."""
    if not len(old):
        return np.zeros(0, dtype=np.int64)
    around = np.concatenate([old[:, :2].min(axis=0), old[:, 2:].max(axis=0)])
    near = [blocks.units[block] for block in _touched(blocks.bounds, around)]
    if not near:
        return np.zeros(0, dtype=np.int64)
    some = np.concatenate(near)
    some = some[_touched(new[some], around)]
    tree = shapely.STRtree(shapely.box(*old.T))
    return np.sort(some[np.unique(tree.query(shapely.box(*new[some].T))[0])])


def _touched(bounds: Any, frame: Any) -> Any:
    """Return which bounds meet a frame."""
    west, south, east, north = frame
    meets = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.flatnonzero(meets & (bounds[:, 1] <= north) & (bounds[:, 3] >= south))
