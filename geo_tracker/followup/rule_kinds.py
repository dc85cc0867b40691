"""How values of rules are read as people type them, and kept: one kind of value each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from geo_tracker.errors import InputError
from geo_tracker.followup.board_lines import board_lines
from geo_tracker.followup.checklist import template_item
from geo_tracker.followup.lag_lines import effect_lines, lag_lines
from geo_tracker.language import N_

MOST_ENTRIES: Final = 400
LONGEST_ENTRY: Final = 60


@dataclass(frozen=True)
class RuleKind:
    """Reads a typed text, words a value for a form, and turns it into and from JSON."""

    read: Callable[[str], Any]
    text: Callable[[Any], str]
    plain: Callable[[Any], Any]
    kept: Callable[[Any], Any]


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation as error:
        raise InputError(
            N_("“%(given)s” is no number."), given=text.strip()[:LONGEST_ENTRY]
        ) from error
    if not value.is_finite():
        raise InputError(N_("“%(given)s” is no number."), given=text.strip()[:LONGEST_ENTRY])
    return value


def _count(text: str) -> int:
    value = _number(text)
    if value != value.to_integral_value():
        raise InputError(N_("Give a whole number."))
    return int(value)


def _lines(text: str) -> list[str]:
    # Of a line given twice the first counts.
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_ENTRIES:
        raise InputError(N_("At most %(count)s lines."), count=MOST_ENTRIES)
    return lines


def _texts(text: str) -> tuple[str, ...]:
    lines = _lines(text)
    for line in lines:
        if len(line) > LONGEST_ENTRY:
            raise InputError(N_("A line has more than %(count)s characters."), count=LONGEST_ENTRY)
    return tuple(lines)


def _items(text: str) -> tuple[str, ...]:
    items = [template_item(line) for line in _lines(text)]
    for item in items:
        if len(item.text) > LONGEST_ENTRY:
            raise InputError(N_("A line has more than %(count)s characters."), count=LONGEST_ENTRY)
    return tuple(_lines(text))


def _lag(text: str) -> tuple[str, ...]:
    lines = tuple(_lines(text))
    lag_lines(lines)
    return lines


def _effects(text: str) -> tuple[str, ...]:
    lines = tuple(_lines(text))
    effect_lines(lines)
    return lines


def _boards(text: str) -> tuple[str, ...]:
    lines = tuple(_lines(text))
    board_lines(lines)
    return lines


def _days(text: str) -> tuple[date, ...]:
    found = []
    for line in _lines(text):
        try:
            found.append(date.fromisoformat(line.replace("/", "-").replace(".", "-")))
        except ValueError as error:
            raise InputError(N_("“%(given)s” is no date."), given=line[:LONGEST_ENTRY]) from error
    return tuple(sorted(found))


KINDS: Final[dict[str, RuleKind]] = {
    "count": RuleKind(_count, str, int, int),
    "number": RuleKind(lambda text: float(_number(text)), "{:g}".format, float, float),
    "texts": RuleKind(_texts, "\n".join, list, tuple),
    "items": RuleKind(_items, "\n".join, list, tuple),
    "lag": RuleKind(_lag, "\n".join, list, tuple),
    "effects": RuleKind(_effects, "\n".join, list, tuple),
    "boards": RuleKind(_boards, "\n".join, list, tuple),
    "days": RuleKind(
        _days,
        lambda days: "\n".join(day.isoformat() for day in days),
        lambda days: [day.isoformat() for day in days],
        lambda days: tuple(date.fromisoformat(day) for day in days),
    ),
}
