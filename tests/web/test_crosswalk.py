"""Figures are carried on a page whose two sides agree, and handed out as CSV."""

import io
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.web.context import Services
from geo_tracker.web.crosswalk import FIGURE_COLUMNS
from geo_tracker.web.crosswalk_figures import CARRIED_FIGURES, carried_step, totals_by_place
from geo_tracker.web.register import computed_register
from geo_tracker.workflows.crosswalk_export import LINK_COLUMNS, chosen_step, known_steps
from tests import samples
from tests.web.conftest import bring_book, bring_layer
from tests.web.reading import plain
from tests.web.visitors import Visitor, visitor

PAGE = "/lineage/crosswalk"


def downloaded(who: Visitor, path: str) -> pd.DataFrame:
    answer = who.get(path)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return pd.read_csv(io.BytesIO(answer.data), dtype=str)


def test_both_sides_of_a_merger_stand_side_by_side(planner: Visitor) -> None:
    text = plain(planner.page(PAGE))
    # 900 + 450 + 600 + 1200 people of four villages; of two nobody knows them.
    assert text.count("3,150") == 4 + 2
    assert "4 of 6 villages known" in text
    assert "both sides agree to the last unit" in text
    assert "as of 2018-10-31" in text
    assert "永康市" in text


def test_money_is_shown_to_the_fen(planner: Visitor) -> None:
    text = plain(planner.page(f"{PAGE}?figure=operating_income_fen"))
    assert "1,645,000.00" in text
    assert "both sides agree to the last fen" in text


def test_towns_of_a_county_have_rows_of_their_own(planner: Visitor) -> None:
    county = planner.page(PAGE).split("county=")[1].split('"')[0].split("&amp;")[0]
    text = plain(planner.page(f"{PAGE}?county={county}"))
    assert "花街镇" in text
    assert "石柱镇" in text
    assert "1,950" in text
    assert "1,200" in text


@pytest.mark.parametrize("figure", CARRIED_FIGURES)
@pytest.mark.parametrize("direction", ["forward", "back"])
def test_every_figure_is_carried_in_both_directions(
    planner: Visitor, figure: str, direction: str
) -> None:
    query = f"figure={figure}&direction={direction}"
    assert "Not equal" not in planner.page(f"{PAGE}?{query}")
    table = downloaded(planner, f"{PAGE}/figures.csv?{query}")
    assert list(table) == list(FIGURE_COLUMNS)
    assert len(table) == (6 if direction == "back" else 4)
    assert set(table["inputs_sha256"].str.len()) == {64}


def test_a_merged_village_gives_back_what_its_parts_gave(planner: Visitor) -> None:
    table = downloaded(planner, f"{PAGE}/figures.csv?direction=back").set_index("name")
    assert table["value"].dropna().astype(int).to_dict() == {
        "倪宅村": 900,
        "新川村": 450,
        "石柱村": 1200,
    }
    # Of 上溪村 nobody knows the people: nor of 双溪村, which it became part of.
    assert table.at["双溪村", "known"] == "0"
    households = downloaded(planner, f"{PAGE}/figures.csv?direction=back&figure=households")
    assert households.set_index("name").loc[["倪宅村", "新川村"], "value"].tolist() == [
        "300",
        "150",
    ]


def test_what_is_recorded_on_a_merged_village_goes_before_the_sum(
    county: Flask, tmp_path: Path
) -> None:
    head = samples.SHEETS["村庄"][0]
    row = ["330784114200", "倪宅新村", "花街镇", date(2020, 6, 30), 500, 1351, None, None, None]
    bring_book(county, tmp_path, {"村庄": [head, row]})
    who = visitor(county, "viewer")
    table = downloaded(who, f"{PAGE}/figures.csv?direction=back").set_index("name")
    # 1351 people, shared as the 900 and 450 of before.
    assert table.loc[["倪宅村", "新川村"], "value"].tolist() == ["901", "450"]
    forward = downloaded(who, f"{PAGE}/figures.csv").set_index("name")
    assert forward.at["倪宅新村", "value"] == "1350"


def test_projects_without_any_are_known_to_have_none(planner: Visitor) -> None:
    table = downloaded(planner, f"{PAGE}/figures.csv?figure=budget_fen").set_index("name")
    assert table.at["石柱村", "value"] == "0.00"
    assert table.at["倪宅新村", "value"] == "4000000.00"
    assert set(table["unit"]) == {"yuan"}


def test_links_are_handed_out_with_what_each_column_is(planner: Visitor) -> None:
    table = downloaded(planner, f"{PAGE}/links.csv")
    assert list(table) == list(LINK_COLUMNS)
    assert len(table) == 6
    text = planner.page(PAGE)
    for column in (*LINK_COLUMNS, *FIGURE_COLUMNS):
        assert f"<code>{column}</code>" in text


def test_a_later_step_has_its_own_crosswalk(county: Flask, tmp_path: Path) -> None:
    rows = [
        ("330784114200", "倪宅新村", "花街镇", 0.0, 2.0),
        ("330784114230", "双溪村", "花街镇", 2.0, 4.0),
        ("330784115200", "大柱村", "石柱镇", 4.0, 6.0),
    ]
    bring_layer(county, tmp_path, rows, date(2021, 10, 31))
    who = visitor(county, "planner")
    assert "2019-10-31 → 2021-10-31" in who.page(PAGE)
    table = downloaded(who, f"{PAGE}/figures.csv?figure=households").set_index("name")
    # 倪宅新村 has no figures of its own yet; 石柱村's went on.
    assert table.loc["大柱村", ["value", "known", "sources"]].tolist() == ["400", "1", "2"]
    first = downloaded(who, f"{PAGE}/figures.csv?figure=households&after=2019-10-31")
    assert first.set_index("name").at["倪宅新村", "value"] == "450"


def test_what_came_over_a_border_is_told(county: Flask, tmp_path: Path) -> None:
    services: Services = county.extensions["geo_tracker"]
    held = computed_register(services.engine)
    with reading(services.engine) as session:
        step = chosen_step(known_steps(session), None)
    moved = held.versions["name"].eq("倪宅新村")
    held.versions.loc[moved, ["town_code", "town"]] = ["999999999", "别镇"]
    found = carried_step(held, step, "registered_population", back=False)
    totals = totals_by_place(found, "town").set_index("name")
    assert totals.at["别镇", "crossed"] == 1350
    assert totals.at["花街镇", "crossed"] == -1350
    assert totals["crossed"].sum() == 0


def test_without_two_layers_there_is_nothing_to_carry(empty: Flask) -> None:
    who = visitor(empty, "planner")
    assert "Nothing to carry yet" in who.page(PAGE)
    assert who.get(f"{PAGE}/links.csv").status_code == 404
    assert who.get(f"{PAGE}/figures.csv").status_code == 404


@pytest.mark.parametrize("after", ["nonsense", "2001-01-01", "9" * 5000])
def test_a_step_that_is_none_is_not_found(planner: Visitor, after: str) -> None:
    assert planner.get(f"{PAGE}/links.csv?after={after}").status_code == 404
    assert planner.get(PAGE + f"?after={after}").status_code == 200


def test_the_villages_page_leads_there(planner: Visitor) -> None:
    assert f'href="{PAGE}"' in planner.page("/villages/")
