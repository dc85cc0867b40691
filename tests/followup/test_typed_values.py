"""What people type: days, numbers, money; what is none is refused with what they typed."""

from datetime import date
from decimal import Decimal

import pytest

from geo_tracker.errors import InputError
from geo_tracker.followup.typed_values import typed_day, typed_number, typed_yuan


@pytest.mark.parametrize(
    ("text", "day"),
    [("2020-02-29", date(2020, 2, 29)), (" 2020-01-02 ", date(2020, 1, 2)), ("", None)],
)
def test_a_day_is_read(text: str, day: date | None) -> None:
    assert typed_day(text) == day


@pytest.mark.parametrize("text", ["2021-02-29", "yesterday", "1999-12-31", "3000-01-01", "9" * 400])
def test_what_is_no_day_of_anything_here_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        typed_day(text)


def test_older_days_are_read_where_they_may_be() -> None:
    assert typed_day("1950-05-01", first_year=1949) == date(1950, 5, 1)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [("3", 30_000), ("1,234.5", 12_345_000), ("1，000", 10_000_000), ("-2", -20_000), ("0", 0)],
)
def test_money_is_typed_in_ten_thousands(text: str, yuan: int) -> None:
    assert typed_yuan(text) == Decimal(yuan)
    assert typed_yuan(" ") is None


@pytest.mark.parametrize("text", ["1e5", "NaN", "Infinity", "三", "9" * 25, "--1", "1 2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        typed_number(text)


def test_more_money_than_there_is_is_refused() -> None:
    with pytest.raises(InputError):
        typed_yuan("100000000")
