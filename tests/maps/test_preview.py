import time
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_tracker.maps import preview
from geo_tracker.maps.preview import layer_svg, preview_svg
from geo_tracker.packed import packed
from tests.maps.squares import chessboard

BOARD = chessboard()


def paths(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"))


def test_every_polygon_is_drawn_once() -> None:
    (path,) = paths(preview_svg(BOARD.geometry))
    assert path.attrib["d"].count("M") == path.attrib["d"].count("z") == 16


def test_marked_polygons_are_drawn_apart_and_above() -> None:
    plain, marked = paths(preview_svg(BOARD.geometry, marked={3, 5}))
    assert plain.attrib["d"].count("M") == 14
    assert marked.attrib["d"].count("M") == 2
    assert plain.attrib["fill"] != marked.attrib["fill"]


def test_a_square_in_metres_is_as_wide_as_asked_and_as_high() -> None:
    one = gpd.GeoSeries([shapely.box(0, 0, 1000, 1000)], crs=4549)
    picture = ET.fromstring(preview_svg(one, width_px=300))
    assert picture.attrib["viewBox"] == "-2 -2 604 604"
    assert paths(preview_svg(one, width_px=300))[0].attrib["d"].startswith("M")


def test_holes_are_part_of_the_path() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    (path,) = paths(preview_svg(gpd.GeoSeries([ring])))
    assert path.attrib["d"].count("M") == 2


def test_a_layer_far_higher_than_wide_stays_a_small_picture() -> None:
    tower = gpd.GeoSeries([shapely.box(0, 0, 10, 1000)])
    assert float(ET.fromstring(preview_svg(tower, width_px=500)).attrib["height"]) <= 702


def test_missing_and_empty_outlines_are_left_out() -> None:
    some = gpd.GeoSeries([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)])
    assert paths(preview_svg(some))[0].attrib["d"].count("M") == 1
    assert preview_svg(some[:2]) == ""


def test_nothing_in_the_picture_needs_leave_of_the_content_security_policy() -> None:
    svg = preview_svg(BOARD.geometry, marked=[1])
    assert "style" not in svg
    assert "script" not in svg
    assert "href" not in svg


@pytest.mark.slow
def test_a_city_of_4432_villages_is_a_small_picture_at_once() -> None:
    seeds = np.random.default_rng(1)
    spots = shapely.multipoints(seeds.uniform(0, 100_000, (4432, 2)))
    cells = shapely.segmentize(shapely.get_parts(shapely.voronoi_polygons(spots)), 150)
    city = gpd.GeoSeries(cells, crs=4549)
    started = time.perf_counter()
    svg = preview_svg(city)
    assert len(svg) < 400_000
    # The aim is one second on a quiet machine; the tests share theirs.
    assert time.perf_counter() - started < 4


def test_a_layer_of_very_many_is_drawn_piece_by_piece_in_the_same_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes = shapely.transform(BOARD.geometry.to_numpy(), lambda xy: xy * 1e-6 + [120, 29])
    board = gpd.GeoDataFrame(geometry=shapes, crs=4490)
    together = layer_svg(packed(board))
    assert together == preview_svg(board.geometry)
    monkeypatch.setattr(preview, "_MOST_TOGETHER", 15)
    monkeypatch.setattr(preview, "_AT_ONCE", 5)
    (path,) = paths(layer_svg(packed(board)))
    assert path.attrib["d"].count("M") == 16
    one, other = ET.fromstring(together), ET.fromstring(layer_svg(board))
    for name in ("viewBox", "width", "height"):
        assert one.attrib[name] == other.attrib[name]
