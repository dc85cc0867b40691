"""Villages that one can check in the head: a chessboard of squares."""

import hashlib
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.maps.tile_villages import FACTS, TileVillages

WEST, SOUTH, SIDE = 120.0, 29.0, 0.02


def chessboard(columns: int = 4, rows: int = 4) -> gpd.GeoDataFrame:
    """Squares of 0.02°, ids from 1, row by row; towns are columns, the county is one."""
    places = [(column, row) for row in range(rows) for column in range(columns)]
    return gpd.GeoDataFrame(
        {
            "name": [f"第{number}村" for number in range(1, len(places) + 1)],
            "code": [f"3307840{number:05d}" for number in range(1, len(places) + 1)],
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
    # On a grid: neighbours count their border from different sides, and have to agree.
    return shapely.set_precision(shapely.box(west, south, west + side, south + side), 1e-9)


def winding_board(columns: int, rows: int, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Like `chessboard`, its corners moved by chance and its borders winding, towns 3 × 3."""
    rng = np.random.default_rng(seed)
    board = chessboard(columns, rows)
    steps = np.arange(columns * rows)
    board["town_id"] = steps // columns // 3 * 10 + steps % columns // 3 + 1
    board["county_id"] = board["town_id"] // 20 + 1
    shift = rng.uniform(-0.3, 0.3, (columns + 1, rows + 1, 2)) * SIDE

    def moved(xy: Any) -> Any:
        column, row = np.rint((xy - (WEST, SOUTH)) / SIDE).astype(int).T
        return xy + shift[column, row]

    return board.set_geometry(winding(shapely.transform(board.geometry.to_numpy(), moved)))


def winding(shapes: Any) -> Any:
    """Bend straight borders, the same way wherever they are met."""

    def bent(xy: Any) -> Any:
        x, y = (xy / SIDE).T
        east, north = np.sin(9 * x + 17 * y), np.cos(13 * x - 7 * y)
        # On a grid, so that both sides of a border, which count it from its two ends, agree.
        return np.round(xy + np.stack([east, north], axis=1) * SIDE / 20, 9)

    return shapely.transform(shapely.segmentize(shapes, SIDE / 12), bent)


def tile_villages(villages: gpd.GeoDataFrame) -> TileVillages:
    """Return villages as tiles are cut from them."""
    ordered = villages.sort_index()
    for level in ("town", "county"):
        if level not in ordered:
            names = [f"{number}号{level}" if number else "" for number in ordered[f"{level}_id"]]
            ordered = ordered.assign(**{level: names})
    shapes = ordered.geometry.to_numpy()
    grounds = [hashlib.sha256(wkb or b"").hexdigest() for wkb in shapely.to_wkb(shapes)]
    return TileVillages.of(ordered.assign(ground=grounds)[list(FACTS)], [shapes])
