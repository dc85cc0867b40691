"""Which villages a policy holds for: yes, no, or not known for want of a value."""

import json
from typing import Any

import pandas as pd
import pytest

from geo_tracker.followup.lag_lines import BY_CODE, DOMAINS
from geo_tracker.followup.policy_conditions import (
    NO,
    OPERATORS,
    UNKNOWN,
    YES,
    Condition,
    kept_conditions,
    of_level,
    qualified,
    unknown_fields,
)
from geo_tracker.followup.policy_fields import FIELDS, FLAG_FIELDS
from geo_tracker.indicators.lag_flags import FLAGS
from geo_tracker.indicators.lag_robustness import BORDERLINE, FIRM, NOT

POOR = Condition("operating_income", "below", "15")
LAGS = Condition("standing", "is", ("firm", "borderline"))
EMPTY = Condition("secretary_vacant", "is", True)


def facts(**columns: list[Any]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    index = pd.RangeIndex(1, count + 1, name="unit_id")
    return pd.DataFrame({name: pd.Series(given, index=index) for name, given in columns.items()})


PLANTED = facts(
    operating_income=pd.array([4.5, 15, None, 4.5, 30, None], dtype="Float64"),
    standing=["firm", "firm", "firm", None, None, None],
    secretary_vacant=pd.array([True, False, None, True, None, False], dtype="boolean"),
)


def outcomes(table: pd.DataFrame, *conditions: Condition) -> list[int]:
    return [int(one) for one in qualified(table, {7: conditions})[7]]


def test_a_village_qualifies_fails_or_is_not_known() -> None:
    assert outcomes(PLANTED, POOR, LAGS) == [YES, NO, UNKNOWN, UNKNOWN, NO, UNKNOWN]


def test_what_fails_whatever_the_rest_is_no_and_what_is_missing_never_is() -> None:
    # The fifth earns too much: that its standing is unknown changes nothing.
    assert outcomes(PLANTED, POOR, LAGS)[4] == NO
    assert outcomes(PLANTED, LAGS, POOR)[4] == NO
    assert outcomes(PLANTED, POOR)[2] == UNKNOWN
    not_lagging = Condition("standing", "is_not", ("firm",))
    assert outcomes(PLANTED, not_lagging) == [NO, NO, NO, UNKNOWN, UNKNOWN, UNKNOWN]


def test_it_is_said_which_value_is_missing() -> None:
    found = unknown_fields(PLANTED, [POOR, LAGS, EMPTY, POOR], [3, 4, 6])
    assert found == {
        3: ["operating_income", "secretary_vacant"],
        4: ["standing"],
        6: ["operating_income", "standing"],
    }


def test_a_fact_may_be_asked_for_or_against() -> None:
    assert outcomes(PLANTED, EMPTY) == [YES, NO, UNKNOWN, YES, UNKNOWN, NO]
    filled = Condition("secretary_vacant", "is", False)
    assert outcomes(PLANTED, filled) == [NO, YES, UNKNOWN, NO, UNKNOWN, YES]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("at_least", [NO, YES, YES, UNKNOWN]),
        ("above", [NO, NO, YES, UNKNOWN]),
        ("at_most", [YES, YES, NO, UNKNOWN]),
        ("below", [YES, NO, NO, UNKNOWN]),
    ],
)
def test_a_limit_itself_counts_or_not_as_the_words_say(operator: str, expected: list[int]) -> None:
    # 7 % computed as 0.07 · 100 is a little more than 7.
    table = facts(debt_share=[6.9, 0.07 * 100, 7.1, None])
    assert outcomes(table, Condition("debt_share", operator, "7")) == expected


def test_all_policies_are_told_at_once_and_none_minds_the_others() -> None:
    together = qualified(PLANTED, {1: [POOR], 2: [LAGS, EMPTY], 3: [POOR, LAGS, EMPTY]})
    assert list(together.columns) == [1, 2, 3]
    for policy, conditions in {1: [POOR], 2: [LAGS, EMPTY], 3: [POOR, LAGS, EMPTY]}.items():
        assert [int(one) for one in together[policy]] == outcomes(PLANTED, *conditions)
    assert qualified(PLANTED, {}).empty
    assert qualified(PLANTED.iloc[:0], {1: [POOR, LAGS]}).empty


def test_conditions_come_back_from_json_as_they_were() -> None:
    conditions = (POOR, LAGS, EMPTY)
    stored = json.loads(json.dumps([one.plain() for one in conditions]))
    assert kept_conditions(stored) == conditions


def test_a_policy_counts_for_former_villages_those_of_today_or_both() -> None:
    is_former = pd.Series([True, False], index=[1, 2])
    assert of_level("former", is_former).tolist() == [True, False]
    assert of_level("today", is_former).tolist() == [False, True]
    assert of_level("both", is_former).tolist() == [True, True]


def test_fields_cover_what_the_score_knows() -> None:
    assert set(BY_CODE) <= set(FIELDS)
    assert {f"points_{domain}" for domain in DOMAINS} <= set(FIELDS)
    assert set(FLAG_FIELDS.values()) == set(FLAGS)
    assert set(FLAG_FIELDS) <= set(FIELDS)
    assert set(FIELDS["standing"].words) == {FIRM, BORDERLINE, NOT}
    # A flag and the figure that raises it are told apart.
    assert FIELDS["operating_income"].kind == "number"
    assert len(OPERATORS) == 6
    assert {str(FIELDS[name].name) for name in FLAG_FIELDS} == {
        str(FLAGS[code]) for code in FLAG_FIELDS.values()
    }
