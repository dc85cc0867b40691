"""The first list: floors as the domain reference sets them, and what is missing stays missing."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from geo_tracker.indicators.lag_flags import LagThresholds
from geo_tracker.indicators.lagging import lagging_list

FLOOR_FEN = 150_000 * 100
TOTAL_FLOOR_FEN = 300_000 * 100

FORMER: dict[str, Any] = {
    "operating_income_fen": FLOOR_FEN,
    "total_income_fen": TOTAL_FLOOR_FEN,
    "registered_population": 1000,
}
NO_PROJECTS = pd.DataFrame(
    {"former_unit_id": [], "is_open": [], "light": [], "behind_points": []}
).astype({"former_unit_id": "Int64", "is_open": bool, "light": object, "behind_points": float})


def listed(formers: dict[int, dict[str, Any]], projects: pd.DataFrame = NO_PROJECTS) -> Any:
    """List former villages that differ from one at the floors in what is given."""
    frame = pd.DataFrame([FORMER | former for former in formers.values()], index=list(formers))
    return lagging_list(frame.astype("Int64"), projects)


def projects_of(*rows: tuple[int | None, bool, str | None, float | None]) -> pd.DataFrame:
    """Return projects from former village, whether open, light and points behind."""
    frame = pd.DataFrame(list(rows), columns=list(NO_PROJECTS))
    return frame.astype({"former_unit_id": "Int64", "behind_points": float})


def test_floors_are_of_the_domain_reference() -> None:
    floors = LagThresholds()
    assert floors.operating_income_yuan == Decimal(150_000)
    assert floors.total_income_yuan == Decimal(300_000)


@pytest.mark.parametrize(
    ("former", "reasons"),
    [
        ({}, []),
        ({"operating_income_fen": FLOOR_FEN - 1}, ["operating_income"]),
        ({"total_income_fen": TOTAL_FLOOR_FEN - 1}, ["total_income"]),
        ({"operating_income_fen": None, "total_income_fen": None}, []),
        ({"operating_income_fen": 0, "total_income_fen": 0}, ["operating_income", "total_income"]),
    ],
    ids=["at the floors", "a fen under", "total a fen under", "unknown", "nothing"],
)
def test_a_fen_under_the_floor_is_under_it(former: dict[str, Any], reasons: list[str]) -> None:
    assert listed({1: former}).at[1, "reasons"] == reasons


def test_income_per_head_is_operating_income_by_registered_people() -> None:
    row = listed({1: {"operating_income_fen": 4_500_000, "registered_population": 450}}).loc[1]
    assert row["income_per_head_fen"] == 10_000


@pytest.mark.parametrize(
    ("former", "missing"),
    [
        ({}, []),
        ({"operating_income_fen": None}, ["operating income"]),
        ({"registered_population": None}, ["registered population"]),
        ({"registered_population": 0}, ["registered population"]),
        (
            {"operating_income_fen": None, "registered_population": None},
            ["operating income", "registered population"],
        ),
    ],
)
def test_what_is_missing_is_named_and_not_ranked(
    former: dict[str, Any], missing: list[str]
) -> None:
    row = listed({1: former}).loc[1]
    assert [message.text for message in row["missing"]] == missing
    assert pd.isna(row["rank"]) is bool(missing)
    assert pd.isna(row["income_per_head_fen"]) is bool(missing)


def test_projects_are_counted_for_their_former_village_alone() -> None:
    projects = projects_of(
        (1, True, "red", 40.0),
        (1, True, "yellow", 12.0),
        (1, False, "green", 0.0),
        (2, True, None, None),
        (None, True, "red", 99.0),
    )
    rows = listed({1: {}, 2: {}, 3: {}}, projects)
    assert rows["open_projects"].to_dict() == {1: 2, 2: 1, 3: 0}
    assert rows["red_projects"].to_dict() == {1: 1, 2: 0, 3: 0}
    assert rows.at[1, "behind_points"] == 40
    assert rows.at[1, "reasons"] == ["behind_plan"]
    assert pd.isna(rows.at[2, "behind_points"])


def test_more_reasons_come_first_then_the_poorer_and_the_unknown_last() -> None:
    rows = listed(
        {
            1: {"operating_income_fen": 90 * FLOOR_FEN},
            2: {"operating_income_fen": None},
            3: {"operating_income_fen": 10, "total_income_fen": 10},
            4: {"operating_income_fen": 9},
            5: {"operating_income_fen": 2 * FLOOR_FEN},
            6: {"operating_income_fen": 8},
        }
    )
    assert rows.index.tolist() == [3, 6, 4, 5, 1, 2]
    assert rows["rank"].tolist()[:5] == [1, 2, 3, 4, 5]


def test_an_empty_register_has_an_empty_list() -> None:
    assert listed({1: {}}).iloc[:0].empty
    frame = pd.DataFrame([FORMER]).astype("Int64").iloc[:0]
    assert lagging_list(frame, NO_PROJECTS).empty
