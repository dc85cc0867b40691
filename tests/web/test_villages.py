"""The list of villages and the page that each village keeps for ever."""

import re
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import VillageVersion
from geo_tracker.web.context import Services
from tests import samples
from tests.web.conftest import bring_book, bring_county, bring_layer
from tests.web.reading import plain, wrong_links
from tests.web.visitors import Visitor, visitor


def unit_id(app: Flask, name: str, *, last: bool = True) -> int:
    services: Services = app.extensions["geo_tracker"]
    order = VillageVersion.valid_from.desc() if last else VillageVersion.valid_from
    with reading(services.engine) as session:
        found = session.scalars(
            sa.select(VillageVersion.unit_id).where(VillageVersion.name == name).order_by(order)
        ).first()
    assert found is not None
    return found


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/villages/\d+">([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("q=倪宅新村", "倪宅新村"),
        ("q=新川", "新川村"),
        ("q=xinchuan", "新川村"),
        ("q=xcc", "新川村"),
        ("q=330784114222", "新川村"),
    ],
)
def test_villages_are_found_by_old_and_new_name_code_and_pinyin(
    planner: Visitor, query: str, first: str
) -> None:
    assert names(planner.page(f"/villages/?{query}"))[0] == first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=merged", {"倪宅新村", "双溪村"}),
        ("kind=former", {"倪宅村", "新川村", "双溪村", "上溪村"}),
        ("kind=involved", {"倪宅村", "新川村", "双溪村", "上溪村"}),
        ("kind=orphan", set()),
        ("kind=untouched", {"石柱村", "前郎村"}),
        ("kind=merged&formers=2", {"倪宅新村", "双溪村"}),
        ("formers=3", set()),
        ("layer=2019-10-31", {"倪宅新村", "双溪村", "石柱村", "前郎村"}),
        (
            "layer=2018-10-31",
            {"倪宅村", "新川村", "双溪村", "上溪村", "石柱村", "前郎村"},
        ),
        ("county=330784&town=330784115", {"石柱村", "前郎村"}),
    ],
)
def test_the_list_is_narrowed_by_kind_number_date_and_place(
    planner: Visitor, query: str, expected: set[str]
) -> None:
    assert set(names(planner.page(f"/villages/?{query}"))) == expected


@pytest.mark.parametrize(
    "query",
    ["kind=nonsense", "page=-1", "page=99", "page=x", "county=1", "town=330784114", "layer=1999"],
)
def test_values_that_make_no_sense_are_left_aside(planner: Visitor, query: str) -> None:
    assert "倪宅新村" in planner.page(f"/villages/?{query}")


def test_a_merged_village_shows_its_former_ones_side_by_side(county: Flask) -> None:
    page = plain(visitor(county, "viewer").page(f"/villages/{unit_id(county, '倪宅新村')}"))
    assert "倪宅村 330784114200 100.0 % of its ground · makes up 50.0 %" in page
    assert "新川村 330784114222 100.0 % of its ground · makes up 50.0 %" in page
    # 80 万元 of 900 people and 4.5 万元 of 450: 889 and 100 yuan a head.
    assert "新川村 has 11 % of the operating income per head of 倪宅村" in page
    assert "Sum 450 1,350" in page
    assert "原新川村整治项目" in page
    assert "400.00" in page


def test_a_former_village_keeps_its_votes_and_projects(county: Flask) -> None:
    page = plain(visitor(county, "viewer").page(f"/villages/{unit_id(county, '新川村')}"))
    assert "Former village" in page
    assert "倪宅新村 →" in page
    # 171 of 190 present and of 260 eligible.
    assert "90.0 % 65.8 %" in page
    assert "400.00" in page
    assert "records.xlsx · Votes · row 4" in page


def test_a_missing_figure_makes_the_sum_missing_and_says_so(county: Flask) -> None:
    page = plain(visitor(county, "viewer").page(f"/villages/{unit_id(county, '双溪村')}"))
    assert "Figures of 上溪村 are missing; sums that need them are too." in page
    assert "Sum 300 —" in page


def test_a_village_that_never_merged_has_a_page_too(county: Flask) -> None:
    page = plain(visitor(county, "viewer").page(f"/villages/{unit_id(county, '石柱村')}"))
    assert "Not merged" in page
    assert "No vote recorded" in page
    assert "No project recorded" in page


def test_a_village_that_is_not_there_is_not_found(planner: Visitor) -> None:
    answer = planner.get("/villages/9999")
    assert answer.status_code == 404
    assert "There is no village 9999." in answer.text


def test_pages_are_the_same_on_both_databases(
    empty: Flask, settings: Settings, engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bring_county(engine, settings, tmp_path_factory.mktemp("files"))
    viewer = visitor(empty, "viewer")
    assert "Sum 450 1,350" in plain(viewer.page(f"/villages/{unit_id(empty, '倪宅新村')}"))
    assert "down 33.3 %" in viewer.page("/")
    for path in ("/villages/", "/lagging/", "/votes/", "/projects/", "/review/", "/map/"):
        assert viewer.get(path).status_code == 200
    panel = viewer.page(f"/map/villages/{unit_id(empty, '倪宅新村')}/panel")
    assert "新川村" in panel


def test_what_was_recorded_on_the_merged_village_stands_beside_the_sum(
    county: Flask, tmp_path: Path
) -> None:
    header = samples.SHEETS["村庄"][0]
    later = ["330784114200", "倪宅新村", "花街镇", samples.RECORDS_ON, 440, 1300, 150, 90, 2019]
    bring_book(county, tmp_path, {"村庄": [header, later]})
    page = plain(visitor(county, "viewer").page(f"/villages/{unit_id(county, '倪宅新村')}"))
    assert "Sum 450 1,350" in page
    assert "Recorded on the merged village 440 1,300" in page
    assert "2020-06-30 · income of 2019" in page


def test_a_village_that_was_split_leads_to_villages_of_one_former(
    county: Flask, tmp_path: Path
) -> None:
    split = [
        *(row for row in samples._AFTER if row[1] != "双溪村"),
        ("330784114230", "双溪村", "花街镇", 2, 3),
        ("330784114239", "新溪村", "花街镇", 3, 4),
    ]
    bring_layer(county, tmp_path, split, date(2020, 5, 31))
    viewer = visitor(county, "viewer")
    assert set(names(viewer.page("/villages/?kind=merged&formers=1"))) == {"双溪村", "新溪村"}
    assert wrong_links(viewer) == {}
