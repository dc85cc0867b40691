"""The picture of a village's lineage on its page."""

import re
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.config import Settings
from tests import samples
from tests.web.conftest import bring_county, bring_layer
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

JOINED = [
    *(row for row in samples._AFTER if row[1] not in {"双溪村", "倪宅新村"}),
    ("330784114250", "花街村", "花街镇", 0, 4),
]
SPLIT = [
    *(row for row in samples._AFTER if row[1] != "双溪村"),
    ("330784114230", "双溪村", "花街镇", 2, 3),
    ("330784114239", "新溪村", "花街镇", 3, 4),
]


def picture(viewer: Visitor, name: str, query: str = "") -> str:
    page = viewer.page(f"/villages/{unit_id(viewer.client.application, name)}{query}")
    found = re.search(r'<svg xmlns.*?role="group".*?</svg>', page)
    return found[0] if found else ""


def bars(svg: str) -> list[float]:
    return [float(height) for height in re.findall(r'<rect [^>]*height="([\d.]+)"', svg)]


def columns(svg: str) -> list[float]:
    return sorted({float(x) for x in re.findall(r'<rect x="([\d.]+)"', svg)})


def test_a_merged_village_is_drawn_with_what_it_came_from(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    svg = picture(viewer, "倪宅新村")
    for text in (
        "2018-10-31",
        "2019-10-31",
        "倪宅村",
        "新川村",
        "100.0 % of its ground · makes up 50.0 %",
        "Boundaries and table · sure to 100 %",
        "New village formed by merger",
        "2019-10-31 · Effective",
        "倪宅村 → 倪宅新村 · 100.0 ha",
    ):
        assert text in svg, text
    old, young, new = bars(svg)
    assert old == pytest.approx(young, abs=0.5)
    assert new == pytest.approx(old + young, abs=0.5)


def test_widths_by_people_follow_the_people(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    page = viewer.page(f"/villages/{unit_id(county, '倪宅新村')}?by=people")
    assert "Widths: registered population" in page
    svg = picture(viewer, "倪宅新村", "?by=people")
    assert sorted(bars(svg))[1] == pytest.approx(2 * sorted(bars(svg))[0], rel=0.01)


def test_where_people_are_not_known_the_line_is_dashed(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    assert "stroke-dasharray" in picture(viewer, "双溪村", "?by=people")
    assert "stroke-dasharray" not in picture(viewer, "双溪村")


def test_a_former_village_is_drawn_with_its_siblings(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    svg = picture(viewer, "新川村")
    assert "倪宅村" in svg
    merged = unit_id(county, "倪宅新村")
    assert f'<a href="/villages/{merged}">' in svg


def test_a_village_that_nothing_happened_to_has_no_picture(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    assert picture(viewer, "石柱村") == ""


def test_three_generations_are_drawn_one_after_the_other(county: Flask, tmp_path: Path) -> None:
    viewer = visitor(county, "viewer")
    bring_layer(county, tmp_path, JOINED, date(2020, 5, 31))
    svg = picture(viewer, "花街村")
    assert len(columns(svg)) == 3
    assert len(bars(svg)) == 7
    assert "2020-05-31" in svg
    # From any of them the same is seen.
    assert len(bars(picture(viewer, "新川村"))) == 7


def test_a_split_village_gives_each_its_share(county: Flask, tmp_path: Path) -> None:
    viewer = visitor(county, "viewer")
    bring_layer(county, tmp_path, SPLIT, date(2020, 5, 31))
    svg = picture(viewer, "新溪村")
    assert svg.count("50 %</text>") == 2
    assert len(columns(svg)) == 3
    # What was untouched by the second step is not drawn at its date.
    assert picture(viewer, "倪宅新村").count("<rect") == 3


def test_what_table_and_ground_disagree_about_is_dashed_and_said(disputed: Flask) -> None:
    viewer = visitor(disputed, "viewer")
    svg = picture(viewer, "双溪村")
    assert "table and ground disagree" in svg
    assert svg.count("stroke-dasharray") == 2
    assert "上溪村 → 倪宅新村 · Table" in svg
    assert "not followed" in svg


def test_the_picture_is_the_same_on_both_databases(
    empty: Flask, settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    bring_county(engine, settings, tmp_path)
    viewer = visitor(empty, "viewer")
    assert len(bars(picture(viewer, "倪宅新村"))) == 3
