"""The A3 sheet, as the map's form asks for it."""

import io
import re
from urllib.parse import quote

import pypdf
import pytest
from flask import Flask

from tests.web.test_maps import HOSTILE, hostile  # noqa: F401 - a fixture
from tests.web.visitors import Visitor, visitor

COUNTY, TOWN = "330784", "330784114"
VIEW = "119.99,28.9,120.04,28.95"


def text_of(who: Visitor, query: str) -> str:
    answer = who.get(f"/map/sheet.pdf?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    (page,) = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    text: str = page.extract_text()
    return text.replace("\xa0", " ")


def test_a_county_is_printed_with_all_that_belongs_on_a_map(planner: Visitor) -> None:
    text = text_of(planner, f"place={COUNTY}&theme=merged&names=1&projects=1&formers=1")
    for said in (
        *("永康市 Merged or not (2020-06-30)", "Internal use", "Merged", "Not merged", "1 : "),
        *("倪宅新村", "双溪村", "石柱村", "前郎村", "花街镇", "石柱镇", "Former village"),
        *("Data as of", "2020-06-30", "Boundaries as of", "2019-10-31", "Printed on", "Author"),
        *("planner", "Boundaries from", "after.zip", "Records from", "records.xlsx"),
        *("Gauss–Krüger", "120°", " km", "far behind plan"),
    ):
        assert said in text, said
    assert "Synthetic" not in text


def test_counts_are_of_the_villages_on_the_sheet(planner: Visitor) -> None:
    whole = text_of(planner, f"place={COUNTY}&theme=merged")
    town = text_of(planner, f"place={TOWN}&theme=merged")
    assert numbers_after(whole, ("Merged", "Not merged")) == {"Merged": 2, "Not merged": 2}
    assert numbers_after(town, ("Merged", "Not merged")) == {"Merged": 2, "Not merged": 0}
    assert "永康市花街镇" in town


def test_former_villages_are_printed_with_figures_of_their_own(planner: Visitor) -> None:
    text = text_of(planner, f"place={TOWN}&theme=households&side=former&names=1")
    for said in ("倪宅村", "新川村", "上溪村", "2018-10-31", "Households (no. of households)"):
        assert said in text, said
    assert "倪宅新村" not in text


def numbers_after(text: str, labels: tuple[str, ...]) -> dict[str, int]:
    """Return the counts of a legend's lines."""
    counts = {label: re.findall(rf"^{label} +(\d+)$", text, re.MULTILINE) for label in labels}
    return {label: int(found[0]) for label, found in counts.items()}


def test_a_view_shows_the_villages_in_it(planner: Visitor) -> None:
    bounds = planner.get("/map/").text.split('"bounds":[')[1].split("]")[0]
    west, south, east, north = map(float, bounds.split(","))
    # The western third: 倪宅新村 and no more, but what the shape of the paper adds.
    text = text_of(planner, f"view={west},{south},{west + (east - west) / 30},{north}&names=1")
    assert "倪宅新村" in text
    assert "前郎村" not in text


def test_a_theme_that_is_not_there_is_as_if_none_was_asked_for(planner: Visitor) -> None:
    assert text_of(planner, "place=all&theme=none") == text_of(planner, "place=all&theme=merged")


def test_a_view_of_the_world_is_cut_to_where_villages_are(planner: Visitor) -> None:
    text = text_of(planner, "view=-180,-85,180,85&theme=merged")
    assert numbers_after(text, ("Merged", "Not merged")) == {"Merged": 2, "Not merged": 2}
    assert "Gauss–Krüger" in text


def test_title_and_author_are_as_typed_and_cut_where_they_are_too_long(planner: Visitor) -> None:
    typed = quote(" 永康  地图 ")
    text = text_of(planner, f"place=all&title={typed}&author={quote('李')}{'x' * 90}")
    assert "永康 地图" in text
    assert "李" + "x" * 59 in "".join(text.split())
    assert "x" * 60 not in "".join(text.split())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("place=999999", 404),
        ("", 422),
        ("view=1,2,3", 422),
        ("view=nan,nan,nan,nan", 422),
        ("view=inf,-inf,inf,inf", 422),
        ("view=120,29,119,28", 422),
        ("view=-500,80,-400,90", 422),
        ("view=10,10,11,11", 422),
        ("view=-180,-85,-170,-80", 422),
    ],
)
def test_what_cannot_be_printed_is_refused_with_a_reason(
    planner: Visitor, query: str, status: int
) -> None:
    assert planner.get(f"/map/sheet.pdf?{query}").status_code == status


def test_too_many_villages_are_refused(planner: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_tracker.web.map_sheets.MOST_VILLAGES", 3)
    answer = planner.get("/map/sheet.pdf?place=all")
    assert answer.status_code == 422
    assert "Choose a smaller part" in answer.text
    assert planner.get("/map/sheet.pdf?view=120,28.917,120.01,28.92").status_code == 200


def test_the_file_has_the_name_of_the_title_without_signs_that_files_cannot_have(
    planner: Visitor,
) -> None:
    answer = planner.get(f"/map/sheet.pdf?place=all&title={quote('a/b<c>:永康')}")
    assert answer.headers["Content-Disposition"].endswith(quote("abc永康.pdf"))
    assert answer.headers["Cache-Control"] == "no-store"


def test_hostile_names_are_text_on_paper(hostile: Flask) -> None:  # noqa: F811
    who = visitor(hostile, "viewer")
    east = who.get("/map/").text.split('"bounds":[')[1].split("]")[0].split(",")[2]
    # So close to the last village that its long name finds room.
    text = text_of(who, f"view={float(east) - 0.007},28.918,{float(east) - 0.003},28.922&names=1")
    assert "".join(f"前郎村{HOSTILE}".split()) in "".join(text.split())


def test_the_sheet_speaks_the_language_of_the_planner(county: Flask) -> None:
    text = text_of(visitor(county, "planner", language="zh"), "place=all&theme=merged&names=1")
    for said in ("是否合并（2020-06-30）", "内部使用", "制图人", "数据截至", "高斯-克吕格投影"):
        assert said in text, said


def test_places_are_counties_with_their_towns(planner: Visitor) -> None:
    assert planner.get("/map/places.json").get_json() == [
        {
            "code": COUNTY,
            "name": "永康市",
            "towns": [{"code": TOWN, "name": "花街镇"}, {"code": "330784115", "name": "石柱镇"}],
        }
    ]


def test_nobody_prints_without_boundaries(empty: Flask) -> None:
    who = visitor(empty, "planner")
    assert who.get("/map/sheet.pdf?place=all").status_code == 409
    assert who.get("/map/export.html?place=all").status_code == 409
    assert who.get("/map/places.json").get_json() == []
