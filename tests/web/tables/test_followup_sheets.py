"""Problems, visits and incidents through the pages: in, corrected, undone, out and in again."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import ImportRun, Incident, Problem, Visit
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.tables import read_workbook
from geo_tracker.workflows.problems import act
from tests.web.reading import plain, rows
from tests.web.tables.sheets import book, bytes_of, errors_of, run_of, sent, stored
from tests.web.uploads import work_done
from tests.web.visitors import Visitor, visitor

HEADER = ["编号", "来源", "内容", "反映人", "原村", "乡镇", "登记日期", "交办日期", "期限",
          "责任单位", "办结日期", "回访日期", "满意度", "状态"]  # fmt: skip
LAMP = ["2025-00001", "群众", "路灯不亮", "王小明", "新川村", "花街镇", "2025.11.1号",
        *[None] * 7]  # fmt: skip


def row(number: str, **cells: Any) -> list[Any]:
    known = dict(zip(HEADER, LAMP, strict=True)) | {"编号": number} | cells
    return [known[name] for name in HEADER]


OVER = {"登记日期": "2025-11-01", "交办日期": "2025年11月3日", "期限": 45981, "责任单位": "交通局"}


def problems(engine: sa.Engine) -> dict[str, Problem]:
    with reading(engine) as session:
        return {p.problem_no: p for p in session.scalars(sa.select(Problem))}


def quirky() -> bytes:
    """Return a list as towns send it: titles, a merged cell, full-width digits, sums, notes."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "2025年问题清单"
    sheet.append(["花街镇“三服务”问题交办清单"])
    sheet.append(["填报单位：花街镇人民政府"])
    sheet.append(["序号", "问题编号", "问题来源", "问题描述", "原行政村", "镇街", "收集日期",
                  "交办时间", "办结期限", "牵头单位", "反馈日期", "是否满意",
                  "当前状态"])  # fmt: skip
    for number in range(1, 4):
        sheet.append([number, f"２０２５-000{number}0", "村民", f"路灯{number}", "新川村", "花街镇",
                      20251101, None, None, None, None, None, "待交办"])  # fmt: skip
    sheet["E5"], sheet["E6"] = None, None
    sheet.merge_cells("E4:E6")
    sheet.append(["合计", None, None, "3件"])
    sheet.append(["填表人：张三"])
    sheet.merge_cells("A1:M1")
    return bytes_of(made)


def test_a_list_as_towns_send_it_is_understood(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    import_id = sent(planner, quirky(), day="2025-11-20")
    (sheet,) = run_of(engine, import_id).preview["sheets"]
    assert (sheet["kind"], sheet["rows"], sheet["unmatched_count"]) == ("problems", 3, 0)
    assert (sheet["unknown_columns"], set(sheet["report"]["counts"])) == ([], {"info"})
    stored(app, planner, import_id)
    found = problems(engine)
    assert sorted(found) == ["2025-00010", "2025-00020", "2025-00030"]
    assert {p.source for p in found.values()} == {"residents"}
    assert {p.state for p in found.values()} == {"registered"}
    assert len({p.unit_id for p in found.values()}) == 1


@pytest.mark.parametrize("codec", ["gbk", "utf-8-sig"])
def test_a_csv_of_visits_is_understood(
    app: Flask, planner: Visitor, engine: sa.Engine, codec: str
) -> None:
    lines = ["走访台账,,,,", "走访日期,服务小组,行政村,乡镇,服务群众",
             "2025/11/3,第一服务组,倪宅新村,花街镇,12人", "合计,,,,12"]  # fmt: skip
    import_id = sent(planner, "\n".join(lines).encode(codec), "走访.csv", "2025-11-20")
    stored(app, planner, import_id)
    with reading(engine) as session:
        visit = session.scalars(sa.select(Visit)).one()
    assert (visit.visited_on, visit.people_served) == (date(2025, 11, 3), 12)


def test_words_that_are_in_no_list_and_ways_that_there_are_not_come_back_coloured(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    stored(app, planner, sent(planner, book({"问题": [HEADER, row("2025-00001", **OVER)]})))
    rows = [
        row("2025-00001", 登记日期="2025-11-01", 状态="已登记"),
        row("2025-00002", 来源="天上"),
        row("2025-00003", **OVER | {"办结日期": "2025-11-02"}),
        row("2025-00004", 内容="x" * 2001),
        row("2025-00005", 内容=None),
        row("2025-00006", 原村="没有村"),
        row("2025-00007"),
    ]
    import_id = sent(planner, book({"问题": [HEADER, *rows]}), day="2025-11-20")
    page = plain(planner.page(f"/imports/{import_id}/preview"))
    assert "nothing is undone by an import" in page
    stored(app, planner, import_id)
    assert sorted(problems(engine)) == ["2025-00001", "2025-00007"]
    sheet = errors_of(planner, import_id)["问题"]
    reasons = {n: str(sheet.cell(n, len(HEADER) + 1).value) for n in range(2, 9)}
    for number, words in (
        *((2, "has come further"), (3, "企业、群众、基层、巡查"), (4, "2025-11-02 is before")),
        *((5, "At most 2000"), (6, "内容"), (7, "没有村")),
    ):
        assert words in reasons[number], number
    assert reasons[8] == "None"
    colours = [sheet.cell(n, c).fill.fgColor.rgb for n, c in ((2, 14), (3, 2), (4, 11), (5, 3))]
    assert colours == ["FFFAC8C6"] * 4


def test_reporters_are_masked_wherever_changes_are_told(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    stored(app, planner, sent(planner, book({"问题": [HEADER, LAMP]})))
    second = sent(planner, book({"问题": [HEADER, row("2025-00001", 反映人="李大壮")]}))
    page = planner.page(f"/imports/{second}/preview")
    assert "王**" in page
    assert "王小明" not in page
    stored(app, planner, second)
    for path in (f"/imports/{second}/changes", f"/imports/{second}/changes.csv"):
        text = planner.get(path).get_data(as_text=True)
        assert "李**" in text
        assert "李大壮" not in text
    assert "李大壮" not in planner.page(f"/imports/{second}/undo")


def test_the_page_of_undoing_says_what_people_have_worked_on(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    import_id = sent(
        planner, book({"问题": [HEADER, row("2025-00001", **OVER), row("2025-00002")]})
    )
    stored(app, planner, import_id)
    known = problems(engine)["2025-00001"]
    act(engine, known.id, "accept", {}, actor=Actor(1, "planner"), version=known.version,
        today=date(2025, 11, 4))  # fmt: skip
    page = plain(planner.page(f"/imports/{import_id}/undo"))
    assert "Somebody has worked on it since" in page
    assert planner.post(f"/imports/{import_id}/undo", {}).status_code == 303
    work_done(app)
    assert list(problems(engine)) == ["2025-00001"]
    assert "Somebody has worked on it since" in plain(planner.page(f"/imports/{import_id}"))


SHEETS = {
    "问题": [HEADER, LAMP, row("2025-00002", **OVER | {"内容": "+1+1", "来源": "企业"})],
    "走访": [["日期", "服务组", "村", "乡镇", "企业"],
           ["2025-11-3", "一组", "倪宅新村", "花街镇", "-厂"]],
    "事件": [["类型", "日期", "村", "乡镇", "摘要", "是否涉合并"],
           ["信访", "2025-11-3", "新川村", "花街镇", "@账目", "是"]],
    "清单": [["村", "乡镇", "类别", "事项", "责任人", "期限", "完成日期"],
           ["倪宅新村", "花街镇", "公章档案", "+启用新公章", "张三", "2025-11-30", "2025-11-3"]],
    "三资融合": [["原村", "乡镇", "融合阶段", "起始日期", "留存金额（万元）", "备注"],
             ["新川村", "花街镇", "逐步融合", "2025-11-3", "12.345678", "三年"]],
}  # fmt: skip


EXPORTS = (
    ("problems", 2),
    ("visits", 1),
    ("incidents", 1),
    ("checklists", 1),
    ("fusions", 1),
    ("tasks", 1),
)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_ledger_goes_out_and_comes_back_unchanged_through_the_pages(
    app: Flask, engine: sa.Engine, language: str
) -> None:
    planner = visitor(app, "planner", language=language)
    stored(app, planner, sent(planner, book(SHEETS), day="2025-11-20"))
    for kind, count in EXPORTS:
        answer = planner.get(f"/exports/{kind}.xlsx")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "no-store"
        import_id = sent(planner, answer.data, f"{kind}.xlsx", "2025-11-21")
        (sheet,) = run_of(engine, import_id).preview["sheets"]
        changes = sheet["changes"]
        assert (changes["added"], changes["changed"], changes["unchanged"]) == (0, 0, count)
        assert set(sheet["report"]["counts"]) == {"info"}
        assert planner.get(f"/imports/{import_id}/preview").status_code == 200


def test_what_was_changed_in_an_export_is_all_that_changes(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    stored(app, planner, sent(planner, book(SHEETS), day="2025-11-20"))
    made = openpyxl.load_workbook(io.BytesIO(planner.get("/exports/problems.xlsx").data))
    sheet = made.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[3]}
    assert sheet.cell(4, columns["编号"]).value == "2025-00001"
    for name, value in {"交办日期": date(2025, 11, 4), "期限": date(2025, 11, 30),
                        "责任单位": "水务局", "状态": "已受理"}.items():  # fmt: skip
        sheet.cell(4, columns[name]).value = value
    import_id = sent(planner, bytes_of(made), "填好.xlsx", "2025-11-21")
    stored(app, planner, import_id)
    now = problems(engine)["2025-00001"]
    assert (now.state, now.lead_unit, now.reporter) == ("accepted", "水务局", "王小明")
    assert run_of(engine, import_id).result["sheets"][0]["changed"] == 1


def count_in(answer: Any) -> int:
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return sum(1 for line in sheet.iter_rows(min_row=4, values_only=True) if any(line)) - 2


def test_the_filters_of_a_list_narrow_its_export(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    stored(app, planner, sent(planner, book(SHEETS), day="2025-11-20"))
    for query, count in (
        ("problems.xlsx?state=registered", 1), ("problems.xlsx?state=open", 2),
        ("problems.xlsx?county=330784", 2), ("problems.xlsx?source=enterprise&page=3", 1),
        ("problems.xlsx?q=2025-00002", 1), ("problems.xlsx?state=nonsense", 2),
        ("visits.xlsx?from=2025-11-04", 0), ("visits.xlsx?group=一组", 1),
        ("incidents.xlsx?kind=petition&about=yes&state=open", 1), ("incidents.xlsx?kind=case", 0),
    ):  # fmt: skip
        answer = planner.get(f"/exports/{query}")
        assert (answer.status_code, count_in(answer)) == (200, count), query
    # What is overdue is what the list shows as red.
    assert count_in(planner.get("/exports/problems.xlsx?light=red")) == len(
        rows(planner.page("/problems/?light=red"))
    )
    assert count_in(planner.get("/exports/visits.xlsx?repeats=yes")) == 0
    with reading(engine) as session:
        unit_id = session.scalars(sa.select(Incident.unit_id)).one()
        run = session.scalars(sa.select(ImportRun).order_by(ImportRun.id.desc())).first()
    assert run is not None
    assert count_in(planner.get(f"/exports/problems.xlsx?unit={unit_id}")) == 2
    assert Visitor(app).get("/exports/problems.xlsx").status_code in (302, 303)


def test_checklists_go_out_as_the_lists_show_them(app: Flask, tmp_path: Path) -> None:
    planner = visitor(app, "planner")
    stored(app, planner, sent(planner, book(SHEETS), day="2025-11-20"))

    def rows(address: str) -> int:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(planner.get(address).data)
        (read,) = read_workbook(path).sheets
        return len(read.rows)

    assert rows("/exports/checklists.xlsx?show=complete") == 1
    assert rows("/exports/checklists.xlsx?show=overdue") == 0
    assert rows("/exports/checklists.xlsx?village=999") == 0
    assert rows("/exports/tasks.xlsx?person=张三&state=done") == 1
    assert rows("/exports/tasks.xlsx?person=李四") == 0
    assert rows("/exports/fusions.xlsx?county=330784") == 1
    assert rows("/exports/fusions.xlsx?show=unopened") == 0
    for page, address in (
        ("/checklists/", "/exports/checklists.xlsx"), ("/checklists/", "/exports/fusions.xlsx"),
        ("/tasks/", "/exports/tasks.xlsx"),
    ):  # fmt: skip
        assert address in planner.page(page)
