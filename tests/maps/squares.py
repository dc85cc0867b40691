"""Villages that one can check in the head: a chessboard of squares."""

import geopandas as gpd
import shapely

from geo_tracker.crs import STORAGE_CRS

WEST, SOUTH, SIDE = 120.0, 29.0, 0.02


def chessboard(columns: int = 4, rows: int = 4) -> gpd.GeoDataFrame:
    """Squares of 0.02°, ids from 1, row by row; towns are columns, the county is one."""
    places = [(column, row) for row in range(rows) for column in range(columns)]
    return gpd.GeoDataFrame(
        {
            "name": [f"第{number}村" for number in range(1, len(places) + 1)],
            "town_id": [column + 1 for column, _ in places],
            "county_id": 7,
        },
        geometry=[square(column, row) for column, row in places],
        index=range(1, len(places) + 1),
        crs=STORAGE_CRS,
    )


def square(column: float, row: float, *, side: float = SIDE) -> shapely.Polygon:
    """Return one field of the board."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + side, south + side)
