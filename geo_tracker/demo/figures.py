"""Made-up people and income of the villages: skewed, and with a weak tail."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.demo import published

FORMER_ON = date(2018, 10, 31)
LATER_ON = date(2019, 10, 31)
INCOME_YEAR = 2018

OPERATING_WAN = {published.STRONG_CODE: 168.4, published.WEAK_CODE: 6.8}
_WELL_OFF = {published.STRONG_CODE: 1.5, published.WEAK_CODE: -3.0}
"""The published pair is called strong and lagging; its figures are made up like all others."""


def village_figures(lineage: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw people and income of every former village.

    Parameters
    ----------
    lineage : DataFrame
        As `mergers.lineage` returns it.
    rng : Generator
        Same state, same figures.

    Returns
    -------
    DataFrame
        Same index; ``households``, ``registered``, ``resident``, ``groups``, ``party_members``
        (counts), ``operating_wan``, ``total_wan`` (万元 a year, total ≥ operating ≥ 0), and what
        `conditions` draws.
    """
    count = len(lineage)
    households = np.clip(rng.lognormal(np.log(265), 0.45, count), 45, 1500).round().astype(int)
    registered = (households * np.clip(rng.normal(2.65, 0.22, count), 2, 3.4)).round().astype(int)
    resident = (registered * rng.uniform(0.62, 1.06, count)).round().astype(int)
    towns = lineage["town_code"].unique()
    town_level = pd.Series(rng.lognormal(0, 0.3, len(towns)), index=towns)
    # Who keeps the code tends to be the stronger one, as in the published story.
    is_absorbing = (lineage["later_code"] == lineage.index) & (lineage["constituents"] > 1)
    operating = (
        0.05
        * registered
        * rng.lognormal(0, 0.75, count)
        * lineage["town_code"].map(town_level).to_numpy()
        * np.where(is_absorbing, 1.3, 1.0)
    )
    other = rng.lognormal(np.log(18), 0.6, count)
    figures = pd.DataFrame(
        {
            "households": households,
            "registered": registered,
            "resident": resident,
            "groups": np.maximum(2, (households / 32).round()).astype(int),
            "party_members": (registered * rng.uniform(0.03, 0.06, count)).round().astype(int),
            "operating_wan": operating.round(2),
        },
        index=lineage.index,
    )
    for code, amount in OPERATING_WAN.items():
        if code in figures.index:
            figures.loc[code, "operating_wan"] = amount
    figures["total_wan"] = (figures["operating_wan"] + other).round(2)
    return figures.join(conditions(figures, rng))


def conditions(figures: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw living conditions, which go with income half of the way.

    Parameters
    ----------
    figures : DataFrame
        ``registered`` and ``operating_wan``.
    rng : Generator
        Same state, same figures.

    Returns
    -------
    DataFrame
        Same index: ``sewage``, ``toilets``, ``water`` (shares, 0–1), ``mark`` (0–100),
        ``service_km``, ``committee`` (share of the committee over share of the people),
        ``assets_wan``, ``debt_wan`` (万元), ``vacant_since`` (date; missing where there is a party
        secretary).
    """
    count = len(figures)
    per_head = np.log(figures["operating_wan"].clip(lower=0.1) / figures["registered"])
    by_income = ((per_head - per_head.mean()) / per_head.std()).to_numpy()
    well = by_income * 0.7 + rng.normal(0, 0.7, count)
    for code, as_told in _WELL_OFF.items():
        well[figures.index == code] = as_told

    def drawn(middle: float, step: float, low: float, high: float) -> pd.Series:
        values = middle + step * (well + rng.normal(0, 0.8, count))
        return pd.Series(np.clip(values, low, high), index=figures.index)

    vacant = rng.random(count) < np.clip(0.015 - 0.01 * well, 0.002, 0.06)
    since = pd.Timestamp(FORMER_ON) - pd.to_timedelta(rng.integers(20, 300, count), unit="D")
    income = figures["operating_wan"]
    return pd.DataFrame(
        {
            "sewage": drawn(0.78, 0.10, 0.2, 1).round(3),
            "toilets": drawn(0.93, 0.04, 0.5, 1).round(3),
            "water": drawn(0.965, 0.025, 0.6, 1).round(3),
            "mark": drawn(84, 6, 40, 100).round(1),
            "service_km": drawn(2.6, -1.1, 0.2, 15).round(1),
            "committee": np.clip(rng.normal(0.9, 0.3, count), 0, 2).round(2),
            "assets_wan": (income * rng.lognormal(2.2, 0.5, count) + 20).round(2),
            "debt_wan": (income * rng.lognormal(0.3, 1.0, count)).round(2),
            "vacant_since": [
                day if is_so else None for day, is_so in zip(since.date, vacant, strict=True)
            ],
        },
        index=figures.index,
    )


def strongest(lineage: pd.DataFrame, figures: pd.DataFrame) -> pd.Series:
    """Return the former code with the highest operating income per merged village.

    Parameters
    ----------
    lineage, figures : DataFrame
        Indexed by former ``code``.

    Returns
    -------
    Series
        Former code, indexed by ``later_code``; only villages made of two or more.
    """
    merged = lineage[lineage["constituents"] > 1]
    income = figures.loc[merged.index, "operating_wan"]
    return income.groupby(merged["later_code"]).idxmax()


def longitudes_latitudes(points: gpd.GeoSeries) -> pd.DataFrame:
    """Return the points' ``lon`` and ``lat`` in degrees (CGCS2000), to about 0.1 m."""
    geographic = points.to_crs(STORAGE_CRS)
    return pd.DataFrame({"lon": geographic.x.round(6), "lat": geographic.y.round(6)})


def village_sheet(
    lineage: pd.DataFrame, figures: pd.DataFrame, seat_points: gpd.GeoSeries
) -> pd.DataFrame:
    """Build the sheet 村庄.

    Parameters
    ----------
    lineage, figures : DataFrame
        Indexed by former ``code``.
    seat_points : GeoSeries
        A point in each former village, same index.

    Returns
    -------
    DataFrame
        One row per former village, then one per merged village with its seat only: no figure of
        the merged village is made up from those of its parts.
    """
    places = longitudes_latitudes(seat_points)
    former = pd.DataFrame(
        {
            "统计代码": lineage.index,
            "村名": lineage["name"],
            "县(市、区)": lineage["county"],
            "乡镇": lineage["town"],
            "基准日": FORMER_ON,
            "户数": figures["households"],
            "户籍人口": figures["registered"],
            "常住人口": figures["resident"],
            "小组数": figures["groups"],
            "党员": figures["party_members"],
            "总收入(万元)": figures["total_wan"],
            "经营性收入(万元)": figures["operating_wan"],
            "净资产(万元)": figures["assets_wan"],
            "负债(万元)": figures["debt_wan"],
            "生活污水治理率": figures["sewage"],
            "卫生厕所普及率": figures["toilets"],
            "自来水普及率": figures["water"],
            "环境检查得分": figures["mark"],
            "便民服务距离(公里)": figures["service_km"],
            "班子代表比": figures["committee"],
            "书记空缺起": figures["vacant_since"],
            "年份": INCOME_YEAR,
            "驻地经度": places["lon"],
            "驻地纬度": places["lat"],
        }
    )
    main = strongest(lineage, figures)
    source = lineage.loc[main.to_numpy()]
    merged = pd.DataFrame(
        {
            "统计代码": main.index,
            "村名": source["later_name"].to_numpy(),
            "县(市、区)": source["county"].to_numpy(),
            "乡镇": source["town"].to_numpy(),
            "基准日": LATER_ON,
            "驻地经度": places["lon"].loc[main.to_numpy()].to_numpy(),
            "驻地纬度": places["lat"].loc[main.to_numpy()].to_numpy(),
        }
    )
    both = [former.astype(object), merged.astype(object)]
    return pd.concat(both, ignore_index=True)[list(former.columns)]
