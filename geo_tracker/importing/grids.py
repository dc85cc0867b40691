"""Workbooks and CSV files as rows of cells, with the row numbers people see in Excel."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine as calamine

from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.encoding import csv_text
from geo_tracker.importing.signatures import check_xml
from geo_tracker.importing.zip_bounds import DAMAGE, opened_zip
from geo_tracker.language import N_

_WORKBOOK_HEADS = (b"PK", b"\xd0\xcf\x11\xe0")
_DELIMITERS = ",\t;"
_MAX_UNPACKED_BYTES = 512 * 1024**2
_MAX_CELLS = 10_000_000
_FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")


@dataclass(frozen=True)
class Grid:
    """One sheet: ``cells[row][column]`` from the top left corner of the sheet, counted from 0.

    ``merged`` lists merged ranges as first and last (row, column).
    """

    title: str
    cells: Sequence[Sequence[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def read_grids(path: Path) -> list[Grid]:
    """Read all sheets of an xlsx, xls or csv file; what it is shows in its first bytes.

    Raises
    ------
    UnusableTableError
        If the file is none of these, damaged, protected or too large.
    """
    content = path.read_bytes()
    if content.startswith(_WORKBOOK_HEADS):
        if content.startswith(b"PK"):
            _check_members(path)
        return _workbook(content, path.name)
    if not content.strip():
        raise UnusableTableError(N_("%(file)s is empty."), file=path.name)
    try:
        rows = _csv_rows(csv_text(content, file=path.name))
    except csv.Error as error:
        raise UnusableTableError(
            N_("%(file)s cannot be read: %(reason)s"), file=path.name, reason=str(error)
        ) from error
    return [Grid(path.stem, rows, [])]


def _workbook(content: bytes, file: str) -> list[Grid]:
    try:
        workbook = calamine.CalamineWorkbook.from_object(io.BytesIO(content))
        sheets = [
            workbook.get_sheet_by_name(sheet.name)
            for sheet in workbook.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        return [
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


def _check_members(path: Path) -> None:
    """Refuse a workbook that takes more memory than a machine has, or has a program for a text.

    The reader makes room for every cell up to the last one, so one stray value in the far corner
    of a sheet would end the whole program.
    """
    try:
        with opened_zip(path, max_bytes=_MAX_UNPACKED_BYTES) as archive:
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")):
                    content = archive.read(member)
                    check_xml(content, file=path.name)
                    _check_corner(content, path.name)
    except DAMAGE as error:
        raise UnusableTableError(
            N_("%(file)s cannot be opened as a workbook; it may be damaged."), file=path.name
        ) from error


def _check_corner(sheet: bytes, file: str) -> None:
    rows, columns = {0}, {b""}
    for column, row in _FILLED_CELL.findall(sheet):
        rows.add(int(row))
        columns.add(column)
    last = max(columns, key=lambda letters: (len(letters), letters))
    width = 0
    for letter in last:
        width = width * 26 + letter - ord("A") + 1
    if max(rows) * width > _MAX_CELLS:
        raise UnusableTableError(
            N_("A sheet of %(file)s reaches to cell %(cell)s. Please delete stray cells far out."),
            file=file,
            cell=f"{last.decode()}{max(rows)}",
        )


def _csv_rows(text: str) -> list[list[str]]:
    head = text[:4000]
    delimiter = max(_DELIMITERS, key=head.count)
    return list(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter))
