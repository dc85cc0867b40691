"""Villages that two layers draw alike: the cheap case, settled without measuring."""

import geopandas as gpd
import pandas as pd
import shapely

from geo_tracker.crs import in_crs

# About a millimetre: what writing to a file and reading back may move a vertex.
_GRID_DEGREES = 1e-8


def continuing_units(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Series:
    """Find the villages of a layer that stand in an earlier one with the same ground and name.

    Parameters
    ----------
    before : GeoDataFrame
        Polygons indexed by unique ``unit_id``; columns ``name`` and ``stat_code``.
    after : GeoDataFrame
        Polygons in any CRS, any unique index; the same columns.

    Returns
    -------
    Series
        ``unit_id`` of the earlier village (Int64) by ``after``'s index, for those found only. The
        ground is equal to about a millimetre, whatever the rings start with, and the name or the
        code is the same; one to one.
    """
    old = pd.DataFrame(
        {
            "unit_id": before.index,
            "ground": _ground(before),
            "old_name": before["name"].to_numpy(),
            "old_code": before["stat_code"].to_numpy(),
        }
    ).drop_duplicates("ground", keep=False)
    new = pd.DataFrame(
        {
            "row": after.index,
            "ground": _ground(in_crs(after, before.crs)),
            "name": after["name"].to_numpy(),
            "stat_code": after["stat_code"].to_numpy(),
        }
    ).drop_duplicates("ground", keep=False)
    pairs = new.merge(old, on="ground")
    same_name = pairs["name"] == pairs["old_name"]
    same_code = pairs["stat_code"] == pairs["old_code"]
    found = pairs[same_name | same_code]
    return pd.Series(
        found["unit_id"].to_numpy(), index=pd.Index(found["row"]), dtype="Int64", name="unit_id"
    )


def _ground(layer: gpd.GeoDataFrame) -> list[bytes]:
    # Rounded in place: set_precision would also repair the geometry, which costs far more.
    rounded = shapely.transform(
        layer.geometry.to_numpy(), lambda xy: (xy / _GRID_DEGREES).round() + 0.0
    )
    parts, owner = shapely.get_parts(rounded, return_index=True)
    multi = shapely.multipolygons(parts, indices=owner)
    return [bytes(wkb) for wkb in shapely.to_wkb(shapely.normalize(multi))]
