"""What boards count in a year, and which quarter is which."""

from datetime import date

import pytest

from geo_tracker.errors import InputError
from geo_tracker.followup.board_lines import (
    COMPONENTS,
    LINES,
    Quarter,
    board_lines,
    ended_quarters,
    quarter_of,
    read_quarter,
)
from geo_tracker.followup.rules import Rules, read_rule, rules_from
from geo_tracker.indicators.cockpit import RATES


def test_what_is_proposed_can_be_read_and_every_component_is_a_rate_that_is_counted() -> None:
    lines = board_lines(LINES)
    assert sum(line.weight for line in lines) == 100
    assert {meaning.code for meaning in COMPONENTS.values()} <= set(RATES)
    assert Rules().board_components == LINES


def test_lines_are_shown_in_one_order_whoever_writes_them() -> None:
    lines = board_lines(("资金执行率|1", "解决率｜2.5"))
    assert [(one.code, one.weight, one.by_chance) for one in lines] == [
        ("resolution", 2.5, True),
        ("paid", 1.0, False),
    ]


@pytest.mark.parametrize(
    "text", ["", "解决率", "解决率|0", "解决率|101", "解决率|x", "无此率|5", "解决率|1\n解决率|2"]
)
def test_lines_that_weigh_nothing_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_rule("board_components", text)


def test_a_year_keeps_its_lines() -> None:
    read = read_rule("board_components", "解决率|1\n满意率|2")
    assert rules_from({"board_components": list(read)}).board_components == read


def test_quarters_follow_each_other() -> None:
    quarter = Quarter(2020, 4)
    assert (quarter.first_on, quarter.last_on) == (date(2020, 10, 1), date(2020, 12, 31))
    assert (quarter.next, quarter.before) == (Quarter(2021, 1), Quarter(2020, 3))
    assert Quarter(2020, 1).before == Quarter(2019, 4)
    assert read_quarter(quarter.text) == quarter
    assert quarter_of(date(2020, 2, 29)) == Quarter(2020, 1)
    for text in ("2020", "2020Q5", "1999Q1", "2020Q1 "):
        with pytest.raises(InputError):
            read_quarter(text)


def test_only_quarters_that_ended_are_offered() -> None:
    found = ended_quarters(date(2019, 11, 5), date(2020, 7, 1))
    assert [one.text for one in found] == ["2020Q2", "2020Q1", "2019Q4"]
    assert [one.text for one in ended_quarters(date(2020, 5, 1), date(2020, 6, 30))] == []
