"""The score: points between anchors, contributions that add up, nobody's score on another's."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymcdm.methods import WSM

from geo_tracker.indicators.lag_score import (
    LagIndicator,
    lag_contributions,
    lag_points,
    lag_scores,
    shrunk_rates,
)

INCOME = LagIndicator("income", 2, best=1000, worst=0)
PROBLEMS = LagIndicator("problems", 1, best=0, worst=10)
WAY = LagIndicator("way", 1, best=0, worst=4)
THREE = (INCOME, PROBLEMS, WAY)


def villages(**columns: list[float | None]) -> pd.DataFrame:
    """Return figures of villages 1, 2 and so on."""
    count = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=range(1, count + 1), dtype=float)


def test_points_run_from_the_best_anchor_to_the_worst_and_end_there() -> None:
    figures = villages(
        income=[1000, 750, 0, -50, 9000], problems=[0, 2.5, 10, 99, -1], way=[1, 1, 1, 1, None]
    )
    points = lag_points(figures, THREE)
    assert points["income"].tolist() == [0, 25, 100, 100, 0]
    assert points["problems"].tolist() == [0, 25, 100, 100, 0]
    assert points["way"].tolist()[:4] == [25] * 4
    assert points["way"].isna().tolist() == [False] * 4 + [True]


def test_a_column_that_nobody_brought_is_unknown_and_others_are_left_out() -> None:
    points = lag_points(villages(income=[500], colour=[3]), THREE)
    assert list(points) == ["income", "problems", "way"]
    assert points.notna().loc[1].tolist() == [True, False, False]


def test_the_score_is_the_weighted_mean() -> None:
    points = lag_points(villages(income=[500], problems=[10], way=[0]), THREE)
    # (2 × 50 + 1 × 100 + 1 × 0) / 4
    assert lag_scores(points, THREE)["score"].tolist() == [50]
    assert lag_contributions(points, THREE).loc[1].tolist() == [25, 25, 0]


def test_what_is_unknown_lets_the_others_count_for_more() -> None:
    points = lag_points(villages(income=[500], problems=[10], way=[None]), THREE)
    # (2 × 50 + 1 × 100) / 3
    assert lag_scores(points, THREE)["score"].tolist() == [pytest.approx(200 / 3)]
    assert pd.isna(lag_contributions(points, THREE).loc[1, "way"])


def test_under_two_thirds_known_is_unranked() -> None:
    points = lag_points(
        villages(income=[500, None, None], problems=[10, 10, None], way=[None, None, None]), THREE
    )
    scores = lag_scores(points, THREE)
    assert scores["score"].notna().tolist() == [True, False, False]
    assert scores["rank"].isna().tolist() == [False, True, True]
    assert scores["known"].tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3), 0]


def test_the_furthest_behind_is_first_and_equals_share_a_rank() -> None:
    points = lag_points(villages(income=[0, 500, 500, 1000], problems=[0] * 4, way=[0] * 4), THREE)
    assert lag_scores(points, THREE)["rank"].tolist() == [1, 2, 2, 4]


def test_of_no_villages_and_of_no_indicators_there_is_no_score() -> None:
    assert lag_scores(lag_points(villages(income=[]), THREE), THREE).empty
    nothing = lag_scores(lag_points(villages(income=[1.0]), ()), ())
    assert nothing["score"].isna().all()


cells = st.one_of(st.none(), st.floats(-1e6, 1e6))
rows = st.lists(st.tuples(cells, cells, cells), min_size=2, max_size=20)


@given(rows)
def test_contributions_add_up_to_the_score(given_rows: list[tuple[float | None, ...]]) -> None:
    figures = pd.DataFrame(given_rows, columns=["income", "problems", "way"], dtype=float)
    points = lag_points(figures, THREE)
    score = lag_scores(points, THREE)["score"]
    sums = lag_contributions(points, THREE).sum(axis=1)
    assert np.allclose(sums[score.notna()], score.dropna())
    assert score.dropna().between(0, 100 + 1e-9).all()


@given(rows, st.data())
def test_dropping_or_adding_a_village_moves_nobody_elses_score(
    given_rows: list[tuple[float | None, ...]], data: st.DataObject
) -> None:
    figures = pd.DataFrame(given_rows, columns=["income", "problems", "way"], dtype=float)
    scores = lag_scores(lag_points(figures, THREE), THREE)["score"]
    dropped = data.draw(st.sampled_from(list(figures.index)))
    fewer = figures.drop(index=dropped)
    again = lag_scores(lag_points(fewer, THREE), THREE)["score"]
    pd.testing.assert_series_equal(again, scores.drop(index=dropped))


@pytest.mark.parametrize("seed", range(10))
def test_a_library_for_decisions_finds_the_same_scores(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.random(12) + 0.01
    anchors = random.normal(50, 20, (12, 2)) + np.array([0, 1])
    indicators = [
        LagIndicator(f"i{at}", weight, best, worst)
        for at, (weight, (best, worst)) in enumerate(zip(weights, anchors, strict=True))
    ]
    figures = pd.DataFrame(
        random.normal(50, 30, (200, 12)), columns=[one.code for one in indicators]
    )

    def scaled(column: Any, cost: bool) -> Any:
        at = next(places)
        return ((column - anchors[at, 0]) / (anchors[at, 1] - anchors[at, 0])).clip(0, 1) * 100

    places = iter(range(12))
    oracle = WSM(normalization_function=scaled)(
        figures.to_numpy(), weights / weights.sum(), np.ones(12, dtype=int)
    )
    scores = lag_scores(lag_points(figures, indicators), indicators)
    assert np.allclose(scores["score"], oracle)
    assert (scores["rank"] == pd.Series(-oracle).rank(method="min")).all()


def test_rates_of_few_households_are_drawn_to_what_is_expected() -> None:
    events = pd.Series([1, 100, 0, None, 5])
    households = pd.Series([8, 800, 50, 10, None])
    rates = shrunk_rates(events, households, expected=pd.Series([0.02] * 5), strength=50)
    # One of eight households is drawn from 12.5 % to (1 + 1) / 58; 100 of 800 hardly at all.
    assert rates[:3].tolist() == [2 / 58, 101 / 850, 1 / 100]
    assert rates[3:].isna().all()


def test_where_nothing_is_expected_a_rate_stays_as_it_is() -> None:
    rates = shrunk_rates(pd.Series([2]), pd.Series([10]), expected=pd.Series([None]), strength=50)
    assert rates.tolist() == [0.2]
