"""Lights of projects at the very thresholds of the domain reference, and with data missing."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from geo_tracker.indicators.lights import project_lights

# 400 days from start to finish: a quarter of a per cent a day.
PLAN: dict[str, Any] = {
    "stage": "started",
    "planned_start_on": date(2020, 1, 1),
    "planned_finish_on": date(2021, 2, 4),
    "actual_start_on": date(2020, 1, 1),
    "actual_finish_on": None,
    "reported_on": None,
    "progress": 0.0,
}
HALF = date(2020, 7, 19)  # 200 days on


def judged(on: date = HALF, **changed: Any) -> Any:
    """Judge one project that differs from the plan in what is given."""
    return project_lights(pd.DataFrame([PLAN | changed]), on=on).iloc[0]


@pytest.mark.parametrize(
    ("progress", "light", "behind"),
    [
        (0.5, "green", 0),
        (0.9, "green", 0),
        (0.401, "green", 9.9),
        (0.4, "yellow", 10),
        (0.2, "yellow", 30),
        (0.199, "red", 30.1),
    ],
)
def test_points_behind_plan_decide(progress: float, light: str, behind: float) -> None:
    project = judged(progress=progress)
    assert project["planned_progress"] == pytest.approx(0.5)
    assert project["behind_points"] == pytest.approx(behind)
    assert project["light"] == light


@pytest.mark.parametrize(
    ("on", "light"),
    [
        (date(2020, 1, 1), "green"),
        (date(2020, 1, 2), "yellow"),
        (date(2020, 3, 31), "yellow"),
        (date(2020, 4, 1), "red"),
    ],
)
def test_a_project_not_started_three_months_after_its_plan_is_red(on: date, light: str) -> None:
    # So long that it is hardly behind in points.
    changed = {"planned_finish_on": date(2040, 1, 1), "stage": "tender", "actual_start_on": None}
    assert judged(on, **changed)["light"] == light


@pytest.mark.parametrize("stage", ["finished", "accepted", "handed_over"])
def test_what_is_finished_is_green_and_not_open(stage: str) -> None:
    project = judged(date(2025, 1, 1), stage=stage, progress=None)
    assert (project["light"], project["is_open"]) == ("green", False)


def test_a_project_is_judged_at_its_report_and_not_by_the_calendar() -> None:
    assert judged(date(2025, 1, 1), reported_on=HALF, progress=0.45)["light"] == "green"
    assert judged(date(2025, 1, 1), progress=0.45)["light"] == "red"
    # A report from the future counts as of the day.
    assert judged(HALF, reported_on=date(2030, 1, 1), progress=0.45)["light"] == "green"


@pytest.mark.parametrize(
    "missing",
    [
        {"planned_start_on": None, "planned_finish_on": None},
        {"progress": None},
        {"stage": None, "actual_start_on": None, "progress": None},
        {"planned_finish_on": None},
        {"planned_finish_on": date(2019, 1, 1)},
    ],
    ids=["no plan", "no progress", "nothing told", "no finish", "finish before start"],
)
def test_where_nothing_can_be_judged_there_is_no_light(missing: dict[str, Any]) -> None:
    project = judged(**missing)
    assert project["light"] is None
    assert project["is_open"]


def test_an_index_is_kept() -> None:
    rows = pd.DataFrame([PLAN, PLAN | {"progress": 0.5}], index=[7, 3])
    lights = project_lights(rows, on=HALF)
    assert lights["light"].to_dict() == {7: "red", 3: "green"}
