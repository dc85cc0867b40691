"""A planner's own table back with its bad cells coloured and a column that says what is wrong."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.feature_grids import read_tables
from geo_tracker.importing.headers import CHOOSABLE_ROWS, is_reason
from geo_tracker.importing.unread_cells import NOT_CALCULATED
from geo_tracker.language import N_

# Not the colours of a spreadsheet's own styles, so that what was coloured here is known again.
_BAD = PatternFill("solid", fgColor="FFFAC8C6")
_DOUBTFUL = PatternFill("solid", fgColor="FFFDF1C4")
_OURS = {_BAD.fgColor.rgb, _DOUBTFUL.fgColor.rgb}
_NO_FILL = PatternFill(fill_type=None)

_MOST_UNPACKED_BYTES = 80 * 1024**2
"""openpyxl takes about fifty times as much memory as is unpacked: larger files are rebuilt."""

_MOST_CELLS = 1_000_000
"""What is rebuilt takes some hundred bytes for every cell."""

_LAST_COLUMN = 16_384
"""A spreadsheet has no more columns; a csv may."""

_LONG_NUMBER = 10**10
"""Whole numbers from here on are codes; a spreadsheet would round or shorten them."""

_REASON_WIDTH, _LONGEST_CELL = 60, 32_000
_REACHES_OUT = ("|", "[", "WEBSERVICE", "HYPERLINK", "CALL(", "REGISTER", "EXEC(", "IMAGE(")


@dataclass
class RowMarks:
    """What is wrong with a row: texts, and the columns (from 0) to be coloured."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class SheetMarks:
    """What is wrong with a sheet, by Excel row.

    ``header_row`` is where reasons get a header; ``notes`` concern the sheet as a whole.
    """

    number: int
    header_row: int
    rows: dict[int, RowMarks]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wording:
    """The words of a marked workbook in the user's language."""

    reason_header: str
    notes_title: str
    notes: Sequence[str]
    rebuilt: str


def marked_workbook(
    path: Path, marks: Sequence[SheetMarks], wording: Wording, *, file_name: str
) -> bytes:
    """Return a workbook with its bad cells coloured and the reasons in a last column.

    Parameters
    ----------
    path : Path
        The file as received: an xlsx keeps its formatting, anything else is built anew from its
        values.
    marks : sequence of SheetMarks
        What is wrong, by place of the sheet in the file.
    wording : Wording
        The words to use.
    file_name : str
        What its owner called it.

    Returns
    -------
    bytes
        An xlsx file. No text in it starts a formula that its owner did not write.

    Raises
    ------
    UnusableTableError
        If the file is no table, or too large.
    """
    original = _original(path)
    book = original if original is not None else _rebuilt(path, file_name)
    sheets = [sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)]
    for sheet in sheets:
        _clear(sheet)
    for told in marks:
        if told.number < len(sheets):
            _mark(sheets[told.number], told, wording)
    notes = [*wording.notes, *([wording.rebuilt] if original is None else [])]
    notes += [note for told in marks for note in told.notes]
    _explain(book, wording.notes_title, notes)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _original(path: Path) -> Any:
    """Return the workbook with its formatting, None if it is none or too large for that."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_UNPACKED_BYTES:
                return None
        book = openpyxl.load_workbook(path, keep_vba=False, keep_links=False)
    except (
        zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError,
        IndexError, SyntaxError, OSError,
    ):  # fmt: skip
        # What other programs write is often more than openpyxl understands; the values are left.
        return None
    for sheet in book.worksheets:
        for cell in _cells(sheet):
            _tame(cell)
    return book


def _cells(sheet: Worksheet) -> list[Any]:
    """Return the cells that are there; a stray format in the far corner makes no millions."""
    return list(sheet._cells.values())


def _tame(cell: Cell | MergedCell) -> None:
    """Turn a formula that reaches out of its workbook into text."""
    if cell.data_type != "f" or isinstance(cell, MergedCell):
        return
    text = str(getattr(cell.value, "text", cell.value) or "")
    if any(sign in text.upper() for sign in _REACHES_OUT):
        _write_text(cell, text)


def _write_text(cell: Any, text: str) -> None:
    """Write text that no spreadsheet takes for a formula."""
    # Control characters cannot be written; they are no reason to fail.
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_CELL]
    cell.data_type = "s"
    cell.quotePrefix = True


def _rebuilt(path: Path, file_name: str) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    grids = read_tables(path, file_name=file_name)
    if sum(len(line) for grid in grids for line in grid.cells) > _MOST_CELLS:
        raise UnusableTableError(
            N_("%(file)s is too large to be given back with its errors."), file=file_name
        )
    for grid in grids:
        sheet = book.create_sheet(_free_title(book, grid.title))
        for row, line in enumerate(grid.cells, start=1):
            for column, value in enumerate(line[: _LAST_COLUMN - 1], start=1):
                if value not in ("", None):
                    _write(sheet.cell(row, column), value)
        for (top, left), (bottom, right) in grid.merged:
            if right >= _LAST_COLUMN - 1:
                continue
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
    return book


def _free_title(book: Any, title: str) -> str:
    plain = "".join("_" if sign in r"[]:*?/\'" else sign for sign in title)[:28] or "Sheet"
    return f"{plain}_{len(book.sheetnames)}" if plain in book.sheetnames else plain


def _write(cell: Any, value: Any) -> None:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LONG_NUMBER:
        value = str(value)
    if value == NOT_CALCULATED:
        value = ""
    if isinstance(value, int | float | datetime | date | time):
        cell.value = value
    else:
        _write_text(cell, str(value))
        cell.number_format = "@"


def _clear(sheet: Worksheet) -> None:
    """Take away what an earlier error workbook left: colours and reasons."""
    cells = _cells(sheet)
    reasons = {
        cell.column: cell.row
        for cell in cells
        if cell.row <= CHOOSABLE_ROWS and is_reason(cell.value)
    }
    for cell in cells:
        is_merged = isinstance(cell, MergedCell)
        if not is_merged and cell.row >= reasons.get(cell.column, cell.row + 1):
            cell.value = None
        if cell.has_style and cell.fill.fill_type and cell.fill.fgColor.rgb in _OURS:
            cell.fill = _NO_FILL


def _mark(sheet: Worksheet, told: SheetMarks, wording: Wording) -> None:
    column = min(_last_column(sheet) + 1, _LAST_COLUMN)
    header = sheet.cell(told.header_row, column)
    if not isinstance(header, MergedCell):
        header.value = wording.reason_header
        header.font = Font(bold=True)
    sheet.column_dimensions[header.column_letter].width = _REASON_WIDTH
    for row, marks in told.rows.items():
        for number in {n for n in marks.doubtful - marks.bad if n < _LAST_COLUMN}:
            sheet.cell(row, number + 1).fill = _DOUBTFUL
        for number in {n for n in marks.bad if n < _LAST_COLUMN}:
            sheet.cell(row, number + 1).fill = _BAD
        reason = sheet.cell(row, column)
        if not isinstance(reason, MergedCell):
            _write_text(reason, "\n".join([*marks.errors, *marks.warnings]))
            reason.fill = _BAD if marks.errors else _DOUBTFUL
            reason.alignment = Alignment(wrap_text=True, vertical="top")


def _last_column(sheet: Worksheet) -> int:
    """Return the last column that holds anything; formats alone may reach to the edge."""
    return max((cell.column for cell in _cells(sheet) if cell.value is not None), default=0)


def _explain(book: Any, title: str, notes: Sequence[str]) -> None:
    if title in book.sheetnames:
        book.remove(book[title])
    sheet = book.create_sheet(title)
    sheet.column_dimensions["A"].width = 100
    for row, note in enumerate(notes, start=1):
        cell = sheet.cell(row, 1)
        _write_text(cell, note)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
