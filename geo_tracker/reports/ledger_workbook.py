"""A ledger as a workbook: to be read, printed, filled in, and brought back by the import."""

import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

import pandas as pd
import xlsxwriter

CellKind = Literal["text", "day", "count", "decimal", "money", "share", "degrees"]

HEADER_ROW: Final = 3
"""Excel row of the header; a title and a line about the origin stand above it."""

EMPTY_ROWS: Final = 200
"""Rows below the last one in which words can be chosen from lists, too."""

LONGEST_CELL: Final = 32_000
"""Characters; a spreadsheet holds not many more in one cell."""

_FORMATS: Final[dict[CellKind, str]] = {
    "text": "@",
    "day": "yyyy-mm-dd",
    "count": "0",
    "decimal": "0.0",
    "money": "#,##0.00####",
    "share": "0.0%",
    "degrees": "0.000000",
}
_UNSEEN = frozenset({"Cc", "Cs"})
_FORBIDDEN = "\ufffe\uffff"
_BEGINS_FORMULA = frozenset("=+-@\t\r|%")


@dataclass(frozen=True)
class LedgerColumn:
    """A column: its name in the frame, its header with the unit, and what its cells hold.

    ``choices`` are the words that the column offers; ``summed`` columns have a sum below.
    """

    name: str
    header: str
    kind: CellKind = "text"
    width: float = 13
    choices: Sequence[str] = ()
    summed: bool = False


@dataclass(frozen=True)
class LedgerSheet:
    """What stands around the rows: names, title, where they come from, and the lines below.

    ``totals`` are the cells of the last row where sums of columns would not do (rates); None where
    columns are summed.
    """

    name: str
    title: str
    origin: str
    columns: Sequence[LedgerColumn]
    frozen_columns: int = 1
    total: str = "合计"
    signatures: str = "填报人：　　　　　　　　审核人：　　　　　　　　"
    notes: Sequence[str] = field(default_factory=tuple)
    totals: Sequence[Any] | None = None


def ledger_workbook(rows: pd.DataFrame, sheet: LedgerSheet) -> bytes:
    """Write a ledger.

    Parameters
    ----------
    rows : DataFrame
        The columns of ``sheet``: str, date, int, float or Decimal; None or NaN where nothing is
        known. Money is in the unit that the header states, shares lie in 0–1.
    sheet : LedgerSheet
        What stands around them.

    Returns
    -------
    bytes
        As `ledgers_workbook`, with one sheet.
    """
    return ledgers_workbook([(rows, sheet)])


def ledgers_workbook(ledgers: Sequence[tuple[pd.DataFrame, LedgerSheet]]) -> bytes:
    """Write several ledgers, a sheet each, as `ledger_workbook` writes one.

    Parameters
    ----------
    ledgers : sequence of (DataFrame, LedgerSheet)
        As for `ledger_workbook`; names of sheets are unique.

    Returns
    -------
    bytes
        An xlsx file: title, origin, header (it stays in view), rows, sums, a line to sign. Sums are
        numbers, not formulas: whoever filters or cuts rows sees what was exported. Text is text,
        whatever it starts with.

    Notes
    -----
    Rows go to disk one by one, so that as many as a spreadsheet holds need little memory.
    """
    content = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(content, options) as book:
        for rows, sheet in ledgers:
            page = book.add_worksheet(sheet.name)
            last = HEADER_ROW + len(rows)
            _prepare(book, page, sheet, last)
            columns = [rows[column.name].tolist() for column in sheet.columns]
            _write_rows(book, page, sheet, columns)
            _write_sums(book, page, sheet, columns, last)
            page.write_string(last + 2, 0, sheet.signatures)
            for number, note in enumerate(sheet.notes, start=last + 3):
                page.write_string(number, 0, note)
    return content.getvalue()


def _prepare(book: Any, page: Any, sheet: LedgerSheet, last: int) -> None:
    """Write what stands above the rows, and what holds for whole columns."""
    page.freeze_panes(HEADER_ROW, sheet.frozen_columns)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW - 1)
    for number, column in enumerate(sheet.columns):
        page.set_column(
            number, number, column.width, book.add_format({"num_format": _FORMATS[column.kind]})
        )
        if column.choices:
            # Words that are not in the list are told at upload; a warning is enough here.
            page.data_validation(
                *(HEADER_ROW, number, last + EMPTY_ROWS, number),
                {"validate": "list", "source": list(column.choices), "error_type": "warning"},
            )
    page.write_string(0, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, sheet.origin, book.add_format({"font_color": "#5B6770"}))
    page.set_row(HEADER_ROW - 1, 32)
    head = book.add_format(
        {
            **{"bold": True, "border": 1, "text_wrap": True},
            **{"valign": "vcenter", "align": "center", "bg_color": "#E8EEF4"},
        }
    )
    for number, column in enumerate(sheet.columns):
        page.write_string(HEADER_ROW - 1, number, column.header, head)


def _write_rows(book: Any, page: Any, sheet: LedgerSheet, columns: list[list[Any]]) -> None:
    write: list[tuple[Callable[..., Any], Any, Any]] = []
    for column in sheet.columns:
        cell = book.add_format({"num_format": _FORMATS[column.kind]})
        # What looks like a formula stays text when somebody edits it, too.
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        writers = {"text": page.write_string, "day": page.write_datetime}
        write.append((writers.get(column.kind, page.write_number), cell, quoted))
    kinds = [column.kind for column in sheet.columns]
    for row, line in enumerate(zip(*columns, strict=True), start=HEADER_ROW):
        for number, value in enumerate(line):
            # Missing values of any kind are unequal to themselves.
            if value is None or value is pd.NA or value != value:  # noqa: PLR0124
                continue
            writer, cell, quoted = write[number]
            if kinds[number] == "text":
                text = value if value.isprintable() else plain_text(value)
                writer(row, number, text, quoted if text[:1] in _BEGINS_FORMULA else cell)
            elif isinstance(value, Decimal):
                writer(row, number, float(value), cell)
            else:
                writer(row, number, value, cell)


def plain_text(text: str) -> str:
    """Return a text without signs that cannot be seen or that XML forbids, line ends apart."""
    kept = "".join(
        sign
        for sign in text
        if sign == "\n" or (unicodedata.category(sign) not in _UNSEEN and sign not in _FORBIDDEN)
    )
    return kept[:LONGEST_CELL]


def _write_sums(
    book: Any, page: Any, sheet: LedgerSheet, columns: list[list[Any]], last: int
) -> None:
    bold = {"bold": True, "top": 1}
    text = book.add_format(bold)
    page.write_string(last, 0, sheet.total, text)
    for number, (column, cells) in enumerate(zip(sheet.columns, columns, strict=True)):
        if not number:
            continue
        total = sheet.totals[number] if sheet.totals else _known_sum(cells, column)
        form = book.add_format(bold | {"num_format": _FORMATS[column.kind]})
        if total is None:
            # Of nothing known the sum is not zero.
            page.write_blank(last, number, None, form)
        elif isinstance(total, str):
            page.write_string(last, number, plain_text(total), text)
        else:
            page.write_number(last, number, float(total), form)


def _known_sum(cells: list[Any], column: LedgerColumn) -> float | None:
    if not column.summed:
        return None
    known = [cell for cell in cells if cell is not None and cell == cell]  # noqa: PLR0124
    return float(sum(known)) if known else None
