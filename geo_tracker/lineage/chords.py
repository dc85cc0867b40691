"""The ground that villages share, estimated along lines: what a coarse look settles."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

LINES_PER_VILLAGE = 16
"""Lines in each direction that cross a village of middling size."""


@dataclass(frozen=True)
class Intervals:
    """Where the lines of one direction run inside of villages; starts and ends along one scale."""

    start: Any
    end: Any
    unit: Any


def line_spacing_m(area_m2: Any) -> float:
    """Return the distance of lines for villages of such areas, in metres."""
    return float(np.sqrt(np.median(area_m2)) / LINES_PER_VILLAGE)


def estimated_overlaps(old: Any, new: Any, spacing_m: float) -> pd.DataFrame:
    """Estimate the ground that each pair of old and new villages shares.

    Parameters
    ----------
    old, new : array of Polygon or MultiPolygon
        Valid, in one CRS in metres.
    spacing_m : float
        Distance of the lines, in both directions.

    Returns
    -------
    DataFrame
        One row per pair that a line finds: ``from_at`` and ``to_at`` (positions), ``shared_m2``
        (estimated), ``chord_m`` (how wide the shared part is in the direction in which it is
        narrower; never more than the spacing where lines of one direction miss it), and for the
        old village ``found_m2``: its own area by the same lines.

    Notes
    -----
    Cavalieri's estimator: area is the length of the chords times the distance of the lines, here
    the mean of both directions. A sliver along a border is crossed at its width by the lines that
    meet it squarely, so that the narrower direction shows how thick it is.
    """
    sums: list[pd.DataFrame] = []
    found = np.zeros(len(old))
    low = np.minimum(*(shapely.total_bounds(shapes)[:2] for shapes in (old, new)))
    high = np.maximum(*(shapely.total_bounds(shapes)[2:] for shapes in (old, new)))
    for across in (0, 1):
        scale = 1.01 * float(high[1 - across] - low[1 - across]) + spacing_m
        one = _intervals(old, across, spacing_m, low, scale)
        other = _intervals(new, across, spacing_m, low, scale)
        found += np.bincount(one.unit, weights=one.end - one.start, minlength=len(old))
        sums.append(_shared(one, other, len(new)))
    pairs = sums[0].add_suffix("_0").join(sums[1].add_suffix("_1"), how="outer")
    lengths = pairs[["length_0", "length_1"]].fillna(0).sum(axis=1)
    chords = pd.DataFrame(
        {side: pairs[f"length_{side}"] / pairs[f"count_{side}"] for side in (0, 1)}
    ).fillna(spacing_m)
    keys = pairs.index.to_numpy()
    return pd.DataFrame(
        {
            "from_at": keys // len(new),
            "to_at": keys % len(new),
            "shared_m2": (lengths * spacing_m / 2).to_numpy(),
            "chord_m": chords.min(axis=1).to_numpy(),
            "found_m2": found[keys // len(new)] * spacing_m / 2,
        }
    )


def _intervals(shapes: Any, across: int, spacing_m: float, low: Any, scale: float) -> Intervals:
    """Return the chords of one direction; line k is laid behind line k − 1 on one scale."""
    _kind, xy, offsets = shapely.to_ragged_array(shapes)
    rings, *outer = offsets
    first = rings
    for inner in outer:
        first = first[inner]
    unit = np.repeat(np.arange(len(shapes)), np.diff(first))
    height = (xy[:, across] - low[across]) / spacing_m
    along = xy[:, 1 - across] - low[1 - across]
    here = np.ones(len(xy), dtype=bool)
    here[rings[1:] - 1] = False
    here = np.flatnonzero(here)
    # Half-open, so that a line through a vertex crosses the ring once there.
    bottom = np.ceil(np.minimum(height[here], height[here + 1])).astype(np.int64)
    top = np.ceil(np.maximum(height[here], height[here + 1])).astype(np.int64)
    crossed = top - bottom
    edge = np.repeat(here, crossed)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    line = np.repeat(bottom, crossed) + nth
    part = (line - height[edge]) / (height[edge + 1] - height[edge])
    place = along[edge] + part * (along[edge + 1] - along[edge]) + line * scale
    owner = unit[edge]
    order = np.lexsort((place, owner))
    place, owner = place[order], owner[order]
    return Intervals(place[::2], place[1::2], owner[::2])


def _shared(one: Intervals, other: Intervals, count: int) -> pd.DataFrame:
    """Return length and number of the chords that pairs have in common, by pair."""
    order = np.argsort(other.start, kind="stable")
    start, end, unit = other.start[order], other.end[order], other.unit[order]
    # Villages of one layer may overlap each other a little: ends rise only as a whole.
    reached = np.maximum.accumulate(end)
    begin = np.searchsorted(reached, one.start, side="right")
    stop = np.maximum(np.searchsorted(start, one.end, side="left"), begin)
    met = stop - begin
    mine = np.repeat(np.arange(len(one.start)), met)
    theirs = np.arange(len(mine)) - np.repeat(np.cumsum(met) - met, met) + np.repeat(begin, met)
    length = np.minimum(one.end[mine], end[theirs]) - np.maximum(one.start[mine], start[theirs])
    real = length > 0
    keys = one.unit[mine[real]].astype(np.int64) * count + unit[theirs[real]]
    pairs, which = np.unique(keys, return_inverse=True)
    return pd.DataFrame(
        {
            "length": np.bincount(which, weights=length[real], minlength=len(pairs)),
            "count": np.bincount(which, minlength=len(pairs)),
        },
        index=pairs,
    )
