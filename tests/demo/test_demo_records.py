import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_tracker.demo.city import DemoCity
from geo_tracker.demo.figures import village_figures
from geo_tracker.demo.mergers import drawn_groups, lineage
from geo_tracker.demo.reference import Reference
from geo_tracker.demo.schedule import AS_OF, STAGES, drawn_schedule
from geo_tracker.demo.tables import conflicting_rows, merger_sheet
from geo_tracker.demo.votes import vote_sheet


@pytest.fixture(scope="module")
def became(real_reference: Reference) -> pd.DataFrame:
    return lineage(real_reference, drawn_groups(real_reference, np.random.default_rng(1)))


@pytest.fixture(scope="module")
def figures(became: pd.DataFrame) -> pd.DataFrame:
    return village_figures(became, np.random.default_rng(2))


@pytest.fixture(scope="module")
def votes(became: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    return vote_sheet(became, figures, np.random.default_rng(3))


def test_income_is_skewed_and_has_a_weak_tail(figures: pd.DataFrame) -> None:
    income = figures["operating_wan"]
    assert income.mean() > 1.2 * income.median()
    assert 0.05 < (income < 15).mean() < 0.35
    assert income["330784114222"] < 15
    assert income["330784114200"] > 100
    assert np.corrcoef(np.log(income), np.log(figures["registered"]))[0, 1] > 0.3


def test_votes_come_out_at_the_published_rates(votes: pd.DataFrame) -> None:
    consent = votes["同意"] / votes["实到"]
    assert consent.mean() == pytest.approx(0.997, abs=0.0005)
    assert (consent == 1).sum() == round(0.431 * len(votes))
    assert 0.895 <= consent.min() < 0.95


def test_the_counts_of_each_vote_agree(votes: pd.DataFrame) -> None:
    assert (votes[["同意", "反对", "弃权", "无效"]].sum(axis=1) == votes["收回"]).all()
    assert (votes["收回"] <= votes["发出"]).all()
    assert (votes["发出"] <= votes["实到"]).all()
    assert (votes["实到"] <= votes["应到"]).all()
    assert (votes[["应到", "实到", "反对", "弃权", "无效"]] >= 0).all(axis=None)


def test_forty_meetings_were_not_in_order(votes: pd.DataFrame) -> None:
    days = pd.to_datetime(votes["日期"]) - pd.to_datetime(votes["通知日期"])
    is_short = days.dt.days < 10
    is_other_form = votes["会议形式"] == "村民代表会议"
    quorum = votes["会议形式"].map({"村民会议": 1 / 2, "户代表会议": 2 / 3, "村民代表会议": 0})
    is_too_few = votes["实到"] < quorum * votes["应到"]
    assert (is_short.sum(), is_other_form.sum(), is_too_few.sum()) == (14, 13, 13)
    assert votes["通知日期"].min() >= pd.Timestamp("2018-09-10").date()
    assert votes["日期"].max() <= pd.Timestamp("2019-06-30").date()


def test_a_project_has_reached_what_its_dates_say() -> None:
    rng = np.random.default_rng(4)
    drawn = [drawn_schedule(40.0, rng) for _ in range(1500)]
    behind = 0
    for schedule in drawn:
        assert schedule.stage in STAGES
        assert (schedule.started_on is not None) == schedule.has_reached("开工")
        assert (schedule.finished_on is not None) == schedule.has_reached("完工")
        if schedule.started_on:
            assert schedule.started_on <= (schedule.finished_on or AS_OF) <= AS_OF
        if schedule.planned_start_on and schedule.planned_finish_on:
            length = schedule.planned_finish_on - schedule.planned_start_on
            planned = min(100, 100 * ((AS_OF - schedule.planned_start_on) / length))
            is_late = schedule.planned_start_on < AS_OF and not schedule.started_on
            behind += is_late or planned - (schedule.progress or 0) > 10
    assert 0.1 < behind / len(drawn) < 0.15


def test_money_follows_the_stage_and_channels_sum_to_the_budget(city: DemoCity) -> None:
    projects = city.sheets["项目"]
    drawn = projects[projects["阶段"].notna()]
    stage = drawn["阶段"].map(STAGES.index)
    assert (drawn["预算(万元)"].notna() == (stage >= STAGES.index("预算"))).all()
    assert (drawn["合同价(万元)"].notna() == (stage >= STAGES.index("合同"))).all()
    signed = drawn[drawn["合同价(万元)"].notna()]
    assert (signed["已拨付(万元)"] <= signed["合同价(万元)"]).all()
    for text, budget in zip(drawn["资金渠道"], drawn["预算(万元)"], strict=True):
        if ":" in text:
            amounts = [float(channel.split(":")[1]) for channel in text.split(";")]
            assert sum(amounts) == pytest.approx(budget)


def test_nothing_is_made_up_about_the_published_project(city: DemoCity) -> None:
    projects = city.sheets["项目"]
    published = projects[projects["原村代码"] == "330784114222"]
    assert len(published) == 1
    known = published.iloc[0].dropna().to_dict()
    assert known.pop("预算(万元)") == 400
    assert known.pop("名称") == "原新川村整治项目（2019年计划）"
    assert known.pop("新村") == "倪宅新村"
    assert set(known) == {
        "项目编号",
        "新村代码",
        "原村代码",
        "原村",
        "乡镇",
        "经度",
        "纬度",
        "依据",
    }


def test_projects_and_seats_lie_in_their_former_villages(city: DemoCity) -> None:
    before = city.before.to_crs(4490).geometry
    projects = city.sheets["项目"]
    places = shapely.points(projects["经度"].astype(float), projects["纬度"].astype(float))
    assert shapely.contains(before.loc[projects["原村代码"]].to_numpy(), places).all()
    villages = city.sheets["村庄"].head(len(before))
    seats = shapely.points(villages["驻地经度"].astype(float), villages["驻地纬度"].astype(float))
    assert shapely.contains(before.loc[villages["统计代码"]].to_numpy(), seats).all()


def test_a_merged_village_sits_in_its_strongest_former_one(city: DemoCity) -> None:
    villages = city.sheets["村庄"]
    rows = villages[villages["统计代码"] == "330784114200"]
    assert rows["村名"].to_list() == ["倪宅村", "倪宅新村"]
    assert rows["驻地经度"].nunique() == rows["驻地纬度"].nunique() == 1
    assert rows["户数"].isna().to_list() == [False, True]


def test_the_published_merger_is_cited_and_all_others_are_illustrative(city: DemoCity) -> None:
    table = city.sheets["合并对照"].set_index("原村代码")
    cited = table["依据"].str.startswith("公开报道")
    assert sorted(table.index[cited]) == ["330784114200", "330784114222"]
    assert table.loc[cited, ["批复文号", "批复日期"]].isna().all(axis=None)
    assert (table.loc[~cited, "依据"] == "示意（合成）").all()


def test_planted_conflicts_name_another_merged_village_of_the_town(
    became: pd.DataFrame, votes: pd.DataFrame, real_reference: Reference
) -> None:
    points = gpd.GeoSeries(
        gpd.points_from_xy(range(len(became)), [0] * len(became)), index=became.index
    )
    wrong = conflicting_rows(became, points, np.random.default_rng(5))
    table = merger_sheet(became, votes, wrong, np.random.default_rng(6)).set_index("原村代码")
    said = table["新村代码"]
    differing = said[said != became["later_code"].reindex(said.index)]
    assert sorted(differing.index) == sorted(wrong.index)
    assert len(differing) == 6
    towns = became.loc[differing.index, "town_code"]
    assert towns.nunique() == 6
    assert "330784114" not in set(towns)
    assert (differing.map(real_reference.later["town_code"]) == towns).all()
    assert differing.isin(became.loc[became["constituents"] > 1, "later_code"]).all()
