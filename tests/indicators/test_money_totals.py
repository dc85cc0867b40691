"""Money summed in every way comes to the same cent."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_tracker.indicators.money_totals import AMOUNTS, channel_money, project_money

fen = st.one_of(st.none(), st.integers(0, 10**15))
project = st.fixed_dictionaries(
    dict.fromkeys(AMOUNTS, fen)
    | {"kind": st.sampled_from(["道路", "其他", None]), "year": st.sampled_from([2019, 2020, None])}
)


@settings(deadline=None)
@given(st.lists(project, min_size=1, max_size=30))
def test_however_projects_are_grouped_the_sum_is_the_same_to_the_cent(
    projects: list[dict[str, Any]],
) -> None:
    frame = pd.DataFrame(projects)
    for name in AMOUNTS:
        frame[name] = pd.array([row[name] for row in projects], dtype="Int64")
        exact = [row[name] for row in projects if row[name] is not None]
        for by in ("kind", "year"):
            table = project_money(frame, frame[by])
            assert table["projects"].sum() == len(projects)
            assert table[f"{name}_known"].sum() == len(exact)
            known = table[name].dropna()
            assert sum(map(int, known)) == sum(exact)
            assert (table[name].isna() == (table[f"{name}_known"] == 0)).all()


def test_rates_are_of_projects_that_have_both() -> None:
    frame = pd.DataFrame({name: pd.array([100, None, 50], dtype="Int64") for name in AMOUNTS})
    frame["paid_fen"] = pd.array([60, 10, None], dtype="Int64")
    row = project_money(frame, pd.Series(["a"] * 3)).loc["a"]
    assert (row["budget_fen"], row["paid_fen"]) == (150, 70)
    assert (row["both_budget_fen"], row["both_paid_fen"]) == (100, 60)


def test_a_channel_without_an_amount_is_not_a_channel_of_zero() -> None:
    funds = pd.DataFrame(
        {
            "project_id": [1, 2, 2],
            "channel": ["美丽乡村", "美丽乡村", "自筹"],
            "planned_fen": pd.array([300, 200, None], dtype="Int64"),
            "received_fen": pd.array([100, None, None], dtype="Int64"),
        }
    )
    table = channel_money(funds)
    assert table.loc["美丽乡村", ["projects", "planned_fen", "received_fen"]].tolist() == [
        2,
        500,
        100,
    ]
    assert table.loc["美丽乡村", ["both_planned_fen", "both_received_fen"]].tolist() == [300, 100]
    assert pd.isna(table.loc["自筹", "planned_fen"])
