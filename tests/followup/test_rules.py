"""Rules as typed, kept and read again."""

from datetime import date

import pytest

from geo_tracker.errors import InputError
from geo_tracker.followup.rules import (
    GROUPS,
    RULES,
    Rules,
    plain_rule,
    read_rule,
    rule_text,
    rules_from,
)


@pytest.mark.parametrize("name", RULES)
def test_every_default_is_typed_kept_and_read_without_loss(name: str) -> None:
    default = getattr(Rules(), name)
    read = read_rule(name, rule_text(name, default))
    assert read == default
    assert getattr(rules_from({name: plain_rule(name, read)}), name) == default


def test_every_rule_stands_under_a_heading_and_says_what_it_does() -> None:
    assert all(rule.metadata["group"] in GROUPS for rule in RULES.values())
    assert all(rule.metadata["help"][-1] in ".?" for rule in RULES.values())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("problem_days", ""),
        ("problem_days", "0"),
        ("problem_days", "2.5"),
        ("problem_days", "nan"),
        ("problem_days", "1e400000"),
        ("project_red_points", "101"),
        ("project_red_points", "-inf"),
        ("days_off", "2026-02-30"),
        ("problem_categories", "x" * 61),
        ("problem_categories", "\n".join(map(str, range(401)))),
        ("no_such_rule", "1"),
    ],
)
def test_what_is_no_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(InputError):
        read_rule(name, text)


def test_dates_are_put_in_order_and_taken_once() -> None:
    read = read_rule("days_off", "2026-10-02\n2026/10/01\n\n2026-10-02\n")
    assert read == (date(2026, 10, 1), date(2026, 10, 2))


def test_a_rule_of_another_version_is_passed_over() -> None:
    assert rules_from({"forgotten": 3}) == Rules()
