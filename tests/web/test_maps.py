"""What the map page asks of the server."""

import copy
from pathlib import Path

import pytest
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.web.context import Services
from tests import samples
from tests.web.conftest import bring_county, strict
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

HOSTILE = "<img src=x onerror=alert(1)></script>`${alert(1)}`"


def test_folium_composes_the_page_from_our_own_files(planner: Visitor) -> None:
    page = planner.page("/map/")
    assert 'class="folium-map"' in page
    assert "/static/vendor/leaflet/leaflet.js" in page
    assert "/static/joined/map.js" in page


def test_a_merged_village_comes_with_its_former_ones_seat_and_projects(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    merged = unit_id(county, "倪宅新村")
    village = viewer.get(f"/map/villages/{merged}.json").get_json()
    assert [former["name"] for former in village["formers"]] == ["倪宅村", "新川村"]
    assert [former["share"] for former in village["formers"]] == pytest.approx([0.5, 0.5])
    assert village["polygon"]["type"] in {"Polygon", "MultiPolygon"}
    assert len(village["seat"]) == 2
    assert village["focus"] is None


def test_a_former_village_is_shown_within_its_successor(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    former = unit_id(county, "新川村")
    village = viewer.get(f"/map/villages/{former}.json").get_json()
    assert village["name"] == "倪宅新村"
    assert village["focus"] == former
    assert "map-former is-asked" in viewer.page(f"/map/villages/{former}/panel")


def test_the_panel_tells_people_votes_projects_and_sources(county: Flask) -> None:
    panel = visitor(county, "viewer").page(f"/map/villages/{unit_id(county, '倪宅新村')}/panel")
    for text in ("倪宅村", "新川村", "90.0 %", "65.8 %", "400.00", "records.xlsx", "1,350"):
        assert text in panel
    assert "11 %" in panel


def test_an_unknown_light_is_not_green(planner: Visitor) -> None:
    projects = planner.get("/map/projects.json").get_json()
    assert set(projects["light"]) <= {"unknown", "red"}


@pytest.mark.parametrize(
    ("query", "name", "kind"),
    [
        ("新川", "新川村", "former"),
        ("nizhaixin", "倪宅新村", "merged"),
        ("330784115200", "石柱村", "untouched"),
    ],
)
def test_search_finds_old_and_new_names_codes_and_pinyin(
    planner: Visitor, query: str, name: str, kind: str
) -> None:
    first = planner.get(f"/map/search?q={query}").get_json()[0]
    assert (first["name"], first["kind"]) == (name, kind)
    assert planner.get("/map/search?q=").get_json() == []


@pytest.mark.parametrize(
    "path", ["/map/themes/none.json", "/map/villages/9999.json", "/map/villages/9999/panel"]
)
def test_what_is_not_there_is_not_found(planner: Visitor, path: str) -> None:
    assert planner.get(path).status_code == 404


def test_tiles_are_vector_tiles_that_browsers_may_keep(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    services: Services = county.extensions["geo_tracker"]
    key = next(services.settings.tiles_dir.glob("*.mbtiles")).stem
    tile = viewer.get(f"/tiles/{key}/0/0/0.mvt")
    assert tile.status_code in {200, 204}
    assert viewer.get("/tiles/none/0/0/0.mvt").status_code == 404
    assert viewer.get("/tiles/..%2f..%2ftracker/0/0/0.mvt").status_code == 404


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Bring in a county whose names and records try to break out of the pages."""
    monkeypatch.setattr(
        samples, "_AFTER", [(code, name + HOSTILE, *rest) for code, name, *rest in samples._AFTER]
    )
    sheets = copy.deepcopy(samples.SHEETS)
    for row in sheets["合并对照"][1:]:
        row[1] += HOSTILE
        row[8] = f"公开报道{HOSTILE}"
    sheets["项目"][1][1] = HOSTILE
    sheets["项目"][1][3] += HOSTILE
    monkeypatch.setattr(samples, "SHEETS", sheets)
    settings = Settings(data_dir=tmp_path / "data", secret_key="test")
    engine = make_engine(settings.url)
    app = strict(create_app(settings, engine))
    bring_county(engine, settings, tmp_path)
    return app


def test_hostile_texts_stay_texts_on_every_page(hostile: Flask) -> None:
    viewer = visitor(hostile, "viewer")
    merged = unit_id(hostile, f"倪宅新村{HOSTILE}")
    pages = ("/", "/villages/", f"/villages/{merged}", f"/map/villages/{merged}/panel", "/map/")
    for path in (
        *pages,
        "/map/table",
        "/lagging/",
        "/votes/",
        "/projects/",
        "/review/",
        "/imports/3",
    ):
        page = viewer.page(path)
        assert "<img src=x" not in page, path
        assert "</script>`" not in page, path
    assert "&lt;img src=x" in viewer.page(f"/map/villages/{merged}/panel")
