"""Lines that weigh the score: what is proposed can be read, and what cannot be used is said."""

import pytest

from geo_tracker.errors import InputError
from geo_tracker.followup.lag_lines import (
    BY_CODE,
    DOMAINS,
    EFFECTS,
    INDICATORS,
    LINES,
    LagLine,
    effect_lines,
    lag_line,
    lag_lines,
)


def test_what_is_proposed_counts_every_indicator_once_and_every_domain() -> None:
    read = lag_lines(LINES)
    assert [one.code for one in read] == [meaning.code for meaning in INDICATORS.values()]
    assert {BY_CODE[one.code].domain for one in read} == set(DOMAINS)


def test_a_line_is_read_with_either_bar() -> None:
    assert lag_line("便民服务距离｜1.5| 1 |8") == LagLine("service_km", 1.5, 1, 8)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "便民服务距离",
        "便民服务距离|1|1",
        "便民服务距离|1|1|8|9",
        "不知道的指标|1|1|8",
        "便民服务距离|一|1|8",
        "便民服务距离|nan|1|8",
        "便民服务距离|1|inf|8",
        "便民服务距离|0|1|8",
        "便民服务距离|-1|1|8",
        "便民服务距离|101|1|8",
        "便民服务距离|1|8|8",
    ],
)
def test_a_line_that_cannot_be_used_is_refused(line: str) -> None:
    with pytest.raises(InputError):
        lag_line(line)


def test_an_indicator_cannot_count_twice() -> None:
    with pytest.raises(InputError):
        lag_lines(("便民服务距离|1|1|8", "便民服务距离|2|1|8"))


def test_what_projects_reach_is_read_by_kind() -> None:
    assert effect_lines(("拆违｜环境检查得分、便民服务距离，自来水普及率",)) == {
        "拆违": ("environment_mark", "service_km", "tap_water_share")
    }
    assert set(effect_lines(EFFECTS)) == {line.partition("|")[0] for line in EFFECTS}


@pytest.mark.parametrize("line", ["拆违", "拆违|", "|环境检查得分", "拆违|不知道的指标"])
def test_what_no_project_reaches_is_refused(line: str) -> None:
    with pytest.raises(InputError):
        effect_lines((line,))
