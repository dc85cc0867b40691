"""Colours for villages on a map, such that neighbours differ."""

from heapq import heapify, heappop, heappush

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

GROUP_COLOURS = 7
"""Colours to choose from; the map's scripts have as many."""


def neighbour_colours(villages: gpd.GeoDataFrame) -> pd.Series:
    """Give each village the number of a colour that none of its neighbours has.

    Parameters
    ----------
    villages : GeoDataFrame
        Polygons in any CRS, indexed by unique ``unit_id``.

    Returns
    -------
    Series
        By ``unit_id``: 0 to `GROUP_COLOURS` − 1, each used about as often as the others. Villages
        that touch differ, as long as villages do not overlap.

    Notes
    -----
    Greedy in smallest-last order (Matula & Beck 1983): a map's neighbours form a planar graph, in
    which that order never needs more than six colours. Where overlaps ask for more than there are,
    two of one colour may touch.
    """
    shapes = villages.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    neighbours: list[set[int]] = [set() for _ in shapes]
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        if one != other:
            neighbours[one].add(other)
    colours = np.full(len(shapes), -1)
    used = np.zeros(GROUP_COLOURS, dtype=int)
    for village in reversed(_smallest_last(neighbours)):
        taken = {int(colours[other]) for other in neighbours[village]}
        free = [c for c in range(GROUP_COLOURS) if c not in taken] or list(range(GROUP_COLOURS))
        colours[village] = min(free, key=lambda colour: (used[colour], colour))
        used[colours[village]] += 1
    return pd.Series(colours, index=villages.index, name="colour")


def _smallest_last(neighbours: list[set[int]]) -> list[int]:
    """Return the villages, each the one with the fewest neighbours among those not yet taken."""
    left = [len(others) for others in neighbours]
    waiting = [(count, village) for village, count in enumerate(left)]
    heapify(waiting)
    order: list[int] = []
    taken = [False] * len(neighbours)
    while waiting:
        count, village = heappop(waiting)
        # Each change of a count put a new entry in; the old ones are void.
        if taken[village] or count != left[village]:
            continue
        taken[village] = True
        order.append(village)
        for other in neighbours[village]:
            left[other] -= 1
            if not taken[other]:
                heappush(waiting, (left[other], other))
    return order
