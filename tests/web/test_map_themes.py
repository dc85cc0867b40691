"""Themes as the map asks for them, and the table behind it."""

import gzip
import io
import json
from typing import Any

import pandas as pd
import pytest
from flask import Flask

from geo_tracker.maps.theme_list import THEMES
from tests.web.reading import plain, rows, rows_behind
from tests.web.visitors import Visitor, visitor

RECORDED = [
    *("merged", "formers", "consent", "consent_of_eligible", "budget", "paid", "budget_per_head"),
    *("paid_share", "projects", "progress", "light", "lag", "lag_reasons"),
    "weakest_income",
    *("registered_population", "density", "households", "total_income", "operating_income"),
    "income_per_head",
]
"""Themes that the small county has anything for: it states no groups, members, residents."""


def asked(who: Visitor, theme: str, **choice: str) -> dict[str, Any]:
    query = "&".join(f"{key}={value}" for key, value in choice.items())
    answer = who.get(f"/map/themes/{theme}.json?{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def ids_of(who: Visitor, found: dict[str, Any]) -> list[int]:
    runs = who.get(found["ids"]).get_json()
    return [first + step for first, count in runs for step in range(count)]


def names_by_id(who: Visitor) -> dict[int, str]:
    names: dict[int, str] = {}
    for key in {asked(who, "merged", side=side)["ids"] for side in ("merged", "former")}:
        tiles = key.removeprefix("/map/ids/").removesuffix(".json")
        answer = json.loads(gzip.decompress(who.get(f"/tiles/{tiles}/names/0.json").data))
        names |= dict(zip(answer["ids"], answer["names"], strict=True))
    return names


def classes_by_name(who: Visitor, theme: str, **choice: str) -> dict[str, str]:
    """Return the label of each village's class."""
    found = asked(who, theme, **choice)
    labels = {str(entry["class"]): entry["label"] for entry in found["legend"]}
    labels["-"] = labels.get("255", "")
    names = names_by_id(who)
    ids = ids_of(who, found)
    assert len(ids) == len(found["classes"])
    pairs = zip(ids, found["classes"], strict=True)
    return {names[unit]: labels[character] for unit, character in pairs}


def test_themes_are_offered_where_there_is_something_to_show(planner: Visitor) -> None:
    page = planner.page("/map/")
    offered = [key for key in THEMES if f'"key":"{key}"' in page]
    assert offered == RECORDED


@pytest.mark.parametrize("side", ["merged", "former"])
@pytest.mark.parametrize("theme", RECORDED)
def test_every_theme_gives_each_village_a_class_and_counts_add_up(
    planner: Visitor, theme: str, side: str
) -> None:
    found = asked(planner, theme, side=side)
    villages = {"merged": 4, "former": 6}[side]
    assert len(found["classes"]) == len(ids_of(planner, found)) == villages
    assert sum(entry["count"] for entry in found["legend"]) == villages
    for entry in found["legend"]:
        assert rows_behind(planner, entry["url"]) == entry["count"]


def test_former_villages_have_their_own_figures(planner: Visitor) -> None:
    now = classes_by_name(planner, "consent")
    before = classes_by_name(planner, "consent", side="former")
    # 571 of 590, where one of the two fell short of the other.
    assert now["倪宅新村"] == "95 to under 98"
    assert before["倪宅村"] == "100"
    assert before["新川村"] == "90 to under 95"
    assert before["石柱村"] == "no vote recorded"


def test_a_missing_part_makes_the_sum_unknown_and_is_counted_in_the_total(
    planner: Visitor,
) -> None:
    # 上溪村 states no people, so that nobody can say how many 双溪村 has; 600 are known.
    assert classes_by_name(planner, "registered_population")["双溪村"] == "no data"
    for side in ("merged", "former"):
        found = asked(planner, "registered_population", side=side)
        assert found["summary"] == [
            "Total 3,150 people",
            "the same for former and present villages",
        ]


def test_money_adds_up_to_the_yuan_on_both_sides(planner: Visitor) -> None:
    for side in ("merged", "former"):
        assert asked(planner, "budget", side=side)["summary"][0] == "Total 500.00 10,000 yuan"


def test_the_worst_light_of_open_projects_is_shown(planner: Visitor) -> None:
    lights = classes_by_name(planner, "light", side="former")
    assert lights["双溪村"] == "far behind plan"
    assert lights["新川村"] == "no plan known"
    assert lights["石柱村"] == "no project recorded"


def test_the_weakest_former_village_does_not_vanish_in_the_sum(planner: Visitor) -> None:
    table = planner.page("/map/table?theme=weakest_income")
    assert any("倪宅新村" in row and " 100.00 " in row for row in rows(table))
    table = planner.page("/map/table?theme=income_per_head")
    assert any("倪宅新村" in row and " 625.93 " in row for row in rows(table))


def test_a_theme_says_unit_date_and_source(planner: Visitor) -> None:
    found = asked(planner, "households", side="former")
    assert found["unit"] == "no. of households"
    assert found["origin"] == "2018-10-31 · records.xlsx · Villages"
    assert found["attribution"] == "Boundaries as of 2018-10-31"


def test_fixed_breaks_and_a_middle_are_taken_from_the_address(planner: Visitor) -> None:
    found = asked(planner, "households", method="fixed", breaks="250,350")
    assert found["breaks"] == [250, 350]
    assert [entry["label"] for entry in found["legend"][:3]] == [
        *("249 or fewer", "250–349", "350 and more"),
    ]
    found = asked(planner, "households", method="diverging", middle="310")
    assert found["middle"] == 310
    assert found["summary"][0] == "Middle: 310"


def test_ids_may_be_kept_and_are_those_of_the_tiles(planner: Visitor) -> None:
    answer = planner.get(asked(planner, "merged")["ids"])
    assert "immutable" in answer.headers["Cache-Control"]
    assert planner.get("/map/ids/none.json").status_code == 404


def test_the_table_puts_villages_in_order_and_what_is_not_known_last(planner: Visitor) -> None:
    table = planner.page("/map/table?theme=households&side=former")
    found = [row.split()[1] for row in rows(table)]
    assert found == ["上溪村", "新川村", "双溪村", "倪宅村", "石柱村", "前郎村"]
    table = planner.page("/map/table?theme=households&side=former&sort=highest")
    found = [row.split()[1] for row in rows(table)]
    assert (found[0], found[-1]) == ("石柱村", "前郎村")


def test_the_table_lays_both_accounts_open(planner: Visitor) -> None:
    text = plain(planner.page("/map/table?theme=registered_population"))
    assert "Present villages 3,150 0 3,150 Former villages 3,150 0 3,150" in text


def test_the_table_leads_to_the_village_and_back_to_the_map_as_chosen(planner: Visitor) -> None:
    page = planner.page("/map/table?theme=households&side=former&method=natural")
    assert "theme=households&amp;side=former&amp;method=natural" in page
    assert rows_behind(planner, "/map/table?theme=households&side=former&class=255") == 1
    assert rows_behind(planner, "/map/table?theme=merged&town=330784115&county=330784") == 2


def test_the_table_can_be_downloaded(planner: Visitor) -> None:
    answer = planner.get("/map/table.csv?theme=households&side=former")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(answer.data), dtype={"Code": str})
    assert len(table) == 6
    assert table["Households (no. of households)"].sum() == 1150
    words = planner.get("/map/table.csv?theme=light&class=0").text
    assert "far behind plan" in words


def test_themes_and_table_of_an_empty_register(empty: Flask) -> None:
    viewer = visitor(empty, "viewer")
    assert "There are no boundaries yet" in viewer.page("/map/table")
    assert viewer.get("/map/table.csv").status_code == 404
    assert viewer.get("/map/themes/merged.json").status_code == 404
