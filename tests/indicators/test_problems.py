"""Rates of problems from counts, the published ones among them."""

import pytest

from geo_tracker.indicators.problems import COUNTS, RATES, problem_rates

NOTHING = dict.fromkeys(COUNTS, 0)


def test_the_published_rate_comes_out() -> None:
    counts = NOTHING | {"registered": 5702, "resolved": 4078}
    assert problem_rates(counts)["resolution"] == pytest.approx(0.715, abs=0.0005)


def test_what_nobody_did_has_no_rate() -> None:
    assert problem_rates(NOTHING) == dict.fromkeys(RATES)


def test_the_three_rates_have_each_its_own_denominator() -> None:
    counts = NOTHING | {"handed": 10, "claimed": 8, "revisited": 5, "confirmed": 4}
    rates = problem_rates(counts | {"rechecked": 2, "still_fixed": 1})
    assert (rates["officer"], rates["villager"], rates["lasting"]) == (0.8, 0.8, 0.5)
