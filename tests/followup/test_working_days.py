"""Working days, counted by the calendar on the wall."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_tracker.followup.working_days import WorkCalendar

# 2026-10-01 is a Thursday; of the holiday week Saturday the 10th is worked.
OCTOBER = WorkCalendar(
    frozenset(date(2026, 10, day) for day in range(1, 8)), frozenset({date(2026, 10, 10)})
)
days = st.dates(date(2026, 9, 20), date(2026, 10, 20))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ((2026, 9, 30), 0, (2026, 9, 30)),
        ((2026, 9, 30), 1, (2026, 10, 8)),
        ((2026, 9, 30), 3, (2026, 10, 10)),
        ((2026, 9, 30), 4, (2026, 10, 12)),
        ((2026, 9, 25), 1, (2026, 9, 28)),
    ],
)
def test_so_many_working_days_later(
    day: tuple[int, int, int], count: int, expected: tuple[int, int, int]
) -> None:
    assert OCTOBER.after(date(*day), count) == date(*expected)


@settings(deadline=None)
@given(days, days)
def test_days_between_are_those_one_counts_one_by_one(day: date, later: date) -> None:
    first, last = min(day, later), max(day, later)
    counted = sum(
        OCTOBER.is_worked(first + timedelta(days=step))
        for step in range(1, (last - first).days + 1)
    )
    assert OCTOBER.between(first, last) == counted
    assert OCTOBER.between(last, first) == -counted


@settings(deadline=None)
@given(days, st.integers(0, 12))
def test_there_and_back(day: date, count: int) -> None:
    assert OCTOBER.between(day, OCTOBER.after(day, count)) == count
