"""The columns of planners' tables, as data: what they are called and how their cells are read."""

from typing import Final

from geo_tracker.importing.followup_columns import FOLLOWUP_LAYOUTS
from geo_tracker.importing.layout import TOWN, Column, Layout, Reading, SheetKind
from geo_tracker.importing.layout import column as _column

__all__ = [
    "EVENT_TYPES",
    "GIVEN_IN_TEMPLATES",
    "LAYOUTS",
    "MEETING_FORMS",
    "STAGES",
    "TEMPLATE_MARK",
    "Column",
    "Layout",
    "Reading",
    "SheetKind",
]

_BASIS = _column("text", "依据", "数据依据", "来源", "数据来源", "备注", "basis")

LAYOUTS: Final[dict[SheetKind, Layout]] = {
    "villages": Layout(
        titles=("村庄", "行政村", "村情", "villages"),
        needed=(("stat_code", "name"),),
        columns={
            "stat_code": _column(
                "code",
                *("统计代码", "区划代码", "村代码", "行政区划代码", "统计用区划代码", "代码"),
                *("stat_code", "code"),
            ),
            "name": _column(
                "text", "村名", "行政村", "名称", "行政村名称", "村名称", "村庄名称", "村", "name"
            ),
            "county": _column(
                "text", "县", "区县", "县区", "县市区", "县(市、区)", "所属县", "county"
            ),
            "town": TOWN,
            "as_of_on": _column("day", "基准日", "基准日期", "截至日期", "数据日期", "as_of_on"),
            "households": _column("count", "户数", "总户数", "农户数", "households"),
            "registered_population": _column(
                "count", "户籍人口", "人口", "户籍人口数", "总人口", "人口数", "人数",
                "registered_population",
            ),
            "resident_population": _column(
                "count", "常住人口", "常住人口数", "resident_population"
            ),
            "groups": _column("count", "小组数", "村民小组", "村民小组数", "小组", "groups"),
            "party_members": _column("count", "党员", "党员数", "党员人数", "party_members"),
            "total_income_yuan": _column(
                "money", "总收入", "村集体总收入", "集体总收入", "集体经济总收入",
                "村集体经济总收入", "total_income_yuan",
            ),
            "operating_income_yuan": _column(
                "money", "经营性收入", "村集体经营性收入", "集体经营性收入", "经营收入",
                "operating_income_yuan",
            ),
            "net_assets_yuan": _column(
                "money", "净资产", "集体净资产", "村集体净资产", "net_assets_yuan"
            ),
            "debt_yuan": _column("money", "负债", "集体负债", "村集体负债", "债务", "debt_yuan"),
            "sewage_share": _column(
                "share", "生活污水治理率", "污水治理率", "生活污水处理率", "sewage_share"
            ),
            "toilet_share": _column("share", "卫生厕所普及率", "卫生厕所率", "toilet_share"),
            "tap_water_share": _column("share", "自来水普及率", "自来水率", "tap_water_share"),
            "environment_mark": _column(
                "number", "环境检查得分", "环境整治得分", "环境得分", "environment_mark"
            ),
            "service_km": _column(
                "number", "便民服务距离", "到便民服务中心距离", "到便民服务点距离", "service_km"
            ),
            "committee_ratio": _column("number", "班子代表比", "committee_ratio"),
            "secretary_vacant_since": _column(
                "day", "书记空缺起", "书记空缺日期", "书记空缺时间", "secretary_vacant_since"
            ),
            "income_year": _column("year", "收入年份", "年份", "年度", "收入年度", "income_year"),
            "seat_lon": _column("lon", "驻地经度", "村委会经度", "经度", "seat_lon"),
            "seat_lat": _column("lat", "驻地纬度", "村委会纬度", "纬度", "seat_lat"),
        },
    ),
    "mergers": Layout(
        titles=("合并对照", "对照", "调整对照", "mergers"),
        needed=(("new_code", "new_name"), ("old_code", "old_name")),
        columns={
            "new_code": _column(
                "code", "新村代码", "新代码", "调整后代码", "合并后代码", "现村代码", "new_code"
            ),
            "new_name": _column(
                "text", "新村名", "新村", "新村名称", "合并后村名", "合并后的村", "合并后",
                "调整后村名", "调整后", "现村名", "new_name",
            ),
            "old_code": _column(
                "code", "原村代码", "原代码", "调整前代码", "合并前代码", "old_code"
            ),
            "old_name": _column(
                "text", "原村名", "原村", "原村名称", "原行政村", "合并前村名", "合并前",
                "调整前村名", "调整前", "old_name",
            ),
            "town": TOWN,
            "kind": _column("event", "调整方式", "合并方式", "调整类型", "方式", "kind"),
            "document_no": _column("text", "批复文号", "文号", "批准文号", "document_no"),
            "document_on": _column(
                "day", "批复日期", "批复时间", "批准日期", "发文日期", "document_on"
            ),
            "basis": _BASIS,
        },
    ),
    "votes": Layout(
        titles=("表决", "投票", "votes"),
        needed=(
            ("former_code", "former_name"), ("held_on",), ("eligible",), ("present",), ("agree",),
        ),
        columns={
            "former_code": _column("code", "原村代码", "村代码", "统计代码", "former_code"),
            "former_name": _column(
                "text", "原村", "原村名", "原村名称", "原行政村", "村名", "行政村", "former_name"
            ),
            "town": TOWN,
            "form": _column("text", "会议形式", "会议类型", "表决形式", "form"),
            "notice_on": _column("day", "通知日期", "公告日期", "通知时间", "notice_on"),
            "held_on": _column(
                "day", "日期", "会议日期", "表决日期", "召开日期", "会议时间", "表决时间", "held_on"
            ),
            "eligible": _column("count", "应到", "应到人数", "应参会", "应参会人数", "eligible"),
            "present": _column("count", "实到", "实到人数", "实参会", "实际参会人数", "present"),
            "issued": _column("count", "发出", "发出票数", "发出选票", "发票数", "issued"),
            "returned": _column("count", "收回", "收回票数", "收回选票", "returned"),
            "agree": _column("count", "同意", "同意票", "同意票数", "赞成", "同意人数", "agree"),
            "oppose": _column("count", "反对", "反对票", "反对票数", "不同意", "oppose"),
            "abstain": _column("count", "弃权", "弃权票", "弃权票数", "abstain"),
            "invalid": _column("count", "无效", "无效票", "无效票数", "废票", "invalid"),
            "basis": _BASIS,
        },
    ),
    "projects": Layout(
        titles=("项目", "整治项目", "projects"),
        needed=(
            ("name",), ("village_code", "village_name", "former_code", "former_name"),
        ),
        columns={
            "project_no": _column(
                "text", "项目编号", "编号", "项目代码", "project_no", longest=60
            ),
            "name": _column("text", "名称", "项目名称", "项目", "name", longest=200),
            "kind": _column(
                "text", "类别", "项目类别", "项目类型", "类型", "kind", longest=40
            ),
            "village_code": _column("code", "新村代码", "现村代码", "village_code"),
            "village_name": _column(
                "text", "新村", "新村名", "新村名称", "现村", "所在村", "village_name"
            ),
            "former_code": _column("code", "原村代码", "former_code"),
            "former_name": _column(
                "text", "原村", "原村名", "原村名称", "原行政村", "former_name"
            ),
            "town": TOWN,
            "owner_unit": _column(
                "text", "建设单位", "业主单位", "项目业主", "实施主体", "实施单位", "责任单位",
                "owner_unit", longest=60,
            ),
            "contractor": _column(
                "text", "施工单位", "承建单位", "中标单位", "施工企业", "contractor", longest=120
            ),
            "estimate_yuan": _column("money", "概算", "概算金额", "投资概算", "estimate_yuan"),
            "budget_yuan": _column("money", "预算", "预算金额", "预算投资", "budget_yuan"),
            "contract_yuan": _column("money", "合同价", "合同金额", "中标价", "contract_yuan"),
            "paid_yuan": _column(
                "money", "已拨付", "已拨付金额", "已拨付资金", "拨付", "已支付", "paid_yuan"
            ),
            "payments": _column(
                "payments", "拨付明细", "资金拨付明细", "支付明细", "付款明细", "payments"
            ),
            "channels": _column("channels", "资金渠道", "资金来源", "渠道", "channels"),
            "stage": _column("text", "阶段", "项目阶段", "当前阶段", "stage"),
            # 民生实事 alone often heads a column of 是 and 否, which tells no state.
            "livelihood_state": _column(
                "livelihood", "民生实事状态", "民生实事进展", "民生实事阶段", "民生实事进度",
                "livelihood_state", "livelihood",
            ),
            "planned_start_on": _column(
                "day", "计划开工", "计划开工日期", "计划开工时间", "planned_start_on"
            ),
            "planned_finish_on": _column(
                "day", "计划竣工", "计划完工", "计划竣工日期", "计划完工日期", "计划竣工时间",
                "planned_finish_on",
            ),
            "actual_start_on": _column(
                "day", "实际开工", "实际开工日期", "实际开工时间", "actual_start_on"
            ),
            "actual_finish_on": _column(
                "day", "实际竣工", "实际完工", "实际竣工日期", "实际完工日期", "实际竣工时间",
                "actual_finish_on",
            ),
            "progress": _column("share", "进度", "形象进度", "实际进度", "完成进度", "progress"),
            "lon": _column("lon", "经度", "项目经度", "lon"),
            "lat": _column("lat", "纬度", "项目纬度", "lat"),
            "shape": _column("shape", "图形", "几何", "位置图形", "shape", "geometry", "wkt"),
            "reported_on": _column("day", "截至日期", "填报日期", "上报日期", "reported_on"),
            "basis": _BASIS,
        },
    ),
    **FOLLOWUP_LAYOUTS,
    "published": Layout(
        titles=("公布数", "公布数据", "公布", "published"),
        needed=(("indicator",),),
        columns={
            "indicator": _column("text", "指标", "指标名称", "indicator"),
            "before": _column("number", "调整前", "合并前", "before"),
            "after": _column("number", "调整后", "合并后", "after"),
            "value": _column("number", "数值", "公布值", "值", "公布数", "value"),
            "unit": _column("text", "单位", "计量单位", "unit"),
            "as_of_on": _column("day", "日期", "基准日", "截至日期", "as_of_on"),
            "publisher": _column("text", "发布单位", "发布机构", "公布单位", "发布者", "publisher"),
            "source": _column("text", "来源", "出处", "资料来源", "数据来源", "source"),
        },
    ),
}  # fmt: skip
"""Each kind of sheet."""

TEMPLATE_MARK: Final = "geo_tracker 模板"
"""Stands above the header of a table that this program handed out to be filled in."""

GIVEN_IN_TEMPLATES: Final[dict[SheetKind, tuple[str, ...]]] = {
    "villages": ("stat_code", "name", "county", "town"),
    "mergers": ("old_code", "old_name", "town"),
    "votes": ("former_code", "former_name", "town"),
    **dict.fromkeys(
        ("projects", "problems", "visits", "incidents", "checklists"),
        ("village_code", "village_name", "town"),
    ),
    "fusions": ("former_code", "former_name", "town"),
    "published": (),
}
"""Columns in which a template names the villages: a row with nothing else says nothing."""

EVENT_TYPES: Final[dict[str, tuple[str, ...]]] = {
    "fusion": ("新设合并", "新设", "合并新设", "合并设立"),
    "integration": ("并入", "吸收合并", "兼并"),
    "scission": ("分设",),
    "extraction": ("析出",),
    "reallocation": ("重组",),
    "rectification": ("边界调整", "界线调整"),
    "name_change": ("更名", "改名"),
    "identifier_change": ("代码变更",),
    "to_community": ("村改居", "撤村建居"),
    "reestablishment": ("恢复",),
    "unchanged": ("不变", "未调整", "保留"),
}
"""Event type → what planners write for it. 合并 alone does not say which of the two it was."""

MEETING_FORMS: Final[dict[str, tuple[str, ...]]] = {
    "villagers_meeting": ("村民会议", "村民大会"),
    "household_representatives": ("户代表会议", "户代表大会"),
    "villagers_representatives": ("村民代表会议", "村民代表大会", "代表会议"),
}
"""Form of a meeting → what planners write for it."""

STAGES: Final[dict[str, tuple[str, ...]]] = {
    "reserve": ("储备", "谋划"),
    "approved": ("立项",),
    "design": ("设计",),
    "budget": ("预算",),
    "tender": ("招标", "招投标"),
    "contract": ("合同", "签约"),
    "started": ("开工", "在建", "施工"),
    "finished": ("完工", "竣工"),
    "accepted": ("验收",),
    "audited": ("结算审计", "审计", "结算"),
    "final_account": ("决算",),
    "handed_over": ("移交管护", "移交", "管护"),
}
"""Stage of a project → what planners write for it, in order."""
