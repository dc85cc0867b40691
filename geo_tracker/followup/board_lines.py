"""What boards of a quarter count, the lines by which a year weighs it, and the quarters."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.language import N_

MONTHS: Final = 3


@dataclass(frozen=True)
class BoardMeaning:
    """A component: ``by_chance``: a share of counted things, so that chance has limits."""

    code: str
    by_chance: bool = True


COMPONENTS: Final[dict[str, BoardMeaning]] = {
    "解决率": BoardMeaning("resolution"),
    "按时办结率": BoardMeaning("on_time"),
    "满意率": BoardMeaning("satisfaction"),
    "二次交办整改率": BoardMeaning("rectification"),
    "清单完成率": BoardMeaning("checklist"),
    "资金执行率": BoardMeaning("paid", by_chance=False),
}
"""Planners' word → component, in the order in which they are shown."""

WORDS: Final = {meaning.code: word for word, meaning in COMPONENTS.items()}

LINES: Final = (
    "解决率|25",
    "按时办结率|20",
    "满意率|20",
    "二次交办整改率|10",
    "清单完成率|15",
    "资金执行率|10",
)
"""Proposed: component, weight."""


@dataclass(frozen=True)
class BoardLine:
    """How a year weighs a component."""

    code: str
    weight: float
    by_chance: bool


def board_lines(lines: tuple[str, ...]) -> list[BoardLine]:
    """Read what counts in a year, in the order in which it is shown.

    Raises
    ------
    InputError
        If a line is none, its weight is not from above 0 to 100, or a component is named twice.
    """
    read = [_line(line) for line in lines]
    if not read or len({one.code for one in read}) < len(read):
        raise InputError(N_("Name each component of boards once, and at least one."))
    order = list(WORDS)
    return sorted(read, key=lambda one: order.index(one.code))


def _line(line: str) -> BoardLine:
    word, _bar, weight = (part.strip() for part in line.replace("｜", "|").partition("|"))
    try:
        heavy = float(weight)
    except ValueError:
        heavy = 0.0
    if word not in COMPONENTS or not 0 < heavy <= 100:
        raise InputError(
            N_(
                "“%(given)s” cannot be used. Write component|weight, the weight above 0 and at"
                " most 100, with one of the components %(words)s."
            ),
            given=line[:60],
            words="、".join(COMPONENTS),
        )
    meaning = COMPONENTS[word]
    return BoardLine(meaning.code, heavy, meaning.by_chance)


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year, 1 to 4."""

    year: int
    number: int

    @property
    def text(self) -> str:
        """Return it as kept: 2020Q2."""
        return f"{self.year}Q{self.number}"

    @property
    def first_on(self) -> date:
        """Return its first day."""
        return date(self.year, MONTHS * (self.number - 1) + 1, 1)

    @property
    def last_on(self) -> date:
        """Return its last day."""
        return self.next.first_on - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """Return the quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        """Return the quarter before it."""
        return quarter_of(self.first_on - timedelta(days=1))


def quarter_of(day: date) -> Quarter:
    """Return the quarter that a day lies in."""
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


def read_quarter(text: str) -> Quarter:
    """Return a quarter as kept.

    Raises
    ------
    InputError
        If the text is none.
    """
    found = re.fullmatch(r"(20\d\d)Q([1-4])", text)
    if found is None:
        raise InputError(N_("“%(given)s” is no quarter."), given=text[:40])
    return Quarter(int(found[1]), int(found[2]))


def ended_quarters(since: date, today: date) -> list[Quarter]:
    """Return the quarters that ended before today, from one's day on, the latest first."""
    found, quarter = [], quarter_of(since)
    while quarter.last_on < today:
        found.append(quarter)
        quarter = quarter.next
    return found[::-1]
