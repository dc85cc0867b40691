"""A report → Word: real headings, tables with repeated headers, page numbers as fields."""

import io
from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from geo_tracker.reports.document import (
    Block,
    Document,
    Heading,
    KeyFigures,
    Pairs,
    Paragraph,
    Pictures,
    Table,
    TableColumn,
    cell_text,
    total_texts,
)
from geo_tracker.reports.ledger_workbook import plain_text
from geo_tracker.reports.typesetting import picture_png

FONT: Final = "微软雅黑"
"""Every office program in use has it, or sets its own sans-serif type instead."""

_PICTURE_DPI = 200
_MUTED = RGBColor(0x5B, 0x68, 0x75)
_NOTICE = RGBColor(0x7A, 0x43, 0x10)
_IN_NUMBERS = frozenset({"count", "decimal", "money", "share"})
_TWIPS_PER_MM = 1440 / 25.4


def document_docx(document: Document) -> bytes:
    """Return a report as a docx file.

    Parameters
    ----------
    document : Document
        What stands in it. Texts are text, whatever they contain; signs that cannot be seen are
        left out.

    Returns
    -------
    bytes
        A4, as the PDF is; drawings as pictures of 200 dots an inch.
    """
    made = docx.Document()
    _prepare(made, document)
    # Level 1, as in the PDF: readers' outlines begin with it.
    made.add_heading(plain_text(document.title), level=1)
    _line(made, f"{document.mark} · {document.subtitle}", colour=_MUTED)
    if document.notice:
        _line(made, document.notice, colour=_NOTICE)
    width_mm = (297 if document.is_wide else 210) - 32
    for block in document.blocks:
        _add(made, block, width_mm)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _prepare(made: WordDocument, document: Document) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if document.is_wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(16)
    section.top_margin, section.bottom_margin = Mm(15), Mm(17)
    sizes = {"Normal": 9, "Heading 1": 18, "Heading 2": 12}
    for name, size in sizes.items():
        style: Any = made.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = RGBColor(0x1F, 0x29, 0x33)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.space_before = Pt(0 if name == "Normal" else 10)
    made.core_properties.title = plain_text(document.title)
    made.core_properties.author = ""
    made.core_properties.comments = ""
    footer = section.footer.paragraphs[0]
    footer.add_run(f"{plain_text(document.footer)}　　")
    before, after = document.page_words.split("{page}")
    between, after = after.split("{pages}")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES")):
        footer.add_run(text)
        number = "<w:r><w:t>1</w:t></w:r>"
        footer._p.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}">{number}</w:fldSimple>')
        )
    footer.add_run(after)
    for run in footer.runs:
        run.font.size, run.font.color.rgb = Pt(7.5), _MUTED


def _line(made: WordDocument, text: str, *, colour: RGBColor, size: float = 8) -> None:
    run = made.add_paragraph().add_run(plain_text(text))
    run.font.size, run.font.color.rgb = Pt(size), colour


def _add(made: WordDocument, block: Block, width_mm: float) -> None:
    if isinstance(block, Heading):
        made.add_heading(plain_text(block.text), level=2)
        if block.note:
            _line(made, block.note, colour=_MUTED)
    elif isinstance(block, Paragraph):
        if block.quiet:
            _line(made, block.text, colour=_MUTED)
        else:
            made.add_paragraph(plain_text(block.text))
    elif isinstance(block, Pairs):
        columns = [TableColumn(header="", width=2), TableColumn(header="", width=5)]
        _add_table(made, [*columns, *columns], _in_twos(block.rows), width_mm, head=False)
    elif isinstance(block, KeyFigures):
        columns = [TableColumn(header=figure.name) for figure in block.figures]
        said = [
            "\n".join(filter(None, (f"{figure.value} {figure.unit}".strip(), figure.note)))
            for figure in block.figures
        ]
        _add_table(made, columns, [said], width_mm)
    elif isinstance(block, Table):
        _add_rows(made, block, width_mm)
    else:
        _add_pictures(made, block)


def _in_twos(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    padded = [*rows, ("", "")] if len(rows) % 2 else rows
    return [[*padded[i], *padded[i + 1]] for i in range(0, len(padded), 2)]


def _add_rows(made: WordDocument, table: Table, width_mm: float) -> None:
    if table.caption:
        caption = made.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        caption.add_run(plain_text(table.caption)).bold = True
    if not table.rows and table.empty:
        _line(made, table.empty, colour=_MUTED)
        return
    kinds = [column.kind for column in table.columns]
    texts = [
        [cell_text(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows
    ]
    if table.total is not None:
        texts.append(total_texts(table))
    _add_table(made, table.columns, texts, width_mm, has_total=table.total is not None)
    if table.note:
        _line(made, table.note, colour=_MUTED, size=7.5)


def _add_table(
    made: WordDocument,
    columns: Sequence[TableColumn],
    rows: Sequence[Sequence[str]],
    width_mm: float,
    *,
    head: bool = True,
    has_total: bool = False,
) -> None:
    """Add a table, written as a whole: cell by cell would take seconds for some hundred rows."""
    whole = sum(column.width for column in columns)
    widths = [round(width_mm * column.width / whole * _TWIPS_PER_MM) for column in columns]
    sides = ["right" if column.kind in _IN_NUMBERS else "left" for column in columns]
    parts = []
    if head:
        names = [
            f"{column.header}\n{column.unit}" if column.unit else column.header
            for column in columns
        ]
        parts.append(_row(names, widths, sides, bold=True, shade=True, repeated=True))
    for number, row in enumerate(rows):
        last = has_total and number == len(rows) - 1
        parts.append(_row(row, widths, sides, bold=last, shade=last))
    border = 'w:val="single" w:sz="4" w:space="0" w:color="C3CAD1"'
    lines = "".join(f"<w:{side} {border}/>" for side in ("top", "bottom", "insideH"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(parts)}</w:tbl>"
    )
    after = made.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after._p.addprevious(parse_xml(xml))


def _row(
    texts: Sequence[str],
    widths: Sequence[int],
    sides: Sequence[str],
    *,
    bold: bool = False,
    shade: bool = False,
    repeated: bool = False,
) -> str:
    look = f'<w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="16"/></w:rPr>'
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="EEF2F6"/>' if shade else ""
    cells = []
    for text, width, side in zip(texts, widths, sides, strict=True):
        lines = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(line)}</w:t>'
            for line in plain_text(text).split("\n")
        )
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr><w:p><w:pPr>'
            f'<w:spacing w:before="20" w:after="20"/><w:jc w:val={quoteattr(side)}/></w:pPr>'
            f"<w:r>{look}{lines}</w:r></w:p></w:tc>"
        )
    header = "<w:tblHeader/>" if repeated else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{''.join(cells)}</w:tr>"


def _add_pictures(made: WordDocument, block: Pictures) -> None:
    for picture in block.pictures:
        content = picture.jpeg or picture_png(picture.svg, dots_per_inch=_PICTURE_DPI)
        paragraph = made.add_paragraph()
        paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(picture.width_mm))
        if picture.caption:
            _line(made, picture.caption, colour=_MUTED, size=7.5)
