"""One report as PDF, Word and Excel: the same figures everywhere, and texts stay texts."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from PIL import Image

from geo_tracker.reports.document import (
    CellKind,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Pairs,
    Paragraph,
    Picture,
    Pictures,
    Table,
    TableColumn,
    cell_text,
)
from geo_tracker.reports.document_docx import document_docx
from geo_tracker.reports.document_pdf import document_pdf
from geo_tracker.reports.document_xlsx import document_xlsx
from geo_tracker.reports.typesetting import STAND_IN

HOSTILE = '=1+1 #eval("1") *b* $x$ <b onload> ]] @ref \\ //'
NOWHERE = "\U0010f123"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200" width="40mm" height="20mm">'
    '<rect width="200" height="200" fill="#c06020"/></svg>'
)

TABLE = Table(
    name="项目",
    columns=[
        TableColumn(header="名称", width=3),
        TableColumn(header="预算", kind="money", unit="万元"),
        TableColumn(header="到位率", kind="share"),
        TableColumn(header="开工", kind="day"),
        TableColumn(header="件数", kind="count"),
    ],
    rows=[
        [HOSTILE, Decimal(1_234_500), 0.5, date(2026, 1, 2), 3],
        ["路灯", None, None, None, 0],
    ],
    total=["合计", Decimal(1_234_500), 0.5, None, 3],
    note="到位率按金额合计。",
)


def report(**changes: Any) -> Document:
    made = Document(
        locale="zh_Hans_CN",
        title="倪宅新村 一村一档",
        subtitle="永康市 · 石柱镇",
        mark="内部使用",
        notice="合成数据",
        footer="内部使用 · 制图人 王芳 · 数据截至 2020-06-30",
        page_words="第 {page} 页，共 {pages} 页",
        blocks=[
            Heading(text="来历", note="按地面"),
            Pairs(rows=[("户数", "412"), ("人口", "1,234"), ("党员", "—")]),
            KeyFigures(figures=[KeyFigure(name="滞后", value="63.2", unit="分", note="确定")]),
            TABLE,
            Paragraph(text="没有走访。", quiet=True),
        ],
    )
    return replace(made, **changes)


def pdf_texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def word_texts(content: bytes) -> str:
    made = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in made.paragraphs), *cells])


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal(1_234_500), "money", "123.45"),
        (0.9999, "share", "99.9 %"),
        (None, "count", "—"),
        (0, "count", "0"),
        ("", "text", "—"),
        (date(2026, 1, 2), "day", "2026-01-02"),
    ],
)
def test_a_cell_reads_as_on_the_pages(value: Any, kind: CellKind, text: str) -> None:
    assert cell_text(value, kind) == text


def test_pdf_and_word_say_the_same() -> None:
    said = [
        "倪宅新村",
        "内部使用",
        "合成数据",
        "来历",
        "412",
        "63.2",
        "123.45",
        "50.0 %",
        "没有走访。",
    ]
    paper, word = "".join(pdf_texts(document_pdf(report()))), word_texts(document_docx(report()))
    for text in said:
        assert text in paper
        assert text in word


def test_a_text_is_never_markup() -> None:
    paper = "".join("".join(pdf_texts(document_pdf(report()))).split())
    assert "".join(HOSTILE.split()) in paper
    assert HOSTILE in word_texts(document_docx(report()))
    book = openpyxl.load_workbook(
        io.BytesIO(document_xlsx(report(), total="合计", signatures="填报人："))
    )
    cell = book["项目"]["A4"]
    assert (cell.value, cell.data_type) == (HOSTILE, "s")


def test_every_page_is_numbered_and_says_who_made_the_maps() -> None:
    long = replace(TABLE, rows=[["路灯", None, None, None, n] for n in range(120)])
    pages = pdf_texts(document_pdf(report(blocks=[long])))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
        assert "制图人 王芳 · 数据截至 2020-06-30" in page
        assert "到位率" in page, "the header stands on every page"


def test_a_page_of_a_wide_report_lies_on_its_side() -> None:
    box = pypdf.PdfReader(io.BytesIO(document_pdf(report(is_wide=True)))).pages[0].mediabox
    assert box.width > box.height
    section = docx.Document(io.BytesIO(document_docx(report(is_wide=True)))).sections[0]
    assert section.page_width > section.page_height  # type: ignore[operator]


def test_numbers_in_excel_are_numbers_in_the_unit_of_their_header() -> None:
    content = document_xlsx(report(), total="合计", signatures="填报人：")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["项目"]
    assert [cell.value for cell in sheet[3]][:2] == ["名称", "预算\n万元"]
    assert [cell.value for cell in sheet[4]][1:3] == [123.45, 0.5]
    assert [cell.value for cell in sheet[5]] == ["路灯", None, None, None, 0]
    assert [cell.value for cell in sheet[6]] == ["合计", 123.45, 0.5, None, 3]
    assert sheet.freeze_panes == "B4"


def test_a_character_that_no_font_has_is_told() -> None:
    paper = "".join(pdf_texts(document_pdf(report(title=f"石{NOWHERE}村"))))
    assert f"石{STAND_IN}村" in paper
    assert "U+10F123" in paper


def test_signs_that_cannot_be_seen_are_left_out_of_word() -> None:
    unseen = "路\x00灯\x08\ufffe\uffff\x0b"
    table = replace(TABLE, rows=[[unseen, None, None, None, None]])
    blocks = [Heading(text=unseen), Paragraph(text=unseen), table]
    made = report(title=unseen, blocks=blocks)
    assert word_texts(document_docx(made)).count("路灯") == 4
    content = document_xlsx(made, total="合计", signatures="填报人：")
    assert openpyxl.load_workbook(io.BytesIO(content))["项目"]["A4"].value == "路灯"


def test_drawings_and_photos_are_set_in() -> None:
    photo = io.BytesIO()
    Image.new("RGB", (80, 60), "#336699").save(photo, "JPEG")
    pictures = Pictures(
        across=2,
        pictures=[
            Picture(svg=DRAWING, width_mm=40, height_mm=20, caption="来历图"),
            Picture(jpeg=photo.getvalue(), width_mm=40, height_mm=30, caption="村口"),
        ],
    )
    made = report(blocks=[pictures])
    reader = pypdf.PdfReader(io.BytesIO(document_pdf(made)))
    assert [image.image.size for image in reader.pages[0].images if image.image] == [(80, 60)]
    assert "村口" in reader.pages[0].extract_text()
    word = docx.Document(io.BytesIO(document_docx(made)))
    assert [round(shape.width.mm) for shape in word.inline_shapes] == [40, 40]
