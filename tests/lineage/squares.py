"""Villages as boxes on a plane, whose overlaps can be checked in the head."""

from collections.abc import Mapping

import geopandas as gpd
import shapely

from geo_tracker.crs import AREA_CRS

Box = tuple[float, float, float, float]


def layer(villages: Mapping[int, tuple[str, str, Box]]) -> gpd.GeoDataFrame:
    """Return villages by unit_id from name, code and box in hundreds of metres."""
    boxes = [shapely.box(*(side * 100 for side in box)) for _name, _code, box in villages.values()]
    return gpd.GeoDataFrame(
        {
            "name": [name for name, _code, _box in villages.values()],
            "stat_code": [code for _name, code, _box in villages.values()],
        },
        geometry=boxes,
        crs=AREA_CRS,
        index=list(villages),
    )
