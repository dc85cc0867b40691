"""Made-up problems that visits met in the villages, tuned to the published totals."""

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo_tracker.demo import published
from geo_tracker.demo.schedule import AS_OF

BASIS = "示意（合成）"
FIRST_ON = date(2019, 1, 14)
DAYS_TO_SOLVE = 21
"""Fifteen working days, about."""

COLUMNS = [
    *("编号", "来源", "类别", "内容", "反映人", "原村代码", "原村", "乡镇", "登记日期"),
    *("交办日期", "交办次数", "期限", "责任单位", "办结日期", "回访日期", "回访结果", "满意度"),
    *("销号日期", "状态", "办理情况", "经度", "纬度", "依据"),
]


class Matter(NamedTuple):
    """What people ask for: its kind, who looks after it, what it is, what was done."""

    category: str
    office: str
    content: str
    done: str


MATTERS = (
    Matter("道路交通", "交通运输局", "进村道路路面破损，雨天积水", "已修补路面并疏通边沟"),
    Matter("道路交通", "交通运输局", "合并后两个自然村之间的机耕路未接通", "已接通并铺设碎石"),
    Matter("道路交通", "", "村口路灯不亮，夜间出行不便", "已更换灯具和线路"),
    Matter("饮水用水", "水务局", "高地势农户水压不足", "已增设加压泵"),
    Matter("饮水用水", "水务局", "山塘渗漏，灌溉用水不足", "已加固坝体并清淤"),
    Matter("环境卫生", "", "垃圾分类点清运不及时", "已调整清运班次"),
    Matter("环境卫生", "生态环境分局", "池塘水体发黑有异味", "已清淤并放养水生植物"),
    Matter("环境卫生", "", "公厕损坏无人管护", "已维修并明确管护人"),
    Matter("土地房屋", "自然资源和规划局", "农户建房审批时间较长", "已联合踏勘并办结审批"),
    Matter("土地房屋", "自然资源和规划局", "两村交界处承包地界线有争议", "已实地勘界并签字确认"),
    Matter("集体资产", "农业农村局", "原村集体房屋出租收入如何归属未讲清", "已开会说明并公示"),
    Matter("集体资产", "", "合并后两村账目尚未并账", "已完成清产核资并入账"),
    Matter("公共服务", "卫生健康局", "原村卫生室撤并后老人看病不便", "已安排每周巡回诊疗"),
    Matter("公共服务", "", "办事要到新村委会，路远", "已设便民服务点"),
    Matter("公共服务", "教育局", "校车停靠点离原村较远", "已增设停靠点"),
    Matter("矛盾纠纷", "", "村规民约合并后个别条款有分歧", "已召开户主会协商修订"),
    Matter("其他", "", "文化礼堂合用时间安排有冲突", "已排定使用时间表"),
)
OFTEN = np.array([9, 5, 8, 4, 4, 9, 5, 4, 5, 3, 5, 6, 4, 6, 3, 3, 4], dtype=float)
SOURCES, SOURCES_OFTEN = ("企业", "群众", "基层", "巡查"), (0.24, 0.43, 0.25, 0.08)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡"
OPEN_STATES = ("已登记", "已交办", "已受理", "办理中", "反馈办结", "不属本级", "无法解决")
OPEN_OFTEN = np.array([2, 12, 14, 42, 16, 5, 4], dtype=float)
DUPLICATE, REPEATED = "重复", 0.014
"""How many are told a second time; some of these fall away, where nobody told them before."""
SATISFACTION, SATISFACTION_OFTEN = ("满意", "基本满意"), (0.83, 0.17)
PER_WEAKER = 1.7
"""How many times as many problems a weaker former village has as others."""


def problem_sheet(
    lineage: pd.DataFrame, figures: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Build the sheet 问题.

    Parameters
    ----------
    lineage, figures : DataFrame
        Indexed by former ``code``.
    rng : Generator
        Same state, same problems.

    Returns
    -------
    DataFrame
        One row per problem with `COLUMNS`, `published.PROBLEMS` of them (fewer where there are
        few villages), as they stood on `AS_OF`; as many solved and handed over again as was
        published, in proportion. Besides them some that repeat others of their village. Dates are
        ``datetime.date``, in order; what has not happened is empty.
    """
    count = min(published.PROBLEMS, 3 * len(lineage))
    solved = round(count * published.PROBLEMS_SOLVED / published.PROBLEMS)
    again = round(count * published.PROBLEMS_AGAIN / published.PROBLEMS)
    state = np.full(count, "", dtype=object)
    state[solved:] = rng.choice(OPEN_STATES, count - solved, p=OPEN_OFTEN / OPEN_OFTEN.sum())
    rounds = np.where(np.isin(state, OPEN_STATES[:1]), 0, 1)
    # Nine in ten and a little more of those handed over again were put right.
    rectified = round(again * published.AGAIN_RECTIFIED)
    rounds[rng.choice(solved, rectified, replace=False)] = 2
    unsolved = np.flatnonzero(np.isin(state, ("已交办", "已受理", "办理中")))
    rounds[rng.choice(unsolved, min(again - rectified, len(unsolved)), replace=False)] = 2
    repeated = round(count * REPEATED)
    state = np.append(state, np.full(repeated, DUPLICATE, dtype=object))
    rounds = np.append(rounds, np.ones(repeated, dtype=rounds.dtype))
    count += repeated
    order = rng.permutation(count)
    villages = _villages(lineage, figures, count, rng)
    picks = rng.choice(len(MATTERS), size=count, p=OFTEN / OFTEN.sum())
    rows = [
        _problem(village, MATTERS[pick], str(state[place]), int(rounds[place]), rng)
        for village, pick, place in zip(villages, picks, order, strict=True)
    ]
    rows.sort(key=lambda row: (row["登记日期"], row["原村代码"], row["内容"]))
    rows = _without_what_repeats_nothing(rows)
    for number, row in enumerate(rows, start=1):
        row["编号"] = f"示意{row['登记日期'].year}-{number:05d}"
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    return _with_duplicates_named(table)


def town_office(town: str) -> str:
    """Return what governs a town: a street has an office, not a government of its own."""
    return f"{town}办事处" if town.endswith("街道") else f"{town}人民政府"


def _villages(
    lineage: pd.DataFrame, figures: pd.DataFrame, count: int, rng: np.random.Generator
) -> list[Any]:
    """Draw in which villages the problems are: the weaker of merged ones have more."""
    income = figures["operating_wan"].reindex(lineage.index)
    weaker = income < income.groupby(lineage["later_code"]).transform("median")
    weight = np.where(weaker & (lineage["constituents"] > 1), PER_WEAKER, 1.0)
    places = rng.choice(len(lineage), size=count, p=weight / weight.sum())
    listed = list(lineage.itertuples())
    return [listed[place] for place in places]


def _problem(
    village: Any, matter: Matter, state: str, rounds: int, rng: np.random.Generator
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "来源": str(rng.choice(SOURCES, p=SOURCES_OFTEN)),
        "类别": matter.category,
        "内容": matter.content,
        "反映人": f"{rng.choice(list(SURNAMES))}某某" if rng.random() < 0.6 else None,
        "原村代码": village.Index,
        "原村": village.name,
        "乡镇": village.town,
        "状态": state or "已销号",
        "依据": BASIS,
    }
    return row | _way(village, matter, state, rounds, rng)


def _way(
    village: Any, matter: Matter, state: str, rounds: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Draw the days of a problem's way, back from the present, as far as it has come."""
    # Of those solved the last step lies before `AS_OF`; open ones are more often young.
    last = (AS_OF - FIRST_ON).days
    age = rng.uniform(70, last) if not state else min(last, 3 + rng.gamma(1.3, 16))
    registered = AS_OF - timedelta(days=int(age))
    if state == "已登记":
        return {"登记日期": AS_OF - timedelta(days=int(rng.integers(0, 6)))}
    assigned = min(AS_OF, registered + timedelta(days=int(rng.integers(0, 4))))
    if rounds > 1:
        assigned = min(AS_OF, assigned + timedelta(days=int(rng.integers(15, 35))))
    if state == "已交办":
        # What waits to be accepted was handed over lately, but for a few.
        wait = int(rng.integers(0, 9)) if rng.random() < 0.9 else int(rng.integers(20, 60))
        assigned = AS_OF - timedelta(days=wait)
        registered = assigned - timedelta(days=int(rng.integers(0, 4)) + 20 * (rounds > 1))
    way: dict[str, Any] = {
        "登记日期": registered,
        "交办日期": assigned,
        "交办次数": rounds,
        "期限": assigned + timedelta(days=DAYS_TO_SOLVE),
        "责任单位": village.county + matter.office if matter.office else town_office(village.town),
    }
    if state in _REASONS:
        closed = min(AS_OF, assigned + timedelta(days=int(rng.integers(1, 15))))
        return way | {"销号日期": closed, "办理情况": _REASONS[state]}
    if state and state != "反馈办结":
        return way
    claimed = assigned + timedelta(days=int(np.clip(rng.lognormal(2.5, 0.6), 1, 45)))
    way |= {"办结日期": min(AS_OF, claimed), "办理情况": matter.done}
    if state:
        return way
    revisited = min(AS_OF, claimed + timedelta(days=int(rng.integers(1, 12))))
    return way | {
        "回访日期": revisited,
        "回访结果": "已解决",
        "满意度": str(rng.choice(SATISFACTION, p=SATISFACTION_OFTEN)),
        "销号日期": min(AS_OF, revisited + timedelta(days=int(rng.integers(0, 4)))),
    }


_REASONS = {
    DUPLICATE: "与同村先前登记的问题相同",
    "不属本级": "属上级职权，已转报",
    "无法解决": "不符合现行政策，已向反映人说明",
}


def _without_what_repeats_nothing(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows in order of time without duplicates in villages that had no problem before."""
    kept, villages = [], set()
    for row in rows:
        if row["状态"] != DUPLICATE:
            villages.add(row["原村代码"])
        elif row["原村代码"] not in villages:
            continue
        kept.append(row)
    return kept


def _with_duplicates_named(table: pd.DataFrame) -> pd.DataFrame:
    """Name in each duplicate's reason the problem it repeats: the first one of the village."""
    kept = table["状态"] != DUPLICATE
    first = table[kept].drop_duplicates("原村代码").set_index("原村代码")["编号"]
    for place in table.index[~kept]:
        table.at[place, "办理情况"] = f"与 {first[table.at[place, '原村代码']]} 重复"
    return table
