import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo_tracker.language import translate
from geo_tracker.maps.themes import MISSING, THEMES, readable_breaks, theme_json, themed


def classes(values: list[Any], theme: str) -> list[int]:
    numbers: list[int] = themed(pd.Series(values, dtype=object), theme).class_of.tolist()
    return numbers


def labels(values: list[Any], theme: str) -> list[str]:
    column = themed(pd.Series(values), theme)
    return [translate(entry.label, "en") for entry in column.classes]


def test_merged_and_untouched_villages_are_told_apart() -> None:
    assert classes([True, False, None], "merged") == [0, 1, MISSING]


def test_five_and_more_former_villages_are_one_class() -> None:
    assert classes([1, 2, 3, 4, 5, 12, None], "formers") == [0, 1, 2, 3, 4, 4, MISSING]


@pytest.mark.parametrize(
    ("agree", "present", "number"),
    [(94, 100, 0), (95, 100, 1), (49, 50, 2), (99, 100, 3), (999, 1000, 3), (26, 26, 4)],
)
def test_a_class_of_consent_holds_its_lower_bound(agree: int, present: int, number: int) -> None:
    assert classes([agree / present], "consent") == [number]


def test_a_vote_short_of_one_voice_is_not_100_percent() -> None:
    column = themed(pd.Series([9_999 / 10_000, 1.0]), "consent")
    assert [entry.count for entry in column.classes] == [0, 0, 0, 1, 1]


def test_consent_is_labelled_by_its_bounds() -> None:
    assert labels([0.5, np.nan], "consent") == [
        "under 95%", "95% to under 98%", "98% to under 99%", "99% to under 100%", "100%", "no data",
    ]  # fmt: skip


def test_progress_has_a_class_of_its_own_for_done() -> None:
    assert classes([0, 0.2, 0.59, 0.999, 1, None], "progress") == [0, 1, 2, 4, 5, MISSING]


def test_no_budget_is_not_the_same_as_an_unknown_one() -> None:
    assert classes([0, None, 100], "budget_per_head")[:2] == [0, MISSING]


def test_budgets_fall_into_classes_of_about_equal_count() -> None:
    column = themed(pd.Series(np.arange(1, 1001)), "budget_per_head")
    assert [entry.count for entry in column.classes] == [199, 200, 200, 200, 201]
    assert translate(column.classes[0].label, "en") == "under 200 yuan"
    assert translate(column.classes[-1].label, "en") == "800 yuan and more"


def test_decimal_budgets_are_taken() -> None:
    assert classes([Decimal("12.50"), Decimal(0), None], "budget_per_head") == [1, 0, MISSING]


def test_no_budget_is_a_class_only_where_it_occurs() -> None:
    assert labels([300, 300], "budget_per_head") == ["with a budget"]


def test_equal_budgets_make_one_class() -> None:
    assert labels([300, 300, 0], "budget_per_head") == ["no budget", "with a budget"]


def test_breaks_are_rounded_to_two_digits() -> None:
    assert readable_breaks(np.array([1.0, 1234.0, 98765.0]), classes=2) == [1200]
    assert readable_breaks(np.array([]), classes=5) == []


@pytest.mark.parametrize("theme", THEMES)
def test_counts_add_up_to_the_villages_and_colours_differ(theme: str) -> None:
    values = pd.Series([1.0, 1.0, np.nan])
    column = themed(values, theme)
    assert sum(entry.count for entry in column.classes) == 3
    assert len({entry.color for entry in column.classes}) == len(column.classes)


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_without_villages_has_a_legend_all_the_same(theme: str) -> None:
    column = themed(pd.Series([], dtype=float), theme)
    assert column.class_of.size == 0
    assert all(entry.count == 0 for entry in column.classes)


def test_no_line_for_missing_values_where_none_is_missing() -> None:
    assert "no data" not in labels([True, False], "merged")


def test_a_theme_is_sent_as_small_numbers_in_the_order_of_the_ids() -> None:
    column = themed(pd.Series([2, None], dtype="Int64"), "formers")
    sent = theme_json(column, ids=[41, 7], text=lambda message: translate(message, "en"))
    assert json.loads(json.dumps(sent))["ids"] == [41, 7]
    assert sent["class"] == [1, MISSING]
    assert sent["legend"][1] == {
        "class": 1, "label": "2 villages", "color": sent["legend"][1]["color"], "count": 1,
    }  # fmt: skip
    assert sent["legend"][-1]["class"] == MISSING
