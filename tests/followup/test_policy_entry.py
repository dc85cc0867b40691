"""Conditions as people type them, in either language."""

import pytest

from geo_tracker.errors import InputError
from geo_tracker.followup.policy_conditions import Condition
from geo_tracker.followup.policy_entry import TypedCondition, typed_condition

PLACES = {"county": ["永康市", "磐安县"], "town": ["花街镇"]}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("score", "at_least", " 1,050.50 "), Condition("score", "at_least", "1050.5")),
        (("sewage_share", "below", "60%"), Condition("sewage_share", "below", "60")),
        (("debt", "at_most", "0"), Condition("debt", "at_most", "0")),
        (("hidden", "is", "是"), Condition("hidden", "is", True)),
        (("hidden", "is", "No"), Condition("hidden", "is", False)),
        (("hidden", "is_not", "yes"), Condition("hidden", "is", False)),
        (
            ("county", "is", "永康市、磐安县，永康市"),
            Condition("county", "is", ("永康市", "磐安县")),
        ),
        (("town", "is_not", "花街镇"), Condition("town", "is_not", ("花街镇",))),
        (
            ("situation", "is", "former village, untouched"),
            Condition("situation", "is", ("former", "untouched")),
        ),
        (("standing", "is", "firm"), Condition("standing", "is", ("firm",))),
        (("", "at_least", "  "), None),
    ],
)
def test_a_row_is_read(typed: TypedCondition, expected: Condition | None) -> None:
    assert typed_condition(typed, PLACES) == expected


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "is", "5"), "Choose what"),
        (("wealth", "is", "5"), "Choose what"),
        (("score", "at_least", ""), "which value"),
        (("score", "is", "5"), "Numbers are compared"),
        (("hidden", "above", "yes"), "it is no number"),
        (("score", "above", "many"), "“many” is no number"),
        (("score", "above", "NaN"), "“NaN” is no number"),
        (("score", "above", "1e99"), "“1e99” is no number"),
        (("hidden", "is", "maybe"), "neither yes nor no"),
        (("county", "is", "无此县"), "No village lies in “无此县”"),
        (("county", "is", "、"), "which value"),
        (("standing", "is", "poor"), "firmly among the worst tenth, may be among"),
        (("county", "is", "县" * 201), "At most 200"),
    ],
)
def test_what_is_no_condition_is_said_plainly(typed: TypedCondition, said: str) -> None:
    with pytest.raises(InputError, match=said):
        typed_condition(typed, PLACES)
