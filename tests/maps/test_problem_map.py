"""Pictures of proposals and of places: to scale, harmless, and light."""

from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_tracker.maps.problem_map import CLOSE_UP_PX, close_up_svg, problem_map_svg
from geo_tracker.maps.proposals import outline, proposal_svg, scale_bar

SVG = "{http://www.w3.org/2000/svg}"
DEGREE = shapely.box(120, 29, 120.1, 29.1)


def test_the_outline_of_a_chessboard_is_its_square() -> None:
    board = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(8) for y in range(8)])
    square = outline(board)
    assert square.geom_type == "Polygon"
    assert square.area == pytest.approx(64, rel=0.02)
    assert outline(np.array([None, shapely.Polygon()], dtype=object)).is_empty


def test_a_proposal_shows_both_and_a_scale_and_rings_what_is_too_small() -> None:
    near = ET.fromstring(proposal_svg(DEGREE, DEGREE))
    assert len(near.findall(f"{SVG}circle")) == 0
    far = ET.fromstring(proposal_svg(DEGREE, shapely.box(110, 29, 110.1, 29.1)))
    assert len(far.findall(f"{SVG}circle")) == 2
    (words,) = far.findall(f"{SVG}text")
    assert words.text == "200 km"
    assert len(ET.fromstring(proposal_svg(None, DEGREE)).findall(f"{SVG}path")) == 2
    assert proposal_svg(DEGREE, shapely.Polygon()) == ""


@pytest.mark.parametrize(
    ("wide_km", "words"), [(30, "10 km"), (29, "5 km"), (0.12, "20 m"), (1500, "500 km")]
)
def test_the_scale_bar_is_as_long_as_it_says(wide_km: float, words: str) -> None:
    bar = ET.fromstring(f"<g>{scale_bar(wide_km, wide=300, high=100)}</g>")
    (text,) = bar.findall("text")
    assert text.text == words
    (path,) = bar.findall("path")
    length_px = float(path.attrib["d"].split("H")[1].split("V")[0]) - 8
    metres = float(words.split(maxsplit=1)[0]) * (1000 if words.endswith("km") else 1)
    assert length_px / 300 * wide_km * 1000 == pytest.approx(metres, rel=0.01)


def test_marks_carry_their_numbers_and_the_rest_are_dots() -> None:
    squares = gpd.GeoDataFrame(geometry=[DEGREE], crs=4490)
    places = [(120.05, 29.05, True), (120.01, 29.01, False), (120.09, 29.09, True)]
    picture = ET.fromstring(problem_map_svg(squares, places, listed=2))
    marks = picture.findall(f"{SVG}g")
    assert [mark.attrib["data-place"] for mark in marks] == ["0", "1"]
    colours = [mark.find(f"{SVG}circle").attrib["fill"] for mark in marks]  # type: ignore[union-attr]
    assert colours[0] != colours[1]
    context, dots = picture.findall(f"{SVG}path")
    assert dots.attrib["d"].count("M") == 1
    assert context.attrib["d"].startswith("M")
    middle = marks[0].find(f"{SVG}circle")
    assert middle is not None
    _west, _north, wide, high = map(float, picture.attrib["viewBox"].split())
    assert float(middle.attrib["cx"]) == pytest.approx(wide / 2 - 32, rel=0.02)
    assert float(middle.attrib["cy"]) == pytest.approx(high / 2 - 32, rel=0.02)


def test_five_thousand_villages_make_a_map_of_less_than_a_megabyte() -> None:
    boxes = [
        shapely.segmentize(shapely.box(x, y, x + 1, y + 1), 0.05)
        for x in range(71)
        for y in range(71)
    ]
    shapes = shapely.transform(np.array(boxes), lambda xy: xy * 0.01 + [119, 28])
    villages = gpd.GeoDataFrame(geometry=shapes, crs=4490)
    places = [(119.3, 28.3, True)] * 20_000
    assert len(problem_map_svg(villages, places, listed=200)) < 1_000_000


def test_close_up_is_drawn_to_scale_around_the_place() -> None:
    strip = shapely.box(120.0499, 29, 120.0501, 29.1)
    halves = np.array([shapely.box(120, 29, 120.05, 29.1), shapely.box(120.05, 29, 120.1, 29.1)])
    picture = ET.fromstring(close_up_svg(halves, strip))
    assert picture.attrib["viewBox"] == f"0 0 {CLOSE_UP_PX[0]} {CLOSE_UP_PX[1]}"
    group = picture.find(f"{SVG}g")
    assert group is not None
    colours = [path.attrib["fill"] for path in group]
    assert len(set(colours)) == 3
    for word in ("style", "script", "href"):
        assert word not in close_up_svg(halves, strip)


def test_a_village_that_lies_outside_of_the_close_up_draws_nothing() -> None:
    far = shapely.box(121, 30, 121.01, 30.01)
    place = shapely.box(120, 29, 120.001, 29.001)
    picture = ET.fromstring(close_up_svg(np.array([far]), place))
    drawn = [path.get("d") for path in picture.iter() if path.tag.endswith("path")]
    assert drawn[0] == ""
    assert drawn[1]
