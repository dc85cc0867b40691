"""How sure a rank is: what is far off is firm, what is close is not, and intervals hold."""

import numpy as np
import pandas as pd
import pytest

from geo_tracker.indicators import lag_robustness as robustness
from geo_tracker.indicators.lag_robustness import (
    BORDERLINE,
    DRAWS,
    FIRM,
    NOT,
    drawn_ranks,
    lag_robustness,
    worst_tenth,
)
from geo_tracker.indicators.lag_score import LagIndicator, lag_points, lag_scores

TWELVE = tuple(LagIndicator(f"i{at}", 1 + at % 3, best=100, worst=0) for at in range(12))


def made_villages(count: int, *, seed: int = 0) -> pd.DataFrame:
    """Return villages that differ in what they are all about, and by chance in each indicator."""
    random = np.random.default_rng(seed)
    figures = random.normal(55, 15, (count, 1)) + random.normal(0, 12, (count, 12))
    return pd.DataFrame(figures, columns=[one.code for one in TWELVE])


def test_a_village_far_behind_in_everything_is_firm_and_one_far_ahead_is_not() -> None:
    figures = made_villages(40)
    figures.loc[7] = 2.0
    figures.loc[9] = 98.0
    robust = lag_robustness(figures, TWELVE, draws=300)
    assert robust.loc[7].tolist() == [1, 1, 1, 1.0, FIRM]
    assert robust.loc[9, ["median_rank", "worst_decile", "standing"]].tolist() == [40, 0.0, NOT]


def test_of_two_alike_at_the_edge_neither_is_firm() -> None:
    figures = made_villages(100)
    order = lag_scores(lag_points(figures, TWELVE), TWELVE)["rank"].sort_values().index
    robust = lag_robustness(figures, TWELVE)
    at_the_edge = robust.loc[order[8:12]]
    assert BORDERLINE in set(at_the_edge["standing"])
    assert (robust["standing"] == FIRM).sum() < 10
    assert robust["worst_decile"].sum() == pytest.approx(worst_tenth(100))


def test_ranks_lie_within_their_interval_and_all_are_given_once_a_draw() -> None:
    figures = made_villages(60)
    robust = lag_robustness(figures, TWELVE, draws=200)
    assert (robust["rank_low"] <= robust["median_rank"]).all()
    assert (robust["median_rank"] <= robust["rank_high"]).all()
    ranks = drawn_ranks(figures, TWELVE, draws=50, seed=3)
    assert (np.sort(ranks, axis=0) == np.arange(1, 61)[:, np.newaxis]).all()


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    figures = made_villages(50)
    first, again = (drawn_ranks(figures, TWELVE, draws=60, seed=4) for _ in range(2))
    assert (first == again).all()
    assert (first != drawn_ranks(figures, TWELVE, draws=60, seed=5)).any()


def test_where_draws_are_the_set_weights_the_rank_is_that_of_the_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(robustness, "_ANCHOR_SPREAD", 0.0)
    monkeypatch.setattr(robustness, "_CONCENTRATION", 1e7)
    figures = made_villages(80)
    ranks = drawn_ranks(figures, TWELVE, draws=300, seed=0)
    by_score = lag_scores(lag_points(figures, TWELVE), TWELVE)["rank"].to_numpy()
    # Some draws join by the plain mean and leave nothing out: theirs are the ranks of the score.
    assert max((ranks[:, draw] == by_score).mean() for draw in range(300)) > 0.95


def test_of_ten_intervals_nine_hold() -> None:
    """The truth is one of the ways to weigh, join and scale; how often is its rank within?"""
    figures = made_villages(400, seed=11)
    said = lag_robustness(figures, TWELVE, draws=DRAWS, seed=1)
    true_ranks = drawn_ranks(figures, TWELVE, draws=1000, seed=2)
    low, high = said["rank_low"].to_numpy(), said["rank_high"].to_numpy()
    inside = (true_ranks >= low[:, np.newaxis]) & (true_ranks <= high[:, np.newaxis])
    assert 0.88 <= inside.mean() <= 0.92


def test_what_is_unknown_is_left_out_of_each_draw() -> None:
    figures = made_villages(30)
    figures.loc[3] = 5.0
    figures.loc[3, ["i0", "i4", "i8"]] = np.nan
    robust = lag_robustness(figures, TWELVE, draws=200)
    assert robust.loc[3, "standing"] == FIRM
    assert robust.loc[3, "rank_high"] == 1


def test_of_none_and_of_one_village_something_can_be_said() -> None:
    assert lag_robustness(made_villages(0), TWELVE, draws=20).empty
    one = lag_robustness(made_villages(1), TWELVE, draws=20)
    assert one["median_rank"].tolist() == [1]


def test_one_indicator_is_never_left_out() -> None:
    figures = pd.DataFrame({"i0": [0.0, 50.0, 100.0]})
    robust = lag_robustness(figures, TWELVE[:1], draws=60)
    assert robust["median_rank"].tolist() == [1, 2, 3]
