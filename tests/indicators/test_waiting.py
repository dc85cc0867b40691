"""Villages that wait for a visit."""

from datetime import date

import pandas as pd

from geo_tracker.indicators.waiting import days_waiting, longest_first


def test_days_are_counted_from_the_last_visit_and_never_is_not_zero() -> None:
    last_on = pd.Series([date(2026, 11, 1), None, date(2026, 11, 30)], index=[7, 8, 9])
    days = days_waiting(last_on, on=date(2026, 11, 30))
    assert days.loc[[7, 9]].to_dict() == {7: 29, 9: 0}
    assert pd.isna(days[8])
    assert days.index.to_list() == [7, 8, 9]


def test_never_visited_come_first_then_those_that_wait_longest_then_the_place() -> None:
    villages = pd.DataFrame(
        {"days": pd.array([3, None, 9, 9, None], dtype="Int64"), "place": [1, 5, 4, 2, 3]},
        index=list("abcde"),
    )
    ordered = longest_first(villages, then_by=["place"])
    assert ordered.index.to_list() == ["e", "b", "d", "c", "a"]


def test_no_visit_at_all_leaves_every_village_waiting() -> None:
    days = days_waiting(pd.Series([None, None], dtype=object), on=date(2026, 11, 30))
    assert days.isna().all()
