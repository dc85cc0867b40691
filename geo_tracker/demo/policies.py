"""Policies of the demonstration: one that was published, the others examples with made-up terms."""

from dataclasses import dataclass, field

Condition = tuple[str, str, str]


@dataclass(frozen=True)
class DemoPolicy:
    """A policy as one would type it; ``uses``: what made-up uses of it say, or nothing."""

    fields: dict[str, str]
    conditions: list[Condition]
    synthetic: bool = True
    uses: dict[str, str] = field(default_factory=dict)


_UNIT = "示例单位"
_SOURCE = "示例，条件与金额均为虚构"

POLICIES = (
    # What the report of 2017-08-03 says: the target, not an amount; it names no day of issue.
    DemoPolicy(
        {
            "title": "关于实施消除集体经济薄弱村三年行动计划的意见",
            "issuing_unit": "中共浙江省委办公厅、浙江省人民政府办公厅",
            "gives": (
                "到2019年底全面消除集体经济年收入低于10万元的薄弱村；加大对薄弱村的扶持力度，"
                "整合相关项目资金，统筹安排财政资金，支持村级集体经济发展。"
                "（报道未注明文号和有效期；此处按其目标期限登记为有效至2019年底。）"
            ),
            # Its aim was to be met by then; counted in 2020 it would tell of a plan that was over.
            "in_force_until": "2019-12-31",
            "source": "https://zjnews.zjol.com.cn/ztjj/zjddh/ddhjs/201708/t20170803_4731630.shtml",
            "level": "former",
        },
        [("total_income", "below", "10")],
        synthetic=False,
    ),
    DemoPolicy(
        {
            "title": "示例：后进村集体增收项目补助",
            "document_no": "示例〔2020〕1号",
            "issuing_unit": _UNIT,
            "issued_on": "2020-01-15",
            "in_force_from": "2020-02-01",
            "in_force_until": "2020-12-31",
            "gives": "每村一次性补助30万元，用于物业、光伏等增收项目。",
            "amount": "30",
            "source": _SOURCE,
            "level": "former",
        },
        [("standing", "is", "firm、borderline"), ("operating_income", "below", "15")],
        uses={"used_on": "2020-05-20", "amount": "30", "document": "示例凭证"},
    ),
    DemoPolicy(
        {
            "title": "示例：生活污水治理补短板",
            "document_no": "示例〔2020〕2号",
            "issuing_unit": _UNIT,
            "issued_on": "2020-03-01",
            "in_force_from": "2020-03-01",
            "gives": "每村补助20万元，用于农户接管和终端改造。",
            "amount": "20",
            "source": _SOURCE,
            "level": "former",
            "channel": "千万工程",
        },
        [("sewage_share", "below", "65"), ("registered_population", "at_least", "300")],
    ),
    DemoPolicy(
        {
            "title": "示例：合并村融合发展奖补",
            "document_no": "示例〔2020〕3号",
            "issuing_unit": _UNIT,
            "issued_on": "2020-04-01",
            "in_force_from": "2020-04-01",
            "in_force_until": "2021-12-31",
            "gives": "资产、规划融合到位的合并村，每村奖补15万元。",
            "amount": "15",
            "source": _SOURCE,
            "level": "today",
        },
        [
            ("situation", "is", "merged"),
            ("asset_stage", "at_least", "2"),
            ("planning_share", "at_least", "60"),
        ],
    ),
    DemoPolicy(
        {
            "title": "示例：被平均数掩盖的原村专项帮扶",
            "document_no": "示例〔2020〕4号",
            "issuing_unit": _UNIT,
            "issued_on": "2020-05-10",
            "in_force_from": "2020-06-01",
            "gives": "派驻帮扶小组，安排10万元启动资金。",
            "amount": "10",
            "source": _SOURCE,
            "level": "former",
        },
        [("hidden", "is", "yes"), ("satisfied_share", "at_least", "60")],
    ),
    DemoPolicy(
        {
            "title": "示例：2019年薄弱村结对帮扶",
            "document_no": "示例〔2019〕6号",
            "issuing_unit": _UNIT,
            "issued_on": "2019-03-01",
            "in_force_from": "2019-03-01",
            "in_force_until": "2019-12-31",
            "gives": "机关单位与村结对，每村安排5万元。",
            "amount": "5",
            "source": _SOURCE,
            "level": "both",
        },
        [("total_income_floor", "is", "yes")],
        uses={"used_on": "2019-09-10", "amount": "5", "document": "示例凭证"},
    ),
)

USED_BY = 12
"""So many former villages used each policy that was used, of those with the least income."""
