"""The way of a table with errors: out, corrected, in again, everything stored once."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import VillageFigures, Vote
from tests import samples
from tests.importing.xls import FormulaError, xls
from tests.web.tables.sheets import book, bytes_of, errors_of, run_of, sent, stored, votes
from tests.web.visitors import Visitor, visitor


def broken_sheets() -> dict[str, list[list[Any]]]:
    villages: list[list[Any]] = [
        ["统计代码", "村名", "乡镇", "户数", "总收入(万元)"],
        ["330784114200", "倪宅村", "花街镇", 300, 120],
        ["4.45E+11", "新川村", "花街镇", "很多", 18],
        ["330784114230", "双溪村", "花街镇", 200, 60],
    ]
    meetings = votes(("倪宅村", "花街镇"), ("新穿村", "花街镇"))
    meetings[1][7] = 5000  # more present than eligible
    return {"村庄": villages, "表决": meetings}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_error_workbook_is_corrected_and_uploaded_until_all_rows_are_stored_once(
    app: Flask, engine: sa.Engine, language: str
) -> None:
    planner = visitor(app, "planner", language=language)
    first = sent(planner, book(broken_sheets()))
    stored(app, planner, first)
    with reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count(VillageFigures.id))) == 2
        assert session.scalar(sa.select(sa.func.count(Vote.id))) == 0
    returned = errors_of(planner, first)
    villages, meetings = returned["村庄"], returned["表决"]
    header = "问题（geo_tracker）" if language == "zh-CN" else "Problem (geo_tracker)"
    assert villages["F1"].value == header
    assert villages["F2"].value is None
    assert "4.45E+11" in villages["F3"].value
    assert villages["A3"].fill.fgColor.rgb == villages["D3"].fill.fgColor.rgb == "FFFAC8C6"
    assert villages["B3"].fill.fill_type is None
    column = len(samples.SHEETS["表决"][0]) + 1
    assert "5000" in meetings.cell(2, column).value
    assert "新穿村" in meetings.cell(3, column).value
    assert meetings["B3"].fill.fgColor.rgb == "FFFAC8C6"

    villages["A3"], villages["D3"] = "330784114222", 150
    meetings["H2"] = 400
    second = sent(planner, bytes_of(returned))
    sheets = run_of(engine, second).preview["sheets"]
    assert [sheet["kind"] for sheet in sheets] == ["villages", "votes"]
    assert [sheet["unknown_columns"] for sheet in sheets] == [[], []]
    stored(app, planner, second)

    again = errors_of(planner, second)
    # What was corrected is coloured no more; one row is left.
    assert again["村庄"]["A3"].fill.fill_type is None
    assert again["村庄"]["F3"].value is None
    again["表决"]["B3"] = "新川村"
    stored(app, planner, sent(planner, bytes_of(again)))
    with reading(engine) as session:
        households: list[Any] = list(session.scalars(sa.select(VillageFigures.households)))
        assert sorted(households) == [150, 200, 300]
        assert session.scalar(sa.select(sa.func.count(Vote.id))) == 2


def test_the_error_workbook_has_more_problems_than_the_page_lists(planner: Visitor) -> None:
    rows: list[list[Any]] = [
        ["村名", "乡镇", "户数"],
        *(["倪宅村", "花街镇", "x"] for _ in range(300)),
    ]
    rows += [["无名村", "花街镇", 1]] * 300
    import_id = sent(planner, book({"村庄": rows}))
    # Of the bad cells and of the unknown villages the page lists 200 each, and says how many not.
    assert planner.page(f"/imports/{import_id}/preview").count("and 100 more") == 2
    sheet = errors_of(planner, import_id)["村庄"]
    assert all(sheet.cell(row, 4).value for row in range(2, 602))


def test_the_error_workbook_keeps_formats_and_starts_no_formula(planner: Visitor) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "村庄"
    for row in (
        ["村名", "乡镇", "户数"],
        ["倪宅村", "花街镇", "x"],
        ["x", "花街镇", "=cmd|'/c'!A1"],
    ):
        sheet.append(row)
    sheet["A4"], sheet["B4"] = "=1+1", "花街镇"
    sheet["A2"].font = openpyxl.styles.Font(bold=True)
    sheet.column_dimensions["A"].width = 33
    sheet["A5"].value, sheet["A5"].data_type, sheet["B5"] = "=HYPERLINK(1)", "s", "花街镇"
    returned = errors_of(planner, sent(planner, bytes_of(made)))["村庄"]
    assert returned["A2"].font.bold
    assert returned.column_dimensions["A"].width == 33
    assert (returned["C3"].data_type, returned["A5"].data_type) == ("s", "s")
    assert returned["A4"].value == "=1+1"
    assert all(returned.cell(row, 4).data_type in {"s", "n"} for row in range(1, 6))


@pytest.mark.parametrize("codec", ["gbk", "utf-8-sig"])
def test_a_csv_comes_back_as_a_workbook_of_text(
    app: Flask, planner: Visitor, engine: sa.Engine, codec: str
) -> None:
    lines = ["村名,乡镇,户数,备注", "倪宅村,花街镇,x,=1+1", "新川村,花街镇,150,", "合计,,150,"]
    import_id = sent(planner, "\n".join(lines).encode(codec), "村庄.csv")
    returned = errors_of(planner, import_id)
    sheet = returned["村庄"]
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "s")
    assert "x is no number." in sheet["E2"].value
    sheet["C2"] = "300"
    stored(app, planner, sent(planner, bytes_of(returned)))
    with reading(engine) as session:
        households: list[Any] = list(session.scalars(sa.select(VillageFigures.households)))
    assert sorted(households) == [150, 300]


def test_boundaries_have_no_error_workbook(app: Flask, planner: Visitor) -> None:
    assert planner.get("/imports/1/errors.xlsx").status_code == 422


def test_an_xls_comes_back_as_a_workbook_and_is_stored_when_it_was_corrected(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [
        ["统计代码", "村名", "乡镇", "户数", "总收入(万元)"],
        [330784114200, "倪宅村", "花街镇", 300, 1.5],
        ["330784114222", "新川村", "花街镇", FormulaError("#REF!"), 2],
    ]
    content = xls(tmp_path / "a.xls", 村庄=rows).read_bytes()
    returned = errors_of(planner, sent(planner, content, "村情.xls"))
    sheet = returned["村庄"]
    # Codes are text, so that no spreadsheet rounds them; numbers stay numbers.
    assert (sheet["A2"].value, sheet["D2"].value) == ("330784114200", 300)
    assert "#REF!" in sheet["F3"].value
    sheet["D3"] = 150
    stored(app, planner, sent(planner, bytes_of(returned)))
    with reading(engine) as session:
        incomes = session.scalars(sa.select(VillageFigures.total_income)).all()
    assert sorted(incomes) == [15_000, 20_000]
