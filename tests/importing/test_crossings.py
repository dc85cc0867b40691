"""Outlines that cross or touch themselves: their size as drawn, their size mended, and where."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from geo_tracker.crs import STORAGE_CRS, areas_m2, in_crs
from geo_tracker.importing.crossings import Crossing
from geo_tracker.importing.layers import read_boundaries
from geo_tracker.importing.polygons import repaired
from geo_tracker.importing.report import ImportReport
from tests.importing.shapes import SOUTH_M, WEST_M, shapefile, square, villages, zipped


def ring(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(WEST_M + x, SOUTH_M + y) for x, y in corners])


def crossing_of(shape: Any) -> Crossing:
    drawn = in_crs(gpd.GeoDataFrame(geometry=[shape], index=[7], crs=4549), STORAGE_CRS)
    found: list[Crossing] = []
    mended = repaired(drawn, ImportReport(), crossings=found)
    (crossing,) = found
    assert crossing.row == 7
    assert crossing.mended_m2 == pytest.approx(float(areas_m2(mended)[0]))
    return crossing


# Up the left, across to the lower right, up the right, across back: two triangles whose loops go
# opposite ways.
FIGURE_OF_EIGHT = ring((0, 0), (0, 1000), (1000, 0), (1000, 1000))
# The same with a right triangle a third as high as the left one.
UNEQUAL = ring((0, 0), (0, 900), (1200, 0), (1200, 300))


def test_loops_that_go_opposite_ways_count_against_each_other_as_drawn() -> None:
    crossing = crossing_of(FIGURE_OF_EIGHT)
    # Each of the two triangles is 1000 m · 500 m / 2.
    assert crossing.drawn_m2 == pytest.approx(0, abs=200)
    assert crossing.mended_m2 == pytest.approx(500_000, rel=2e-3)


def test_the_lesser_loop_is_taken_from_the_larger_one_as_drawn_and_kept_when_mended() -> None:
    crossing = crossing_of(UNEQUAL)
    # The lines cross 900 m from the left: 900 · 900 / 2 and 300 · 300 / 2.
    assert crossing.drawn_m2 == pytest.approx(405_000 - 45_000, rel=2e-3)
    assert crossing.mended_m2 == pytest.approx(405_000 + 45_000, rel=2e-3)


def test_a_loop_drawn_over_the_rest_counts_twice_as_drawn_and_once_when_mended() -> None:
    loop = [(0, 0), (200, 100), (100, 200)]  # 200 · 200 - 2 · 200 · 100 / 2 - 100 · 100 / 2 m²
    crossing = crossing_of(ring(*loop, (0, 0), (1000, 0), (1000, 1000), (0, 1000)))
    assert crossing.drawn_m2 == pytest.approx(1_015_000, rel=2e-3)
    assert crossing.mended_m2 == pytest.approx(1_000_000, rel=2e-3)
    # By turns, inside and outside, it would be left out: it is what a person should look at.
    here = in_crs(gpd.GeoDataFrame(geometry=[ring(*loop)], crs=4549), STORAGE_CRS).geometry[0]
    assert crossing.place.symmetric_difference(here).area < 1e-12


def test_where_no_ground_changes_a_little_around_the_crossing_is_shown() -> None:
    spike = ring((0, 0), (1000, 0), (1000, 500), (1400, 500), (1000, 500), (1000, 1000), (0, 1000))
    crossing = crossing_of(spike)
    assert crossing.drawn_m2 == pytest.approx(crossing.mended_m2, abs=1)
    assert 0 < crossing.place.area < 1e-7
    spot = in_crs(gpd.GeoDataFrame(geometry=[crossing.place.centroid], crs=STORAGE_CRS), CRS(4549))
    x, y = spot.geometry.iloc[0].coords[0]
    assert 1000 <= x - WEST_M <= 1400
    assert y - SOUTH_M == pytest.approx(500, abs=1)


def test_an_outline_whose_first_mending_crosses_itself_is_mended_once_more() -> None:
    corners = [(3, 3), (4, 7), (8, 7), (3, 3), (4, 0), (8, 7)]
    kites = gpd.GeoDataFrame(geometry=[shapely.Polygon(corners)], index=[1], crs=STORAGE_CRS)
    mended = repaired(kites, ImportReport())
    assert mended.is_valid.all()
    # Two triangles along one side: 8 above it, 9.5 below.
    assert mended.area.to_list() == pytest.approx([17.5])


def test_crossings_are_told_in_their_order_with_the_row_of_the_file_and_only_if_asked(
    tmp_path: Path,
) -> None:
    shapes = [square(3), UNEQUAL, square(2), shapely.affinity.translate(UNEQUAL, 0, 5000)]
    codes = [f"33078411420{place}" for place in range(4)]
    file = zipped(shapefile(tmp_path, villages("甲乙丙丁", codes, shapes)))
    asked = read_boundaries(file, with_ground=True)
    assert [crossing.row for crossing in asked.crossings] == [2, 4]
    assert asked.report.counts()["The outline crossed or touched itself and was repaired."] == 2
    assert read_boundaries(file).crossings == []
