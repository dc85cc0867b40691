"""A small county's ledgers with something in every column, and how an export is read again."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep
from geo_tracker.importing.columns import SheetKind
from geo_tracker.importing.payment_cells import PaymentCell
from geo_tracker.importing.sheets import Workbook
from geo_tracker.importing.tables import Sheet, read_workbook
from geo_tracker.workflows.ledger_export import ExportWanted, ledger_export
from geo_tracker.workflows.record_plan import RecordPlan, planned_records
from geo_tracker.workflows.sheet_plan import FileFacts
from tests import samples
from tests.workflows.sheets import sheet

NI_ZHAI, XIN_CHUAN, SHUANG_XI = "330784114200", "330784114222", "330784114230"
HOSTILE = "=HYPERLINK(\"http://x\")&cmd|'/c calc'!A1 <script>alert(1)</script>"


def day(number: int) -> date:
    """Return a day of November 2025."""
    return date(2025, 11, number)


def handed_over(number: str, **more: Any) -> dict[str, Any]:
    """Return a row of a problem that was handed over on the third."""
    return {
        "problem_no": number,
        "content": f"路灯不亮 {number}",
        "former_code": XIN_CHUAN,
        "registered_on": day(1),
        "assigned_on": day(3),
        "due_on": day(20),
        "lead_unit": "交通运输局",
    } | more


PROBLEMS: Sequence[dict[str, Any]] = (
    {"problem_no": "2025-00001", "content": HOSTILE, "former_code": XIN_CHUAN,
     "registered_on": day(1), "reporter": "王小明", "source": "residents", "category": "+类别",
     "lon": 120.01, "lat": 28.9},
    handed_over("2025-00002", helper_units="水务局、住建局", outcome="正在协调"),
    handed_over("2025-00003", handover_round=2, rounds=2, state="in_progress"),
    handed_over("2025-00004", claimed_on=day(5), outcome="已换灯具"),
    handed_over("2025-00005", claimed_on=day(5), revisited_on=day(6), answer="fixed",
                satisfaction="basically_satisfied"),
    handed_over("2025-00006", claimed_on=day(5), revisited_on=day(6), answer="fixed",
                satisfaction="satisfied", closed_on=day(7), state="closed", basis="示意（合成）"),
    handed_over("2025-00007", claimed_on=day(5), revisited_on=day(6), answer="half_fixed"),
    handed_over("2025-00008", state="duplicate", closed_on=day(8), duplicate_no="2025-00002",
                outcome="与 2025-00002 重复"),
    handed_over("2025-00009", state="cannot_fix", closed_on=day(8), outcome="-政策不允许"),
    {"problem_no": "2025-00010", "content": "第一行\n第二行", "village_code": NI_ZHAI,
     "registered_on": day(1)},
)  # fmt: skip
"""One in every state that lists lead to, duplicates and hostile texts among them."""

VISITS: Sequence[dict[str, Any]] = (
    {"visited_on": day(3), "service_group": "第一服务组", "leader": "李某",
     "former_code": XIN_CHUAN, "people_served": 12, "summary": "@走访\"农户\"",
     "basis": "示意（合成）"},
    {"visited_on": day(4), "service_group": "第一服务组", "village_code": NI_ZHAI,
     "enterprise": "=五金厂", "people_served": None, "summary": None},
    {"visited_on": day(28), "service_group": "第二服务组", "former_code": SHUANG_XI,
     "people_served": 0},
)  # fmt: skip
INCIDENTS: Sequence[dict[str, Any]] = (
    {"kind": "petition", "happened_on": day(3), "former_code": XIN_CHUAN, "summary": "反映账目",
     "about_merger": True, "closed_on": day(9)},
    {"kind": "case", "happened_on": day(4), "village_code": NI_ZHAI, "summary": "-未结",
     "about_merger": None},
    {"kind": "public_opinion", "happened_on": day(4), "village_code": SHUANG_XI, "summary": "帖子",
     "about_merger": False},
)  # fmt: skip
VOTES: Sequence[dict[str, Any]] = (
    {"former_code": XIN_CHUAN, "held_on": day(3), "form": "村民会议",
     "notice_on": date(2025, 10, 20), "eligible": 26, "present": 19, "issued": 19, "returned": 19,
     "agree": 19, "oppose": 0,
     "abstain": 0, "invalid": 0, "basis": "公开报道"},
    {"former_code": SHUANG_XI, "held_on": day(3), "form": "户主会", "eligible": 9, "present": 8,
     "agree": 7, "basis": "示意（合成）"},
)  # fmt: skip
PROJECTS: Sequence[dict[str, Any]] = (
    {"project_no": "P-2025-1", "name": "=村道", "kind": "道路", "village_code": NI_ZHAI,
     "former_code": XIN_CHUAN, "estimate_yuan": Decimal("1100000.01"),
     "budget_yuan": Decimal("1000000"), "contract_yuan": Decimal("0.01"),
     "paid_yuan": Decimal("123456.78"), "progress": 0.155, "stage": "开工",
     "channels": [("美丽乡村", Decimal("600000.05")), ("自筹", None)],
     "planned_start_on": day(1), "reported_on": day(9), "lon": 120.0123456789, "lat": 28.9,
     "owner_unit": "+花街镇政府", "contractor": "=某建设公司", "livelihood_state": "under_way",
     "payments": [PaymentCell(day(3), Decimal("100000.01"), "advance", "美丽乡村"),
                  PaymentCell(day(5), Decimal("23456"), "progress", None)]},
    {"project_no": "7", "name": "水池", "former_code": SHUANG_XI, "progress": 1.0,
     "basis": "示意（合成）"},
    {"name": "无编号", "village_code": SHUANG_XI, "stage": "自定阶段", "progress": 0.0,
     "livelihood_state": "not_chosen"},
)  # fmt: skip
CHECKLISTS: Sequence[dict[str, Any]] = (
    {"village_code": NI_ZHAI, "domain": "seals", "text": "=启用新公章", "owner_unit": "+镇政府",
     "owner_person": "张三", "due_on": day(20)},
    {"village_code": NI_ZHAI, "domain": "debts", "text": "债权债务清理", "done_on": day(3),
     "evidence": "@会议纪要", "basis": "示意（合成）"},
    {"village_code": SHUANG_XI, "domain": "seals", "text": "=启用新公章", "done_on": day(3),
     "verified_on": day(5), "state": "verified"},
    {"village_code": SHUANG_XI, "domain": "industry", "text": "产业计划",
     "state": "not_applicable", "evidence": "-无集体产业"},
)  # fmt: skip
"""One in every state."""

FUSIONS: Sequence[dict[str, Any]] = (
    {"former_code": XIN_CHUAN, "stage": "gradual", "since_on": day(3),
     "stays_yuan": Decimal("123456.78"), "note": "=三年内并账"},
    {"former_code": NI_ZHAI, "stage": "none", "since_on": day(4), "stays_yuan": None,
     "note": None, "basis": "示意（合成）"},
)  # fmt: skip
ROWS: dict[SheetKind, Sequence[dict[str, Any]]] = {
    "votes": VOTES, "projects": PROJECTS, "problems": PROBLEMS, "visits": VISITS,
    "incidents": INCIDENTS, "checklists": CHECKLISTS, "fusions": FUSIONS,
}  # fmt: skip


def ledger_sheet(kind: SheetKind, rows: Iterable[dict[str, Any]] | None = None) -> Sheet:
    """Return the rows of a kind as a sheet that was read."""
    found = [
        {name: value for name, value in row.items() if name != "handover_round"}
        for row in (ROWS[kind] if rows is None else rows)
    ]
    return sheet(kind, found)


def exported(engine: sa.Engine, kind: SheetKind, folder: Path, **wanted: Any) -> Workbook:
    """Export a ledger and read the file as the import does."""
    path = folder / f"{kind}.xlsx"
    path.write_bytes(ledger_export(engine, ExportWanted(kind, **wanted), today=date(2026, 11, 3)))
    return read_workbook(path)


def plan_of(engine: sa.Engine, *sheets: Sheet, user_id: int | None = None) -> RecordPlan:
    """Return what sheets would do."""
    with reading(engine) as session:
        facts = FileFacts(samples.RECORDS_ON, "台账.xlsx", synthetic=False, user_id=user_id)
        return planned_records(session, facts, list(sheets))


def steps(engine: sa.Engine, table: str) -> list[tuple[Any, ...]]:
    """Return the log of a table: record, action, day, state after, import."""
    s = FollowupStep
    with reading(engine) as session:
        rows = session.execute(
            sa.select(s.record_id, s.action, s.happened_on, s.to_state, s.import_id)
            .where(s.table_name == table)
            .order_by(s.record_id, s.id)
        )
        return [tuple(row) for row in rows]
