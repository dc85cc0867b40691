"""Villages that two layers draw alike: the cheap case, settled without measuring."""

import hashlib

import geopandas as gpd
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
        Polygons in any CRS, any index.

    Returns
    -------
    list of str
        32 hexadecimal digits in the order of the rows. Ground is equal when its vertices are, to
        about a millimetre, whatever its rings start with and in whatever order its parts come.
    """
    # Rounded in place: set_precision would also repair the geometry, which costs far more.
    rounded = shapely.transform(
        in_crs(layer, STORAGE_CRS).geometry.to_numpy(),
        lambda xy: (xy / _GRID_DEGREES).round() + 0.0,
    )
    parts, owner = shapely.get_parts(rounded, return_index=True)
    multi = shapely.normalize(shapely.multipolygons(parts, indices=owner))
    return [hashlib.blake2b(wkb, digest_size=16).hexdigest() for wkb in shapely.to_wkb(multi)]


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
