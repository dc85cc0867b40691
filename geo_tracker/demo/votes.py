"""Made-up votes of the former villages' meetings, tuned to the published rates."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_tracker.demo import published

VILLAGERS = "村民会议"
HOUSEHOLDS = "户代表会议"
REPRESENTATIVES = "村民代表会议"

IRREGULAR = 40
"""Meetings that were not in order: a third each for notice, form and quorum."""

BASIS = "示意（合成）"
FIRST_MEETING_ON = date(2018, 10, 2)
LAST_MEETING_ON = date(2019, 5, 31)
WORST_SHORTFALL = 0.1

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


def _meetings(figures: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw form, eligible, present and what was not in order (``notice``, ``form``, ``quorum``)."""
    count = len(figures)
    flaw = np.full(count, "", dtype=object)
    flawed = rng.permutation(count)[: min(IRREGULAR, count // 20)]
    flaw[flawed] = np.array(["notice", "form", "quorum"])[np.arange(len(flawed)) % 3]
    by_household = rng.random(count) < 0.38
    form = np.where(by_household, HOUSEHOLDS, VILLAGERS)
    form = np.where(flaw == "form", REPRESENTATIVES, form)
    households = figures["households"].to_numpy()
    adults = (figures["registered"].to_numpy() * rng.uniform(0.76, 0.84, count)).round()
    eligible = np.select(
        [form == VILLAGERS, form == HOUSEHOLDS],
        [adults, households],
        np.clip(households / 9, 21, 65),
    ).round()
    turnout = np.select(
        [form == VILLAGERS, form == HOUSEHOLDS],
        [0.56 + 0.41 * rng.beta(2.6, 2.0, count), 0.7 + 0.28 * rng.beta(2.4, 1.8, count)],
        rng.uniform(0.8, 0.97, count),
    )
    # Half of the adults, two thirds of the households: these stay below.
    turnout = np.where(
        flaw == "quorum",
        rng.uniform(0.36, 0.48, count) * np.where(form == HOUSEHOLDS, 1.3, 1.0),
        turnout,
    )
    return pd.DataFrame(
        {
            "form": form,
            "eligible": eligible.astype(int),
            "present": (eligible * turnout).round().astype(int),
            "flaw": flaw,
        },
        index=figures.index,
    )


def _not_agreeing(present: Counts, rng: np.random.Generator) -> Counts:
    """Draw how many of those present did not agree, so that the rates come out as published."""
    count = len(present)
    unanimous = round(published.SHARE_AT_FULL_CONSENT * count)
    # Small meetings are unanimous more easily.
    by_size = np.argsort(present * rng.lognormal(0, 0.5, count), kind="stable")
    divided = np.sort(by_size[unanimous:])
    skew = rng.lognormal(0, 1.1, len(divided))
    people = present[divided]

    def drawn(scale: float) -> Counts:
        most = np.maximum(1, np.floor(people * WORST_SHORTFALL))
        return np.clip(np.round(scale * skew * people), 1, most).astype(np.int64)

    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if float((drawn(middle) / people).sum()) / count < 1 - published.MEAN_CONSENT:
            low = middle
        else:
            high = middle
    against = np.zeros(count, dtype=np.int64)
    against[divided] = drawn(low)
    return against


def _held_on(lineage: pd.DataFrame, rng: np.random.Generator) -> list[date]:
    """Draw the meetings' days: town by town, constituents of one village close together."""
    span = (LAST_MEETING_ON - FIRST_MEETING_ON).days - 20
    towns = lineage["town_code"].unique()
    town_day = pd.Series(np.minimum(rng.gamma(2.2, 28, len(towns)), span), index=towns)
    villages = lineage["later_code"].unique()
    village_day = pd.Series(rng.integers(0, 15, len(villages)), index=villages)
    days = (
        lineage["town_code"].map(town_day)
        + lineage["later_code"].map(village_day)
        + rng.integers(0, 5, len(lineage))
    )
    return [FIRST_MEETING_ON + timedelta(days=int(day)) for day in days]


def vote_sheet(
    lineage: pd.DataFrame, figures: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Build the sheet 表决.

    Parameters
    ----------
    lineage, figures : DataFrame
        Indexed by former ``code``.
    rng : Generator
        Same state, same votes.

    Returns
    -------
    DataFrame
        One row per former village that merged with another. 同意+反对+弃权+无效 = 收回, and 收回 ≤
        发出 ≤ 实到 ≤ 应到; dates are ``datetime.date``.
    """
    merging = lineage[lineage["constituents"] > 1]
    meetings = _meetings(figures.loc[merging.index], rng)
    present = meetings["present"].to_numpy()
    short = _not_agreeing(present, rng)
    against, abstain, invalid, kept_back = rng.multinomial(short, [0.3, 0.3, 0.12, 0.28]).T
    returned = present - kept_back
    issued = returned + rng.binomial(kept_back, 0.6)
    held_on = _held_on(merging, rng)
    ahead = np.where(
        meetings["flaw"] == "notice",
        rng.integers(2, 9, len(merging)),
        rng.integers(10, 22, len(merging)),
    )
    return pd.DataFrame(
        {
            "原村代码": merging.index,
            "原村": merging["name"].to_numpy(),
            "乡镇": merging["town"].to_numpy(),
            "会议形式": meetings["form"].to_numpy(),
            "通知日期": [
                on - timedelta(days=int(days)) for on, days in zip(held_on, ahead, strict=True)
            ],
            "日期": held_on,
            "应到": meetings["eligible"].to_numpy(),
            "实到": present,
            "发出": issued,
            "收回": returned,
            "同意": returned - against - abstain - invalid,
            "反对": against,
            "弃权": abstain,
            "无效": invalid,
            "依据": BASIS,
        }
    )
