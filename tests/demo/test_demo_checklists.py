"""Checklists of the demo are those of the template, mostly done, and agree with the assets."""

import numpy as np
import pandas as pd
import pytest

from geo_tracker.demo.checklists import PLAN_OF_ASSETS, TASKS, checklist_sheet, fusion_sheet
from geo_tracker.demo.figures import LATER_ON, village_figures
from geo_tracker.demo.mergers import drawn_groups, lineage
from geo_tracker.demo.reference import Reference
from geo_tracker.demo.schedule import AS_OF
from geo_tracker.followup.checklist import TEMPLATE


@pytest.fixture(scope="module")
def became(real_reference: Reference) -> pd.DataFrame:
    return lineage(real_reference, drawn_groups(real_reference, np.random.default_rng(1)))


@pytest.fixture(scope="module")
def items(became: pd.DataFrame) -> pd.DataFrame:
    return checklist_sheet(became, np.random.default_rng(2))


@pytest.fixture(scope="module")
def fusions(became: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    figures = village_figures(became, np.random.default_rng(3))
    return fusion_sheet(became, figures, items, np.random.default_rng(4))


def test_every_merged_village_has_the_items_of_the_template(
    became: pd.DataFrame, items: pd.DataFrame
) -> None:
    assert tuple(f"{task.domain}|{task.text}|{task.days}" for task in TASKS) == TEMPLATE
    merged = became.loc[became["constituents"] > 1, "later_code"].unique()
    assert set(items["村代码"]) == set(merged)
    assert len(items) == 13 * len(merged) > 11_000
    assert not items.duplicated(["村代码", "类别", "事项"]).any()


def test_most_is_done_in_time_and_verified_and_some_is_overdue(items: pd.DataFrame) -> None:
    counts = items["状态"].value_counts() / len(items)
    assert 0.65 < counts["已核验"] < 0.8
    assert 0.08 < counts["已完成"] < 0.2
    assert 0.003 < counts["不适用"] < 0.02
    due = pd.Series([day < AS_OF for day in items["期限"]])
    overdue = due & (items["状态"] == "未完成")
    assert 0.03 < overdue.sum() / due.sum() < 0.09
    assert 0.2 < items.loc[overdue, "村代码"].nunique() / items["村代码"].nunique() < 0.6
    done = items[items["完成日期"].notna()]
    assert 0.08 < (done["完成日期"] > done["期限"]).mean() < 0.18


def test_each_item_is_owned_by_what_governs_the_town_or_a_county_office(
    items: pd.DataFrame,
) -> None:
    assert items["责任单位"].notna().all()
    assert not items["责任单位"].str.contains("街道人民政府").any()
    of_town = items["责任人"].notna()
    assert items.loc[of_town, "责任单位"].str.match(".+(人民政府|街道办事处)").all()
    assert 100 < items["责任单位"].nunique() < 200


def test_days_are_in_order_and_none_lies_after_the_records_stop(items: pd.DataFrame) -> None:
    done = items[items["状态"].isin(["已完成", "已核验"])]
    assert done[["完成日期", "完成依据"]].notna().all(axis=None)
    assert min(done["完成日期"]) > LATER_ON
    assert max(done["完成日期"]) <= AS_OF
    verified = items[items["状态"] == "已核验"]
    assert (verified["核验日期"] > verified["完成日期"]).all()
    assert max(verified["核验日期"]) <= AS_OF
    rest = items[~items["状态"].isin(["已完成", "已核验"])]
    assert rest[["完成日期", "核验日期"]].isna().all(axis=None)
    left_out = items[items["状态"] == "不适用"]
    assert left_out["完成依据"].notna().all()


def test_assets_are_joined_where_the_plan_was_carried_out(
    became: pd.DataFrame, items: pd.DataFrame, fusions: pd.DataFrame
) -> None:
    merged = became[became["constituents"] > 1]
    assert list(fusions["原村代码"]) == list(merged.index)
    plans = items[items["事项"] == PLAN_OF_ASSETS].set_index("村代码")["完成日期"]
    carried_out = fusions["原村代码"].map(merged["later_code"]).map(plans)
    joined = carried_out.notna()
    assert (fusions.loc[joined, "起始日期"] == carried_out[joined]).all()
    assert set(fusions.loc[joined, "融合阶段"]) == {"直接并账", "协商并账", "逐步融合"}
    assert set(fusions.loc[~joined, "融合阶段"]) == {"逐步融合", "未融合"}


def test_some_amounts_stay_and_of_those_not_joined_none_is_known(fusions: pd.DataFrame) -> None:
    amount = fusions["留存金额(万元)"]
    apart = fusions["融合阶段"] == "未融合"
    assert amount[apart].isna().all()
    assert amount[~apart].notna().all()
    assert 0.1 < (amount[~apart] > 0).mean() < 0.3
    assert (amount[fusions["融合阶段"] == "直接并账"] == 0).all()
