"""All links at once for the map, and the links of the village in hand."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from geo_tracker.config import Settings
from geo_tracker.web.lineage_links import DOUBTFUL, RIVAL, SURE
from tests import samples
from tests.web.conftest import bring_county, bring_layer
from tests.web.reading import plain
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor


def links_of(viewer: Visitor) -> dict[str, Any]:
    answer = viewer.get("/map/links.json")
    found: dict[str, Any] = json.loads(gzip.decompress(answer.data))
    return found


def pairs(found: dict[str, Any], column: str) -> dict[tuple[str, str], Any]:
    """A column of the links by the names of both ends."""
    villages, links = found["villages"], found["links"]
    return {
        (name, villages["names"][to]): value
        for name, to, value in zip(links["names"], links["to"], links[column], strict=True)
    }


NI, XIN, SHUANG, SHANG = (
    ("倪宅村", "倪宅新村"),
    ("新川村", "倪宅新村"),
    ("双溪村", "双溪村"),
    ("上溪村", "双溪村"),
)


def test_every_former_village_has_a_line_with_share_people_and_standing(planner: Visitor) -> None:
    found = links_of(planner)
    assert pairs(found, "share_of_to") == {NI: 0.5, XIN: 0.5, SHUANG: 0.5, SHANG: 0.5}
    assert pairs(found, "people") == {NI: 900, XIN: 450, SHUANG: 600, SHANG: None}
    # 889 and 100 yuan a head; of 上溪村 nothing is known.
    assert pairs(found, "standing") == {NI: 2, XIN: 1, SHUANG: 0, SHANG: 0}
    assert set(found["links"]["doubt"]) == {SURE}
    # In a row from west to east.
    assert found["links"]["lon"] == sorted(found["links"]["lon"])


def test_merged_villages_that_touch_have_different_colours(planner: Visitor) -> None:
    villages = links_of(planner)["villages"]
    assert sorted(villages["names"]) == ["倪宅新村", "双溪村"]
    assert len(set(villages["colour"])) == 2


def test_places_say_how_many_became_how_many(planner: Visitor) -> None:
    found = links_of(planner)
    counties, towns = found["counties"], found["towns"]
    assert (counties["name"], counties["formers"], counties["villages"]) == (["永康市"], [4], [2])
    assert (towns["name"], towns["formers"], towns["villages"]) == (["花街镇"], [4], [2])
    assert towns["county"] == counties["codes"]
    assert found["villages"]["town"] == [0, 0]
    (south, west), (north, east) = towns["bounds"][0]
    assert south <= north
    assert west < east


def test_a_browser_that_has_the_links_is_not_sent_them_again(county: Flask, tmp_path: Path) -> None:
    viewer = visitor(county, "viewer")
    first = viewer.get("/map/links.json")
    known = {"If-None-Match": first.headers["ETag"]}
    assert viewer.client.get("/map/links.json", headers=known).status_code == 304
    bring_layer(county, tmp_path, _SPLIT, date(2020, 5, 31))
    again = viewer.client.get("/map/links.json", headers=known)
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]


def test_a_conflict_is_in_doubt_on_both_sides_until_somebody_decides(disputed: Flask) -> None:
    doubt = pairs(links_of(visitor(disputed, "viewer")), "doubt")
    assert doubt == {
        NI: SURE,
        XIN: SURE,
        SHUANG: SURE,
        SHANG: DOUBTFUL,
        ("上溪村", "倪宅新村"): RIVAL,
    }


_SPLIT = [
    *(row for row in samples._AFTER if row[1] != "双溪村"),
    ("330784114230", "双溪村", "花街镇", 2, 3),
    ("330784114239", "新溪村", "花街镇", 3, 4),
]


def test_links_of_two_steps_belong_to_the_village_of_today(county: Flask, tmp_path: Path) -> None:
    joined = [
        *(row for row in samples._AFTER if row[1] not in {"双溪村", "倪宅新村"}),
        ("330784114250", "花街村", "花街镇", 0, 4),
    ]
    bring_layer(county, tmp_path, joined, date(2020, 5, 31))
    found = links_of(visitor(county, "viewer"))
    names = found["villages"]["names"]
    groups = {names[group] for group in found["links"]["group"]}
    assert groups == {"花街村"}
    assert pairs(found, "share_of_to")[("倪宅新村", "花街村")] == 0.5
    assert NI in pairs(found, "share_of_to")
    # All six villages that are no more, in one of today.
    assert (found["towns"]["formers"], found["towns"]["villages"]) == ([6], [1])


def test_a_split_village_leads_to_each_part_with_its_share(county: Flask, tmp_path: Path) -> None:
    bring_layer(county, tmp_path, _SPLIT, date(2020, 5, 31))
    viewer = visitor(county, "viewer")
    shares = pairs(links_of(viewer), "share_of_from")
    assert shares[("双溪村", "新溪村")] == 0.5
    new = viewer.get(f"/map/villages/{unit_id(county, '新溪村')}.json").get_json()
    (former,) = new["formers"]
    assert former["name"] == "双溪村"
    assert [(other["name"], other["share"]) for other in former["elsewhere"]] == [
        ("双溪村", "50 %")
    ]


def test_labels_in_the_map_say_share_income_and_who_is_weaker(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    village = viewer.get(f"/map/villages/{unit_id(county, '倪宅新村')}.json").get_json()
    assert [(former["standing"], former["facts"]) for former in village["formers"]] == [
        ("stronger", ["50 % of the ground", "889 yuan per head"]),
        ("weaker", ["50 % of the ground", "100 yuan per head"]),
    ]
    unknown = viewer.get(f"/map/villages/{unit_id(county, '双溪村')}.json").get_json()
    assert {former["standing"] for former in unknown["formers"]} == {None}


def test_the_panel_sets_former_villages_beside_each_other_the_weaker_first(county: Flask) -> None:
    panel = _panel(county, "倪宅新村")
    for row in (
        "新川村 ▼ weaker 倪宅村 ▲ stronger",
        "Share of the ground 50.0 % 50.0 %",
        "Registered population 450 900",
        "Operating income per head (yuan) 100 ▼ 11 % of the best 889",
        "Total income (10,000 yuan) 18.00 ▼ lowest 120.00",
        "Consent of present 90.0 % ▼ lowest 100.0 %",
        "Consent of eligible 65.8 % ▼ lowest 80.0 %",
        "Projects 1 0",
        "Budget (10,000 yuan) 400.00 —",
        "Paid (10,000 yuan) — —",
    ):
        assert row in panel, row


def test_what_is_not_known_is_no_zero_and_nobody_is_called_weaker(county: Flask) -> None:
    panel = _panel(county, "双溪村")
    assert "Registered population 600 —" in panel
    assert "Operating income per head (yuan) 500 —" in panel
    # 60 and 20 are both known.
    assert "Total income (10,000 yuan) 60.00 20.00 ▼ lowest" in panel
    assert "weaker" not in panel


def _panel(app: Flask, name: str) -> str:
    page = visitor(app, "viewer").page(f"/map/villages/{unit_id(app, name)}/panel")
    return plain(f"<main>{page}")


def test_links_are_the_same_on_both_databases(
    empty: Flask, settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    viewer = visitor(empty, "viewer")
    assert links_of(viewer)["links"]["ids"] == []
    bring_county(engine, settings, tmp_path)
    found = links_of(viewer)
    assert pairs(found, "share_of_to") == {NI: 0.5, XIN: 0.5, SHUANG: 0.5, SHANG: 0.5}
    assert len(set(found["villages"]["colour"])) == 2
