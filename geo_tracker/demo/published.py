"""What the public sources say about Jinhua's village mergers; nothing in here is made up."""

TOWN_CODE = "330784114"
"""花街镇, the town of the one published merger."""

STRONG_CODE = "330784114200"
"""倪宅村, whose code stays in the lists."""

WEAK_CODE = "330784114222"
"""新川村, whose code vanishes from the lists."""

MERGED_NAME = "倪宅新村"
MERGER_BASIS = "公开报道：倪宅村与新川村合并为倪宅新村（永康市花街镇）"

PROJECT_NAME = "原新川村整治项目（2019年计划）"
PROJECT_BUDGET_WAN = 400
PROJECT_BASIS = "公开报道：2019年计划投入400万元"

MEAN_CONSENT = 0.997
SHARE_AT_FULL_CONSENT = 0.431
"""1,081 of 2,507 villages."""

LISTED_VILLAGES = 4432
PROBLEMS, PROBLEMS_SOLVED, PROBLEMS_AGAIN = 5702, 4078, 498
"""Collected, solved, and handed over a second time."""

AGAIN_RECTIFIED = 0.92
""""Over 90 %" of those handed over a second time were put right; how many, was not said."""

VISITED_ENTERPRISES, VISITED_VILLAGES, PEOPLE_SERVED = 7426, 3400, 35045

_MAGAZINE = "杂志公开报道"
_BUREAU = "统计局统计用区划代码"

FIGURES_HEADER = ["指标", "合并前", "合并后", "数值", "单位", "截至日期", "发布者", "出处"]

FIGURES: list[tuple[str, int | None, int | None, float | None, str, str | None, str, str]] = [
    ("行政村数", 4457, 2865, None, "个", None, _MAGAZINE, "金华市行政村规模调整报道"),
    (
        "行政村数",
        4432,
        2851,
        None,
        "个",
        "2019-10-31",
        _BUREAU,
        "统计用区划代码 2018-10-31 与 2019-10-31（只计村委会）",
    ),
    ("涉及村", None, None, 2507, "个", None, _MAGAZINE, "金华市行政村规模调整报道"),
    ("平均同意率", None, None, 99.7, "%", None, _MAGAZINE, "金华市行政村规模调整报道"),
    ("同意率100%的村", None, None, 1081, "个", None, _MAGAZINE, "金华市行政村规模调整报道"),
    ("舆情", None, None, 0, "起", None, _MAGAZINE, "金华市行政村规模调整报道"),
    ("信访", None, None, 0, "起", None, _MAGAZINE, "金华市行政村规模调整报道"),
    ("案件", None, None, 0, "起", None, _MAGAZINE, "金华市行政村规模调整报道"),
    *(
        (indicator, None, None, value, unit, None, _MAGAZINE, "金华市“三服务”报道")
        for indicator, value, unit in (
            ("收集问题", PROBLEMS, "件"),
            ("解决问题", PROBLEMS_SOLVED, "件"),
            ("二次交办", PROBLEMS_AGAIN, "件"),
            ("走访企业", VISITED_ENTERPRISES, "家"),
            ("走访村", VISITED_VILLAGES, "个"),
            ("服务群众", PEOPLE_SERVED, "人"),
        )
    ),
]
"""One row per published figure, in the order of `FIGURES_HEADER`; an unknown date stays empty."""
