"""A workbook as received becomes checked tables, each with its report."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.errors import UnusableTableError
from geo_tracker.importing import cells, values
from geo_tracker.importing.columns import LAYOUTS, Layout, Reading, SheetKind
from geo_tracker.importing.fields import SYNTHETIC_MARK
from geo_tracker.importing.grids import Grid, read_grids
from geo_tracker.importing.headers import (
    Header,
    best_header,
    fitting_kind,
    is_no_table,
    plain_header,
    titled_kind,
    unknown_headers,
)
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.values import CellError
from geo_tracker.importing.votes import vote_problems
from geo_tracker.language import N_, Message

_TOTAL = re.compile(r".{0,10}(合计|小计|总计|共计)\s*([(（:：].*)?")
_FOOTER = re.compile(
    r"(填报|填表|制表|审核|复核|备注|说明|注|负责人|联系人|联系电话)\s*[\w]{0,2}[:：].*"
)
_TOTAL_CELLS = 4
_FLOAT_READINGS = {"share", "number", "lon", "lat"}
# A merged cell says the same of each of its rows; a merged amount is one amount, not several.
_REPEATED_READINGS = {"text", "code", "day", "event", "year"}


@dataclass(frozen=True)
class Sheet:
    """One recognised sheet.

    ``rows`` is indexed by Excel row (``row``) and has every target column of its kind, whether
    the file has it or not. Shares (0–1), numbers and degrees are floats with NaN; all else are
    plain objects (str, int, date, Decimal, list of (channel, yuan)) with None. ``columns`` maps
    target → header as found; ``header_row`` is the Excel row of the header's last line.
    """

    kind: SheetKind
    title: str
    header_row: int
    columns: dict[str, str]
    unknown_columns: list[str]
    rows: pd.DataFrame
    report: ImportReport
    synthetic: bool


@dataclass(frozen=True)
class Workbook:
    """The recognised sheets of a file in their order, and the names of the others."""

    sheets: list[Sheet]
    skipped: list[str]


def read_workbook(path: Path, *, file_name: str | None = None) -> Workbook:
    """Read planners' tables from an xlsx, xls or csv file.

    A sheet is recognised by its name, or else by its header. A row with a bad cell, or without
    what it needs, is left out and noted as an error; the rest of the sheet stays.

    Parameters
    ----------
    path : Path
        The file as received.
    file_name : str, optional
        What its owner called it.

    Returns
    -------
    Workbook
        At least one sheet.

    Raises
    ------
    UnusableTableError
        If the file is no table or damaged, a recognised sheet lacks a needed column, or no sheet
        is recognised.
    """
    sheets, skipped = [], []
    for grid in read_grids(path, file_name=file_name):
        kind = _kind_of(grid)
        if kind is None:
            skipped.append(grid.title)
        else:
            sheets.append(_read_sheet(grid, kind))
    if not sheets:
        raise UnusableTableError(
            N_("No sheet of %(file)s was recognised. Known sheets: %(known)s."),
            file=file_name or path.name,
            known="、".join(layout.titles[0] for layout in LAYOUTS.values()),
        )
    return Workbook(sheets, skipped)


def _kind_of(grid: Grid) -> SheetKind | None:
    if is_no_table(grid.title) or not any(map(_is_filled, grid.cells)):
        return None
    titled = titled_kind(grid.title)
    if titled is not None:
        header = best_header(grid, LAYOUTS[titled])
        if header is not None and not header.lacks(LAYOUTS[titled]):
            return titled
    # A misleading name must not hide a good table; only then is the named kind found wanting.
    return fitting_kind(grid) or titled


def _read_sheet(grid: Grid, kind: SheetKind) -> Sheet:
    layout = LAYOUTS[kind]
    header = best_header(grid, layout)
    lacking = layout.needed if header is None else header.lacks(layout)
    if header is None or lacking:
        raise UnusableTableError(
            N_("The sheet %(sheet)s lacks the column %(columns)s."),
            sheet=grid.title,
            columns="、".join(
                "/".join(layout.columns[target].aliases[0] for target in group) for group in lacking
            ),
        )
    report = ImportReport()
    above = "\n".join(str(cell) for line in grid.cells[: header.first] for cell in line)
    raw = _data_rows(grid, header, report)
    _fill_merged(raw, grid, header, layout)
    rows = _parsed(raw, header, layout, above, report)
    if kind == "votes":
        rows = _without_impossible_votes(rows, report)
    if not raw:
        report.add("info", Message(N_("The sheet has no rows below its header.")))
    return Sheet(
        kind=kind,
        title=grid.title,
        header_row=header.last + 1,
        columns={target: header.texts[number] for target, number in header.found.items()},
        unknown_columns=unknown_headers(header),
        rows=rows,
        report=report,
        synthetic=SYNTHETIC_MARK in grid.title + above,
    )


def _is_filled(line: Any) -> bool:
    return any(values.tidy_text(cell) is not None for cell in line)


def _data_rows(grid: Grid, header: Header, report: ImportReport) -> dict[int, list[Any]]:
    """Return Excel row → cells of what lies below the header and is neither empty nor a total."""
    width = len(header.texts)
    rows = {}
    for number in range(header.last + 1, len(grid.cells)):
        line = list(grid.cells[number])
        if not _is_filled(line):
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
    raw: dict[int, list[Any]], header: Header, layout: Layout, above: str, report: ImportReport
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
        read = _reader(target, column.reading, list(column_cells.values()), header, above, report)
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
    return _with_needed(frame.drop(index=sorted(bad)), layout, report)


def _reader(
    target: str, reading: Reading, column_cells: list[Any], header: Header, above: str,
    report: ImportReport,
) -> Callable[[object], Any]:  # fmt: skip
    name = header.texts[header.found[target]]
    if reading in {"money", "channels"}:
        unit_yuan = _unit_yuan(target, header, above)
        if unit_yuan is None and reading == "money" and any(map(_has_number, column_cells)):
            report.add(
                "warning",
                Message(N_("The header states no unit (元, 万元); read as yuan.")),
                column=name,
            )
        unit_yuan = unit_yuan or Decimal(1)
        parser = values.money_yuan if reading == "money" else cells.channels
        return partial(parser, unit_yuan=unit_yuan)
    if reading == "share":
        percent = cells.are_percent(column_cells)
        doubtful = percent and any(map(cells.between_0_and_1, column_cells))
        if doubtful or (
            not percent and "%" in plain_header(name) and any(map(_has_number, column_cells))
        ):
            report.add(
                "warning",
                Message(
                    N_("Some numbers may be percent or shares; 1 was read as %(percent)s %%."),
                    {"percent": 1 if percent else 100},
                ),
                column=name,
            )
        return partial(values.share, percent=percent)
    return cells.PLAIN_READERS.get(reading, values.text)


def _unit_yuan(target: str, header: Header, above: str) -> Decimal | None:
    stated = cells.header_unit_yuan(header.texts[header.found[target]])
    if stated is None and target == "channels" and "budget_yuan" in header.found:
        stated = cells.header_unit_yuan(header.texts[header.found["budget_yuan"]])
    return stated or cells.stated_unit_yuan(above)


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


def _with_needed(rows: pd.DataFrame, layout: Layout, report: ImportReport) -> pd.DataFrame:
    whole = pd.Series(True, index=rows.index)
    for group in layout.needed:
        missing = rows[list(group)].isna().all(axis=1)
        names = "/".join(layout.columns[target].aliases[0] for target in group)
        for row in rows.index[missing]:
            report.add("error", Message(N_("%(column)s is missing."), {"column": names}), row=row)
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
