"""Villages that two layers draw alike: the cheap case, settled without measuring."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import STORAGE_CRS, in_crs

# About a millimetre: what writing to a file and reading back may move a vertex.
_GRID_DEGREES = 1e-8


def ground_digests(layer: gpd.GeoDataFrame) -> list[str]:
    """Return a digest of each village's ground, equal for equal ground.

    Parameters
    ----------
    layer : GeoDataFrame
        Polygons with area in any CRS, any index.

    Returns
    -------
    list of str
        32 hexadecimal digits in the order of the rows. Ground is equal when its edges are, to
        about a millimetre, whatever its rings start with, whichever way they turn and in
        whatever order its parts come.

    Notes
    -----
    Edges are mixed to numbers of 64 bits and added up, so that no order matters and nothing has
    to be sorted: the multiset hash AdHash of Bellare & Micciancio (1997), here against chance
    and not against forgery. Two grounds that differ meet by a chance of about 2⁻⁶⁴.
    """
    shapes = in_crs(layer, STORAGE_CRS).geometry.to_numpy()
    if not len(shapes):
        return []
    _kind, degrees, offsets = shapely.to_ragged_array(shapes)
    x, y = np.rint(degrees.T / _GRID_DEGREES).astype(np.int64).view(np.uint64)
    vertices = _mixed(_mixed(x) + y)
    here, there = vertices, np.roll(vertices, -1)
    edges = _mixed(_mixed(here + there) + (here ^ there))
    rings, *outer = offsets
    # A vertex said twice is no edge, and neither is the way from one ring to the next.
    none = here == there
    none[rings[1:] - 1] = True
    first = rings[:-1]
    for inner in outer:
        first = first[inner[:-1]]
    sums = [np.add.reduceat(np.where(none, 0, e), first) for e in (edges, _mixed(edges))]
    return [f"{one:016x}{two:016x}" for one, two in zip(*(s.tolist() for s in sums), strict=True)]


def _mixed(numbers: Any) -> Any:
    """Return well-spread numbers of 64 bits for such numbers, one for one (SplitMix64)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def continuing_units(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Find the villages of a layer that stand in an earlier one with the same ground and name.

    Parameters
    ----------
    before : DataFrame
        ``unit_id``, ``ground`` (as `ground_digests`), ``name``, ``stat_code``.
    after : DataFrame
        Any unique index; ``ground``, ``name``, ``stat_code``.

    Returns
    -------
    Series
        ``unit_id`` of the earlier village (Int64) by ``after``'s index, for those found only: the
        ground is the same, and the name or the code; one to one.
    """
    old = before[["unit_id", "ground", "name", "stat_code"]].drop_duplicates("ground", keep=False)
    new = pd.DataFrame(
        {name: after[name].to_numpy() for name in ("ground", "name", "stat_code")}
        | {"row": after.index}
    ).drop_duplicates("ground", keep=False)
    pairs = new.merge(old, on="ground", suffixes=("", "_before"))
    same_name = pairs["name"] == pairs["name_before"]
    same_code = pairs["stat_code"] == pairs["stat_code_before"]
    found = pairs[same_name | same_code]
    return pd.Series(
        found["unit_id"].to_numpy(), index=pd.Index(found["row"]), dtype="Int64", name="unit_id"
    )
