"""What a kind of sheet is made of: its names, its columns and how their cells are read."""

from dataclasses import dataclass
from typing import Literal

SheetKind = Literal[
    "villages", "mergers", "votes", "projects", "problems", "visits", "incidents", "checklists",
    "fusions", "published",
]  # fmt: skip

Reading = Literal[
    "text", "code", "day", "count", "year", "money", "share", "number", "lon", "lat", "shape",
    "event", "channels", "source", "state", "answer", "satisfaction", "incident", "yes_no",
    "domain", "item_state", "fusion", "livelihood",
    "payments",
]  # fmt: skip
"""How the cells of a column are read; see `tables`."""


@dataclass(frozen=True)
class Column:
    """A target column: how its cells are read and what planners call it, the likelier first.

    ``longest`` is how many characters of text fit; a longer cell costs its row.
    """

    reading: Reading
    aliases: tuple[str, ...]
    longest: int | None = None


@dataclass(frozen=True)
class Layout:
    """A kind of sheet: its usual names, its columns, and the columns it cannot do without.

    Of each group in ``needed`` at least one column must be there, in the sheet and in every row.
    """

    titles: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    columns: dict[str, Column]


def column(reading: Reading, *aliases: str, longest: int | None = None) -> Column:
    """Return a column by what it is called."""
    return Column(reading, aliases, longest)


TOWN = column(
    "text", "乡镇", "镇街", "乡镇街道", "镇乡街道", "所属乡镇", "乡镇名称", "镇", "街道", "town"
)
