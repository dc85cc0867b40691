"""Boards: limits of chance, scores that add up, and what moved."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.indicators.boards import BoardComponent, BoardTable, board_table
from geo_tracker.indicators.funnel import (
    MOST_EXACT,
    TAIL_95,
    TAIL_998,
    binomial_limits,
    curve,
    is_beyond_chance,
)

COLUMNS = (
    *("resolved", "registered", "in_time", "due", "satisfied", "revisited"),
    *("rectified", "handed_again", "done", "applicable", "both_paid_fen", "both_budget_fen"),
)
ALL = [
    *(BoardComponent("resolution", 2.0), BoardComponent("on_time", 1.0)),
    *(BoardComponent("satisfaction", 1.0), BoardComponent("checklist", 1.0)),
    BoardComponent("paid", 1.0, by_chance=False),
]
ONE = [BoardComponent("resolution", 1.0)]


def counts(**places: dict[str, Any]) -> pd.DataFrame:
    """Return counts of places, those that are not given missing."""
    return pd.DataFrame.from_dict(places, orient="index").reindex(columns=COLUMNS).astype("Int64")


def board(now: pd.DataFrame, before: pd.DataFrame | None = None, **more: Any) -> BoardTable:
    earlier = now.iloc[:0] if before is None else before
    return board_table(now, earlier, more.get("components", ONE))


def resolved(part: int, whole: int) -> dict[str, int]:
    return {"resolved": part, "registered": whole}


def up_to(k: int, whole: int, rate: float) -> float:
    """P(X <= k), summed up as it is defined."""
    return math.fsum(
        math.comb(whole, i) * rate**i * (1 - rate) ** (whole - i) for i in range(k + 1)
    )


@given(st.integers(1, 60), st.floats(0.02, 0.98), st.sampled_from([TAIL_95, TAIL_998]))
def test_what_lies_beyond_a_limit_is_what_exact_sums_find_rare(
    whole: int, rate: float, tail: float
) -> None:
    low, high = (float(one[0]) for one in binomial_limits([whole], rate, tail=tail))
    for part in range(whole + 1):
        at_most, at_least = up_to(part, whole, rate), up_to(whole - part, whole, 1 - rate)
        if abs(at_most - tail) > 1e-9 and abs(at_least - tail) > 1e-9:
            assert (part < low) == (at_most < tail), part
            assert (part > high) == (at_least < tail), part


def test_large_wholes_have_the_limits_that_exact_ones_run_towards() -> None:
    for tail in (TAIL_95, TAIL_998):
        exact, normal = (
            binomial_limits([whole], 0.7, tail=tail)[0][0] / whole
            for whole in (MOST_EXACT, MOST_EXACT + 1)
        )
        assert exact == pytest.approx(normal, abs=0.00005)


@pytest.mark.parametrize(("rate", "low", "high"), [(0.0, 0, 0), (1.0, 5, 5)])
def test_where_all_or_nothing_is_done_chance_moves_nothing(
    rate: float, low: float, high: float
) -> None:
    found = binomial_limits([5, 0], rate)
    assert [side.tolist() for side in found] == [[low, 0], [high, 0]]


def test_of_units_that_are_all_alike_few_lie_outside() -> None:
    rng = np.random.default_rng(20)
    wholes = rng.integers(10, 400, size=4000)
    parts = rng.binomial(wholes, 0.72)
    rate = parts.sum() / wholes.sum()
    inner_low, inner_high = binomial_limits(wholes, rate, tail=TAIL_95)
    outer_low, outer_high = binomial_limits(wholes, rate, tail=TAIL_998)
    inner = np.mean((parts < inner_low) | (parts > inner_high))
    outer = np.mean((parts < outer_low) | (parts > outer_high))
    assert 0.02 < inner <= 0.055
    assert outer <= 0.004


def test_a_unit_that_is_worse_is_found_and_a_small_one_is_not() -> None:
    now = counts(
        a=resolved(800, 1000), b=resolved(790, 1000), c=resolved(600, 1000), small=resolved(0, 2)
    )
    by_place = {unit.place: unit for unit in board(now).units}
    assert by_place["small"].rank == 4
    assert by_place["small"].behind == []
    assert by_place["small"].cells["resolution"].standing == "few"
    assert by_place["c"].behind == ["resolution"]
    assert by_place["a"].ahead == ["resolution"]


def test_between_both_limits_a_unit_stands_out_and_is_not_named() -> None:
    now = counts(a=resolved(5000, 10_000), b=resolved(30, 80))
    unit = board(now).units[1]
    assert unit.cells["resolution"].standing == "below"
    assert unit.behind == []


def test_components_add_up_to_the_score_and_the_unknown_shifts_no_weight_into_zero() -> None:
    every = {
        **{"resolved": 8, "registered": 10, "in_time": 5, "due": 10, "satisfied": 9},
        **{"revisited": 10, "done": 3, "applicable": 10},
        **{"both_paid_fen": 50, "both_budget_fen": 100},
    }
    known = every | {"due": 0, "in_time": 0}
    missing = {"resolved": 8, "registered": 10, "satisfied": 9, "revisited": 10}
    whole, part, little = board(
        counts(whole=every, part=known, little=missing), components=ALL
    ).units
    # 2 × 80 + 50 + 90 + 30 + 50 of 6 weights.
    assert whole.score == pytest.approx((160 + 50 + 90 + 30 + 50) / 6)
    assert part.score == pytest.approx((160 + 90 + 30 + 50) / 5)
    assert (part.cells["on_time"].rate, part.cells["on_time"].standing) == (None, "unjudged")
    for unit in (whole, part):
        points = [cell.points for cell in unit.cells.values() if cell.points is not None]
        assert sum(points) == pytest.approx(unit.score)
    # Three of six is under two thirds.
    assert (little.rank, little.score) == (None, None)
    assert little.known == pytest.approx(0.5)
    assert (part.rank, whole.rank) == (1, 2)


def test_money_is_no_matter_of_chance() -> None:
    money = {"both_paid_fen": 0, "both_budget_fen": 10**12}
    now = counts(a=money, b=money | {"both_paid_fen": 10**12})
    found = board(now, now, components=[BoardComponent("paid", 1.0, by_chance=False)])
    assert [unit.cells["paid"].standing for unit in found.units] == ["unjudged", "unjudged"]
    assert found.units[0].cells["paid"].is_real is None
    assert found.pools["paid"].curve == []


def test_equal_scores_share_the_better_rank() -> None:
    now = counts(a=resolved(9, 10), b=resolved(9, 10), c=resolved(1, 10))
    assert [unit.rank for unit in board(now).units] == [1, 1, 3]


def test_change_is_told_in_points_and_whether_it_is_more_than_chance() -> None:
    before = counts(a=resolved(500, 1000), b=resolved(10, 20), c=resolved(1, 2))
    now = counts(a=resolved(700, 1000), b=resolved(14, 20), c=resolved(2, 2), new=resolved(7, 20))
    cells = [unit.cells["resolution"] for unit in board(now, before).units]
    assert [cell.change for cell in cells] == [
        pytest.approx(20),
        pytest.approx(20),
        pytest.approx(50),
        None,
    ]
    assert [cell.is_real for cell in cells] == [True, False, None, None]
    assert [unit.better for unit in board(now, before).units] == [["resolution"], [], [], []]
    assert [unit.worse for unit in board(before, now).units] == [["resolution"], [], []]


def test_the_change_of_a_score_compares_what_is_known_in_both_quarters() -> None:
    before = counts(a={"resolved": 5, "registered": 10, "done": 0, "applicable": 0})
    now = counts(a={"resolved": 6, "registered": 10, "done": 9, "applicable": 10})
    both = [BoardComponent("resolution", 3.0), BoardComponent("checklist", 1.0)]
    (unit,) = board(now, before, components=both).units
    assert unit.change == pytest.approx(10)


def test_two_proportions_are_compared_as_textbooks_do() -> None:
    # 45 of 100 against 60 of 100: z = 1.98 with the correction for continuity; against 59: 1.84.
    assert is_beyond_chance((45, 100), (60, 100))
    assert not is_beyond_chance((45, 100), (59, 100))
    assert not is_beyond_chance((45, 100), (60, 100), tail=TAIL_998)
    assert not is_beyond_chance((10, 10), (20, 20))
    # 11 of 11 after 8 of 12: Fisher's exact test has p = 0.09.
    assert not is_beyond_chance((8, 12), (11, 11))


def test_the_funnel_closes_in() -> None:
    drawn = curve(1000, 0.7)
    assert drawn[0][0] == 1
    assert drawn[-1][0] == 1000
    for _whole, limits in drawn:
        assert limits == sorted(limits)
        assert 0 <= limits[0] <= limits[-1] <= 1
    widths = [limits[3] - limits[0] for _whole, limits in drawn]
    assert widths[-1] < widths[0]
    assert curve(0, 0.7) == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_any_counts_give_a_board(pairs: list[tuple[int, int]]) -> None:
    now = counts(**{f"p{at}": resolved(min(pair), max(pair)) for at, pair in enumerate(pairs)})
    for unit in board(now, now).units:
        cell = unit.cells["resolution"]
        assert (cell.rate is None) == (cell.whole == 0)
        assert unit.score is None or 0 <= unit.score <= 100
        assert cell.change in {None, 0.0}
