"""Made-up projects in the former villages that merged, and the one that was published."""

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.demo import published
from geo_tracker.demo.figures import longitudes_latitudes
from geo_tracker.demo.schedule import AS_OF, Schedule, drawn_schedule

BASIS = "示意（合成）"


class Work(NamedTuple):
    """What is built: its kind, what it is called, and what it usually costs in 万元."""

    kind: str
    title: str
    usual_wan: float


WORKS = (
    Work("道路", "村道硬化工程", 45),
    Work("道路", "进村道路拓宽工程", 90),
    Work("坑塘沟渠", "池塘清淤整治工程", 22),
    Work("坑塘沟渠", "沟渠疏浚工程", 18),
    Work("小型水利", "灌溉渠道改造工程", 32),
    Work("小型水利", "山塘加固工程", 48),
    Work("活动场所", "文化礼堂修缮工程", 60),
    Work("活动场所", "健身广场建设工程", 35),
    Work("村容环境", "村庄环境整治工程", 38),
    Work("村容环境", "村口绿化美化工程", 20),
    Work("污水厕所", "公厕改造工程", 24),
    Work("污水厕所", "生活污水管网工程", 65),
    Work("拆违", "拆违清表及场地平整", 12),
    Work("和美乡村", "和美乡村精品村创建", 180),
    Work("其他", "路灯亮化工程", 14),
)
OFTEN = np.array([9, 4, 6, 5, 5, 3, 5, 6, 9, 6, 6, 5, 3, 2, 5], dtype=float)
CHANNELS = ("美丽乡村", "千万工程", "一事一议奖补", "衔接资金", "县镇配套")

PAID_FROM_TO = {
    "完工": (0.6, 0.8),
    "验收": (0.75, 0.85),
    "结算审计": (0.85, 0.95),
    "决算": (0.95, 0.97),
    "移交管护": (1.0, 1.0),
}
COLUMNS = [
    "项目编号",
    "名称",
    "类别",
    "新村代码",
    "新村",
    "原村代码",
    "原村",
    "乡镇",
    "概算(万元)",
    "预算(万元)",
    "合同价(万元)",
    "已拨付(万元)",
    "资金渠道",
    "阶段",
    "计划开工",
    "计划竣工",
    "实际开工",
    "实际竣工",
    "进度(%)",
    "经度",
    "纬度",
    "截至日期",
    "依据",
]


def _funding(budget_wan: float | None, rng: np.random.Generator) -> str:
    """Return the channel, or channels with amounts in 万元 that sum to the budget."""
    main = str(rng.choice(CHANNELS))
    if budget_wan is None or rng.random() < 0.5:
        return main
    names = [main, "自筹"]
    if rng.random() < 0.3 and main != "县镇配套":
        names.insert(1, "县镇配套")
    budget_yuan = round(budget_wan * 10_000)
    shares = rng.dirichlet([6.0, *[2.0] * (len(names) - 1)])[:-1]
    # Whole hundreds of yuan: two decimals in 万元, so that the amounts add up exactly.
    amounts = [int(share * budget_yuan / 100) * 100 for share in shares]
    amounts.append(budget_yuan - sum(amounts))
    return ";".join(
        f"{name}:{amount / 10_000:.2f}" for name, amount in zip(names, amounts, strict=True)
    )


def _money(estimate_wan: float, schedule: Schedule, rng: np.random.Generator) -> dict[str, Any]:
    budget = round(estimate_wan * rng.uniform(0.88, 1.03), 2)
    contract = round(budget * rng.uniform(0.86, 0.99), 2)
    has_budget, has_contract = schedule.has_reached("预算"), schedule.has_reached("合同")
    if schedule.stage == "合同":
        share = rng.uniform(0, 0.3)
    elif schedule.stage == "开工":
        share = (schedule.progress or 0) / 100 * rng.uniform(0.7, 0.95)
    else:
        share = rng.uniform(*PAID_FROM_TO.get(schedule.stage, (0.0, 0.0)))
    return {
        "概算(万元)": estimate_wan,
        "预算(万元)": budget if has_budget else None,
        "合同价(万元)": contract if has_contract else None,
        "已拨付(万元)": round(contract * share, 2) if has_contract else None,
        "资金渠道": _funding(budget if has_budget else None, rng),
    }


def _project(village: Any, work: Work, number: int, rng: np.random.Generator) -> dict[str, Any]:
    estimate_wan = round(float(work.usual_wan * rng.lognormal(0, 0.6)), 2)
    schedule = drawn_schedule(estimate_wan, rng)
    year = schedule.planned_start_on.year if schedule.planned_start_on else AS_OF.year
    return {
        "项目编号": f"{village.county_code}-{year}-{number:04d}",
        "名称": f"原{village.name}{work.title}",
        "类别": work.kind,
        "依据": BASIS,
        "阶段": schedule.stage,
        "计划开工": schedule.planned_start_on,
        "计划竣工": schedule.planned_finish_on,
        "实际开工": schedule.started_on,
        "实际竣工": schedule.finished_on,
        "进度(%)": schedule.progress,
        "截至日期": AS_OF,
        **_money(estimate_wan, schedule, rng),
    }


def _published_project() -> dict[str, Any]:
    """Return the one published project: only what was published, the rest stays empty."""
    return {
        "项目编号": "330784-2019-公开1",
        "名称": published.PROJECT_NAME,
        "预算(万元)": float(published.PROJECT_BUDGET_WAN),
        "依据": published.PROJECT_BASIS,
    }


def _places(layer: gpd.GeoDataFrame, codes: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Draw a place for each code, inside its polygon and clear of the border."""
    shapes = layer.geometry.loc[codes]
    inner = shapes.buffer(-40).to_numpy()
    bounds = shapes.bounds.to_numpy()
    fractions = rng.random((12, len(codes), 2))
    drawn = bounds[:, :2] + fractions * (bounds[:, 2:] - bounds[:, :2])
    is_inside = shapely.contains_xy(inner[None, :], drawn[..., 0], drawn[..., 1])
    first = is_inside.argmax(axis=0)
    chosen = shapely.points(drawn[first, np.arange(len(codes))])
    fallback = shapes.representative_point().to_numpy()
    places = np.where(is_inside.any(axis=0), chosen, fallback)
    return longitudes_latitudes(gpd.GeoSeries(places, crs=layer.crs))


def project_sheet(
    lineage: pd.DataFrame,
    figures: pd.DataFrame,
    layer: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Build the sheet 项目.

    Parameters
    ----------
    lineage, figures : DataFrame
        Indexed by former ``code``.
    layer : GeoDataFrame
        The former villages' polygons, same index.
    rng : Generator
        Same state, same projects.

    Returns
    -------
    DataFrame
        One row per project with `COLUMNS`; money in 万元, progress in per cent, dates as
        ``datetime.date``; what a stage has not brought yet is empty.
    """
    merging = lineage[lineage["constituents"] > 1]
    income = figures.loc[merging.index, "operating_wan"]
    is_weaker = income < income.groupby(merging["later_code"]).transform("median")
    counts = rng.poisson(np.where(is_weaker, 1.45, 1.0))
    rows: list[dict[str, Any]] = []
    for village, count in zip(merging.itertuples(), counts.tolist(), strict=True):
        if village.Index == published.WEAK_CODE and village.is_cited:
            drawn = [_published_project()]
        else:
            picks = rng.choice(len(WORKS), size=min(count, 6), replace=False, p=OFTEN / OFTEN.sum())
            drawn = [
                _project(village, WORKS[pick], len(rows) + place + 1, rng)
                for place, pick in enumerate(picks)
            ]
        rows += [
            {
                **project,
                "新村代码": village.later_code,
                "新村": village.later_name,
                "原村代码": village.Index,
                "原村": village.name,
                "乡镇": village.town,
            }
            for project in drawn
        ]
    projects = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    places = _places(layer, projects["原村代码"].to_list(), rng)
    projects["经度"], projects["纬度"] = places["lon"], places["lat"]
    return projects
