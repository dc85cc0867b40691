"""Villages as boxes on a plane, whose overlaps can be checked in the head."""

from collections.abc import Mapping

import geopandas as gpd
import shapely

from geo_tracker.crs import AREA_CRS

Box = tuple[float, float, float, float]

NORTH_M = 3_300_000
"""At the middle of China, where AREA_CRS is what villages are measured in."""


def layer(villages: Mapping[int, tuple[str, str, Box]]) -> gpd.GeoDataFrame:
    """Return villages by unit_id from name, code and box in hundreds of metres."""
    boxes = [
        shapely.box(west * 100, south * 100 + NORTH_M, east * 100, north * 100 + NORTH_M)
        for _name, _code, (west, south, east, north) in villages.values()
    ]
    return gpd.GeoDataFrame(
        {
            "name": [name for name, _code, _box in villages.values()],
            "stat_code": [code for _name, code, _box in villages.values()],
        },
        geometry=boxes,
        crs=AREA_CRS,
        index=list(villages),
    )
