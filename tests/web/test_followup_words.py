"""Steps of the log in words, also of what is no more."""

from typing import Any

import pytest
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.problems import steps_of
from geo_tracker.web.context import Services
from geo_tracker.web.followup_words import step_text, steps_since
from geo_tracker.workflows.visits import correct_visit, remove_visit
from tests.web.ledgers import PLANNER, TODAY, ago, visited
from tests.web.test_villages import unit_id


@pytest.fixture
def removed(county: Flask) -> list[Any]:
    """Record a visit, move it to another village and remove it; return its steps."""
    services: Services = county.extensions["geo_tracker"]
    visit = visited(county, "新川村", 40)
    given = {
        "visited_on": ago(40),
        "service_group": "第三服务组",
        "unit_id": unit_id(county, "石柱村"),
        "people_served": 1200,
    }
    common: dict[str, Any] = {"note": "记错", "actor": PLANNER, "today": TODAY}
    correct_visit(services.engine, visit, given, version=1, **common)
    remove_visit(services.engine, visit, version=2, **common)
    with reading(services.engine) as session:
        return steps_of(session, "visit", visit)


def test_every_step_says_what_was_done_after_the_visit_is_gone(
    county: Flask, removed: list[Any]
) -> None:
    with county.test_request_context(headers={"Accept-Language": "en"}):
        recorded, corrected, gone = (step_text(step) for step, _username in removed)
    assert recorded == f"Visit of 第三服务组 on {ago(40)} recorded"
    assert "village was 新川村, is 石柱村" in corrected
    assert "people served was —, is 1,200" in corrected
    assert gone == f"Visit of 第三服务组 on {ago(40)} removed"


def test_only_what_came_after_the_version_shown_is_told(county: Flask, removed: list[Any]) -> None:
    with county.test_request_context(headers={"Accept-Language": "en"}):
        assert steps_since(removed, version=3, shown=3) == []
        (last,) = steps_since(removed, version=3, shown=2)
        assert last["text"].endswith("removed")
        assert last["note"] == "记错"
        assert len(steps_since(removed, version=3, shown=0)) == 3
