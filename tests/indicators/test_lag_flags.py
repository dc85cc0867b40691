"""Flags: raised by what is known, and unknown where it is not."""

from typing import Any

import pandas as pd
import pytest

from geo_tracker.indicators.lag_flags import FLAGS, LagThresholds, lag_flags

FLOOR_FEN, TOTAL_FEN = 150_000 * 100, 300_000 * 100
QUIET: dict[str, Any] = {
    "operating_income_fen": FLOOR_FEN,
    "total_income_fen": TOTAL_FEN,
    "satisfied": 6,
    "revisited": 10,
    "secretary_vacant_months": 3,
    "worst_round": 1,
    "open_petitions": 0,
    "red_projects": 0,
}


def flags_of(**other: Any) -> pd.Series:
    """Return the flags of a village that differs from one at every floor in what is given."""
    facts = pd.DataFrame([QUIET | other], dtype="Float64")
    return lag_flags(facts).loc[0]


def test_at_every_floor_nothing_stands_out() -> None:
    found = flags_of()
    assert found["reasons"] == []
    assert found[list(FLAGS)].tolist() == [False] * len(FLAGS)


@pytest.mark.parametrize(
    ("other", "flag"),
    [
        ({"operating_income_fen": FLOOR_FEN - 1}, "operating_income"),
        ({"total_income_fen": TOTAL_FEN - 1}, "total_income"),
        ({"satisfied": 5}, "dissatisfied"),
        ({"secretary_vacant_months": 3.5}, "secretary_vacant"),
        ({"worst_round": 2}, "handed_over_again"),
        ({"open_petitions": 1}, "open_petition"),
        ({"red_projects": 1}, "behind_plan"),
    ],
)
def test_beyond_a_floor_its_flag_is_raised_and_no_other(other: dict[str, Any], flag: str) -> None:
    assert flags_of(**other)["reasons"] == [flag]


@pytest.mark.parametrize("fact", [name for name in QUIET if name != "satisfied"])
def test_what_is_unknown_raises_nothing_and_is_not_denied(fact: str) -> None:
    found = flags_of(**{fact: None})
    assert found["reasons"] == []
    assert found[list(FLAGS)].isna().sum() == 1


def test_nobody_asked_is_not_dissatisfied() -> None:
    assert pd.isna(flags_of(satisfied=0, revisited=0)["dissatisfied"])


def test_thresholds_are_those_that_are_set() -> None:
    facts = pd.DataFrame([QUIET], dtype="Float64")
    strict = LagThresholds(satisfied_percent=90, handover_round=1, vacant_months=1)
    assert lag_flags(facts, thresholds=strict)["reasons"][0] == [
        "secretary_vacant",
        "dissatisfied",
        "handed_over_again",
    ]
