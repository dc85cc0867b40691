from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import PatternFill

from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.tables import Sheet, read_workbook
from tests.importing.shapes import workbook

VOTE_HEADER = [
    *("原村", "乡镇", "会议形式", "通知日期", "日期"),
    *("应到", "实到", "发出", "收回", "同意", "反对", "弃权", "无效"),
]


def only_sheet(path: Path) -> Sheet:
    sheets = read_workbook(path).sheets
    assert len(sheets) == 1
    return sheets[0]


def notes(sheet: Sheet, severity: str = "error") -> list[tuple[int | None, str]]:
    return [
        (p.row, p.message.text % p.message.values)
        for p in sheet.report.problems
        if p.severity == severity
    ]


def vote(**counts: Any) -> dict[str, Any]:
    usual = {
        "原村": "新川村", "乡镇": "花街镇", "会议形式": "村民会议", "通知日期": "2018-10-01",
        "日期": "2018-10-20", "应到": 100, "实到": 90, "发出": 90, "收回": 90, "同意": 88,
        "反对": 1, "弃权": 1, "无效": 0,
    }  # fmt: skip
    return usual | counts


def votes_sheet(tmp_path: Path, *votes: dict[str, Any]) -> Sheet:
    rows = [[row[name] for name in VOTE_HEADER] for row in votes]
    return only_sheet(workbook(tmp_path / "v.xlsx", 表决=[VOTE_HEADER, *rows]))


def test_villages_with_title_total_and_note_rows(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "a.xlsx",
            村庄=[
                ["永康市行政村基本情况表（合成数据）"],
                ["单位：万元"],
                [
                    "序号",
                    "统计代码",
                    "村名",
                    "乡镇",
                    "户数",
                    "户籍人口（人）",
                    "总收入",
                    "年份",
                    "备用",
                ],
                [1, 330784114200, "倪宅村", "花街镇", "１２３", "1,234", 45.5, 2018, "x"],
                [None] * 9,
                [2, "330784114222", " 新川村", "花街镇", 80, None, "-", 2018, None],
                ["合计", None, None, None, 203, 1234, 45.5, None, None],
                ["填报人：张三", None, None, "审核人："],
            ],
        )
    )
    assert (sheet.kind, sheet.header_row, sheet.synthetic) == ("villages", 3, True)
    assert sheet.unknown_columns == ["备用"]
    assert sheet.columns["registered_population"] == "户籍人口（人）"
    rows = sheet.rows
    assert rows.index.name == "row"
    assert rows.index.to_list() == [4, 6]
    assert rows["stat_code"].to_list() == ["330784114200", "330784114222"]
    assert rows["households"].to_list() == [123, 80]
    assert rows["registered_population"].to_list() == [1234, None]
    assert rows["total_income_yuan"].to_list() == [Decimal("455000.00"), None]
    assert rows["as_of_on"].to_list() == [None, None]
    assert rows.columns.to_list() == list(LAYOUTS["villages"].columns)
    assert notes(sheet, "info") == [
        (7, "A row of totals was skipped."),
        (8, "A note below the table was skipped."),
    ]
    assert notes(sheet, "error") + notes(sheet, "warning") == []


def test_a_header_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("项目")
        sheet.merge_range("A1:H1", "整治项目进度表")
        for column, title in {"A": "项目名称", "B": "新村", "G": "进度"}.items():
            sheet.merge_range(f"{column}2:{column}3", title)
        sheet.merge_range("C2:D2", "资金（万元）")
        sheet.write_row("C3", ["预算", "已拨付"])
        sheet.merge_range("E2:F2", "计划")
        sheet.write_row("E3", ["开工", "竣工"])
        sheet.write_row("A4", ["村道硬化", "倪宅新村", 400, "120.5", "2019.3", "2019年12月", 60])
    read = only_sheet(path)
    assert (read.header_row, notes(read), notes(read, "warning")) == (3, [], [])
    row = read.rows.loc[4]
    assert (row["budget_yuan"], row["paid_yuan"]) == (Decimal(4_000_000), Decimal(1_205_000))
    assert (row["planned_start_on"], row["planned_finish_on"]) == (
        date(2019, 3, 1),
        date(2019, 12, 1),
    )
    assert row["progress"] == 0.6
    assert row["village_name"] == "倪宅新村"


def test_a_merged_village_name_counts_for_each_row_but_a_merged_amount_once(
    tmp_path: Path,
) -> None:
    path = workbook(
        tmp_path / "p.xlsx",
        项目=[
            ["名称", "新村", "预算(元)"],
            ["村道", "倪宅新村", 100],
            ["沟渠", None, None],
        ],
    )
    book = openpyxl.load_workbook(path)
    book["项目"].merge_cells("B2:B3")
    book["项目"].merge_cells("C2:C3")
    book.save(path)
    rows = only_sheet(path).rows
    assert rows["village_name"].to_list() == ["倪宅新村", "倪宅新村"]
    assert rows["budget_yuan"].to_list() == [Decimal(100), None]


def test_a_row_of_units_below_the_header_is_part_of_it(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "a.xlsx",
            村庄=[["村名", "户数", "总收入"], ["", "(户)", "(万元)"], ["倪宅村", 10, 1]],
        )
    )
    assert sheet.rows["total_income_yuan"].to_dict() == {3: Decimal(10_000)}


def test_mergers_read_their_kind_and_approval(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "m.xlsx",
            合并对照=[
                ["新村名", "原村名", "乡镇", "调整方式", "批复文号", "批复日期", "依据"],
                [
                    "倪宅新村",
                    "倪宅村",
                    "花街镇",
                    "新设合并",
                    "永政〔2018〕1号",
                    "2018-10-31",
                    "杂志",
                ],
                ["倪宅新村", "新川村", "花街镇", "并入", None, None, None],
                ["甲村", "乙村", "花街镇", "合并", None, None, None],
                [None, "丙村", "花街镇", None, None, None, None],
            ],
        )
    )
    assert sheet.rows["kind"].to_list() == ["fusion", "integration", None]
    assert sheet.rows["document_on"].to_list() == [date(2018, 10, 31), None, None]
    assert notes(sheet, "warning") == [(4, "Not a known way of adjustment; left open.")]
    assert notes(sheet) == [(5, "新村代码/新村名 is missing.")]


def test_a_bad_cell_costs_its_row_only(tmp_path: Path) -> None:
    sheet = votes_sheet(tmp_path, vote(), vote(应到="很多"), vote(日期="2018-13-01"), vote())
    assert sheet.rows.index.to_list() == [2, 5]
    errors = sheet.report.errors
    assert {(p.row, p.column, p.value) for p in errors} == {
        (3, "应到", "很多"),
        (4, "日期", "2018-13-01"),
    }


def test_a_code_that_excel_shortened_costs_its_row(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("村代码,村名,户数\n4.45E+11,甲村,5\n330784114200,乙村,6\n", encoding="gbk")
    sheet = only_sheet(path)
    assert sheet.rows["name"].to_dict() == {3: "乙村"}
    assert "lost digits" in notes(sheet)[0][1]


def test_a_good_vote_has_no_problems(tmp_path: Path) -> None:
    sheet = votes_sheet(tmp_path, vote())
    assert sheet.report.problems == []
    assert sheet.rows.loc[2, "agree"] == 88
    assert sheet.rows.loc[2, "held_on"] == date(2018, 10, 20)


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({"同意": 91, "反对": 0, "弃权": 0}, "91 agree, but only 90 were present."),
        ({"实到": 101, "发出": 90}, "101 present, but only 100 eligible."),
        ({"收回": 91}, "91 ballots returned, but 90 issued."),
        ({"反对": 3}, "92 votes, but 90 ballots returned."),
    ],
)
def test_impossible_counts_cost_the_row(tmp_path: Path, counts: dict[str, Any], text: str) -> None:
    sheet = votes_sheet(tmp_path, vote(**counts))
    assert (2, text) in notes(sheet)
    assert len(sheet.rows) == 0


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({"发出": 95, "收回": 90}, "95 ballots issued, but 90 present: were there mobile"),
        ({"同意": 80}, "82 votes are counted of 90 ballots returned."),
        ({"实到": 50, "发出": 50, "收回": 50, "同意": 48}, "No quorum: 50 of 100"),
        ({"同意": 45, "反对": 45, "弃权": 0}, "Not passed: 45 of 90"),
        ({"会议形式": "村民代表会议"}, "A merger needs a villagers' meeting"),
        (
            {"会议形式": "户代表会议", "实到": 66, "发出": 66, "收回": 66, "同意": 64},
            "No quorum: 66 of 100",
        ),
    ],
)
def test_doubtful_votes_stay_with_a_warning(
    tmp_path: Path, counts: dict[str, Any], text: str
) -> None:
    sheet = votes_sheet(tmp_path, vote(**counts))
    warnings = notes(sheet, "warning")
    assert len(warnings) == 1
    assert warnings[0][1].startswith(text)
    assert len(sheet.rows) == 1


def test_household_representatives_are_quorate_at_two_thirds(tmp_path: Path) -> None:
    sheet = votes_sheet(tmp_path, vote(会议形式="户代表会议", 实到=67, 发出=67, 收回=67, 同意=65))
    assert sheet.report.problems == []


def test_channels_carry_amounts_in_the_unit_of_the_budget(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "p.xlsx",
            项目=[
                ["名称", "原村", "预算(万元)", "资金渠道"],
                ["a", "新川村", 80, "美丽乡村:60；自筹：20"],
                ["b", "新川村", 80, "美丽乡村"],
                ["c", "新川村", 80, None],
                ["d", "新川村", 80, "县镇配套:50万元，自筹:1,000元"],
            ],
        )
    )
    assert sheet.rows["channels"].to_list() == [
        [("美丽乡村", Decimal(600_000)), ("自筹", Decimal(200_000))],
        [("美丽乡村", None)],
        None,
        [("县镇配套", Decimal(500_000)), ("自筹", Decimal(1_000))],
    ]


def test_money_without_a_unit_is_yuan_with_a_warning(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(tmp_path / "p.xlsx", 项目=[["名称", "原村", "预算"], ["a", "新川村", 80]])
    )
    assert sheet.rows["budget_yuan"].to_list() == [Decimal(80)]
    assert notes(sheet, "warning") == [
        (None, "The header states no unit (元, 万元); read as yuan.")
    ]


@pytest.mark.parametrize(
    ("header", "cells", "shares", "doubts"),
    [
        ("进度", [0.5, 1], [0.5, 1], 0),
        ("进度", [50, 100], [0.5, 1], 0),
        ("进度(%)", [50, 1], [0.5, 0.01], 0),
        ("进度(%)", [0.5, 1], [0.5, 1], 1),
        ("进度", [50, 0.5], [0.5, 0.005], 1),
        ("进度", ["50%", 1], [0.5, 1], 0),
    ],
)
def test_progress_is_a_share_whatever_it_is_written_in(
    tmp_path: Path, header: str, cells: list[Any], shares: list[float], doubts: int
) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "p.xlsx",
            项目=[["名称", "原村", header], *(["a", "新川村", cell] for cell in cells)],
        )
    )
    assert sheet.rows["progress"].to_list() == pytest.approx(shares)
    assert len(notes(sheet, "warning")) == doubts


def test_a_project_without_any_village_is_left_out(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "p.xlsx",
            项目=[["名称", "新村", "原村"], ["a", None, None], ["b", None, "新川村"]],
        )
    )
    assert sheet.rows["name"].to_list() == ["b"]
    assert notes(sheet)[0][0] == 2


def test_published_figures_stay_as_published(tmp_path: Path) -> None:
    sheet = only_sheet(
        workbook(
            tmp_path / "p.xlsx",
            公布数=[
                ["指标", "调整前", "调整后", "数值", "单位", "日期", "发布单位", "来源"],
                ["行政村数", "4,457", 2865, None, "个", "2018-12", "某杂志", "第3期"],
                ["平均同意率", None, None, "99.7%", "%", None, None, None],
            ],
        )
    )
    assert sheet.rows.loc[2, ["before", "after"]].to_list() == [4457, 2865]
    assert sheet.rows.loc[3, "value"] == 99.7
    assert sheet.rows.loc[2, "as_of_on"] == date(2018, 12, 1)


def test_sheets_are_recognised_by_name_or_header_and_others_listed(tmp_path: Path) -> None:
    read = read_workbook(
        workbook(
            tmp_path / "all.xlsx",
            项目说明=[["名称", "原村", "预算", "进度"]],
            Sheet1=[VOTE_HEADER, list(vote().values())],
            村庄情况=[["村名", "户数"], ["甲村", 1]],
            杂项=[["a", "b"], [1, 2]],
            空表=[],
        )
    )
    assert [(sheet.title, sheet.kind) for sheet in read.sheets] == [
        ("Sheet1", "votes"),
        ("村庄情况", "villages"),
    ]
    assert read.skipped == ["项目说明", "杂项", "空表"]


def test_a_sheet_without_a_needed_column_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "v.xlsx", 表决=[["原村", "日期", "应到"], ["甲村", "2018.9", 5]])
    with pytest.raises(UnusableTableError, match="表决 lacks the column 实到、同意"):
        read_workbook(path)


def test_a_workbook_without_known_sheets_says_which_are_known(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", Sheet1=[["a"], [1]])
    with pytest.raises(
        UnusableTableError,
        match="村庄、合并对照、表决、项目、问题、走访、事件、清单、三资融合、公布数",
    ):
        read_workbook(path)


def test_a_sheet_with_a_header_only_is_empty_and_says_so(tmp_path: Path) -> None:
    sheet = votes_sheet(tmp_path)
    assert len(sheet.rows) == 0
    assert notes(sheet, "info") == [(None, "The sheet has no rows below its header.")]


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "utf-8-sig"])
def test_csv_is_read_in_the_usual_encodings(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "村庄.csv"
    path.write_text('村名,户数,户籍人口\n倪宅村,12,"1,234"\n', encoding=codec)
    assert only_sheet(path).rows["registered_population"].to_list() == [1234]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a workbook", b"\xd0\xcf\x11\xe0 no xls",
                                     b"\x00\x01\x02\xff"])  # fmt: skip
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnusableTableError, match=r"x\.xlsx"):
        read_workbook(path)


def test_a_stray_value_in_the_far_corner_is_refused_and_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", 村庄=[["村名", "户数"], ["甲村", 1]])
    book = openpyxl.load_workbook(path)
    book["村庄"]["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(UnusableTableError, match="reaches to cell XFD1048576"):
        read_workbook(path)


def test_far_cells_with_a_colour_only_do_no_harm(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", 村庄=[["村名", "户数"], ["甲村", 1]])
    book = openpyxl.load_workbook(path)
    book["村庄"]["XFD1048576"].fill = PatternFill("solid", "FFFF00")
    book.save(path)
    assert only_sheet(path).rows["households"].to_list() == [1]
