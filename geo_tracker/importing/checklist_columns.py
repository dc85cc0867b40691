"""The columns of planners' checklists and of their lists of former villages' assets."""

from collections.abc import Mapping
from typing import Final

from geo_tracker.importing.layout import TOWN, Layout, Reading, SheetKind, column

_BASIS = column("text", "依据", "数据依据", "数据来源", "basis", longest=300)

CHECKLIST_LAYOUTS: Final[dict[SheetKind, Layout]] = {
    "checklists": Layout(
        titles=("清单", "融合清单", "整合清单", "任务清单", "责任清单", "checklists"),
        needed=(("domain",), ("text",), ("village_code", "village_name")),
        columns={
            "village_code": column(
                "code", "村代码", "新村代码", "现村代码", "统计代码", "区划代码", "village_code"
            ),
            "village_name": column(
                "text", "村", "村名", "行政村", "所在村", "新村", "新村名", "新村名称", "合并村",
                "现村", "village_name",
            ),
            "town": TOWN,
            "domain": column(
                "domain", "类别", "领域", "事项类别", "清单类别", "类型", "分类", "domain"
            ),
            "text": column(
                "text", "事项", "融合事项", "工作事项", "清单事项", "具体事项", "任务", "工作任务",
                "内容", "item", longest=200,
            ),
            "owner_unit": column(
                "text", "责任单位", "责任部门", "牵头单位", "owner_unit", longest=60
            ),
            "owner_person": column(
                "text", "责任人", "责任领导", "负责人", "owner_person", longest=60
            ),
            "due_on": column(
                "day", "期限", "完成期限", "完成时限", "办结期限", "时限", "due_on"
            ),
            "state": column(
                "item_state", "状态", "完成状态", "当前状态", "是否完成", "state"
            ),
            "done_on": column(
                "day", "完成日期", "完成时间", "实际完成日期", "办结日期", "done_on"
            ),
            "evidence": column(
                "text", "完成依据", "佐证", "佐证材料", "佐证资料", "完成情况", "落实情况",
                "evidence", longest=1000,
            ),
            "verified_on": column(
                "day", "核验日期", "核验时间", "复核日期", "验收日期", "verified_on"
            ),
            "basis": _BASIS,
        },
    ),
    "fusions": Layout(
        titles=("三资融合", "资产融合", "并账情况", "fusions"),
        needed=(("former_code", "former_name"), ("stage",), ("since_on",)),
        columns={
            "former_code": column("code", "原村代码", "村代码", "统计代码", "former_code"),
            "former_name": column(
                "text", "原村", "原村名", "原村名称", "原行政村", "村名", "former_name"
            ),
            "town": TOWN,
            "stage": column(
                "fusion", "融合阶段", "阶段", "融合方式", "并账方式", "并账阶段", "stage"
            ),
            "since_on": column(
                "day", "起始日期", "起始时间", "开始日期", "日期", "since_on"
            ),
            "stays_yuan": column(
                "money", "留存金额", "留存资金", "原村留存", "留在原村账上", "stays_yuan"
            ),
            "note": column("text", "备注", "约定", "约定事项", "note", longest=1000),
            "basis": _BASIS,
        },
    ),
}  # fmt: skip
"""Sheets of what merged villages have to bring together."""

CHECKLIST_WORDS: Final[Mapping[Reading, Mapping[str | bool, tuple[str, ...]]]] = {
    "domain": {
        "leadership": ("班子", "班子建设", "村级班子"),
        "assets": ("三资财务", "三资", "财务", "资产"),
        "seals": ("公章档案", "公章", "档案"),
        "debts": ("债权债务",),
        "cadres": ("干部安置", "干部"),
        "planning": ("规划", "村庄规划"),
        "industry": ("产业", "产业发展"),
        "services": ("服务", "便民服务"),
        "hearts": ("人心", "人心融合"),
        "risks": ("风险", "风险化解"),
    },
    "item_state": {
        "open": ("未完成", "进行中", "待完成", "办理中", "否"),
        "done": ("已完成", "完成", "待核验", "是"),
        "verified": ("已核验", "核验", "已验收"),
        "not_applicable": ("不适用", "不涉及"),
    },
    "fusion": {
        "direct": ("直接并账", "直接融合"),
        "negotiated": ("协商并账", "协商融合"),
        "gradual": ("逐步融合", "分步融合"),
        "none": ("未融合", "未并账"),
    },
}
"""Reading → code → what planners write for it, the commonest word first."""
