"""Rules as administrators set them, and what follows them."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.workflows.rules import rules_of, set_rule
from tests.web.reading import rows
from tests.web.visitors import Visitor, visitor


@pytest.fixture
def admin(empty: Flask) -> Visitor:
    return visitor(empty, "admin")


def set_(who: Visitor, name: str, year: int, text: str, **more: str) -> int:
    form = {"year": str(year), "text": text} | more
    return who.post(f"/settings/rules/{name}", form).status_code


def test_a_rule_holds_from_its_year_on_and_not_before(admin: Visitor, engine: sa.Engine) -> None:
    assert set_(admin, "problem_days", 2025, "20") == 303
    assert set_(admin, "problem_days", 2027, "10") == 303
    with reading(engine) as session:
        days = [rules_of(session, year).problem_days for year in (2024, 2025, 2026, 2027, 2030)]
    assert days == [15, 20, 20, 10, 10]
    page = admin.page("/settings/rules/?year=2026")
    assert re.search(r'name="text" inputmode="decimal" value="20"', page)
    assert "2025" in page


def test_a_rule_can_be_set_again_and_led_back_to_its_default(
    admin: Visitor, engine: sa.Engine
) -> None:
    set_(admin, "visit_repeat_days", 2025, "7")
    set_(admin, "visit_repeat_days", 2025, "8")
    with reading(engine) as session:
        assert rules_of(session, 2026).visit_repeat_days == 8
    set_(admin, "visit_repeat_days", 2026, "", default="yes")
    with reading(engine) as session:
        found = [rules_of(session, year).visit_repeat_days for year in (2025, 2026)]
    assert found == [8, 14]


def test_what_is_no_value_is_refused_and_what_was_typed_stays(admin: Visitor) -> None:
    form = {"year": "2026", "text": "<b>ten</b>"}
    answer = admin.post("/settings/rules/problem_days", form)
    assert answer.status_code == 422
    assert "&lt;b&gt;ten&lt;/b&gt;” is no number." in answer.text
    assert 'value="&lt;b&gt;ten&lt;/b&gt;"' in answer.text


@pytest.mark.parametrize("role", ["planner", "viewer"])
def test_others_look_at_rules_and_set_none(empty: Flask, role: str) -> None:
    somebody = visitor(empty, role)
    page = somebody.page("/settings/rules/")
    assert "Floor of operating income" in page
    assert "<textarea" not in page
    assert set_(somebody, "problem_days", 2026, "1") == 403


def test_lists_and_lights_follow_the_rules_at_once(county: Flask) -> None:
    planner = visitor(county, "planner")
    engine: sa.Engine = county.extensions["geo_tracker"].engine
    assert len(rows(planner.page("/projects/?light=red"))) == 1
    set_rule(engine, "project_red_points", from_year=2020, text="40", user_id=None)
    assert not rows(planner.page("/projects/?light=red"))
    assert "up to 40 is to be watched" in planner.page("/projects/")
    assert len(rows(planner.page("/lagging/?reason=operating_income"))) == 1
    set_rule(engine, "operating_income_floor", from_year=2019, text="40000", user_id=None)
    assert not rows(planner.page("/lagging/?reason=operating_income"))


def test_a_vote_is_judged_by_the_notice_of_its_year(county: Flask) -> None:
    planner = visitor(county, "planner")
    engine: sa.Engine = county.extensions["geo_tracker"].engine
    set_rule(engine, "notice_days", from_year=2019, text="1", user_id=None)
    assert "notice only 2 days before, 10 are needed" in planner.page("/votes/?check=problem")
    set_rule(engine, "notice_days", from_year=2018, text="1", user_id=None)
    assert "notice only" not in planner.page("/votes/?check=problem")
