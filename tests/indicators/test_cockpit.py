"""Sums and rates of places, and which stand best and worst."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.indicators.cockpit import COUNTS, NOT_KNOWN, RATES, place_sums, ranking

counts = st.one_of(st.none(), st.integers(0, 50))
villages = st.lists(
    st.tuples(st.sampled_from("abc"), st.tuples(*[counts] * len(COUNTS))), min_size=1
)


def units(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=range(1, len(rows) + 1)).reindex(columns=list(COUNTS))


@given(villages)
def test_places_add_up_to_the_whole_and_nothing_recorded_is_not_zero(
    rows: list[tuple[str, tuple[int | None, ...]]],
) -> None:
    frame = units([dict(zip(COUNTS, values, strict=True)) for _place, values in rows])
    places = pd.Series([place for place, _values in rows], index=frame.index)
    by_place = place_sums(frame, places)
    whole = place_sums(frame, pd.Series("all", index=frame.index)).iloc[0]
    for name in COUNTS:
        known = [values[COUNTS.index(name)] for _place, values in rows]
        if name in NOT_KNOWN and all(value is None for value in known):
            assert pd.isna(whole[name])
            assert by_place[name].isna().all()
        else:
            assert whole[name] == sum(value or 0 for value in known) == by_place[name].sum()


def test_a_rate_is_that_of_the_sums_and_none_of_nothing() -> None:
    frame = units([{"registered": 1, "resolved": 1}, {"registered": 3, "resolved": 0}, {}])
    sums = place_sums(frame, pd.Series(["a", "a", "b"], index=frame.index))
    assert sums.at["a", "resolution"] == 0.25
    assert pd.isna(sums.at["b", "resolution"])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 12])
def test_nobody_is_best_and_worst_at_once(count: int) -> None:
    frame = units([{"registered": 20, "resolved": number} for number in range(count)])
    sums = place_sums(frame, frame.index.to_series().map(str))
    found = ranking(sums, "resolution", most=5)
    assert not set(found.best) & set(found.worst)
    assert len(found.best) == (1 if count == 1 else min(5, count // 2))
    if count > 1:
        assert (found.best[0], found.worst[0]) == (str(count), "1")


def test_a_place_with_little_behind_its_rate_is_not_ranked() -> None:
    frame = units([{"registered": 9, "resolved": 9}, {"registered": 10}, {"registered": 40}])
    found = ranking(place_sums(frame, frame.index.to_series().map(str)), "resolution", most=5)
    assert found.unranked == 1
    assert found.best == ["3"]
    assert found.worst == ["2"]


def test_part_and_whole_of_every_rate_are_counted() -> None:
    assert {name for pair in RATES.values() for name in pair} <= set(COUNTS)
