"""How far a village lags, in the map's panel, with its former villages side by side."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from tests.web.conftest import strict
from tests.web.reading import plain
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor


@pytest.fixture
def viewer(county: Flask) -> Visitor:
    """Look at the county, where income per head alone counts."""
    count_only(county, INCOME)
    return visitor(county, "viewer")


def shown(who: Visitor, path: str) -> str:
    """Return what a page says, a panel as if it were one."""
    return plain(f"<main{who.page(path)}")


def assert_weaker_first(text: str) -> None:
    weaker, stronger = text.index("新川村 hidden laggard 1 90.0"), text.index("倪宅村 3 11.1")
    assert weaker < stronger


def test_the_panel_sets_former_villages_side_by_side_the_weaker_first(
    county: Flask, viewer: Visitor
) -> None:
    merged, weaker = unit_id(county, "倪宅新村"), unit_id(county, "新川村")
    for asked in (merged, weaker):
        path = f"/map/villages/{asked}/lag"
        assert "37.4 points of 100 · rank" in shown(viewer, path)
        assert_weaker_first(shown(viewer, path))
        profiles = re.findall(r'href="/lagging/(\d+)"', viewer.page(path))
        assert profiles == [str(merged), str(weaker), str(unit_id(county, "倪宅村"))]


def test_a_village_that_never_merged_has_its_score_alone(county: Flask, viewer: Visitor) -> None:
    page = viewer.page(f"/map/villages/{unit_id(county, '石柱村')}/lag")
    assert "points of 100" in page
    assert "gt-siblings" not in page


def test_who_is_not_ranked_is_told_what_is_missing(county: Flask, viewer: Visitor) -> None:
    page = shown(viewer, f"/map/villages/{unit_id(county, '上溪村')}/lag")
    assert "Unranked, missing: operating income per head" in page
    assert "上溪村 — not ranked" in page


def test_the_panel_asks_for_it_apart_and_a_village_nobody_knows_is_not_found(
    county: Flask, viewer: Visitor
) -> None:
    former = unit_id(county, "新川村")
    panel = viewer.page(f"/map/villages/{former}/panel")
    assert f'data-part="/map/villages/{former}/lag"' in panel
    assert viewer.get("/map/villages/99999/lag").status_code == 404


def test_the_page_of_a_village_leads_to_its_profile(county: Flask, viewer: Visitor) -> None:
    for name in ("新川村", "倪宅新村", "石柱村"):
        unit = unit_id(county, name)
        assert f'href="/lagging/{unit}"' in viewer.page(f"/villages/{unit}")


def test_both_databases_show_the_same_card(
    engine: sa.Engine, settings: Settings, brought: list[int]
) -> None:
    app = strict(create_app(settings, engine))
    count_only(app, INCOME)
    viewer = visitor(app, "viewer")
    panel = shown(viewer, f"/map/villages/{unit_id(app, '倪宅新村')}/lag")
    assert_weaker_first(panel)
