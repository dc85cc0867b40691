"""The rows below a header become a checked table; what is wrong with them is noted."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.importing import cells, values
from geo_tracker.importing.columns import (
    GIVEN_IN_TEMPLATES,
    LAYOUTS,
    TEMPLATE_MARK,
    Column,
    Layout,
    Reading,
    SheetKind,
)
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.importing.grids import Grid
from geo_tracker.importing.headers import Header, plain_header
from geo_tracker.importing.payment_cells import payments
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.values import MONEY_UNITS, CellError
from geo_tracker.importing.votes import vote_problems
from geo_tracker.language import N_, Message

_TOTAL = re.compile(r".{0,10}(合计|小计|总计|共计)\s*([(（:：].*)?")
_FOOTER = re.compile(
    r"(填报|填表|制表|审核|复核|备注|说明|注|负责人|联系人|联系电话)\s*[\w]{0,2}[:：].*"
)
_TOTAL_CELLS = 4
MONEY_READINGS = {"money", "channels", "payments"}
"""Readings whose amounts are in a unit that the sheet states."""
_FLOAT_READINGS = {"share", "number", "lon", "lat"}
# A merged cell says the same of each of its rows; a merged amount is one amount, not several.
_REPEATED_READINGS = {"text", "code", "day", "event", "year", *CODE_WORDS}


def sheet_rows(
    grid: Grid,
    header: Header,
    *,
    kind: SheetKind,
    above: str,
    units: Mapping[str, str],
    report: ImportReport,
) -> pd.DataFrame:
    """Read the rows below a header.

    Parameters
    ----------
    grid, header
        The sheet and where its columns are.
    kind : str
        What the sheet is about.
    above : str
        What stands above the header: it may state the unit of all money.
    units : mapping
        Target → unit of money, as a person stated it.
    report : ImportReport
        Takes what is noticed.

    Returns
    -------
    DataFrame
        As `Sheet.rows`; a row with a bad cell or without what it needs is left out.
    """
    layout = LAYOUTS[kind]
    raw = _data_rows(grid, header, report)
    if not raw:
        report.add("info", Message(N_("The sheet has no rows below its header.")))
    if TEMPLATE_MARK in above:
        raw = _filled_in(raw, header, kind, report)
    _fill_merged(raw, grid, header, layout)
    rows = _parsed(raw, header, layout, above, units, report)
    return _without_impossible_votes(rows, report) if kind == "votes" else rows


def stated_unit(
    target: str, header: Header, *, above: str, units: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """Return the unit of a money column and who states it: a ``person``, the ``file``, or None."""
    if target in units:
        return units[target], "person"
    stated = cells.header_unit(header.texts[header.found[target]])
    if stated is None and target in ("channels", "payments") and "budget_yuan" in header.found:
        return stated_unit("budget_yuan", header, above=above, units=units)
    stated = stated or cells.stated_unit(above)
    return stated, "file" if stated else None


def is_filled(line: Any) -> bool:
    """Say whether a row has anything in it."""
    return any(values.tidy_text(cell) is not None for cell in line)


def _data_rows(grid: Grid, header: Header, report: ImportReport) -> dict[int, list[Any]]:
    """Return Excel row → cells of what lies below the header and is neither empty nor a total."""
    width = len(header.texts)
    rows = {}
    for number in range(header.last + 1, len(grid.cells)):
        line = list(grid.cells[number])
        if not is_filled(line):
            continue
        texts = [text for cell in line if (text := values.tidy_text(cell)) is not None]
        if any(_TOTAL.fullmatch(re.sub(r"\s", "", text)) for text in texts[:_TOTAL_CELLS]):
            report.add("info", Message(N_("A row of totals was skipped.")), row=number + 1)
        elif _FOOTER.fullmatch(texts[0]):
            report.add("info", Message(N_("A note below the table was skipped.")), row=number + 1)
        elif texts == [t for text in header.texts if (t := values.tidy_text(text))]:
            report.add("info", Message(N_("A repeated header was skipped.")), row=number + 1)
        else:
            rows[number + 1] = line + [""] * (width - len(line))
    return rows


def _filled_in(
    raw: dict[int, list[Any]], header: Header, kind: SheetKind, report: ImportReport
) -> dict[int, list[Any]]:
    """Return the rows of a template in which somebody wrote more than the village it came with."""
    asked = [number for t, number in header.found.items() if t not in GIVEN_IN_TEMPLATES[kind]]
    filled = {
        row: line for row, line in raw.items() if is_filled([line[number] for number in asked])
    }
    if len(filled) < len(raw):
        count = len(raw) - len(filled)
        report.add(
            "info",
            Message(
                N_("Rows of the template that were not filled in: %(count)s."), {"count": count}
            ),
        )
    return filled


def _fill_merged(raw: dict[int, list[Any]], grid: Grid, header: Header, layout: Layout) -> None:
    """Write the text of a merged cell into each row it spans."""
    for target, number in header.found.items():
        if layout.columns[target].reading not in _REPEATED_READINGS:
            continue
        for (top, left), (bottom, right) in grid.merged:
            if top > header.last and bottom > top and left <= number <= right:
                for row in range(top + 2, bottom + 2):
                    if row in raw:
                        raw[row][number] = grid.cells[top][left]


def _parsed(
    raw: dict[int, list[Any]],
    header: Header,
    layout: Layout,
    above: str,
    units: Mapping[str, str],
    report: ImportReport,
) -> pd.DataFrame:
    """Read all cells; rows with a bad cell or without what they need are left out."""
    table: dict[str, list[Any]] = {}
    bad: set[int] = set()
    for target, column in layout.columns.items():
        if target not in header.found:
            table[target] = [None] * len(raw)
            continue
        number = header.found[target]
        column_cells = {row: line[number] for row, line in raw.items()}
        name = header.texts[number]
        if column.reading in MONEY_READINGS:
            unit, _from = stated_unit(target, header, above=above, units=units)
            read = _money_reader(column.reading, unit, list(column_cells.values()), name, report)
        else:
            read = _reader(column, list(column_cells.values()), name, report)
        parsed = []
        for row, cell in column_cells.items():
            try:
                parsed.append(read(cell))
            except CellError as error:
                parsed.append(None)
                bad.add(row)
                report.add("error", error.message, row=row, column=header.texts[number], value=cell)
        if column.reading == "event":
            parsed = _events(parsed, list(raw), header.texts[number], report)
        table[target] = parsed
    frame = pd.DataFrame(
        {
            target: pd.Series(
                [np.nan if floats and cell is None else cell for cell in parsed],
                index=list(raw),
                dtype=float if floats else object,
            )
            for target, parsed in table.items()
            for floats in [layout.columns[target].reading in _FLOAT_READINGS]
        },
        index=pd.Index(list(raw), name="row", dtype="int64"),
    )
    frame.index.name = "row"
    return _with_needed(frame.drop(index=sorted(bad)), header, layout, report)


def _money_reader(
    reading: Reading, unit: str | None, column_cells: list[Any], name: str, report: ImportReport
) -> Callable[[object], Any]:
    if unit is None and reading == "money" and any(map(_has_number, column_cells)):
        report.add(
            "warning",
            Message(N_("The header states no unit (元, 万元); read as yuan.")),
            column=name,
        )
    parsers: Mapping[str, Callable[..., Any]] = {
        "money": values.money_yuan,
        "channels": cells.channels,
        "payments": payments,
    }
    return partial(parsers[reading], unit_yuan=MONEY_UNITS[unit] if unit else Decimal(1))


def fitting_text(value: object, *, longest: int) -> str | None:
    """Read text that is to fit into a column, without signs that cannot be seen.

    Raises
    ------
    CellError
        If it is too long.
    """
    read = values.text(value)
    if read is None:
        return None
    seen = "".join(c for c in read if c == "\n" or unicodedata.category(c) != "Cc").strip()
    if len(seen) > longest:
        raise CellError(N_("At most %(count)s characters."), count=longest)
    return seen or None


@lru_cache(4096)
def as_read(text: str, longest: int) -> str | None:
    """Return a text as a sheet that holds it would be read."""
    try:
        return fitting_text(text, longest=longest)
    except CellError:
        return text


def _reader(
    column: Column, column_cells: list[Any], name: str, report: ImportReport
) -> Callable[[object], Any]:
    reading = column.reading
    if column.longest is not None:
        return partial(fitting_text, longest=column.longest)
    if reading != "share":
        return cells.PLAIN_READERS.get(reading, values.text)
    percent = cells.are_percent(column_cells)
    doubtful = percent and any(map(cells.between_0_and_1, column_cells))
    states_percent = "%" in plain_header(name)
    if doubtful or (not percent and states_percent and any(map(_has_number, column_cells))):
        report.add(
            "warning",
            Message(
                N_("Some numbers may be percent or shares; 1 was read as %(percent)s %%."),
                {"percent": 1 if percent else 100},
            ),
            column=name,
        )
    return partial(values.share, percent=percent)


def _has_number(cell: Any) -> bool:
    if isinstance(cell, str):
        plain = unicodedata.normalize("NFKC", cell).strip()
        return plain.replace(",", "").replace(".", "", 1).isdigit()
    return isinstance(cell, int | float)


def _events(
    texts: list[str | None], rows: list[int], name: str, report: ImportReport
) -> list[str | None]:
    """Return event types; a word that is none becomes None, with a warning."""
    events = [None if text is None else cells.event_type(text) for text in texts]
    for row, text, event in zip(rows, texts, events, strict=True):
        if text is not None and event is None:
            report.add(
                "warning",
                Message(N_("Not a known way of adjustment; left open.")),
                row=row,
                column=name,
                value=text,
            )
    return events


def _with_needed(
    rows: pd.DataFrame, header: Header, layout: Layout, report: ImportReport
) -> pd.DataFrame:
    whole = pd.Series(True, index=rows.index)
    for group in layout.needed:
        missing = rows[list(group)].isna().all(axis=1)
        names = "/".join(layout.columns[target].aliases[0] for target in group)
        stands = next((header.texts[header.found[t]] for t in group if t in header.found), None)
        for row in rows.index[missing]:
            report.add(
                "error",
                Message(N_("%(column)s is missing."), {"column": names}),
                row=row,
                column=stands,
            )
        whole &= ~missing
    return rows[whole]


def _without_impossible_votes(rows: pd.DataFrame, report: ImportReport) -> pd.DataFrame:
    impossible = []
    for row, vote in zip(rows.index, rows.to_dict("records"), strict=True):
        for severity, message in vote_problems(vote):
            report.add(severity, message, row=row)
            if severity == "error":
                impossible.append(row)
    return rows.drop(index=sorted(set(impossible)))
