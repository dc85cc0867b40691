"""Both sides of a merger add up to the same, whatever merged, absorbed, divided or moved."""

import copy
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from flask import Flask

from geo_tracker.db.frames import CONDITIONS
from geo_tracker.web.context import Services
from geo_tracker.web.register import Register, computed_register
from geo_tracker.web.register_sides import FIGURE_COLUMNS, SUMMED
from tests import samples
from tests.web.conftest import bring_book, bring_layer
from tests.web.test_register import SECOND_MERGER, SECOND_MERGER_ON


def held_by(app: Flask) -> Register:
    services: Services = app.extensions["geo_tracker"]
    return computed_register(services.engine)


def by_name(held: Register, side: str) -> pd.DataFrame:
    return held.sides[side].units.set_index("name")


def stated(held: Register, column: str) -> int:
    """Add up records by themselves, each village's newest."""
    if column == "projects":
        return len(held.projects)
    if column in {"budget_fen", "paid_fen"}:
        return int(held.projects[column].sum())
    return int(held.latest_figures[column].sum())


def agree(held: Register) -> None:
    for column in SUMMED:
        totals = {side.sums[column] + side.elsewhere[column] for side in held.sides.values()}
        assert totals == {stated(held, column)}, column


def test_one_layer_has_one_side(tmp_path: Path, empty: Flask) -> None:
    assert held_by(empty).sides == {}
    bring_layer(empty, tmp_path, samples._BEFORE, samples.BEFORE_ON)
    assert list(held_by(empty).sides) == ["merged"]


def test_both_sides_add_up_to_what_was_recorded(county: Flask) -> None:
    held = held_by(county)
    agree(held)
    assert [len(side.units) for side in held.sides.values()] == [4, 6]
    assert held.sides["merged"].sums["budget_fen"] == 500_000_000


def test_a_merged_village_has_the_sums_that_its_page_shows(county: Flask) -> None:
    held = held_by(county)
    units = held.sides["merged"].units
    fusion = units["name"] == "倪宅新村"
    for column in (*held.villages.columns.intersection(units.columns), "budget_fen"):
        if column in {"seat_lon", "seat_lat"}:
            continue
        ours = units.loc[fusion, column].tolist()
        assert ours == held.villages.loc[units.index[fusion], column].tolist(), column


def test_a_village_that_took_another_in_counts_its_own_people_too(
    county: Flask, tmp_path: Path
) -> None:
    sheets = {"村庄": copy.deepcopy(samples.SHEETS["村庄"])}
    sheets["村庄"][4][5] = 200
    bring_book(county, tmp_path, sheets)
    held = held_by(county)
    assert by_name(held, "merged").loc["双溪村", "registered_population"] == 800
    assert by_name(held, "former").loc["双溪村", "registered_population"] == 600
    agree(held)


def test_a_project_begun_for_a_merged_village_belongs_to_no_former_one(
    county: Flask, tmp_path: Path
) -> None:
    sheets = {"项目": copy.deepcopy(samples.SHEETS["项目"])}
    whole = list(sheets["项目"][1])
    whole[0], whole[1], whole[4], whole[5], whole[8] = "P9", "新村广场", None, None, 77
    sheets["项目"] = [sheets["项目"][0], whole]
    bring_book(county, tmp_path, sheets)
    held = held_by(county)
    assert held.sides["merged"].elsewhere["budget_fen"] == 0
    assert held.sides["former"].elsewhere["budget_fen"] == 77_000_000
    agree(held)


def test_a_divided_village_is_counted_once(county: Flask, tmp_path: Path) -> None:
    halves = [
        ("330784114300", "花西村", "花街镇", 0, 1),
        ("330784114301", "花东村", "花街镇", 1, 2),
        ("330784114230", "双溪村", "花街镇", 2, 4),
        ("330784115200", "石柱村", "石柱镇", 4, 5),
        ("330784115201", "前郎村", "石柱镇", 5, 6),
    ]
    bring_layer(county, tmp_path, halves, date(2020, 5, 31))
    held = held_by(county)
    people = by_name(held, "merged")["registered_population"]
    assert people[["花西村", "花东村"]].tolist() == [675, 675]
    agree(held)


def test_figures_go_through_two_mergers(county: Flask, tmp_path: Path) -> None:
    sheets = {"村庄": copy.deepcopy(samples.SHEETS["村庄"])}
    sheets["村庄"][4][5] = 200
    bring_book(county, tmp_path, sheets)
    bring_layer(county, tmp_path, SECOND_MERGER, SECOND_MERGER_ON)
    held = held_by(county)
    assert by_name(held, "merged").loc["大花村", "registered_population"] == 2150
    assert by_name(held, "former").loc["倪宅新村", "registered_population"] == 1350
    assert by_name(held, "former").loc["倪宅新村", "agree"] == 571
    agree(held)


def test_no_column_of_figures_is_left_out(county: Flask) -> None:
    held = held_by(county)
    kept = {"unit_id", "as_of_on", "income_year", "import_id", "secretary_vacant_since"}
    kept |= set(CONDITIONS)  # no sums of shares, marks and ways
    assert set(FIGURE_COLUMNS) == set(held.figures.columns) - kept


@pytest.mark.parametrize("side", ["merged", "former"])
def test_villages_stand_in_the_order_of_their_ids(county: Flask, side: str) -> None:
    index = held_by(county).sides[side].units.index
    assert index.is_monotonic_increasing
    assert index.is_unique
