"""Workbooks and CSV files with the quirks that Excel, WPS and people give them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.importing.corpus import case

HEADER = ["统计代码", "村名", "乡镇", "户籍人口", "总收入（万元）"]
ROWS: list[list[Any]] = [
    ["330784114200", "倪宅村", "花街镇", 1234, 45.5],
    ["330784114222", "新川村", "花街镇", 820, 12],
]
TWO = ("倪宅村", "新川村")


def book(path: Path, rows: Sequence[Sequence[Any]], *, title: str = "村庄") -> None:
    """Write one sheet; dates as Excel's own."""
    with xlsxwriter.Workbook(
        path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    ) as workbook:
        sheet = workbook.add_worksheet(title)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def sheet(
    name: str,
    rows: Sequence[Sequence[Any]],
    names: tuple[str | None, ...] | None = TWO,
    *,
    title: str = "村庄",
    refused: str = "",
    says: tuple[str, ...] = (),
) -> None:
    """Take a workbook of one sheet."""

    @case(name, names=names, refused=refused, says=says)
    def build(path: Path, passing: Path) -> None:
        book(path, rows, title=title)


sheet("plain.xlsx", [HEADER, *ROWS])
sheet("three-title-rows.xlsx", [["永康市村情表"], ["2019年"], ["单位：万元"], HEADER, *ROWS])
sheet("header-in-row-six.xlsx", [[""], ["表"], [""], [""], [""], HEADER, *ROWS])
sheet("totals.xlsx", [HEADER, *ROWS, ["合计", "", "", 2054, 57.5]], says=("A row of totals",))
sheet(
    "subtotals-inside.xlsx",
    [HEADER, ROWS[0], ["花街镇小计", "", "", 1234, 45.5], ROWS[1]],
    says=("A row of totals",),
)
sheet("footer.xlsx", [HEADER, *ROWS, ["填报人：张三", "", "审核人：李四"]], says=("A note below",))
sheet("header-repeated.xlsx", [HEADER, ROWS[0], HEADER, ROWS[1]], says=("A repeated header",))
sheet("empty-lines-between.xlsx", [HEADER, ROWS[0], [""] * 5, [""] * 5, ROWS[1]])
sheet("serial-numbers.xlsx", [["序号", *HEADER], [1, *ROWS[0]], [2, *ROWS[1]]])
sheet("blanks-in-header.xlsx", [[" 统计 代码", "村 名", "乡  镇", "户籍\n人口", ""], *ROWS])
sheet("no-unit-of-money.xlsx", [[*HEADER[:4], "总收入"], *ROWS], says=("states no unit",))
sheet("codes-as-numbers.xlsx", [HEADER, *([int(r[0]), *r[1:]] for r in ROWS)])
sheet(
    "a-code-shortened-by-excel.xlsx",
    [HEADER, ["4.45E+11", *ROWS[0][1:]], ROWS[1]],
    ("新川村",),
    says=("4.45E+11",),
)
sheet(
    "a-code-of-eleven-digits.xlsx",
    [HEADER, ["33078411420", *ROWS[0][1:]], ROWS[1]],
    ("新川村",),
)
sheet("full-width-digits.xlsx", [HEADER, ["３３０７８４１１４２００", *ROWS[0][1:]], ROWS[1]])
sheet(
    "people-in-words.xlsx",
    [HEADER, [*ROWS[0][:3], "一千多", 1], ROWS[1]],
    ("新川村",),
    says=("一千多",),
)
sheet("formulas-as-text.xlsx", [HEADER, [ROWS[0][0], "=1+1", *ROWS[0][2:]]], ("=1+1",))
sheet("sheet-with-another-name.xlsx", [HEADER, *ROWS], title="Sheet1")
sheet("nothing-below-the-header.xlsx", [HEADER], (), says=("no rows below its header",))
sheet("header-unknown.xlsx", [["甲", "乙"], [1, 2]], None, title="a", refused="No sheet of")
sheet("needed-column-missing.xlsx", [["户籍人口"], [5]], None, refused="lacks the column")
sheet("explanations-only.xlsx", [["请填写"]], None, title="填写说明", refused="No sheet of")

VOTES = ["原村", "乡镇", "日期", "应到", "实到", "同意", "反对", "弃权"]
DAYS: list[Any] = [
    "2019.3.5",
    "2019年3月5日",
    date(2019, 3, 5),
    43529,
    "２０１９/３/５",
    "20190305",
]
sheet(
    "dates-in-six-spellings.xlsx",
    [VOTES, *([f"第{n}村", "花街镇", day, 100, 90, 88, 1, 1] for n, day in enumerate(DAYS))],
    tuple(f"第{n}村" for n in range(len(DAYS))),
    title="表决",
)
sheet(
    "more-votes-than-voters.xlsx",
    [VOTES, ["新川村", "花街镇", "2019.3.5", 100, 90, 95, 1, 1]],
    (),
    title="表决",
)
PROJECTS = ["名称", "新村", "乡镇", "预算（万元）", "进度"]
RATES: list[Any] = ["60%", "60％", "60 %", 60, "６０"]
sheet(
    "rates-in-percent.xlsx",
    [PROJECTS, *([f"项目{n}", "倪宅新村", "花街镇", 4, rate] for n, rate in enumerate(RATES))],
    tuple(f"项目{n}" for n in range(len(RATES))),
    title="项目",
)


@case("two-header-rows.xlsx", names=TWO)
def _two_rows(path: Path, passing: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet("村庄")
        for column, text in enumerate(HEADER[:3]):
            page.merge_range(0, column, 1, column, text)
        page.merge_range("D1:E1", "基本情况")
        page.write_row("D2", ["户籍人口（人）", "总收入（万元）"])
        for number, row in enumerate(ROWS):
            page.write_row(number + 2, 0, row)


@case("merged-town.xlsx", names=TWO)
def _merged(path: Path, passing: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet("村庄")
        page.write_row(0, 0, HEADER)
        for number, row in enumerate(ROWS):
            page.write_row(number + 1, 0, row)
        page.merge_range("C2:C3", "花街镇")


@case("formulas-with-values.xlsx", names=TWO)
def _formulas(path: Path, passing: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet("村庄")
        page.write_row(0, 0, HEADER)
        for number, row in enumerate(ROWS):
            page.write_row(number + 1, 0, row)
        page.write_formula("D2", "=SUM(1000,234)", None, 1234)


def text(
    name: str,
    encoding: str,
    *,
    between: str = ",",
    names: tuple[str | None, ...] | None = TWO,
    content: str | None = None,
    refused: str = "",
) -> None:
    """Take a CSV file."""
    lines = [between.join(map(str, row)) for row in [HEADER, *ROWS]]

    @case(name, names=names, refused=refused)
    def build(path: Path, passing: Path) -> None:
        path.write_bytes(("\r\n".join(lines) if content is None else content).encode(encoding))


text("村庄-gbk.csv", "gbk")
text("村庄-utf8.csv", "utf-8")
text("村庄-utf8-mark.csv", "utf-8-sig")
text("村庄-utf16-tabs.csv", "utf-16", between="\t")
text("村庄-semicolons.csv", "gbk", between=";")
text("空.csv", "utf-8", content=" \r\n", names=None, refused="is empty")
text("zeros.csv", "utf-8", content="\0" * 200, names=None, refused="neither a workbook")
text("quotes-without-end.csv", "utf-8", content='统计代码,村名\r\n"330784114200,倪宅村', names=None)
