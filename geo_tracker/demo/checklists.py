"""Made-up checklists of merged villages, and how far their former villages' assets are."""

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo_tracker.demo.figures import LATER_ON
from geo_tracker.demo.problems import BASIS, SURNAMES, town_office
from geo_tracker.demo.schedule import AS_OF

COLUMNS = [
    *("村代码", "村", "乡镇", "类别", "事项", "责任单位", "责任人", "期限", "状态", "完成日期"),
    *("完成依据", "核验日期", "依据"),
]
FUSION_COLUMNS = [
    *("原村代码", "原村", "乡镇", "融合阶段", "起始日期", "留存金额(万元)", "备注", "依据"),
]


class Task(NamedTuple):
    """An item of the checklist: days after the merger it is due, who does it, what shows it.

    ``left`` is the share of villages in which it stays undone beyond its day, ``not_here`` that in
    which it does not apply, for the reason ``why``.
    """

    domain: str
    text: str
    days: int
    office: str
    shows: str
    left: float
    not_here: float = 0
    why: str = ""


TASKS = (
    Task("班子", "选举产生新村党组织和村委会班子", 60, "", "选举结果公告", 0.005),
    Task("公章档案", "启用新公章，收回并封存原村公章", 30, "", "印章启用公告、封存清单", 0.01),
    Task("公章档案", "原村档案清点移交", 60, "档案馆", "档案移交清册", 0.05),
    Task("三资财务", "原村账目审计并移交", 30, "农业农村局", "审计报告、移交清册", 0.03),
    Task("三资财务", "清产核资并公示", 90, "农业农村局", "公示照片", 0.05),
    Task("三资财务", "资产并账方案经村民会议通过并实施", 180, "", "村民会议决议", 0.16),
    Task("债权债务", "债权债务清理并公示", 90, "", "公示照片、债权债务明细", 0.09, 0.04,
         "原村均无债权债务"),
    Task("干部安置", "离任村干部妥善安置", 90, "", "谈话记录、安置名单", 0.03, 0.05,
         "没有离任村干部"),
    Task("规划", "编制新村规划", 365, "自然资源和规划局", "规划文本", 0.1),
    Task("产业", "制定集体经济发展计划", 180, "", "发展计划、会议记录", 0.12),
    Task("服务", "设置便民服务点，公布办事方式", 60, "", "现场照片", 0.02, 0.03,
         "原村与新村委会相距不到 1 公里"),
    Task("人心", "走访原村农户，听取意见", 90, "", "走访记录", 0.04),
    Task("风险", "排查矛盾纠纷并逐件化解", 60, "", "排查台账", 0.05),
)  # fmt: skip
"""Word for word the template that is built in, so that opened checklists and these are alike."""

PLAN_OF_ASSETS = "资产并账方案经村民会议通过并实施"
LATE, VERIFIED = 0.13, 0.86
"""Of what was done, the shares that were done after their day, and that were verified."""


def checklist_sheet(lineage: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Build the sheet 清单.

    Parameters
    ----------
    lineage : DataFrame
        Indexed by former ``code``.
    rng : Generator
        Same state, same items.

    Returns
    -------
    DataFrame
        One row per merged village and item of `TASKS` with `COLUMNS`, as they stood on `AS_OF`:
        most done in time and verified, some done late, some not verified yet, some overdue, a few
        that do not apply. Days are ``datetime.date``; what has not happened is empty.
    """
    merged = lineage[lineage["constituents"] > 1].drop_duplicates("later_code")
    merged = merged.sort_values("later_code")
    cadres: dict[str, str] = {}
    rows = []
    nothing: dict[str, Any] = dict.fromkeys(COLUMNS)
    for village in merged.itertuples():
        # In some towns and villages nearly all is in time, in others much is left.
        slackness = float(rng.gamma(1.2, 1 / 1.2))
        if village.town_code not in cadres:
            cadres[village.town_code] = f"{rng.choice(list(SURNAMES))}某"
        for task in TASKS:
            unit = town_office(village.town)
            rows.append(
                nothing
                | {
                    "村代码": village.later_code,
                    "村": village.later_name,
                    "乡镇": village.town,
                    "类别": task.domain,
                    "事项": task.text,
                    "责任单位": village.county + task.office if task.office else unit,
                    "责任人": None if task.office else cadres[village.town_code],
                    "期限": LATER_ON + timedelta(days=task.days),
                    "依据": BASIS,
                }
                | _way(task, slackness, rng)
            )
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _way(task: Task, slackness: float, rng: np.random.Generator) -> dict[str, Any]:
    """Draw how far an item has come, and when."""
    due_on = LATER_ON + timedelta(days=task.days)
    if rng.random() < task.not_here:
        return {"状态": "不适用", "完成依据": task.why}
    if due_on > AS_OF:
        early = (due_on - LATER_ON).days * rng.uniform(0.3, 1)
        done_on = LATER_ON + timedelta(days=int(early))
        if done_on > AS_OF or rng.random() < 0.3:
            return {"状态": "未完成"}
    elif rng.random() < task.left * slackness:
        return {"状态": "未完成"}
    elif rng.random() < LATE * slackness:
        done_on = min(AS_OF, due_on + timedelta(days=1 + int(rng.gamma(1.5, 14))))
    else:
        done_on = due_on - timedelta(days=int(min(rng.gamma(1.6, 0.12 * task.days), task.days - 5)))
    done_on = _at_work(done_on)
    done = {"状态": "已完成", "完成日期": done_on, "完成依据": task.shows}
    verified_on = _at_work(done_on + timedelta(days=3 + int(rng.gamma(2, 5))))
    if verified_on > AS_OF or rng.random() > VERIFIED:
        return done
    return done | {"状态": "已核验", "核验日期": verified_on}


def _at_work(day: date) -> date:
    """Return the Friday before where it is a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def fusion_sheet(
    lineage: pd.DataFrame, figures: pd.DataFrame, checklists: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Build the sheet 三资融合.

    Parameters
    ----------
    lineage, figures : DataFrame
        Indexed by former ``code``.
    checklists : DataFrame
        The sheet 清单: where the plan of assets was carried out, they are joined since that day.
    rng : Generator
        Same state, same stages.

    Returns
    -------
    DataFrame
        One row per former village that merged with `FUSION_COLUMNS`. The richer of a merged
        village more often keep an excess on their own account; of those not joined nothing is
        known yet, and their amount is empty.
    """
    plans = checklists[checklists["事项"] == PLAN_OF_ASSETS].set_index("村代码")["完成日期"]
    merged = lineage[lineage["constituents"] > 1]
    income = figures["operating_wan"].reindex(merged.index)
    richer = income > income.groupby(merged["later_code"]).transform("median")
    rows = []
    for village in merged.itertuples():
        carried_out = plans[village.later_code]
        stage, since_on = _stage(carried_out, rng)
        stays, note = _excess(stage, bool(richer[village.Index]), income[village.Index], rng)
        rows.append(
            {
                "原村代码": village.Index,
                "原村": village.name,
                "乡镇": village.town,
                "融合阶段": stage,
                "起始日期": since_on,
                "留存金额(万元)": stays,
                "备注": note,
                "依据": BASIS,
            }
        )
    return pd.DataFrame(rows, columns=FUSION_COLUMNS, dtype=object)


def _stage(carried_out: Any, rng: np.random.Generator) -> tuple[str, date]:
    if not pd.isna(carried_out):
        return str(
            rng.choice(("直接并账", "协商并账", "逐步融合"), p=(0.6, 0.25, 0.15))
        ), carried_out
    if rng.random() < 0.4:
        begun = LATER_ON + timedelta(days=int(rng.integers(60, (AS_OF - LATER_ON).days)))
        return "逐步融合", _at_work(begun)
    return "未融合", LATER_ON


def _excess(
    stage: str, is_richer: bool, income_wan: float, rng: np.random.Generator
) -> tuple[float | None, str | None]:
    """Return what stays on the former village's account (万元), and what was agreed."""
    if stage == "未融合":
        return None, None
    if stage == "直接并账" or not is_richer:
        return 0.0, None
    stays = round(float(income_wan * rng.uniform(0.2, 0.9)), 1)
    if stage == "协商并账":
        return stays, "超出部分留原村使用，用于原村公益事业"
    return stays, f"按{int(rng.integers(2, 6))}年逐步并账"
