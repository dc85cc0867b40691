"""What tests read off a report: the data it is made of, and the files it becomes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from flask import Response

from geo_tracker.reports.document import Document, KeyFigures, Table, cell_text
from geo_tracker.web import reports
from tests.web.visitors import Visitor

NOUNS = tuple(reports.REPORTS)


@contextmanager
def kept() -> Iterator[list[Document]]:
    """Keep the reports that would be sent, before any file is made of them."""
    made: list[Document] = []

    def keep(document: Document, _form: str) -> Response:
        made.append(document)
        return Response("kept")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "sent_document", keep)
        yield made


def report(who: Visitor, noun: str, query: str = "", *, form: str = "xlsx") -> Document:
    """Return the report that somebody asks for."""
    with kept() as made:
        assert who.page(f"/reports/{noun}.{form}?{query}") == "kept"
    return made[0]


def table(made: Document, name: str) -> Table:
    """Return a table of a report by its name."""
    return next(one for one in made.tables if one.name == name)


def said(table: Table, row: Any) -> list[str]:
    """Return the cells of a row as they are read."""
    kinds = [column.kind for column in table.columns]
    return [cell_text(cell, kind) for cell, kind in zip(row, kinds, strict=True)]


def figures(made: Document) -> dict[str, str]:
    """Return the large figures of a report by their names."""
    blocks = [block for block in made.blocks if isinstance(block, KeyFigures)]
    return {one.name: one.value for block in blocks for one in block.figures}


def texts(content: bytes, form: str) -> str:
    """Return all that can be read in a file of a report, without blanks."""
    if form == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        return "".join("".join(page.extract_text() for page in pages).split())
    if form == "docx":
        word = docx.Document(io.BytesIO(content))
        cells = [cell.text for one in word.tables for row in one.rows for cell in row.cells]
        return "".join("".join([*(line.text for line in word.paragraphs), *cells]).split())
    book = openpyxl.load_workbook(io.BytesIO(content))
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    return "".join("".join(str(value) for value in values if value is not None).split())
