"""A county or town as one file, as the map's form asks for it."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from tests.web.test_maps import HOSTILE, hostile  # noqa: F401 - a fixture
from tests.web.visitors import Visitor, visitor

COUNTY, TOWN = "330784", "330784114"


def page_of(who: Visitor, query: str) -> str:
    answer = who.get(f"/map/export.html?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    return answer.get_data(as_text=True)


def content_of(page: str) -> dict[str, Any]:
    found = re.search(r"geoTracker\.showExported\(\w+, (\{.*\})\);", page)
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return content


def properties(features: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["properties"]["name"]: each["properties"] for each in features["features"]}


def figures_of(content: dict[str, Any], about: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {
        content["figures"][label]: (text, dates, content["sources"][source])
        for label, text, dates, source in about["figures"]
    }


def test_a_county_has_its_villages_with_their_former_ones(planner: Visitor) -> None:
    content = content_of(page_of(planner, f"place={COUNTY}&theme=merged"))
    villages, formers = properties(content["villages"]), properties(content["formers"])
    assert villages.keys() == {"倪宅新村", "双溪村", "石柱村", "前郎村"}
    into = {name: former["into"] for name, former in formers.items()}
    assert into["倪宅村"] == into["新川村"] == villages["倪宅新村"]["id"]
    assert formers["新川村"]["share"] == "50.0 %"
    assert [entry["count"] for entry in content["legend"]] == ["2", "2"]
    assert {project["name"] for project in content["projects"]} <= {
        "原新川村整治项目",
        "双溪村道路硬化",
    }


def test_a_figure_has_unit_date_and_source(planner: Visitor) -> None:
    content = content_of(page_of(planner, f"place={COUNTY}"))
    villages, formers = properties(content["villages"]), properties(content["formers"])
    source = "records.xlsx"
    assert figures_of(content, formers["新川村"]) == {
        "Registered population": ("450 people", "2018-10-31", source),
        "Operating income per head": ("100 yuan", "2018-10-31", source),
        "Consent of present": ("90.0 %", "2018-11-20", source),
        "Consent of eligible": ("65.8 %", "2018-11-20", source),
        "Projects": ("1", "2020-06-30", source),
        "Budget": ("400.00 × 10,000 yuan", "2020-06-30", source),
    }
    whole = figures_of(content, villages["倪宅新村"])
    assert whole["Registered population"] == ("1,350 people", "2018-10-31", source)
    # One part is not known, so the sum is not either.
    assert "Registered population" not in figures_of(content, villages["双溪村"])


def test_a_town_has_only_its_own(planner: Visitor) -> None:
    page = page_of(planner, f"place={TOWN}")
    assert properties(content_of(page)["villages"]).keys() == {"倪宅新村", "双溪村"}


def test_the_file_says_who_made_it_when_and_for_whom(planner: Visitor) -> None:
    page = page_of(planner, f"place={COUNTY}&theme=merged")
    for said in ("Internal use", "planner", "Data as of", "2020-06-30", "after.zip", "永康市"):
        assert said in page
    assert "Synthetic" not in page


def test_hostile_names_are_escaped(hostile: Flask) -> None:  # noqa: F811
    page = page_of(visitor(hostile, "viewer"), "place=all")
    assert "<img" not in page
    assert page.count("</script>") == page.count("<script>")
    assert f"前郎村{HOSTILE}" in properties(content_of(page)["villages"])


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 422), ("place=1", 404)],
)
def test_what_cannot_be_exported_is_refused(planner: Visitor, query: str, status: int) -> None:
    assert planner.get(f"/map/export.html?{query}").status_code == status


def test_too_many_villages_are_refused(planner: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_tracker.web.map_exports.MOST_VILLAGES", 3)
    assert planner.get(f"/map/export.html?place={COUNTY}").status_code == 422
    assert planner.get(f"/map/export.html?place={TOWN}").status_code == 200
