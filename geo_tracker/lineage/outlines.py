"""The vertices of many outlines in one array, which numpy goes through at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely


@dataclass(frozen=True)
class Outlines:
    """Vertices of polygons, one after the other.

    Attributes
    ----------
    xy : array of float
        Two rows, x and y; rings are closed.
    ring_ends : array of int
        The last vertex of each ring, from which no edge goes on.
    owner : array of int
        The polygon of each vertex, by its position.
    """

    xy: Any
    ring_ends: Any
    owner: Any


def outlines(shapes: Any) -> Outlines:
    """Return the vertices of Polygons and MultiPolygons."""
    xy = np.ascontiguousarray(shapely.get_coordinates(shapes).T)
    counts = shapely.get_num_coordinates(shapes)
    ends = np.cumsum(counts)
    owner = np.repeat(np.arange(len(shapes), dtype=np.int32), counts)
    holding = np.flatnonzero(counts)
    first = (ends - counts)[holding]
    if not len(first):
        return Outlines(xy, first, owner)
    # An outline that comes back to its first vertex at its last one and nowhere else is one ring;
    # only the others are taken apart, which copies them.
    back = np.ones(xy.shape[1], dtype=bool)
    for ordinates in xy:
        back &= ordinates == np.repeat(ordinates[first], counts[holding])
    one_ring = (np.add.reduceat(back, first, dtype=np.int64) == 2) & back[ends[holding] - 1]
    several = holding[~one_ring]
    last = [ends[holding[one_ring]] - 1]
    if len(several):
        parts, of_part = shapely.get_parts(shapes[several], return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        lengths = shapely.get_num_coordinates(rings)
        whose = of_part[of_ring]
        # Rings follow each other within a unit, and begin anew with the next.
        skipped = (ends - counts)[several] - (np.cumsum(counts[several]) - counts[several])
        last.append(np.cumsum(lengths) + skipped[whose] - 1)
    return Outlines(xy, np.sort(np.concatenate(last)), owner)


def scaled_lengths(shapes: Any, scale: Any) -> Any:
    """Return the lengths of outlines whose x and y count differently, unit by unit."""
    lines = outlines(shapes)
    owner = lines.owner[:-1]
    ways = [np.diff(lines.xy[axis]) * scale[owner, axis] for axis in (0, 1)]
    lengths = np.hypot(*ways)
    lengths[lines.ring_ends[:-1]] = 0
    return np.bincount(owner, weights=lengths, minlength=len(shapes))
