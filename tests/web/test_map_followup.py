"""Problems and visits on the map: as layers, and as themes of both sides."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from geo_tracker.maps.theme_list import THEMES
from geo_tracker.web import day
from geo_tracker.web.context import Services
from geo_tracker.workflows.problems import act
from geo_tracker.workflows.rules import set_rule
from tests.web.ledgers import PLANNER, TODAY, ago, problem_in, visited
from tests.web.reading import rows_behind
from tests.web.test_map_exports import COUNTY, TOWN, content_of, page_of
from tests.web.test_map_sheets import numbers_after, text_of
from tests.web.test_map_themes import asked, classes_by_name
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

OURS = [key for key, theme in THEMES.items() if theme.source in ("problems", "visits")]
NEVER = "no problem ever registered"


@pytest.fixture
def viewer(county: Flask) -> Visitor:
    """Sign somebody in; what else a test does it does to the same county."""
    return visitor(county, "viewer")


def by_number(found: dict[str, Any], column: str) -> dict[str, Any]:
    return dict(zip(found["name"], found[column], strict=True))


def test_open_problems_lie_at_their_own_place_or_that_of_their_village(
    county: Flask, viewer: Visitor
) -> None:
    problem_in(county, "倪宅村", "P1", lon=120.0313, lat=28.9312, category="道路交通")
    problem_in(county, "倪宅村", "P2", state="in_progress", due_on=ago(1))
    problem_in(county, "倪宅村", "P3", state="closed", lon=120.03, lat=28.93)
    found = viewer.get("/map/problems.json").get_json()
    assert found["name"] == ["P1", "P2"]
    assert by_number(found, "at_village") == {"P1": False, "P2": True}
    assert (found["lon"][0], found["lat"][0]) == (120.0313, 28.9312)
    lengths = {len(found[name]) for name in ("id", "lat", "unit", "light", "kind", "stage", "due")}
    assert lengths == {2}
    # The village of today that the former one became, so that a click leads to it.
    assert set(found["unit"]) == {unit_id(county, "倪宅新村")}
    assert [found["villages"][place] for place in found["village"]] == ["倪宅村"] * 2
    assert found["kinds"] == ["道路交通"]
    assert found["kind"] == [0, -1]
    assert [stage["text"] for stage in found["stages"]] == ["Registered", "Being worked on"]


def test_only_what_somebody_owes_has_a_light(county: Flask, viewer: Visitor) -> None:
    owed = {"state": "assigned"}
    problem_in(county, "倪宅村", "late", **owed, due_on=ago(1))
    problem_in(county, "倪宅村", "soon", **owed, due_on=TODAY)
    problem_in(county, "倪宅村", "calm", **owed, due_on=TODAY + timedelta(days=60))
    problem_in(county, "倪宅村", "held", **owed, due_on=ago(1), suspended_on=ago(5))
    problem_in(county, "倪宅村", "new", due_on=ago(1))
    problem_in(county, "倪宅村", "undated", **owed)
    assert by_number(viewer.get("/map/problems.json").get_json(), "light") == {
        **{"late": "red", "soon": "yellow", "calm": "green"},
        **{"held": "unknown", "new": "unknown", "undated": "unknown"},
    }


def test_the_layer_says_nothing_of_who_reported_and_what(county: Flask, viewer: Visitor) -> None:
    problem_in(county, "倪宅村", "P1", reporter="王小明", content="只有内部人员知道")
    answer = viewer.get("/map/problems.json").text
    assert "王小明" not in answer
    assert "内部人员" not in answer


def test_open_problems_are_printed_when_asked_for(county: Flask, viewer: Visitor) -> None:
    problem_in(county, "倪宅村", "P1", state="assigned", due_on=ago(1))
    problem_in(county, "石柱村", "P2", state="closed")
    text = text_of(viewer, f"place={COUNTY}&theme=merged&problems=1")
    assert "Open problems" in text
    assert numbers_after(text, ("overdue", "due soon")) == {"overdue": 1, "due soon": 0}
    assert "Open problems" not in text_of(viewer, f"place={COUNTY}&theme=merged")


def test_open_problems_of_a_place_are_in_its_file(county: Flask, viewer: Visitor) -> None:
    problem_in(county, "倪宅村", "P1", state="assigned", due_on=ago(1), reporter="王小明")
    problem_in(county, "石柱村", "P2", state="assigned")
    page = page_of(viewer, f"place={TOWN}&theme=merged")
    (problem,) = content_of(page)["problems"]
    assert (problem["name"], problem["light"]) == ("P1", "red")
    for said in ("Handed to a unit", f"due {ago(1)}", "倪宅村", "at the village's point"):
        assert said in problem["about"], problem["about"]
    assert "王小明" not in page


def test_without_problems_and_visits_the_layers_are_empty(viewer: Visitor) -> None:
    assert viewer.get("/map/problems.json").get_json()["id"] == []
    found = viewer.get("/map/visits.json").get_json()
    assert (found["id"], found["never"]) == ([], 4)


def test_a_village_is_one_point_with_all_visits_to_it_and_its_former_ones(
    county: Flask, viewer: Visitor
) -> None:
    visited(county, "倪宅村", 200)
    visited(county, "新川村", 90)
    visited(county, "倪宅新村", 120)
    visited(county, "石柱村", 91)
    found = viewer.get("/map/visits.json").get_json()
    assert by_number(found, "visits") == {"倪宅新村": 3, "石柱村": 1}
    assert by_number(found, "days") == {"倪宅新村": 90, "石柱村": 91}
    assert by_number(found, "light") == {"倪宅新村": "green", "石柱村": "yellow"}
    assert found["never"] == 2


def test_the_lights_of_visits_follow_the_rules(county: Flask, viewer: Visitor) -> None:
    services: Services = county.extensions["geo_tracker"]
    visited(county, "石柱村", 91)
    for name, days in (("visit_yellow_days", "30"), ("visit_red_days", "60")):
        set_rule(services.engine, name, from_year=TODAY.year, text=days, user_id=None)
    found = viewer.get("/map/visits.json").get_json()
    assert found["light"] == ["red"]
    assert [light["text"] for light in found["lights"]] == [
        *("up to 30 days", "up to 60 days", "longer ago"),
    ]


def test_themes_are_offered_once_there_is_a_problem_or_a_visit(
    county: Flask, viewer: Visitor
) -> None:
    def offered() -> list[str]:
        page = viewer.page("/map/")
        return [key for key in OURS if f'"key":"{key}"' in page]

    assert offered() == []
    assert viewer.get("/map/themes/open_problems.json").status_code == 404
    problem_in(county, "倪宅村", "P1")
    assert offered() == ["open_problems", "overdue_problems", "problems_again"]
    visited(county, "倪宅村", 3)
    assert offered() == OURS


def some_of_all(county: Flask) -> None:
    problem_in(county, "倪宅村", "P1")
    problem_in(county, "倪宅村", "P2", state="assigned", due_on=ago(3), handover_round=2)
    problem_in(county, "新川村", "P3", state="closed", handover_round=3)
    problem_in(county, "倪宅新村", "P4", state="assigned", due_on=ago(9), suspended_on=ago(9))
    visited(county, "新川村", 45)
    visited(county, "倪宅新村", 5)


def test_former_villages_have_their_own_problems_and_those_of_today_all(
    county: Flask, viewer: Visitor
) -> None:
    some_of_all(county)
    before = classes_by_name(viewer, "open_problems", side="former")
    assert (before["倪宅村"], before["新川村"], before["石柱村"]) == ("2", "0", NEVER)
    now = classes_by_name(viewer, "open_problems")
    assert (now["倪宅新村"], now["石柱村"]) == ("3–5", NEVER)
    for side, summary in (
        ("merged", ["Total 3 problems"]),
        ("former", ["Total 2 problems", "and 1 that no village of this side has"]),
    ):
        found = asked(viewer, "open_problems", side=side)
        assert found["summary"] == [*summary, "the same for former and present villages"]


def test_overdue_and_handed_over_again_are_counted_apart(county: Flask, viewer: Visitor) -> None:
    some_of_all(county)
    assert classes_by_name(viewer, "overdue_problems")["倪宅新村"] == "1"
    again = classes_by_name(viewer, "problems_again", side="former")
    assert (again["倪宅村"], again["新川村"]) == ("1", "1")


def test_days_since_a_visit_are_those_of_the_side(county: Flask, viewer: Visitor) -> None:
    some_of_all(county)
    before = classes_by_name(viewer, "days_since_visit", side="former")
    assert (before["新川村"], before["倪宅村"]) == ("31–90", "never visited")
    assert classes_by_name(viewer, "days_since_visit")["倪宅新村"] == "30 or fewer"


@pytest.mark.parametrize("side", ["merged", "former"])
@pytest.mark.parametrize("theme", OURS)
def test_every_count_of_a_legend_leads_to_its_villages(
    county: Flask, viewer: Visitor, theme: str, side: str
) -> None:
    some_of_all(county)
    found = asked(viewer, theme, side=side)
    assert sum(entry["count"] for entry in found["legend"]) == {"merged": 4, "former": 6}[side]
    assert found["origin"] == str(TODAY)
    for entry in found["legend"]:
        assert rows_behind(viewer, entry["url"]) == entry["count"]


def test_a_theme_follows_every_change_though_the_register_stays(
    county: Flask, viewer: Visitor
) -> None:
    services: Services = county.extensions["geo_tracker"]
    problem = problem_in(county, "石柱村", "P1")
    assert classes_by_name(viewer, "open_problems")["石柱村"] == "1"
    problem_in(county, "石柱村", "P2")
    assert classes_by_name(viewer, "open_problems")["石柱村"] == "2"
    given = {"note": "属市管"}
    act(services.engine, problem, "not_ours", given, actor=PLANNER, version=1, today=TODAY)
    assert classes_by_name(viewer, "open_problems")["石柱村"] == "1"


def test_overdue_is_judged_on_the_day_it_is_asked(
    county: Flask, viewer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem_in(county, "石柱村", "P1", state="assigned", due_on=TODAY)
    assert classes_by_name(viewer, "overdue_problems")["石柱村"] == "0"
    monkeypatch.setattr(day, "today", lambda: TODAY + timedelta(days=1))
    assert classes_by_name(viewer, "overdue_problems")["石柱村"] == "1"
