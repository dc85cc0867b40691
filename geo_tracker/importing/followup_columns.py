"""The columns of planners' lists of problems, visits and incidents, and the words in them."""

from collections.abc import Mapping
from typing import Final

from geo_tracker.importing.checklist_columns import CHECKLIST_LAYOUTS, CHECKLIST_WORDS
from geo_tracker.importing.layout import TOWN, Column, Layout, Reading, SheetKind, column

_VILLAGES: Final[dict[str, Column]] = {
    "village_code": column(
        "code", "村代码", "新村代码", "现村代码", "统计代码", "区划代码", "village_code"
    ),
    "village_name": column(
        "text", "村", "村名", "行政村", "所在村", "新村", "新村名", "新村名称", "现村", "村庄",
        "village_name",
    ),
    "former_code": column("code", "原村代码", "former_code"),
    "former_name": column("text", "原村", "原村名", "原村名称", "原行政村", "former_name"),
    "town": TOWN,
}  # fmt: skip
_A_VILLAGE = ("village_code", "village_name", "former_code", "former_name")
_BASIS = column("text", "依据", "数据依据", "数据来源", "basis", longest=300)

FOLLOWUP_LAYOUTS: Final[dict[SheetKind, Layout]] = {
    "problems": Layout(
        titles=("问题", "问题清单", "问题台账", "problems"),
        needed=(("content",), _A_VILLAGE),
        columns={
            "problem_no": column(
                "text", "编号", "问题编号", "登记编号", "problem_no", longest=40
            ),
            "source": column("source", "来源", "问题来源", "反映渠道", "收集渠道", "source"),
            "category": column(
                "text", "类别", "问题类别", "问题类型", "类型", "分类", "category", longest=60
            ),
            "content": column(
                "text", "内容", "问题内容", "问题描述", "反映问题", "反映内容", "诉求", "诉求内容",
                "content", longest=2000,
            ),
            "reporter": column("text", "反映人", "诉求人", "提出人", "reporter", longest=80),
            **_VILLAGES,
            "registered_on": column(
                "day", "登记日期", "登记时间", "收集日期", "收集时间", "反映日期", "受理登记日期",
                "registered_on",
            ),
            "assigned_on": column("day", "交办日期", "交办时间", "assigned_on"),
            "rounds": column("count", "交办次数", "第几次交办", "交办轮次", "rounds"),
            "due_on": column(
                "day", "期限", "办结期限", "办理期限", "要求办结日期", "完成时限", "整改时限",
                "due_on",
            ),
            "lead_unit": column(
                "text", "责任单位", "牵头单位", "承办单位", "主办单位", "lead_unit", longest=60
            ),
            "helper_units": column(
                "text", "协办单位", "配合单位", "helper_units", longest=200
            ),
            "claimed_on": column(
                "day", "办结日期", "反馈办结日期", "办结时间", "反馈日期", "完成日期", "claimed_on"
            ),
            "revisited_on": column("day", "回访日期", "回访时间", "revisited_on"),
            "answer": column("answer", "回访结果", "回访情况", "是否解决", "answer"),
            "satisfaction": column(
                "satisfaction", "满意度", "是否满意", "群众满意度", "satisfaction"
            ),
            "closed_on": column("day", "销号日期", "销号时间", "closed_on"),
            "state": column("state", "状态", "办理状态", "当前状态", "问题状态", "state"),
            "duplicate_no": column(
                "text", "重复于", "重复编号", "原问题编号", "duplicate_no", longest=40
            ),
            "outcome": column(
                "text", "办理情况", "办理结果", "处理情况", "整改情况", "outcome", longest=1000
            ),
            "lon": column("lon", "经度", "lon"),
            "lat": column("lat", "纬度", "lat"),
            "basis": _BASIS,
        },
    ),
    "visits": Layout(
        titles=("走访", "走访记录", "走访台账", "visits"),
        needed=(("visited_on",), ("service_group",), _A_VILLAGE),
        columns={
            "visit_no": column("text", "编号", "走访编号", "visit_no", longest=40),
            "visited_on": column("day", "日期", "走访日期", "走访时间", "时间", "visited_on"),
            "service_group": column(
                "text", "服务组", "服务小组", "走访组", "服务团", "service_group", longest=60
            ),
            "leader": column("text", "组长", "带队领导", "带队人", "负责人", "leader", longest=60),
            **_VILLAGES,
            "enterprise": column(
                "text", "企业", "企业名称", "走访企业", "enterprise", longest=120
            ),
            "people_served": column(
                "count", "服务人数", "服务群众", "服务群众人数", "走访人数", "people_served"
            ),
            "summary": column(
                "text", "摘要", "走访摘要", "走访情况", "走访内容", "内容", "summary", longest=2000
            ),
            "basis": _BASIS,
        },
    ),
    "incidents": Layout(
        titles=("事件", "舆情信访案件", "三个零", "incidents"),
        needed=(("kind",), ("happened_on",), ("summary",), _A_VILLAGE),
        columns={
            "incident_no": column("text", "编号", "事件编号", "incident_no", longest=40),
            "kind": column("incident", "类型", "事件类型", "类别", "kind"),
            "happened_on": column(
                "day", "日期", "发生日期", "发生时间", "时间", "happened_on"
            ),
            **_VILLAGES,
            "summary": column(
                "text", "摘要", "事件摘要", "事由", "内容", "简要情况", "summary", longest=2000
            ),
            "about_merger": column(
                "yes_no", "是否涉合并", "涉合并", "是否涉及合并", "涉及合并", "about_merger"
            ),
            "closed_on": column(
                "day", "办结日期", "办结时间", "化解日期", "结案日期", "closed_on"
            ),
            "basis": _BASIS,
        },
    ),
    **CHECKLIST_LAYOUTS,
}  # fmt: skip
"""Sheets of what follows a merger."""

PROBLEM_STATES: Final[dict[str | bool, tuple[str, ...]]] = {
    "registered": ("已登记", "登记", "待交办"),
    "assigned": ("已交办", "交办", "待受理", "二次交办", "再次交办"),
    "accepted": ("已受理", "受理"),
    "in_progress": ("办理中", "正在办理", "整改中", "在办"),
    "claimed_fixed": ("反馈办结", "已反馈办结", "已办结", "办结", "待回访"),
    "confirmed_fixed": ("回访确认", "回访确认解决", "已确认", "已回访", "待销号"),
    "closed": ("已销号", "销号"),
    "duplicate": ("重复", "重复件"),
    "not_ours": ("不属本级", "非本级", "不属本级职权"),
    "cannot_fix": ("无法解决", "不能解决"),
}
"""State of a problem → what planners write for it."""

CODE_WORDS: Final[Mapping[Reading, Mapping[str | bool, tuple[str, ...]]]] = {
    "source": {
        "enterprise": ("企业",),
        "residents": ("群众", "村民"),
        "grassroots": ("基层", "村级", "基层干部"),
        "inspection": ("巡查", "巡察", "检查"),
    },
    "state": PROBLEM_STATES,
    "answer": {
        "fixed": ("已解决", "解决", "是"),
        "half_fixed": ("部分解决", "基本解决"),
        "not_fixed": ("未解决", "没有解决", "否"),
    },
    "satisfaction": {
        "satisfied": ("满意", "非常满意"),
        "basically_satisfied": ("基本满意",),
        "dissatisfied": ("不满意",),
    },
    "incident": {
        "public_opinion": ("舆情",),
        "petition": ("信访",),
        "case": ("案件",),
    },
    "livelihood": {
        "candidate": ("候选", "候选项目", "征集"),
        "voted": ("票决通过", "已票决", "票决", "入选"),
        "published": ("已公布", "公布", "已公示", "公示"),
        "under_way": ("实施中", "进行中", "正在实施", "在建"),
        "done": ("已完成", "完成", "完工"),
        "assessed": ("已测评", "测评", "已评估"),
        "not_chosen": ("未入选", "落选"),
    },
    "yes_no": {True: ("是", "涉及", "有", "√", "yes"), False: ("否", "不涉及", "无", "×", "no")},
    **CHECKLIST_WORDS,
}
"""Reading → code → what planners write for it, the commonest word first."""
