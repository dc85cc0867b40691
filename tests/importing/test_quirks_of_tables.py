"""Tables as planners have them: each quirk read right, or refused with its reason."""

import contextlib
import random
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from geo_tracker.errors import InputError, UnusableTableError
from geo_tracker.importing.tables import Sheet, read_workbook
from tests.importing.shapes import workbook
from tests.importing.xls import FormulaError, xls


def only_sheet(path: Path) -> Sheet:
    sheets = read_workbook(path).sheets
    assert len(sheets) == 1
    return sheets[0]


def errors(sheet: Sheet) -> list[tuple[int | None, str | None, str]]:
    return [
        (p.row, p.column, p.message.text % p.message.values)
        for p in sheet.report.problems
        if p.severity == "error"
    ]


def formulas(path: Path, *cells: tuple[str, object]) -> Path:
    """Write a sheet of villages whose households are formulas with the values a file holds."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("村庄")
        sheet.write_row(0, 0, ["村名", "户数"])
        for row, (formula, value) in enumerate(cells, start=1):
            sheet.write(row, 0, f"村{row}")
            sheet.write_formula(row, 1, formula, None, value)
    return path


def test_formulas_are_read_by_the_value_the_file_holds(tmp_path: Path) -> None:
    sheet = only_sheet(formulas(tmp_path / "f.xlsx", ("=3+4", 7), ('="8"&"0"', "80")))
    assert sheet.rows["households"].to_list() == [7, 80]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_the_error_of_a_formula_is_reported_and_never_a_value(tmp_path: Path, error: str) -> None:
    sheet = only_sheet(formulas(tmp_path / "f.xlsx", ("=A1/0", error), ("=1", 1)))
    assert sheet.rows.index.to_list() == [3]
    assert errors(sheet) == [(2, "户数", f"The cell holds the error of a formula: {error}.")]


def test_a_formula_that_nobody_calculated_is_reported_and_not_taken_for_empty(
    tmp_path: Path,
) -> None:
    path = workbook(tmp_path / "f.xlsx", 村庄=[["村名", "户数"], ["甲村", "=3+4"], ["乙村", 5]])
    sheet = only_sheet(path)
    assert sheet.rows["households"].to_dict() == {3: 5}
    assert errors(sheet)[0][2].startswith("The formula was never calculated.")


@pytest.mark.parametrize(
    "code",
    ["4.45E+11", "3.3078E+11", 3307841142000000000.0, "3.30784114200E+18", 4.45e11, "445000000000"],
)
def test_a_code_that_a_spreadsheet_mangled_is_refused_in_a_workbook(
    tmp_path: Path, code: Any
) -> None:
    rows: list[list[Any]] = [
        ["统计代码", "村名", "户数"],
        [code, "甲村", 1],
        ["330784114200", "乙村", 2],
    ]
    sheet = only_sheet(workbook(tmp_path / "c.xlsx", 村庄=rows))
    assert sheet.rows["name"].to_list() == ["乙村"]
    assert "lost digits" in errors(sheet)[0][2]


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_mangled_code_is_refused_in_every_kind_of_csv(
    tmp_path: Path, codec: str, delimiter: str
) -> None:
    lines = ["统计代码;村名;户数", "4.45E+11;甲村;1", "330784114200;乙村;2"]
    path = tmp_path / "c.csv"
    path.write_text("\n".join(lines).replace(";", delimiter), encoding=codec)
    sheet = only_sheet(path)
    assert sheet.rows["name"].to_list() == ["乙村"]
    assert "lost digits" in errors(sheet)[0][2]


def test_a_code_of_nineteen_digits_as_text_is_its_village(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["统计代码", "村名", "户数"], ["3307841142000000000", "甲村", 1]]
    sheet = only_sheet(workbook(tmp_path / "c.xlsx", 村庄=rows))
    assert sheet.rows["stat_code"].to_list() == ["330784114200"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019.3", date(2019, 3, 1)),
        ("2019年3月", date(2019, 3, 1)),
        ("2019/3/5", date(2019, 3, 5)),
        ("2019-03-05", date(2019, 3, 5)),
        ("2019年3月5日", date(2019, 3, 5)),
        ("2019年3月5号", date(2019, 3, 5)),
        ("２０１９．３．５", date(2019, 3, 5)),
        ("2019/3/5 0:00:00", date(2019, 3, 5)),
        (43529, date(2019, 3, 5)),
        ("43529", date(2019, 3, 5)),
        (20190305, date(2019, 3, 5)),
        (2019.3, date(2019, 3, 1)),
        (datetime(2019, 3, 5), date(2019, 3, 5)),  # noqa: DTZ001 - a cell knows no time zone
    ],
)
def test_dates_are_read_however_they_are_written(tmp_path: Path, written: Any, read: date) -> None:
    rows = [["村名", "基准日", "户数"], ["甲村", written, 1]]
    assert only_sheet(workbook(tmp_path / "d.xlsx", 村庄=rows)).rows["as_of_on"].to_list() == [read]


@pytest.mark.parametrize(
    ("header", "written", "read"),
    [
        ("进度", "99.7 %", 0.997),
        ("进度", "99.7", 0.997),
        ("进度", 99.7, 0.997),
        ("进度", 0.997, 0.997),
        ("进度", "0.997", 0.997),
        ("进度", "９９．７％", 0.997),
        ("进度（％）", "９９．７", 0.997),
    ],
)
def test_rates_are_read_however_they_are_written(
    tmp_path: Path, header: str, written: Any, read: float
) -> None:
    rows = [["名称", "原村", header], ["村道", "新川村", written]]
    sheet = only_sheet(workbook(tmp_path / "r.xlsx", 项目=rows))
    assert sheet.rows["progress"].to_list() == pytest.approx([read])
    assert errors(sheet) == []


@pytest.mark.parametrize(
    ("header", "written", "yuan"),
    [
        ("总收入（万元）", 45.5, 455_000),
        ("总收入(元)", "1,234.50", 1234.5),
        ("总收入 / 万元", "４５．５ ", 455_000),
        ("总收入[千元]", 3, 3000),
        ("总收入（元）", "45.5万元", 455_000),
        ("总收入", "1，234元", 1234),
    ],
)
def test_money_is_read_in_the_unit_it_states(
    tmp_path: Path, header: str, written: Any, yuan: float
) -> None:
    rows = [["村名", "户数", header], ["甲村", 1, written]]
    sheet = only_sheet(workbook(tmp_path / "m.xlsx", 村庄=rows))
    assert sheet.rows["total_income_yuan"].to_list() == [Decimal(str(yuan))]


def test_a_header_in_row_six_behind_empty_columns_is_found(tmp_path: Path) -> None:
    above: list[list[Any]] = [[None, None, "永康市村情表"], [None, None, "单位：万元"], [], [], []]
    rows: list[list[Any]] = [
        [None, None, "村　名", "乡 镇", "户数（户）", "总收入", "常住人口［人］"]
    ]
    rows += [[None, None, "甲村　", "花街镇", "  80  ", 3.5, " 1,200 "]]
    sheet = only_sheet(workbook(tmp_path / "h.xlsx", Sheet1=[*above, *rows]))
    assert (sheet.header_row, sheet.rows.index.to_list(), errors(sheet)) == (6, [7], [])
    row = sheet.rows.loc[7]
    assert (row["name"], row["households"], row["resident_population"]) == ("甲村", 80, 1200)
    assert row["total_income_yuan"] == 35_000


def test_hidden_rows_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "h.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("村庄")
        sheet.write_row(0, 0, ["村名", "户数"])
        sheet.write_row(1, 0, ["甲村", 1])
        sheet.write_row(2, 0, ["乙村", 2])
        sheet.set_row(2, None, None, {"hidden": True})
    assert only_sheet(path).rows["households"].to_list() == [1, 2]


@pytest.mark.parametrize("total", ["合计", "合 计", "合　计", "总计：", "全镇合计", "小计（3村）"])
def test_rows_of_totals_are_no_villages(tmp_path: Path, total: str) -> None:
    rows: list[list[Any]] = [["村名", "户数"], ["甲村", 3], [total, 3]]
    assert only_sheet(workbook(tmp_path / "t.xlsx", 村庄=rows)).rows["name"].to_list() == ["甲村"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_what_the_lines_agree_on(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "村情.csv"
    lines = ["村情表", "村名|户数|备注", '甲村|12|"一,二;三\t四,五;六"', "合计|12|"]
    path.write_text("\n".join(lines).replace("|", delimiter), encoding="utf-8-sig")
    sheet = only_sheet(path)
    assert sheet.rows["households"].to_dict() == {3: 12}


def test_a_csv_file_is_known_by_the_name_its_owner_gave_it(tmp_path: Path) -> None:
    path = tmp_path / "0a1b2c.csv"
    path.write_text("原村,日期,应到,实到,同意\n甲村,2019.3,9,8,7\n", encoding="gbk")
    assert read_workbook(path, file_name="表决.csv").sheets[0].title == "表决"


def test_a_cell_too_long_for_csv_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("村名,户数\n" + "甲" * 200_000 + ",1\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"long\.csv cannot be read as CSV"):
        read_workbook(path)


def test_a_workbook_without_its_list_of_sheets_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(Exception, match="may be damaged"):
        read_workbook(path)


def test_an_xls_is_read_as_an_xlsx_is(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["村情表"],
        ["单位：万元"],
        ["统计代码", "村名", "乡镇", "户数", "总收入", "基准日"],
        ["330784114200", "倪宅村", "花街镇", 300, 12.5, "2018年10月"],
        [330784114222, "新川村", "花街镇", FormulaError("#REF!"), 1, 43404],
        ["4.45E+11", "双溪村", "花街镇", 1, 1, None],
        [3.307841142e18, "上溪村", "花街镇", 1, 1, None],
        ["合 计", None, None, 300, 12.5, None],
    ]
    sheet = only_sheet(xls(tmp_path / "a.xls", 村庄=rows))
    assert sheet.rows.index.to_list() == [4]
    row = sheet.rows.loc[4]
    assert (row["stat_code"], row["households"]) == ("330784114200", 300)
    assert (row["total_income_yuan"], row["as_of_on"]) == (125_000, date(2018, 10, 1))
    assert [row for row, _, _ in errors(sheet)] == [6, 7, 5]
    assert errors(sheet)[2][2] == "The cell holds the error of a formula: #REF!."


def test_the_second_sheet_of_an_xls_has_its_own_errors(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["村名", "户数"], ["甲村", 1]]
    wrong: list[list[Any]] = [["村名", "户数"], ["乙村", FormulaError("#N/A")]]
    read = read_workbook(xls(tmp_path / "a.xls", 村庄=rows, 行政村=wrong))
    assert [len(sheet.report.errors) for sheet in read.sheets] == [0, 1]


def test_a_short_xls_keeps_its_workbook_elsewhere_and_is_read_all_the_same(
    tmp_path: Path,
) -> None:
    rows: list[list[Any]] = [["村名", "户数"], ["甲村", 7], ["乙村", FormulaError("#N/A")]]
    sheet = only_sheet(xls(tmp_path / "a.xls", short=True, 村庄=rows))
    assert sheet.rows["households"].to_dict() == {2: 7}
    assert len(errors(sheet)) == 1


@pytest.mark.parametrize("cut", [600, 1100, 2000, 4000])
def test_an_xls_cut_off_anywhere_is_refused(tmp_path: Path, cut: int) -> None:
    rows: list[list[Any]] = [["村名", "户数"], *[["甲村", 1]] * 100]
    path = tmp_path / "cut.xls"
    path.write_bytes(xls(tmp_path / "a.xls", 村庄=rows).read_bytes()[:cut])
    with pytest.raises(UnusableTableError):
        read_workbook(path)


def small_book(path: Path, suffix: str) -> Path:
    rows: list[list[Any]] = [["村名", "户数"], *[["甲村", 1]] * 30]
    if suffix == "xls":
        return xls(path, 村庄=rows)
    if suffix == "xlsx":
        return workbook(path, 村庄=rows)
    path.write_text("\n".join(f"{name},{count}" for name, count in rows), encoding="gbk")
    return path


@pytest.mark.parametrize("suffix", ["xls", "xlsx", "csv"])
def test_bytes_changed_anywhere_end_in_a_report_or_a_refusal(tmp_path: Path, suffix: str) -> None:
    whole = small_book(tmp_path / "a", suffix).read_bytes()
    chance = random.Random(20261125)
    path = tmp_path / f"changed.{suffix}"
    for _ in range(100):
        changed = bytearray(whole)
        for _ in range(3):
            changed[chance.randrange(8, len(whole))] = chance.randrange(256)
        path.write_bytes(changed)
        with contextlib.suppress(InputError):
            read_workbook(path)


def test_a_stray_cell_far_out_in_an_xls_is_refused_before_room_is_made_for_it(
    tmp_path: Path,
) -> None:
    rows: list[list[Any]] = [["村名", "户数"], ["甲村", 1.5]]
    path = xls(tmp_path / "a.xls", 村庄=rows)
    stray = b"\x01\x00\x01\x00\x00\x00" + struct.pack("<d", 1.5)
    content = path.read_bytes()
    assert content.count(stray) == 1
    far = b"\xff\xff\xff\xff\x00\x00" + struct.pack("<d", 1.5)
    path.write_bytes(content.replace(stray, far))
    with pytest.raises(UnusableTableError, match="reaches to cell"):
        read_workbook(path)
