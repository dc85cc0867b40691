"""What projects could move: a bound by what their indicators contribute, for their money."""

import pandas as pd
import pytest

from geo_tracker.indicators.lag_effects import project_effects
from geo_tracker.indicators.lag_score import LagIndicator

SEWAGE = LagIndicator("sewage_share", 1, best=100, worst=0)
WAY = LagIndicator("service_km", 3, best=0, worst=10)
REACHED = {"污水厕所": ("sewage_share", "toilet_share")}
POINTS = pd.DataFrame({"sewage_share": [60.0, None], "service_km": [20.0, 20.0]}, index=[1, 2])


def effects_of(*projects: tuple[int, str, int | None]) -> pd.DataFrame:
    """Return the effects of projects given by village, kind and budget in fen."""
    frame = pd.DataFrame(list(projects), columns=["unit_id", "kind", "budget_fen"])
    return project_effects(frame, POINTS, [SEWAGE, WAY], reached=REACHED)


def test_a_project_moves_at_most_what_its_indicators_contribute() -> None:
    found = effects_of((1, "污水厕所", 30_000_000)).loc[0]
    # A quarter of the weight, 60 points; 300,000 yuan are 30 times 10,000.
    assert found["codes"] == ["sewage_share"]
    assert found["points"] == pytest.approx(15)
    assert found["points_per_wan"] == pytest.approx(0.5)
    assert found["low"] < 15 < found["high"]


def test_what_reaches_nothing_or_lies_elsewhere_has_no_effect() -> None:
    assert effects_of((1, "道路", 100), (9, "污水厕所", 100)).empty


def test_an_indicator_that_is_unknown_moves_nothing() -> None:
    found = effects_of((2, "污水厕所", 100)).loc[0]
    assert (found["codes"], found["points"], found["high"]) == ([], 0, 0)


def test_without_a_budget_there_is_a_bound_but_no_price() -> None:
    found = effects_of((1, "污水厕所", None)).loc[0]
    assert found["points"] == pytest.approx(15)
    assert pd.isna(found["points_per_wan"])


def test_of_no_projects_there_are_no_effects() -> None:
    assert effects_of().empty
