"""Livelihood projects of the demo are as far as their stage lets them be, and say so."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from geo_tracker.demo import published
from geo_tracker.demo.city import DemoCity
from geo_tracker.demo.livelihood import COLUMNS, KINDS, with_livelihood
from geo_tracker.demo.payments import COLUMN
from geo_tracker.demo.schedule import AS_OF, STAGES
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.importing.payment_cells import payments


@pytest.fixture(scope="module")
def projects() -> pd.DataFrame:
    """3,000 drawn projects of every stage and kind, and the published one."""
    rng = np.random.default_rng(1)
    stages = [str(stage) for stage in rng.choice(STAGES, 3000)]
    kinds = [str(kind) for kind in rng.choice((*KINDS, "拆违"), 3000)]
    drawn = {"类别": kinds, "乡镇": ["花街镇"] * 3000, "阶段": stages, "计划开工": [None] * 3000}
    table = pd.DataFrame(drawn, dtype=object)
    table.loc[3000] = [None, "花街镇", None, None]
    return with_livelihood(table, np.random.default_rng(2))


def test_there_are_livelihood_projects_in_every_state(projects: pd.DataFrame) -> None:
    counts = projects["民生实事状态"].value_counts()
    assert set(counts.index) == {words[0] for words in CODE_WORDS["livelihood"].values()}
    assert counts.min() >= 5
    assert 0.08 < counts.sum() / len(projects) < 0.12


def test_no_state_is_ahead_of_or_behind_the_works(projects: pd.DataFrame) -> None:
    stage = projects["阶段"].map(STAGES.index, na_action="ignore")
    started, finished = STAGES.index("开工"), STAGES.index("完工")
    state = projects["民生实事状态"]
    assert (stage[state.isin(["候选", "未入选", "票决通过", "已公布"])] < started).all()
    assert (stage[state == "实施中"] == started).all()
    assert (stage[state.isin(["已完成", "已测评"])] >= finished).all()
    assert (projects["施工单位"].notna() == (stage >= STAGES.index("合同"))).all()
    assert not (projects.loc[state.notna(), "类别"] == "拆违").any()


def test_nothing_is_said_of_the_published_project(projects: pd.DataFrame, city: DemoCity) -> None:
    assert projects.loc[3000, COLUMNS].isna().all()
    sheet = city.sheets["项目"]
    assert sheet.loc[sheet["原村代码"] == published.WEAK_CODE, COLUMNS].isna().all(axis=None)


def test_the_three_zeros_are_as_published_and_no_incident_is_made_up(city: DemoCity) -> None:
    figures = city.sheets["公布数"].set_index("指标")["数值"]
    assert figures[["舆情", "信访", "案件"]].tolist() == [0, 0, 0]
    assert "事件" not in city.followup
    notes = city.sheets["说明"].set_index("事项")["说明"]
    assert "没有编造舆情、信访、案件" in notes["合成：问题、走访、清单、三资融合"]


def test_payments_one_by_one_are_to_the_cent_what_was_paid(city: DemoCity) -> None:
    sheet = city.sheets["项目"]
    some = sheet[sheet[COLUMN].notna()]
    assert len(some) > 2
    paid = sheet["已拨付(万元)"].fillna(0).astype(float) > 0
    assert (sheet[COLUMN].notna() == paid).all()
    for project in some.to_dict("records"):
        single = payments(project[COLUMN], unit_yuan=Decimal(10_000)) or []
        total = Decimal(f"{project['已拨付(万元)']:.2f}") * 10_000
        assert sum(payment.amount for payment in single) == total
        days = [payment.paid_on for payment in single]
        assert days == sorted(days)
        assert days[-1] <= AS_OF
        channels = {part.split(":")[0] for part in project["资金渠道"].split(";")}
        assert {payment.channel for payment in single} <= channels
