"""A report for paper: tables of thousands of rows are cut, and say so."""

from dataclasses import replace
from typing import Final

from geo_tracker.reports.document import Block, Document, Table

MOST_ROWS: Final = 500
"""Of a table on paper, some twenty pages; Excel has all."""


def shortened(document: Document, *, words: str) -> Document:
    """Return a report whose tables have at most `MOST_ROWS` rows; totals are those of all.

    Parameters
    ----------
    document : Document
        Any report.
    words : str
        What stands above a table that was cut, with ``{shown}`` and ``{count}``.
    """
    return replace(document, blocks=[_cut(block, words) for block in document.blocks])


def _cut(block: Block, words: str) -> Block:
    if not isinstance(block, Table) or len(block.rows) <= MOST_ROWS:
        return block
    said = words.format(shown=f"{MOST_ROWS:,}", count=f"{len(block.rows):,}")
    note = f"{said} {block.note}".strip()
    return replace(block, rows=block.rows[:MOST_ROWS], note=note)
