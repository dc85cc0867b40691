"""The drawn map of a sheet."""

import re
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pytest

from geo_tracker.maps.paper import Paper, paper_for
from geo_tracker.maps.sheet import INK, LIGHTS, LINES, MARK, OUTLINED, OUTSIDE, drawn_sheet
from geo_tracker.maps.themes import MISSING
from tests.maps.squares import chessboard

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<img src=x onerror=alert(1)>&]]></svg>`${1}`\x00"
COLOURS = {0: "#112233", 1: "#445566"}


def board() -> gpd.GeoDataFrame:
    villages = chessboard()
    villages["town"] = [f"第{town}镇" for town in villages["town_id"]]
    villages["town_code"] = villages["town_id"].astype(str)
    villages["county"], villages["county_code"] = "永康市", "330784"
    villages["class_number"] = [0] * 8 + [1] * 7 + [MISSING]
    villages["inside"] = True
    return villages


def paper_of(villages: gpd.GeoDataFrame) -> Paper:
    west, south, east, north = villages.total_bounds.tolist()
    return paper_for((west, south, east, north), width_mm=318, height_mm=245, margin_mm=6)


@pytest.fixture
def villages() -> gpd.GeoDataFrame:
    return board()


def drawn(villages: gpd.GeoDataFrame, **options: object) -> ElementTree.Element:
    sheet = drawn_sheet(paper_of(villages), villages, colours=COLOURS, **options)  # type: ignore[arg-type]
    return ElementTree.fromstring(sheet.svg)


def fills(picture: ElementTree.Element) -> dict[str, int]:
    """Return how many outlines are filled with each colour."""
    paths = (path for path in picture.iter(f"{SVG}path") if path.get("fill"))
    return {path.get("fill", ""): path.get("d", "").count("z") for path in paths}


def test_every_village_has_the_colour_of_its_class_and_the_unknown_are_hatched(
    villages: gpd.GeoDataFrame,
) -> None:
    found = fills(drawn(villages))
    assert found == {OUTSIDE: 0, "#112233": 8, "#445566": 7, "url(#missing)": 1}


def test_signs_lie_over_the_colours_and_marks_over_all(villages: gpd.GeoDataFrame) -> None:
    villages["look"] = ["hatched"] * 3 + ["outlined"] * 2 + [""] * 11
    picture = drawn(villages, marks=pd.DataFrame({"lon": [120.03], "lat": [29.03]}))
    found = fills(picture)
    # A hatched village has its colour beneath.
    assert (found["#112233"], found["url(#sign)"], found[MARK]) == (8, 3, 1)
    width, ink = OUTLINED
    (outlines,) = (
        path.get("d", "").count("z")
        for path in picture.iter(f"{SVG}path")
        if path.get("stroke") == ink and path.get("stroke-width") == f"{width * 100:.0f}"
    )
    assert outlines == 2
    villages["inside"] = False
    assert "url(#sign)" not in fills(drawn(villages))


def test_villages_around_the_place_are_pale_and_nameless(villages: gpd.GeoDataFrame) -> None:
    villages["inside"] = villages.index <= 8
    picture = drawn(villages)
    assert fills(picture) == {OUTSIDE: 8, "#112233": 8}
    names = [text.text for text in picture.iter(f"{SVG}text")]
    assert "第8村" in names
    assert "第9村" not in names


def test_names_of_towns_are_written_but_not_that_of_the_only_county(
    villages: gpd.GeoDataFrame,
) -> None:
    names = [text.text for text in drawn(villages).iter(f"{SVG}text")]
    assert {"第1镇", "第2镇", "第3镇", "第4镇"} <= set(names)
    assert "永康市" not in names
    assert not list(drawn(villages, with_names=False).iter(f"{SVG}text"))


def test_named_and_unnamed_villages_add_up(villages: gpd.GeoDataFrame) -> None:
    villages.loc[1, "name"] = "很长的名字" * 40
    sheet = drawn_sheet(paper_of(villages), villages, colours=COLOURS)
    assert sheet.named + sheet.unnamed == 16
    assert sheet.unnamed >= 1


def test_a_hostile_name_is_text_in_a_picture_that_is_still_well_formed(
    villages: gpd.GeoDataFrame,
) -> None:
    villages["name"] = HOSTILE
    villages["town"] = HOSTILE
    picture = drawn(villages)
    texts = {text.text for text in picture.iter(f"{SVG}text")}
    assert texts == {HOSTILE.removesuffix("\x00")}
    kinds = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert kinds <= {"svg", "g", "defs", "pattern", "rect", "path", "text", "circle"}


def test_lines_of_towns_and_the_county_lie_over_those_of_villages(
    villages: gpd.GeoDataFrame,
) -> None:
    strokes = [path.get("stroke") for path in drawn(villages).iterfind(f"{SVG}g/{SVG}path")]
    order = [strokes.index(LINES[level][1]) for level in ("village", "town", "county")]
    assert order == sorted(order)


def test_places_that_are_not_known_have_no_lines(villages: gpd.GeoDataFrame) -> None:
    for column in ("town", "town_code", "county", "county_code"):
        villages[column] = None
    sheet = drawn_sheet(paper_of(villages), villages, colours=COLOURS)
    assert sheet.lines == ["village"]


def test_a_border_of_two_former_villages_is_dashed_once(villages: gpd.GeoDataFrame) -> None:
    picture = drawn(villages, formers=villages.geometry.iloc[:2])
    (dashed,) = (path for path in picture.iter(f"{SVG}path") if path.get("stroke-dasharray"))
    lines = re.findall(r"M[^M]+", dashed.get("d", ""))
    corners = [tuple(point.split()) for line in lines for point in re.split("[ML]", line)[1:]]
    # Two squares side by side: eight corners would be drawn if the shared side were there twice.
    steps = sum(len(re.findall("L", line)) for line in lines)
    assert steps == 7
    assert len(set(corners)) == 6


def test_projects_are_points_in_the_colour_of_their_light(villages: gpd.GeoDataFrame) -> None:
    projects = pd.DataFrame(
        {"lon": [120.01, 120.03], "lat": [29.01, 29.03], "light": ["red", "green"]}
    )
    points = list(drawn(villages, projects=projects).iter(f"{SVG}circle"))
    # The red one last, on top.
    assert [point.get("fill") for point in points] == [LIGHTS["green"], LIGHTS["red"]]
    assert INK not in {point.get("fill") for point in points}


def test_problems_are_rings_in_the_colour_of_their_light(villages: gpd.GeoDataFrame) -> None:
    problems = pd.DataFrame({"lon": [120.01], "lat": [29.01], "light": ["yellow"]})
    (ring,) = drawn(villages, problems=problems).iter(f"{SVG}circle")
    assert (ring.get("fill"), ring.get("stroke")) == ("#fff", LIGHTS["yellow"])
