import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo_tracker.language import translate
from geo_tracker.maps.class_breaks import METHODS
from geo_tracker.maps.signs import signs_text
from geo_tracker.maps.theme_list import GROUPS, THEMES, UNITS
from geo_tracker.maps.themes import (
    MISSING,
    SIDES,
    ChosenTheme,
    ThemeColumn,
    classed,
    classes_text,
    id_runs,
)

COLUMNS = (
    *("agree", "present", "eligible", "budget_fen", "paid_fen", "budget_of_both_fen"),
    *("paid_of_both_fen", "progress_fen", "progress_of_fen", "projects", "households"),
    *("registered_population", "resident_population", "groups", "party_members", "area_m2"),
    *("total_income_fen", "operating_income_fen", "lag_reasons", "weakest_income_fen"),
    *("open_problems", "overdue_problems", "problems_again", "days_since_visit"),
    "lag_score",
)


def villages(**columns: list[Any]) -> pd.DataFrame:
    """Return villages of a side with some columns known; of the others nothing is."""
    count = len(next(iter(columns.values()))) if columns else 0
    known = {name: columns.get(name, [None] * count) for name in COLUMNS}
    units = pd.DataFrame(known, dtype="Float64")
    units["merged"] = pd.Series(columns.get("merged", [None] * count), dtype="boolean")
    units["formers"] = pd.Series(columns.get("formers", [None] * count), dtype="Int64")
    units["lag_standing"] = pd.Series(columns.get("lag_standing", [None] * count), dtype=object)
    units["light"] = pd.Series(columns.get("light", [None] * count), dtype=object)
    return units


def column(theme: str, chosen: ChosenTheme | None = None, **columns: list[Any]) -> ThemeColumn:
    return classed(THEMES[theme], villages(**columns), chosen or ChosenTheme(theme=theme))


def labels(found: ThemeColumn) -> list[str]:
    return [translate(entry.label, "en") for entry in found.classes]


def counts(found: ThemeColumn) -> dict[str, int]:
    return {translate(entry.label, "en"): entry.count for entry in found.classes}


def test_merged_and_untouched_villages_are_told_apart() -> None:
    found = column("merged", merged=[True, False, None])
    assert found.class_of.tolist() == [0, 1, MISSING]


def test_five_and_more_former_villages_are_one_class() -> None:
    found = column("formers", formers=[1, 2, 3, 4, 5, 12, None])
    assert found.class_of.tolist() == [0, 1, 2, 3, 4, 4, MISSING]


def test_the_worst_tail_of_consent_is_seen_although_the_mean_is_nearly_all() -> None:
    agree = [89, 90, 95, 98, 99, *([100] * 500)]
    found = column("consent", agree=agree, present=[100] * 505)
    assert counts(found) == {
        "under 90": 1, "90 to under 95": 1, "95 to under 98": 1, "98 to under 99": 1,
        "99 to under 100": 1, "100": 500,
    }  # fmt: skip


def test_a_vote_short_of_one_voice_is_not_100_percent() -> None:
    found = column("consent", agree=[9_999, 10_000], present=[10_000, 10_000])
    assert found.class_of.tolist() == [4, 5]


def test_a_meeting_of_nobody_has_no_rate() -> None:
    found = column("consent", agree=[0, None], present=[0, 5])
    assert counts(found)["no vote recorded"] == 2


def test_consent_of_the_eligible_counts_those_who_stayed_away() -> None:
    chosen: dict[str, Any] = {"agree": [19], "present": [19], "eligible": [26]}
    assert labels(column("consent", **chosen))[-1] == "100"
    assert counts(column("consent_of_eligible", **chosen))["70 to under 80"] == 1


def test_money_is_shown_in_wan_and_classed_as_shown() -> None:
    found = column("budget", budget_fen=[1_000_000 * amount for amount in range(1, 1001)])
    assert found.values.iloc[0] == 1
    assert labels(found)[0] == "under 200"
    assert [entry.count for entry in found.classes] == [199, 200, 200, 200, 201]


def test_a_village_without_people_has_no_figure_a_head() -> None:
    found = column("budget_per_head", budget_fen=[100, 100, None], registered_population=[0, 2, 2])
    assert found.class_of.tolist() == [MISSING, 0, MISSING]
    assert found.values.iloc[1] == 0.5


def test_whole_numbers_are_labelled_by_the_numbers_they_hold() -> None:
    found = column("projects", projects=[0, 1, 2, 4, 7, 9])
    assert labels(found) == ["0", "1", "2", "3–4", "5–7", "8 and more"]
    assert found.class_of.tolist() == [0, 1, 2, 3, 4, 5]


def test_lights_are_classes_by_word_with_the_worst_first() -> None:
    found = column("light", light=["green", "red", None, "finished", "unknown", "yellow"])
    assert found.class_of.tolist() == [2, 0, MISSING, 4, 3, 1]
    assert labels(found)[0] == "far behind plan"


def test_typed_breaks_hold_on_both_sides_alike() -> None:
    chosen = ChosenTheme(theme="households", method="fixed", breaks=(100, 500))
    few = column("households", chosen, households=[50, 60])
    many = column("households", chosen, households=[400, 4000])
    assert [few.breaks, many.breaks] == [[100, 500]] * 2
    assert labels(few) == labels(many)
    assert [entry.color for entry in few.classes] == [entry.color for entry in many.classes]


def test_classes_about_a_typed_middle_say_which() -> None:
    chosen = ChosenTheme(theme="households", method="diverging", middle=300.0)
    found = column("households", chosen, households=list(range(0, 1000, 10)))
    assert found.middle == 300
    assert 300 in found.breaks


def test_without_a_typed_middle_it_is_the_median() -> None:
    chosen = ChosenTheme(theme="households", method="diverging")
    assert column("households", chosen, households=[1, 2, 700]).middle == 2


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("method", METHODS)
def test_counts_add_up_to_the_villages_and_colours_differ(theme: str, method: str) -> None:
    numbers: dict[str, list[Any]] = {name: [2_000_000, 1_000_000, None] for name in COLUMNS}
    numbers["lag_reasons"] = [0, 2, None]
    found = column(
        theme,
        ChosenTheme(theme=theme, method=method),
        **numbers,
        merged=[True, False, None],
        formers=[1, 2, None],
        light=["red", "green", None],
    )
    assert sum(entry.count for entry in found.classes) == 3
    assert found.class_of[2] == MISSING
    assert len({entry.color for entry in found.classes}) == len(found.classes)
    known = found.class_of[found.class_of != MISSING]
    assert set(known.tolist()) <= {entry.number for entry in found.classes}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("method", METHODS)
def test_a_theme_of_no_village_has_a_legend_all_the_same(theme: str, method: str) -> None:
    found = column(theme, ChosenTheme(theme=theme, method=method))
    assert found.class_of.size == 0
    assert all(entry.count == 0 for entry in found.classes)


def test_no_open_problem_is_not_the_same_as_no_problem_ever() -> None:
    found = column("open_problems", open_problems=[0, 1, 2, 3, 5, 6, None])
    assert counts(found) == {
        "0": 1, "1": 1, "2": 1, "3–5": 2, "6 and more": 1, "no problem ever registered": 1,
    }  # fmt: skip


def test_signs_are_numbered_by_their_code_and_others_bear_none() -> None:
    found = column(
        "lag",
        lag_score=[60, 30, 5, None],
        lag_standing=["firm", "borderline", "not", None],
    )
    assert signs_text(found.sign_of) == "2100"
    assert [(sign.look, sign.count) for sign in found.signs] == [("hatched", 1), ("outlined", 1)]
    assert found.class_of.tolist() == [5, 3, 0, MISSING]
    assert signs_text(column("merged", merged=[True]).sign_of) == ""


def test_a_village_never_visited_has_its_own_word_and_long_is_dark() -> None:
    found = column("days_since_visit", days_since_visit=[0, 90, 91, 400, None])
    assert counts(found) == {
        "30 or fewer": 1, "31–90": 1, "91–180": 1, "181–365": 0, "366 and more": 1,
        "never visited": 1,
    }  # fmt: skip
    lightness = [sum(int(e.color[at : at + 2], 16) for at in (1, 3, 5)) for e in found.classes[:5]]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_theme_has_a_group_and_every_number_a_unit(theme: Any) -> None:
    assert theme.group in GROUPS
    assert bool(theme.categories) != (theme.unit in UNITS)


def test_no_line_for_missing_values_where_none_is_missing() -> None:
    assert "no data" not in labels(column("merged", merged=[True, False]))


@pytest.mark.parametrize(
    "chosen",
    [
        ChosenTheme(theme="budget"),
        ChosenTheme(theme="budget", side="former", method="natural", classes=7),
        ChosenTheme(theme="consent", method="fixed", breaks=(0.5, 90, 99.95)),
        ChosenTheme(theme="density", method="diverging", middle=-12.5),
    ],
)
def test_a_choice_reads_back_from_its_address(chosen: ChosenTheme) -> None:
    assert ChosenTheme.read(chosen.address(), themes=THEMES, sides=SIDES) == chosen


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"theme": "none", "side": "none", "method": "none"},
        {"classes": "many", "breaks": "low, nan, inf", "middle": "nan"},
        {"breaks": "1e999", "middle": "x" * 100_000},
    ],
)
def test_what_cannot_be_used_in_an_address_is_as_if_not_there(asked: dict[str, str]) -> None:
    assert ChosenTheme.read(asked, themes=THEMES, sides=SIDES) == ChosenTheme(theme="merged")


def test_numbers_in_an_address_are_kept_within_what_can_be_shown() -> None:
    found = ChosenTheme.read({"classes": "99", "breaks": "30，10;20"}, themes=THEMES, sides=SIDES)
    assert found.classes == 7
    assert found.breaks == (10, 20, 30)


def test_a_side_that_is_not_there_cannot_be_chosen() -> None:
    assert ChosenTheme.read({"side": "former"}, themes=THEMES, sides=["merged"]).side == "merged"


def test_classes_travel_as_one_character_a_village() -> None:
    found = column("formers", formers=[2, None, 1, 9])
    assert json.loads(json.dumps(classes_text(found))) == "1-04"


@pytest.mark.parametrize(
    ("ids", "runs"),
    [([], []), ([5], [[5, 1]]), ([1, 2, 3, 7, 8, 20], [[1, 3], [7, 2], [20, 1]])],
)
def test_ids_travel_as_runs(ids: list[int], runs: list[list[int]]) -> None:
    assert id_runs(np.array(ids, dtype=np.int64)) == runs
    assert [first + step for first, count in runs for step in range(count)] == ids
