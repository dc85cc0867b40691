"""A report → A4 pages as PDF/A: text that can be selected, page numbers, repeated headers."""

import base64
from pathlib import Path
from typing import Any

from geo_tracker.reports.document import (
    Block,
    Document,
    KeyFigures,
    Picture,
    Pictures,
    Table,
    cell_text,
    total_texts,
)
from geo_tracker.reports.typesetting import typeset

_TEMPLATE = Path(__file__).with_name("document.typ")


def document_pdf(document: Document) -> bytes:
    """Return a report as PDF/A-2u on A4.

    Parameters
    ----------
    document : Document
        What stands in it. No text is read as markup.

    Returns
    -------
    bytes
        As `typeset`.
    """
    content = vars(document) | {"blocks": [_content(block) for block in document.blocks]}
    return typeset(_TEMPLATE, content, locale=document.locale)


def _content(block: Block) -> dict[str, Any]:
    kind = type(block).__name__
    if isinstance(block, Table):
        return {"kind": kind} | _table(block)
    if isinstance(block, Pictures):
        return {
            "kind": kind,
            "across": block.across,
            "pictures": [_picture(picture) for picture in block.pictures],
        }
    if isinstance(block, KeyFigures):
        return {"kind": kind, "figures": [vars(figure) for figure in block.figures]}
    return {"kind": kind} | vars(block)


def _table(table: Table) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]

    def texts(row: Any) -> list[str]:
        return [cell_text(cell, kind) for cell, kind in zip(row, kinds, strict=True)]

    return {
        "columns": [vars(column) for column in table.columns],
        "rows": [texts(row) for row in table.rows],
        "total": total_texts(table) if table.total is not None else None,
        "caption": table.caption,
        "note": table.note,
        "empty": table.empty,
    }


def _picture(picture: Picture) -> dict[str, Any]:
    svg = picture.svg
    if picture.jpeg:
        # A photo travels as a drawing with one picture in it: templates take texts only.
        data = base64.b64encode(picture.jpeg).decode("ascii")
        size = f'width="{picture.width_mm}mm" height="{picture.height_mm}mm"'
        box = f'viewBox="0 0 {picture.width_mm} {picture.height_mm}"'
        inner = f'width="{picture.width_mm}" height="{picture.height_mm}"'
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>'
            f'<image {inner} href="data:image/jpeg;base64,{data}"/></svg>'
        )
    return {
        "svg": svg,
        "width_mm": picture.width_mm,
        "height_mm": picture.height_mm,
        "caption": picture.caption,
    }
