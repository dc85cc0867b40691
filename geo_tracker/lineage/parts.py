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
    for part in np.split(order, np.flatnonzero(np.diff(which)) + 1):
        old_at = np.sort(part)
        yield Part(old_at, _meeting(old.bounds[old_at], new.bounds))


def along_the_curve(sizes: Sizes) -> Any:
    """Return positions of units in the order of a Hilbert curve through their middles."""
    middles = (sizes.bounds[:, :2] + sizes.bounds[:, 2:]) / 2
    return np.argsort(hilbert_positions(middles, sizes.total_bounds), kind="stable")


def _meeting(old: Any, new: Any) -> Any:
    """Return positions of the bounds that meet one of the old bounds, in order."""
    if not len(old):
        return np.zeros(0, dtype=np.int64)
    west, south = old[:, :2].min(axis=0)
    east, north = old[:, 2:].max(axis=0)
    near = np.flatnonzero(
        (new[:, 0] <= east) & (new[:, 2] >= west) & (new[:, 1] <= north) & (new[:, 3] >= south)
    )
    tree = shapely.STRtree(shapely.box(*old.T))
    return near[np.unique(tree.query(shapely.box(*new[near].T))[0])]
