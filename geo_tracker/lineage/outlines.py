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
        One row per vertex; rings are closed.
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
    _kind, xy, offsets = shapely.to_ragged_array(shapes)
    rings, *outer = offsets
    first = rings
    for inner in outer:
        first = first[inner]
    owner = np.repeat(np.arange(len(shapes), dtype=np.int32), np.diff(first))
    return Outlines(xy, rings[1:] - 1, owner)


def scaled_lengths(shapes: Any, scale: Any) -> Any:
    """Return the lengths of outlines whose x and y count differently, unit by unit."""
    lines = outlines(shapes)
    ways = np.diff(lines.xy, axis=0) * scale[lines.owner[:-1]]
    lengths = np.hypot(*ways.T)
    lengths[lines.ring_ends[:-1]] = 0
    return np.bincount(lines.owner[:-1], weights=lengths, minlength=len(shapes))
