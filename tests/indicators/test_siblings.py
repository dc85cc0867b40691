"""The stronger and the weaker of those merged into one village."""

import pandas as pd
import pytest

from geo_tracker.indicators.siblings import sibling_standing


def standing(*incomes: float | None, group: list[int] | None = None) -> pd.DataFrame:
    parts = pd.Series(incomes, dtype="Float64", index=[f"part{i}" for i in range(len(incomes))])
    return sibling_standing(parts, pd.Series(group or [1] * len(incomes), index=parts.index))


def words(found: pd.DataFrame) -> list[str | None]:
    return [None if pd.isna(word) else word for word in found["standing"]]


def test_the_one_with_the_least_income_per_head_is_the_weaker() -> None:
    found = standing(889, 100, 400)
    assert words(found) == ["stronger", "weaker", None]
    assert found["share_of_best"].tolist() == pytest.approx([1, 100 / 889, 400 / 889])


def test_parts_are_compared_with_their_own_siblings_only() -> None:
    found = standing(10, 20, 1, 2, group=[1, 1, 2, 2])
    assert words(found) == ["weaker", "stronger", "weaker", "stronger"]
    assert found["share_of_best"].tolist() == [0.5, 1, 0.5, 1]


def test_one_that_is_not_known_is_neither_and_does_not_hide_the_others() -> None:
    found = standing(None, 20, 10)
    assert words(found) == [None, "stronger", "weaker"]
    assert pd.isna(found["share_of_best"].iloc[0])


@pytest.mark.parametrize("incomes", [(5, 5), (5, None), (0, -3), (7,)])
def test_nobody_is_called_weaker_without_a_difference_that_is_known(
    incomes: tuple[float | None, ...],
) -> None:
    assert standing(*incomes)["standing"].isna().all()


def test_a_loss_is_less_than_nothing_of_the_best() -> None:
    assert standing(-10, 20)["share_of_best"].tolist() == [-0.5, 1]
