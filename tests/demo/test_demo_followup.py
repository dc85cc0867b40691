"""Problems and visits of the demo come out at what was published, and make sense."""

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo_tracker.demo import published
from geo_tracker.demo.city import DemoCity
from geo_tracker.demo.figures import village_figures
from geo_tracker.demo.mergers import drawn_groups, lineage
from geo_tracker.demo.problems import problem_sheet
from geo_tracker.demo.reference import Reference
from geo_tracker.demo.schedule import AS_OF
from geo_tracker.demo.visits import visit_sheet

WAY = ["登记日期", "交办日期", "办结日期", "回访日期", "销号日期"]


@pytest.fixture(scope="module")
def became(real_reference: Reference) -> pd.DataFrame:
    return lineage(real_reference, drawn_groups(real_reference, np.random.default_rng(1)))


@pytest.fixture(scope="module")
def figures(became: pd.DataFrame) -> pd.DataFrame:
    return village_figures(became, np.random.default_rng(2))


@pytest.fixture(scope="module")
def problems(became: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    return problem_sheet(became, figures, np.random.default_rng(3))


def test_as_many_problems_were_collected_and_solved_as_was_published(
    problems: pd.DataFrame,
) -> None:
    # What repeats another problem was not collected a second time.
    problems = problems[problems["状态"] != "重复"]
    solved = problems["状态"] == "已销号"
    again = problems["交办次数"].fillna(0) >= 2
    assert (len(problems), solved.sum(), again.sum()) == (5702, 4078, 498)
    assert round(solved.mean(), 3) == 0.715
    assert 0.9 < solved[again].mean() < 0.93


@pytest.mark.parametrize(("earlier", "later"), list(itertools.pairwise(WAY)))
def test_a_problem_goes_its_way_in_order(problems: pd.DataFrame, earlier: str, later: str) -> None:
    both = problems[[earlier, later]].dropna()
    assert len(both) > 3000
    assert (both[earlier] <= both[later]).all()
    assert max(both[later]) <= AS_OF


def test_a_problem_has_come_as_far_as_its_state_says(problems: pd.DataFrame) -> None:
    closed = problems[problems["状态"] == "已销号"]
    assert closed[[*WAY, "满意度"]].notna().all(axis=None)
    begun = problems[problems["状态"].isin(["已交办", "已受理", "办理中"])]
    assert begun["办结日期"].isna().all()
    assert begun[["期限", "责任单位"]].notna().all(axis=None)
    overdue = [day < AS_OF for day in begun["期限"]]
    assert 0.2 < np.mean(overdue) < 0.6


def test_a_duplicate_names_an_earlier_problem_of_its_village(problems: pd.DataFrame) -> None:
    by_number = problems.set_index("编号")
    duplicates = problems[problems["状态"] == "重复"]
    assert len(duplicates) > 10
    for row in duplicates.itertuples():
        first = by_number.loc[row.办理情况.split()[1]]
        assert first["原村代码"] == row.原村代码
        assert first["登记日期"] <= row.登记日期
        assert first["状态"] != "重复"


def test_weaker_former_villages_have_more_problems(
    became: pd.DataFrame, figures: pd.DataFrame, problems: pd.DataFrame
) -> None:
    income = figures["operating_wan"].reindex(became.index)
    merged = became["constituents"] > 1
    weaker = merged & (income < income.groupby(became["later_code"]).transform("median"))
    counts = problems["原村代码"].value_counts().reindex(became.index).fillna(0)
    assert counts[weaker].mean() > 1.4 * counts[~weaker].mean()


def test_as_many_places_and_people_were_visited_as_was_published(became: pd.DataFrame) -> None:
    visits = visit_sheet(became, np.random.default_rng(4))
    of_villages = visits[visits["企业"].isna()]
    assert of_villages["原村代码"].is_unique
    assert len(of_villages) == published.VISITED_VILLAGES == 3400
    assert visits["企业"].nunique() == published.VISITED_ENTERPRISES == 7426
    assert visits["服务人数"].sum() == published.PEOPLE_SERVED == 35045
    assert visits["服务人数"].min() >= 0
    assert all(day.weekday() < 5 for day in visits["日期"])
    assert date(2019, 1, 14) <= min(visits["日期"]) < max(visits["日期"]) <= AS_OF


def test_everything_says_that_it_is_made_up(city: DemoCity) -> None:
    assert set(city.followup) == {"问题", "走访", "清单", "三资融合"}
    for sheet in city.followup.values():
        assert len(sheet) > 5
        assert (sheet["依据"] == "示意（合成）").all()
