"""The score of lagging on the map: classes, what is sure and what is not, and the hidden ones."""

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.indicators.lag_robustness import BORDERLINE, FIRM
from geo_tracker.maps.lag_theme import LAG_THEME
from geo_tracker.maps.themes import SIDES
from tests.web.conftest import strict
from tests.web.ledger import Ledger
from tests.web.ledgers import happened
from tests.web.reading import plain, rows, rows_behind
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_map_exports import COUNTY, content_of, page_of, properties
from tests.web.test_map_sheets import numbers_after, text_of
from tests.web.test_map_themes import asked, classes_by_name, ids_of, names_by_id
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

UNRANKED = "not ranked: figures are missing"
PROBLEMS = "每百户未办结问题|1|0|2"


@pytest.fixture
def viewer(county: Flask) -> Visitor:
    """Look at the county, where income per head alone counts."""
    count_only(county, INCOME)
    return visitor(county, "viewer")


def in_doubt(county: Flask) -> None:
    """Let two villages lag, each in another way, so that it depends which of them is the worst."""
    count_only(county, INCOME, PROBLEMS)
    ledger = Ledger(county)
    for _count in range(9):
        ledger.problem("倪宅村")


def looks_by_name(who: Visitor, **choice: str) -> dict[str, str]:
    """Return the look of each village that bears a sign."""
    found = asked(who, "lag", **choice)
    looks = {str(sign["number"]): sign["look"] for sign in found["signs"]["legend"]}
    names = names_by_id(who)
    pairs = zip(ids_of(who, found), found["signs"]["of"], strict=True)
    return {names[unit]: looks[number] for unit, number in pairs if number != "0"}


def test_the_signs_are_those_of_how_sure_a_rank_is() -> None:
    assert [sign.code for sign in LAG_THEME.signs] == [BORDERLINE, FIRM]


def test_a_petition_is_a_reason_of_the_former_village_and_of_the_whole(
    county: Flask, viewer: Visitor
) -> None:
    before = {side: classes_by_name(viewer, "lag_reasons", side=side) for side in SIDES}
    happened(county, "新川村", 5)
    after = {side: classes_by_name(viewer, "lag_reasons", side=side) for side in SIDES}
    one_more = {"no reason": "1 reason", "1 reason": "2 reasons", "2 reasons": "3 reasons or more"}
    assert after["former"]["新川村"] == one_more[before["former"]["新川村"]]
    assert after["merged"]["倪宅新村"] == after["former"]["新川村"]
    assert after["former"]["倪宅村"] == before["former"]["倪宅村"]


def test_each_side_has_its_own_scores_and_no_score_is_no_zero(viewer: Visitor) -> None:
    before = classes_by_name(viewer, "lag", side="former")
    # 100, 890 and no yuan known a head, of 1,000.
    assert before["新川村"] == "50 and more"
    assert before["倪宅村"] == "10 to under 20"
    assert before["上溪村"] == UNRANKED
    now = classes_by_name(viewer, "lag")
    assert now["倪宅新村"] == "30 to under 40"
    assert now["双溪村"] == UNRANKED
    # 石柱村 never merged: it has one score.
    assert before["石柱村"] == now["石柱村"] != UNRANKED


def test_who_is_firmly_among_the_worst_is_outlined(viewer: Visitor) -> None:
    assert looks_by_name(viewer, side="former")["新川村"] == "outlined"
    assert "hatched" not in looks_by_name(viewer, side="former").values()


def test_who_may_be_among_the_worst_is_hatched(county: Flask) -> None:
    in_doubt(county)
    looks = looks_by_name(visitor(county, "viewer"), side="former")
    assert (looks["倪宅村"], looks["新川村"]) == ("hatched", "hatched")


def test_the_legend_counts_signs_and_each_count_leads_to_its_villages(county: Flask) -> None:
    in_doubt(county)
    viewer = visitor(county, "viewer")
    found = asked(viewer, "lag", side="former")
    for sign in found["signs"]["legend"]:
        assert (
            rows_behind(viewer, sign["url"])
            == sign["count"]
            == found["signs"]["of"].count(str(sign["number"]))
        )
    assert any(sign["count"] for sign in found["signs"]["legend"])
    table = viewer.page("/map/table?theme=lag&side=former&sign=2")
    assert all("firmly among the worst tenth" in row for row in rows(table))
    csv = viewer.get("/map/table.csv?theme=lag&side=former").text
    assert "How sure" in csv.splitlines()[0]


def test_a_hidden_laggard_is_marked_with_both_scores(county: Flask, viewer: Visitor) -> None:
    for side in ("merged", "former"):
        marks = asked(viewer, "lag", side=side)["marks"]
        assert marks["label"] == "Hidden laggards"
        (mark,) = marks["points"]
        assert (mark["id"], mark["name"]) == (unit_id(county, "新川村"), "新川村")
        said = "Hidden laggard: 90.0 points of lag; 倪宅新村 as a whole 37.4"
        assert mark["about"] == said
        assert rows_behind(viewer, marks["url"]) == 1


def test_a_printed_sheet_explains_signs_and_marks(viewer: Visitor) -> None:
    text = text_of(viewer, f"place={COUNTY}&theme=lag&side=former")
    assert "may be among the worst tenth" in text
    assert "firmly among the worst tenth" in text
    assert numbers_after(text, ("Hidden laggards",)) == {"Hidden laggards": 1}
    assert "Hidden laggards" not in text_of(viewer, f"place={COUNTY}&theme=merged")


def test_a_file_to_take_along_has_signs_and_marks_of_its_place(viewer: Visitor) -> None:
    content = content_of(page_of(viewer, f"place={COUNTY}&theme=lag"))
    looks = {about["name"]: about["look"] for about in properties(content["villages"]).values()}
    outlined = [name for name, look in looks.items() if look == "outlined"]
    assert outlined == ["石柱村"]
    assert [(sign["look"], sign["count"]) for sign in content["signs"]] == [
        *(("hatched", "0"), ("outlined", "1")),
    ]
    (mark,) = content["marks"]["points"]
    assert mark["name"] == "新川村"
    assert "倪宅新村 as a whole 37.4" in mark["about"]
    merged = content_of(page_of(viewer, f"place={COUNTY}&theme=merged"))
    assert (merged["signs"], merged["marks"]) == ([], None)


def test_other_themes_bear_neither_signs_nor_marks(viewer: Visitor) -> None:
    assert not {"signs", "marks"} & asked(viewer, "merged").keys()


def test_the_map_does_not_wait_for_the_score(
    viewer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise AssertionError("the score was asked for")

    monkeypatch.setattr("geo_tracker.web.lag_sides.shown_lag", refused)
    assert '"key":"lag"' in viewer.page("/map/")
    asked(viewer, "merged")


def test_a_problem_changes_the_theme_at_once_on_both_databases(
    engine: sa.Engine, settings: Settings, brought: list[int]
) -> None:
    app = strict(create_app(settings, engine))
    count_only(app, PROBLEMS)
    viewer = visitor(app, "viewer")
    assert classes_by_name(viewer, "lag", side="former")["新川村"] == UNRANKED
    Ledger(app).problem("新川村")
    before = classes_by_name(viewer, "lag", side="former")
    assert (before["新川村"], before["双溪村"]) == ("20 to under 30", "under 10")
    assert looks_by_name(viewer, side="former")["新川村"] == "outlined"
    assert plain(viewer.page("/map/table?theme=lag"))
