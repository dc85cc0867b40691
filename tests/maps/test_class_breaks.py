"""Where classes begin and end."""

import itertools

import numpy as np
import pytest

from geo_tracker.maps import class_breaks as class_breaks_module
from geo_tracker.maps.class_breaks import (
    METHODS,
    breaks_about,
    class_breaks,
    decimals_of,
    fixed_breaks,
    natural_breaks,
    readable_middle,
)


def random_values(seed: int, count: int = 400) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(4, 1, count)


def spread_inside(values: np.ndarray, breaks: list[float]) -> float:
    class_of = np.digitize(values, breaks)
    return sum(
        float(((part - part.mean()) ** 2).sum())
        for number in np.unique(class_of)
        if len(part := values[class_of == number])
    )


def test_equal_counts_hold_about_as_many_villages_each() -> None:
    values = np.arange(1, 1001, dtype=float)
    assert class_breaks(values, "quantile", classes=5) == [200, 400, 600, 800]


def test_equal_steps_are_equally_wide() -> None:
    assert class_breaks(np.array([0.0, 3, 100]), "equal", classes=4) == [25, 50, 75]


def test_the_lowest_tail_is_cut_off_at_one_five_ten_and_twentyfive_percent() -> None:
    values = np.arange(0, 1000, dtype=float)
    breaks = class_breaks(values, "tail", classes=5)
    assert np.bincount(np.digitize(values, breaks)).tolist() == [10, 40, 50, 150, 750]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("classes", [2, 3, 4])
def test_no_other_division_lies_closer_together_than_natural_breaks(
    seed: int, classes: int
) -> None:
    values = np.round(np.random.default_rng(seed).lognormal(2, 1, 14), 1)
    found = natural_breaks(values, classes=classes)
    different = np.unique(values)[1:]
    best = min(
        spread_inside(values, list(breaks))
        for breaks in itertools.combinations(different, classes - 1)
    )
    assert spread_inside(values, found) == pytest.approx(best)


def test_natural_breaks_stand_in_the_gaps() -> None:
    values = np.array([1.0, 2, 3, 50, 51, 52, 900, 901])
    assert natural_breaks(values, classes=3) == [50, 900]


@pytest.mark.parametrize("seed", range(3))
def test_natural_breaks_of_very_many_values_are_nearly_the_best_of_all(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = random_values(seed, 2500)
    grouped = spread_inside(values, natural_breaks(values, classes=5))
    monkeypatch.setattr(class_breaks_module, "_APART", 2500)
    exact = spread_inside(values, natural_breaks(values, classes=5))
    assert exact <= grouped < exact * 1.005


@pytest.mark.parametrize("method", ["quantile", "natural", "equal", "tail"])
@pytest.mark.parametrize("seed", range(5))
def test_breaks_rise_and_leave_no_class_beyond_the_values(method: str, seed: int) -> None:
    values = random_values(seed)
    breaks = class_breaks(values, method, classes=6)
    assert breaks == sorted(set(breaks))
    assert values.min() < breaks[0]
    assert breaks[-1] <= values.max()


@pytest.mark.parametrize("method", METHODS)
def test_one_value_alone_needs_no_break(method: str) -> None:
    if method not in {"fixed", "diverging"}:
        assert class_breaks(np.array([7.0, 7.0]), method, classes=5) == []
    assert class_breaks(np.array([]), method, classes=5) == []


def test_breaks_are_rounded_no_further_than_their_neighbours_allow() -> None:
    values = np.concatenate([np.linspace(99.6, 99.7, 50), np.linspace(99.7, 99.99, 50)])
    breaks = class_breaks(values, "quantile", classes=4)
    counts = np.bincount(np.digitize(values, breaks))
    assert len(counts) == 4
    assert counts.min() >= 20
    assert decimals_of(breaks) <= 3


def test_breaks_of_whole_numbers_are_whole() -> None:
    breaks = class_breaks(np.repeat([1.0, 2, 3, 4, 9], 20), "quantile", classes=4)
    assert all(edge == round(edge) for edge in breaks)


@pytest.mark.parametrize("classes", [4, 5, 6, 7])
def test_classes_about_a_middle_lie_alike_on_both_sides(classes: int) -> None:
    values = np.random.default_rng(1).normal(0, 10, 500)
    breaks, below = breaks_about(values, 0.0, classes=classes)
    assert below == len(breaks) + 1 - below == classes // 2
    assert breaks == pytest.approx([-edge for edge in reversed(breaks)])
    assert 0.0 in breaks


def test_no_class_about_a_middle_lies_where_no_value_can_be() -> None:
    values = np.concatenate([np.full(50, 10.0), np.linspace(10, 500, 50)])
    breaks, below = breaks_about(values, 20.0, classes=6)
    assert breaks[0] == 20.0
    assert below == 1


def test_values_that_all_lie_on_the_middle_make_two_classes() -> None:
    assert breaks_about(np.array([3.0, 3.0]), 3.0, classes=5) == ([3.0], 1)


def test_typed_breaks_are_put_in_order() -> None:
    assert fixed_breaks([50, 10, 10, float("nan"), float("inf"), 20]) == [10, 20, 50]
    assert len(fixed_breaks(list(range(100)))) == 6


def test_the_middle_is_the_median_in_three_digits() -> None:
    assert readable_middle(np.array([1.0, 12345.6, 99999.0])) == 12300
    assert readable_middle(np.array([])) == 0
