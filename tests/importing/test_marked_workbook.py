"""What comes back of a workbook, whatever it holds."""

import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from geo_tracker.errors import InputError, UnusableTableError
from geo_tracker.importing.marked_workbook import RowMarks, SheetMarks, Wording, marked_workbook
from tests.importing.shapes import workbook
from tests.importing.test_quirks_of_tables import only_sheet

WORDS = Wording("问题（geo_tracker）", "说明（geo_tracker）", ["红色的要改。"], "重新生成。")


def marked(path: Path, *marks: SheetMarks) -> Any:
    content = marked_workbook(path, marks, WORDS, file_name=path.name)
    return openpyxl.load_workbook(io.BytesIO(content))


def one_error(row: int = 2, column: int = 1) -> SheetMarks:
    return SheetMarks(0, 1, {row: RowMarks(errors=["很多 不是数字。"], bad={column})})


def test_a_bad_cell_is_coloured_and_the_reason_stands_behind_the_last_column(
    tmp_path: Path,
) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", "很多"]])
    sheet = marked(path, one_error())["村庄"]
    assert (sheet["C1"].value, sheet["C2"].value) == ("问题（geo_tracker）", "很多 不是数字。")
    assert sheet["B2"].fill.fgColor.rgb == sheet["C2"].fill.fgColor.rgb
    assert sheet["A2"].fill.fill_type is None


def test_the_explanation_is_a_sheet_that_no_import_reads(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", "很多"]])
    again = tmp_path / "again.xlsx"
    again.write_bytes(marked_workbook(path, [one_error()], WORDS, file_name="a.xlsx"))
    book = openpyxl.load_workbook(again)
    assert book["说明（geo_tracker）"]["A1"].value == "红色的要改。"
    assert only_sheet(again).unknown_columns == []


def test_marking_twice_leaves_one_column_of_reasons_and_one_explanation(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", "很多"], ["乙村", 1]])
    again = tmp_path / "again.xlsx"
    again.write_bytes(marked_workbook(path, [one_error()], WORDS, file_name="a.xlsx"))
    book = marked(again, one_error(row=3, column=0))
    sheet = book["村庄"]
    assert [cell.value for cell in sheet[1]] == ["村名", "户数", "问题（geo_tracker）"]
    assert (sheet["C2"].value, sheet["B2"].fill.fill_type) == (None, None)
    assert sheet["C3"].value
    assert book.sheetnames == ["村庄", "说明（geo_tracker）"]


def test_the_planners_own_colours_stay(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", 1]])
    book = openpyxl.load_workbook(path)
    book["村庄"]["A2"].fill = PatternFill("solid", "FFFFC7CE")
    book.save(path)
    assert marked(path)["村庄"]["A2"].fill.fgColor.rgb == "FFFFC7CE"


def test_a_colour_in_the_far_corner_costs_no_memory_and_moves_no_column(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", "很多"]])
    book = openpyxl.load_workbook(path)
    book["村庄"]["XFD1048576"].fill = PatternFill("solid", "FFFFFF00")
    book.save(path)
    assert marked(path, one_error())["村庄"]["C2"].value == "很多 不是数字。"


def with_entities(path: Path, part: str, before: str, text: str) -> Path:
    """Write a workbook in one part of which a text unfolds to 50,000,000,000 letters."""
    names = "abcdefghij"
    entities = "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in itertools.pairwise(names)
    )
    bomb = f'<!DOCTYPE x [<!ENTITY a "{"x" * 50}">{entities}]>'
    hostile = path.with_name("hostile.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(hostile, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == part:
                content = content.replace(before, f"{bomb}{before}", 1).replace(text, "&j;", 1)
                assert "&j;" in content
            new.writestr(name, content)
    return hostile


@pytest.mark.parametrize(
    ("member", "opening", "text"),
    [
        ("xl/worksheets/sheet1.xml", "<worksheet", "甲村"),
        ("docProps/core.xml", "<cp:coreProperties", "openpyxl"),
    ],
)
def test_entities_that_unfold_without_end_are_refused(
    tmp_path: Path, member: str, opening: str, text: str
) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", "很多"]])
    hostile = with_entities(path, member, opening, text)
    with pytest.raises(InputError, match="defines entities"):
        marked_workbook(hostile, [one_error()], WORDS, file_name="hostile.xlsx")


@pytest.mark.parametrize("text", ["=1+1", "+1", "@SUM(A1)", "-1+1", "=cmd|'/c calc'!A1"])
def test_text_of_a_csv_starts_no_formula(tmp_path: Path, text: str) -> None:
    path = tmp_path / "村庄.csv"
    path.write_text(f"村名,户数\n{text},1\n", encoding="utf-8")
    cell = marked(path, one_error())["村庄"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


@pytest.mark.parametrize(
    ("formula", "stays"),
    [
        ("=SUM(B2:B9)", True),
        ("=A1&B1", True),
        ('=HYPERLINK("x")', False),
        ("=cmd|'/c calc'!A1", False),
        ("='[other.xlsx]Sheet1'!A1", False),
        ("=WEBSERVICE(A1)", False),
    ],
)
def test_a_planners_own_formula_stays_unless_it_reaches_out(
    tmp_path: Path, formula: str, stays: bool
) -> None:
    path = workbook(tmp_path / "a.xlsx", 村庄=[["村名", "户数"], ["甲村", formula]])
    cell = marked(path)["村庄"]["B2"]
    assert (cell.value, cell.data_type) == (formula, "f" if stays else "s")


def test_a_csv_wider_than_a_spreadsheet_comes_back_as_wide_as_one(tmp_path: Path) -> None:
    path = tmp_path / "村庄.csv"
    path.write_text("村名,户数\n甲村,很多" + ",x" * 20_000 + "\n", encoding="utf-8")
    sheet = marked(path, one_error())["村庄"]
    assert sheet.max_column == 16_384
    assert sheet["XFD2"].value == "很多 不是数字。"


def test_a_table_too_large_to_be_built_anew_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "村庄.csv"
    path.write_text("村名,户数\n" + "甲村,1\n" * 500_001, encoding="utf-8")
    with pytest.raises(UnusableTableError, match="too large to be given back"):
        marked_workbook(path, [one_error()], WORDS, file_name="村庄.csv")


def test_workbooks_are_read_by_the_parser_whose_bounds_are_tested() -> None:
    assert not openpyxl.xml.LXML
