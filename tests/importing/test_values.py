from datetime import date, datetime
from decimal import Decimal

import pytest

from geo_tracker.importing import values
from geo_tracker.importing.values import CellError


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (2019.3, date(2019, 3, 1)),
        (2019.12, date(2019, 12, 1)),
        ("2019.3", date(2019, 3, 1)),
        ("2019.10", date(2019, 10, 1)),
        ("2019年3月", date(2019, 3, 1)),
        ("2019年3月5日", date(2019, 3, 5)),
        ("２０１９年３月５日", date(2019, 3, 5)),
        ("2019-03-05", date(2019, 3, 5)),
        ("2019/3/5", date(2019, 3, 5)),
        ("2019-03-05 10:30:00", date(2019, 3, 5)),
        (20190305, date(2019, 3, 5)),
        ("20190305", date(2019, 3, 5)),
        (43529, date(2019, 3, 5)),
        (43529.5, date(2019, 3, 5)),
        (datetime(2019, 3, 5, 10), date(2019, 3, 5)),  # noqa: DTZ001
        (date(2019, 3, 5), date(2019, 3, 5)),
        ("", None),
        ("—", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_days_are_read_as_planners_write_them(cell: object, read: date | None) -> None:
    assert values.day(cell) == read


@pytest.mark.parametrize("cell", [2019.1, 2019, "2019", "2019-13-01", "2019-02-30", "昨天", True])
def test_what_is_no_day_is_refused(cell: object) -> None:
    with pytest.raises(CellError):
        values.day(cell)


def test_a_month_that_may_be_january_or_october_says_why() -> None:
    with pytest.raises(CellError, match="2019-01 or 2019-10"):
        values.day(2019.1)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (12.0, 12),
        ("1,234", 1234),
        ("１，２３４", 1234),
        ("１２３", 123),
        ("56户", 56),
        ("0", 0),
        ("无", None),
    ],
)
def test_counts_are_whole(cell: object, read: int | None) -> None:
    assert values.count(cell) == read


@pytest.mark.parametrize("cell", [12.5, -1, "约20", "1,23", True, "1e999", "inf"])
def test_what_is_no_count_is_refused(cell: object) -> None:
    with pytest.raises(CellError):
        values.count(cell)


@pytest.mark.parametrize(
    ("cell", "percent", "read"),
    [
        ("99.7 %", False, 0.997),
        ("99.7％", False, 0.997),
        (0.997, False, 0.997),
        (99.7, True, 0.997),
        ("60", True, 0.6),
        (1, False, 1.0),
        (0, True, 0.0),
        ("-", False, None),
    ],
)
def test_shares_lie_between_0_and_1(cell: object, percent: bool, read: float | None) -> None:
    assert values.share(cell, percent=percent) == read


@pytest.mark.parametrize(("cell", "percent"), [(1.2, False), ("120%", False), (101, True)])
def test_more_than_all_is_no_share(cell: object, percent: bool) -> None:
    with pytest.raises(CellError):
        values.share(cell, percent=percent)


@pytest.mark.parametrize(
    ("cell", "unit_yuan", "read"),
    [
        (400, 10_000, "4000000.00"),
        (123.456, 10_000, "1234560.00"),
        (0.1 + 0.2, 10_000, "3000.00"),
        ("4,000,000", 1, "4000000.00"),
        ("４００", 10_000, "4000000.00"),
        ("400万元", 1, "4000000.00"),
        ("400万", 1, "4000000.00"),
        ("1.2亿元", 1, "120000000.00"),
        ("50000元", 10_000, "50000.00"),
        ("12.345", 1, "12.35"),
    ],
)
def test_money_is_exact_yuan(cell: object, unit_yuan: int, read: str) -> None:
    assert str(values.money_yuan(cell, unit_yuan=Decimal(unit_yuan))) == read


@pytest.mark.parametrize("cell", ["约400万", -5, "a"])
def test_what_is_no_amount_is_refused(cell: object) -> None:
    with pytest.raises(CellError):
        values.money_yuan(cell)


def test_a_code_that_lost_digits_says_so() -> None:
    for cell in ("4.45E+11", 3.307841142e18):
        with pytest.raises(CellError, match="lost digits"):
            values.code(cell)
    with pytest.raises(CellError, match="no village code"):
        values.code("330784")


def test_codes_are_text_of_twelve_digits() -> None:
    assert values.code(330784114200.0) == "330784114200"
    assert values.code("3307841142000000000") == "330784114200"
    assert values.code("") is None


def test_text_keeps_what_is_inside() -> None:
    assert values.text("　倪宅（１）村 ") == "倪宅（1）村"
    assert values.text(12.0) == "12"
    assert values.text("/") is None
    with pytest.raises(CellError, match="#REF!"):
        values.text("#REF!")


def test_years_come_with_and_without_their_sign() -> None:
    assert [values.year(cell) for cell in (2018.0, "2018年", "2018年度", "")] == [2018] * 3 + [None]
    with pytest.raises(CellError):
        values.year(18)


def test_degrees_outside_of_their_bounds_are_refused() -> None:
    assert values.degrees("120.05", low=73, high=136) == 120.05
    with pytest.raises(CellError, match=r"28\.9 is not between 73° and 136°"):
        values.degrees(28.9, low=73, high=136)
