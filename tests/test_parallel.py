"""Work shared among threads gives what the work alone gives, in the same order."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, in_crs
from geo_tracker.parallel import each, in_threads, in_turn


@pytest.mark.parametrize("count", [0, 1, 7, 1000, 2501])
def test_results_come_in_the_order_of_the_shapes(count: int) -> None:
    squares = shapely.box(0, 0, np.arange(count) + 1, 1)
    assert in_threads(shapely.area, squares).tolist() == list(range(1, count + 1))


def test_work_within_work_does_not_wait_for_itself() -> None:
    rows = each(lambda row: each(lambda column: row * column, range(5)), range(20))
    assert rows == [[row * column for column in range(5)] for row in range(20)]


def test_no_more_is_taken_than_is_worked_on() -> None:
    items = iter(range(100))
    results = in_turn(lambda number: number, items)
    assert next(results) == 0
    assert next(items) < 10
    assert len(list(results)) == 98


def test_an_error_in_a_thread_is_raised() -> None:
    with pytest.raises(TypeError):
        in_threads(shapely.area, np.array([1] * 2000, dtype=object))


@pytest.mark.parametrize("count", [3, 3000])
def test_a_layer_is_moved_as_geopandas_moves_it(count: int) -> None:
    rng = np.random.default_rng(1)
    west, south = rng.uniform(100, 120, count), rng.uniform(20, 40, count)
    shapes = shapely.box(west, south, west + 0.01, south + 0.01)
    layer = gpd.GeoDataFrame(
        {"name": range(count)}, geometry=shapes, crs=STORAGE_CRS, index=range(5, count + 5)
    )
    moved, expected = in_crs(layer, AREA_CRS), layer.to_crs(AREA_CRS)
    assert moved.crs == AREA_CRS
    assert moved.index.equals(layer.index)
    assert shapely.equals_exact(moved.geometry, expected.geometry, tolerance=0).all()
    assert layer.crs == STORAGE_CRS
    assert shapely.equals_exact(layer.geometry, shapes, tolerance=0).all()


def test_heights_are_kept() -> None:
    layer = gpd.GeoDataFrame(geometry=[shapely.Point(110, 30, 7)], crs=STORAGE_CRS)
    assert in_crs(layer, AREA_CRS).geometry.iloc[0].z == 7
