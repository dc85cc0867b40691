"""Where the header of a sheet is, and which of its columns is which target."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo_tracker.importing.columns import LAYOUTS, Layout, SheetKind
from geo_tracker.importing.grids import Grid

HEADER_ROWS = 10
"""How many rows from the top a header is looked for in."""

CHOOSABLE_ROWS = 20
"""How many rows from the top a person may call the header."""

_SERIAL_HEADERS = {"序号", "no", "no.", "编号", ""}
_UNIT_ONLY = re.compile(r"\(?(单位:?)?(亿元|万元|千元|元|亩|户|人|个|名|票|%|m2|㎡)\)?")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TRAILING_UNIT = re.compile(r"[/,:、-]?(亿元|万元|千元|元|%|人|户|票|名|个)$")
_NOT_A_TABLE = ("说明", "字典", "目录", "封面", "explanation", "instructions")
_REASONS = {"问题(geotracker)", "problem(geotracker)"}
_LEAST_MATCHES = 3
_ONLY_WHOLE = {"清单"}
"""Names that many a sheet has in its own; they count as the whole name only."""


@dataclass(frozen=True)
class Header:
    """A header: its rows (first and last, counted from 0), and target → column number."""

    first: int
    last: int
    found: dict[str, int]
    texts: list[str]

    def lacks(self, layout: Layout) -> list[tuple[str, ...]]:
        """Return the groups of needed columns of which none was found."""
        return [group for group in layout.needed if not any(t in self.found for t in group)]


def titled_kind(title: str) -> SheetKind | None:
    """Return the kind of sheet its name tells, the longest known name inside it winning."""
    plain = plain_header(title)
    if is_no_table(title):
        return None
    known = [
        (len(name), kind)
        for kind, layout in LAYOUTS.items()
        for name in layout.titles
        if (plain == name if name in _ONLY_WHOLE else plain_header(name) in plain)
    ]
    return max(known)[1] if known else None


def is_no_table(title: str) -> bool:
    """Say whether the name of a sheet announces words, not rows."""
    return any(word in title.casefold() for word in _NOT_A_TABLE)


def is_reason(text: Any) -> bool:
    """Say whether a header is that of the column in which this program wrote what is wrong."""
    return isinstance(text, str) and plain_header(text) in _REASONS


def fitting_kind(grid: Grid) -> SheetKind | None:
    """Return the kind of sheet whose header fits best and has all it needs."""
    fitting = []
    for kind, layout in LAYOUTS.items():
        header = best_header(grid, layout)
        if header and len(header.found) >= _LEAST_MATCHES and not header.lacks(layout):
            fitting.append((len(header.found), kind))
    return max(fitting)[1] if fitting else None


def best_header(grid: Grid, layout: Layout) -> Header | None:
    """Return the header, of one row or of two, with most known columns; None without any."""
    aliases = _targets_by_alias(layout)
    cells = _with_merged_filled(grid)
    best: Header | None = None
    for row in range(min(HEADER_ROWS, len(cells))):
        for depth in (1, 2):
            if depth == 2 and not _may_be_second(cells, row + 1):
                continue
            header = _header(cells, row, depth, aliases)
            if header.found and (best is None or _rank(header) > _rank(best)):
                best = header
    if best is None or best.first != best.last:
        return best
    below = best.last + 1
    if below < len(cells) and _are_units(cells[below]):
        return _header(cells, best.first, 2, aliases)
    return best


def header_at(grid: Grid, layout: Layout | None, *, first: int, last: int) -> Header:
    """Return the header in given rows, counted from 0, whatever is found there."""
    aliases = _targets_by_alias(layout) if layout else {}
    return _header(_with_merged_filled(grid, last + 1), first, last - first + 1, aliases)


def likely_header(grid: Grid) -> tuple[int, int]:
    """Return the rows in which a sheet of no known kind seems to have its header, from 0."""
    known = [header for layout in LAYOUTS.values() if (header := best_header(grid, layout))]
    if known:
        best = max(known, key=lambda header: len(header.found))
        return best.first, best.last
    words = [
        sum(isinstance(c, str) and bool(c.strip()) for c in r) for r in grid.cells[:HEADER_ROWS]
    ]
    row = words.index(max(words)) if words else 0
    return row, row


def possible_headers(grid: Grid) -> list[tuple[int, int]]:
    """Return the rows a person may call the header: first and last, counted from 0."""
    rows = range(min(CHOOSABLE_ROWS, len(grid.cells)))
    filled = [row for row in rows if any(str(cell).strip() for cell in grid.cells[row])]
    twos = [(row, row + 1) for row in filled if _may_be_second(grid.cells, row + 1)]
    return sorted([(row, row) for row in filled] + twos)


def _rank(header: Header) -> tuple[int, int]:
    """Return how good a header is: many known columns, and no second row without need."""
    return len(header.found), header.first - header.last


def plain_header(text: Any) -> str:
    """Return a header without blanks, stars and colons, in half-width lower case."""
    read = unicodedata.normalize("NFKC", str(text))
    return re.sub(r"[\s*:_]", "", read).casefold()


def unknown_headers(header: Header) -> list[str]:
    """Return the headers that stand over no known column, serial numbers apart."""
    taken = set(header.found.values())
    return [
        text
        for number, text in enumerate(header.texts)
        if number not in taken and plain_header(text) not in _SERIAL_HEADERS
    ]


def _targets_by_alias(layout: Layout) -> dict[str, tuple[str, int]]:
    """Return alias → target and how likely the alias is (0 is likeliest)."""
    return {
        plain_header(alias): (target, place)
        for target, column in layout.columns.items()
        for place, alias in enumerate(column.aliases)
    }


def _header(
    cells: list[list[Any]], row: int, depth: int, aliases: dict[str, tuple[str, int]]
) -> Header:
    top = cells[row] if row < len(cells) else []
    bottom = cells[row + 1] if depth == 2 else [""] * len(top)
    texts = []
    likeliest: dict[str, tuple[int, int]] = {}
    for number in range(max(len(top), len(bottom))):
        upper, lower = (_cell_text(line, number) for line in (top, bottom))
        texts.append(upper if lower in {"", upper} else f"{upper}{lower}")
        for form in _forms(upper, lower):
            if form in aliases:
                target, place = aliases[form]
                # Of two columns for one target the one with the more usual name counts.
                if target not in likeliest or place < likeliest[target][0]:
                    likeliest[target] = (place, number)
                break
    found = {target: number for target, (_, number) in likeliest.items()}
    return Header(row, row + depth - 1, found, texts)


def _cell_text(line: Sequence[Any], number: int) -> str:
    cell = line[number] if number < len(line) else ""
    return re.sub(r"\s+", "", cell) if isinstance(cell, str) else ""


def _forms(upper: str, lower: str) -> list[str]:
    """Return what a column may be called, the fullest name first."""
    if lower in {"", upper}:
        names = [upper]
    elif _UNIT_ONLY.fullmatch(plain_header(lower)):
        names = [upper + lower, upper]
    else:
        names = [upper + lower, lower]
    forms = []
    for name in map(plain_header, names):
        bare = _BRACKETS.sub("", name)
        forms += [name, bare, _TRAILING_UNIT.sub("", bare)]
    return [form for form in forms if form]


def _may_be_second(cells: list[list[Any]], row: int) -> bool:
    """Say whether a row has words only, as a header does."""
    return row < len(cells) and all(isinstance(cell, str) for cell in cells[row])


def _are_units(line: Sequence[Any]) -> bool:
    filled = [cell for cell in line if cell != ""]
    return bool(filled) and all(
        isinstance(cell, str) and _UNIT_ONLY.fullmatch(plain_header(cell)) for cell in filled
    )


def _with_merged_filled(grid: Grid, rows: int = HEADER_ROWS + 1) -> list[list[Any]]:
    """Return the first rows, with the text of a merged range in each of its cells."""
    cells = [list(line) for line in grid.cells[:rows]]
    for (top, left), (bottom, right) in grid.merged:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        for row in range(top, min(bottom, len(cells) - 1) + 1):
            line = cells[row]
            line.extend([""] * (right + 1 - len(line)))
            line[left : right + 1] = [cells[top][left]] * (right + 1 - left)
    return cells
