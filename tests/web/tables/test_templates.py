"""Templates: filled in as they are, they read without a problem."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import Project
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.tables import read_workbook
from tests import samples
from tests.web.tables.sheets import (
    bytes_of,
    run_of,
    sent,
    stored,
)
from tests.web.visitors import Visitor, visitor

FILLED: dict[str, dict[str, Any]] = {
    "villages": {"户数": 10, "总收入(万元)": 1.5, "基准日": samples.AFTER_ON},
    "mergers": {"新村名": "倪宅新村", "调整方式": "新设合并", "批复日期": "2018-12-01"},
    "votes": {
        "会议形式": "村民会议", "通知日期": "2018-11-01", "日期": "2018-11-20", "应到": 10,
        "实到": 9, "发出": 9, "收回": 9, "同意": 8, "反对": 1, "弃权": 0, "无效": 0,
    },
    "projects": {
        "名称": "村道", "类别": "道路", "新村": "倪宅新村", "乡镇": "花街镇", "预算(万元)": 40,
        "资金渠道": "美丽乡村:30;自筹:10", "阶段": "开工", "计划开工": "2020-01-01", "进度(%)": 50,
    },
    "problems": {
        "来源": "群众", "内容": "路灯不亮", "反映人": "王小明", "原村": "新川村", "乡镇": "花街镇",
        "登记日期": "2020-01-01", "交办日期": "2020-01-03", "期限": "2020-02-01",
        "责任单位": "交通局", "状态": "办理中",
    },
    "visits": {
        "日期": "2020-01-03", "服务组": "第一服务组", "村": "倪宅新村", "乡镇": "花街镇",
        "服务人数": 3,
    },
    "incidents": {
        "类型": "信访", "日期": "2020-01-03", "村": "双溪村", "乡镇": "花街镇", "摘要": "账目",
        "是否涉合并": "否",
    },
    "checklists": {
        "村": "倪宅新村", "乡镇": "花街镇", "类别": "公章档案", "事项": "启用新公章",
        "责任人": "张三", "期限": "2020-03-01", "状态": "已核验", "完成日期": "2020-02-20",
        "核验日期": "2020-02-25",
    },
    "fusions": {"融合阶段": "协商并账", "起始日期": "2020-01-01", "留存金额(万元)": 12.5},
    "published": {"指标": "行政村数", "调整前": 6, "调整后": 4, "单位": "个", "发布单位": "县"},
}  # fmt: skip

GIVEN = {"mergers": 6, "votes": 6, "fusions": 6, "published": 0}
"""Villages that are filled in, former ones; of all other kinds the present ones."""

FROZEN = {"villages": "E3", "votes": "D3", "checklists": "D3", "fusions": "D3"}


@pytest.mark.parametrize("kind", list(LAYOUTS))
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_template_that_was_filled_in_reads_without_a_problem(
    app: Flask, engine: sa.Engine, tmp_path: Path, kind: str, language: str
) -> None:
    planner = visitor(app, "planner", language=language)
    answer = planner.get(f"/imports/templates/{kind}.xlsx?county=330784")
    assert answer.status_code == 200
    made = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = made[LAYOUTS[kind].titles[0]]  # type: ignore[index]
    assert sheet.freeze_panes == FROZEN.get(kind, "B3")
    headers = {cell.value: cell.column for cell in sheet[2]}
    given = [line for line in sheet.iter_rows(min_row=3, values_only=True) if any(line)]
    assert len(given) == GIVEN.get(kind, 4)
    row = 3
    if about := set(FILLED[kind]) & {"村", "新村", "原村"}:
        # What is about one village goes into its row; what is about a former one, below them all.
        (header,) = about
        names = [line[headers[header] - 1] for line in given]
        row += names.index(FILLED[kind][header]) if header != "原村" else len(given)
    for header, value in FILLED[kind].items():
        sheet.cell(row, headers[header]).value = value
    import_id = sent(planner, bytes_of(made), f"{kind}.xlsx", "2020-06-30")
    (read,) = run_of(engine, import_id).preview["sheets"]
    assert (read["kind"], read["rows"], read["unmatched_count"]) == (kind, 1, 0)
    assert set(read["report"]["counts"]) <= {"info"}, read["report"]
    assert read["unknown_columns"] == []
    stored(app, planner, import_id)
    if kind == "projects":
        with reading(engine) as session:
            project = session.scalars(sa.select(Project)).one()
        assert (project.stage, project.progress) == ("started", 0.5)


def test_a_template_gives_codes_as_text_lists_to_choose_from_and_instructions(
    planner: Visitor, tmp_path: Path
) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(planner.get("/imports/templates/votes.xlsx").data)
    sheet = openpyxl.load_workbook(path)["表决"]
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("330784114200", "s")
    (validation,) = sheet.data_validations.dataValidation
    assert "村民会议" in validation.formula1
    assert "填写说明" in openpyxl.load_workbook(path).sheetnames
    # Nothing was filled in: nothing is taken, and nothing is wrong.
    (read,) = read_workbook(path).sheets
    assert len(read.rows) == 0
    assert [p.severity for p in read.report.problems] == ["info"]


def test_the_import_page_offers_every_template(planner: Visitor) -> None:
    page = planner.get("/imports/").get_data(as_text=True)
    assert all(f"/imports/templates/{kind}.xlsx" in page for kind in LAYOUTS)


def test_what_has_no_template_is_not_found(planner: Visitor) -> None:
    assert planner.get("/imports/templates/nonsense.xlsx").status_code == 404
    assert planner.get("/imports/templates/votes.xlsx?county=1").status_code == 404
