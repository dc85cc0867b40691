"""The tables of a report → Excel: a sheet each, as ledgers are written."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo_tracker.formats import is_missing
from geo_tracker.reports.document import CellKind, Document, Table
from geo_tracker.reports.ledger_workbook import LedgerColumn, LedgerSheet, ledgers_workbook

_WIDEST = 44


def document_xlsx(document: Document, *, total: str, signatures: str) -> bytes:
    """Return the tables of a report as a workbook.

    Parameters
    ----------
    document : Document
        With at least one table; names of tables are unique and at most 31 characters long.
    total, signatures : str
        What the last row is called, and the line to sign on.

    Returns
    -------
    bytes
        An xlsx file as `ledgers_workbook`: the same rows as on paper; numbers are numbers, money
        in 万元 as the header says.
    """
    origin = " · ".join(
        filter(None, (document.mark, document.subtitle, document.notice, document.footer))
    )
    return ledgers_workbook(
        [
            (
                _frame(table),
                LedgerSheet(
                    name=table.name,
                    title=f"{document.title} · {table.name}",
                    origin=origin,
                    columns=_columns(table),
                    total=total if table.total is not None else "",
                    signatures=signatures,
                    notes=[
                        text for text in (table.note, "" if table.rows else table.empty) if text
                    ],
                    totals=_cells(table.total, table) if table.total is not None else None,
                ),
            )
            for table in document.tables
        ]
    )


def _frame(table: Table) -> pd.DataFrame:
    names = [str(number) for number in range(len(table.columns))]
    rows = [_cells(row, table) for row in table.rows]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _cells(row: Sequence[Any], table: Table) -> list[Any]:
    return [_cell(value, column.kind) for value, column in zip(row, table.columns, strict=True)]


def _cell(value: Any, kind: CellKind) -> Any:
    if is_missing(value) or value == "":
        return None
    if kind == "money":
        return value / 10_000
    return str(value) if kind == "text" else value


def _columns(table: Table) -> list[LedgerColumn]:
    return [
        LedgerColumn(
            str(number),
            f"{column.header}\n{column.unit}" if column.unit else column.header,
            column.kind,
            min(max(10.0, 11 * column.width), _WIDEST),
        )
        for number, column in enumerate(table.columns)
    ]
