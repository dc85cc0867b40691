"""Workbooks and CSV files as rows of cells, with the row numbers people see in Excel."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine as calamine

from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.encoding import csv_text
from geo_tracker.importing.signatures import check_xml
from geo_tracker.importing.unread_cells import column_letters, column_number, unread_cells
from geo_tracker.importing.xls_cells import XlsSheet, xls_sheets
from geo_tracker.importing.zip_bounds import DAMAGE, opened_zip
from geo_tracker.language import N_

_WORKBOOK_HEADS = (b"PK", b"\xd0\xcf\x11\xe0")
_DELIMITERS = ",\t;"
_LINES_TO_JUDGE = 50
_MAX_UNPACKED_BYTES = 512 * 1024**2
_MAX_CELLS = 10_000_000
_FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")


@dataclass(frozen=True)
class Grid:
    """One sheet: ``cells[row][column]`` from the top left corner of the sheet, counted from 0.

    ``merged`` lists merged ranges as first and last (row, column).
    """

    title: str
    cells: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def read_grids(path: Path, *, file_name: str | None = None) -> list[Grid]:
    """Read all sheets of an xlsx, xls or csv file; what it is shows in its first bytes.

    Parameters
    ----------
    path : Path
        The file.
    file_name : str, optional
        What its owner called it, where it lies under another name; a csv file is a sheet of
        this name.

    Raises
    ------
    UnusableTableError
        If the file is none of these, damaged, protected or too large.
    """
    content = path.read_bytes()
    named = Path(file_name or path.name)
    if content.startswith(_WORKBOOK_HEADS):
        if content.startswith(b"PK"):
            _check_members(path, named.name)
        return _workbook(content, named.name)
    if not content.strip():
        raise UnusableTableError(N_("%(file)s is empty."), file=named.name)
    return [Grid(named.stem, _csv_rows(csv_text(content, file=named.name), named.name), [])]


def _workbook(content: bytes, file: str) -> list[Grid]:
    xls: list[XlsSheet] = []
    if not content.startswith(b"PK"):
        xls = _checked_xls(content, file)
    try:
        workbook = calamine.CalamineWorkbook.from_object(io.BytesIO(content))
        sheets = [
            workbook.get_sheet_by_name(sheet.name)
            for sheet in workbook.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        grids = [
            Grid(
                sheet.name,
                sheet.to_python(skip_empty_area=False),
                list(sheet.merged_cell_ranges or []),
            )
            for sheet in sheets
        ]
    except calamine.PasswordError as error:
        raise UnusableTableError(N_("%(file)s is protected by a password."), file=file) from error
    except calamine.CalamineError as error:
        raise UnusableTableError(
            N_("%(file)s cannot be opened as a workbook; it may be damaged."), file=file
        ) from error
    except BaseException as panic:
        # Not an Exception, so that it ends a program: the reader came upon what it never expected.
        if type(panic).__name__ != "PanicException":
            raise
        raise UnusableTableError(
            N_("%(file)s cannot be opened as a workbook; it may be damaged."), file=file
        ) from panic
    if content.startswith(b"PK"):
        try:
            by_title = unread_cells(content)
        except DAMAGE as error:
            raise UnusableTableError(
                N_("%(file)s cannot be opened as a workbook; it may be damaged."), file=file
            ) from error
        _add_unread(grids, [by_title.get(grid.title, {}) for grid in grids])
    else:
        _add_unread(grids, [sheet.errors for sheet in xls])
    return grids


def _checked_xls(content: bytes, file: str) -> list[XlsSheet]:
    sheets = xls_sheets(content)
    if sheets is None:
        raise UnusableTableError(
            N_("%(file)s cannot be opened as a workbook; it may be damaged."), file=file
        )
    for sheet in sheets:
        _check_reach(sheet.rows, sheet.columns, file)
    return sheets


def _add_unread(grids: list[Grid], unread: list[dict[tuple[int, int], str]]) -> None:
    """Write errors of formulas into the cells that the reader left empty."""
    for grid, cells in zip(grids, unread, strict=False):
        for (row, column), shown in cells.items():
            if row < len(grid.cells) and column < len(grid.cells[row]):
                grid.cells[row][column] = shown


def _check_members(path: Path, file: str) -> None:
    """Refuse a workbook that takes more memory than a machine has, or has a program for a text.

    The reader makes room for every cell up to the last one, so one stray value in the far corner
    of a sheet would end the whole program.
    """
    try:
        with opened_zip(path, max_bytes=_MAX_UNPACKED_BYTES) as archive:
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")):
                    content = archive.read(member)
                    check_xml(content, file=file)
                    _check_corner(content, file)
    except DAMAGE as error:
        raise UnusableTableError(
            N_("%(file)s cannot be opened as a workbook; it may be damaged."), file=file
        ) from error


def _check_corner(sheet: bytes, file: str) -> None:
    rows, columns = {0}, {b"A"}
    for column, row in _FILLED_CELL.findall(sheet):
        rows.add(int(row))
        columns.add(column)
    _check_reach(max(rows), 1 + max(column_number(c.decode()) for c in columns), file)


def _check_reach(rows: int, columns: int, file: str) -> None:
    if rows * columns > _MAX_CELLS:
        raise UnusableTableError(
            N_("A sheet of %(file)s reaches to cell %(cell)s. Please delete stray cells far out."),
            file=file,
            cell=f"{column_letters(columns - 1)}{rows}",
        )


def _csv_rows(text: str, file: str) -> list[list[str]]:
    """Split text at the delimiter that gives most lines one and the same number of cells."""
    head = "".join(text.splitlines(keepends=True)[:_LINES_TO_JUDGE])

    def fits(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in _split(head, delimiter) if len(row) > 1)
        return max(((lines, width) for width, lines in widths.items()), default=(0, 0))

    try:
        delimiter = max(_DELIMITERS, key=fits)
        if text.count(delimiter) + text.count("\n") > _MAX_CELLS:
            raise UnusableTableError(N_("%(file)s is too large for a table."), file=file)
        return _split(text, delimiter)
    except csv.Error as error:
        raise UnusableTableError(
            N_("%(file)s cannot be read as CSV: %(reason)s"), file=file, reason=str(error)
        ) from error


def _split(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
