"""The score of lagging on the map in a real browser: hatching, outlines, marks, and the panel."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.conftest import served_copy
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_map_lag import in_doubt
from tests.web.test_map_themes_in_browser import drawn, legend, show, side, themed
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INK = (31, 41, 51)
"""Of hatching lines and outlines."""

FIRST, SECOND, LAST = (0.03, 0.14), (0.19, 0.31), (0.70, 0.80)
"""Within 倪宅村, 新川村 and a village that never merged, in shares of the width."""

AROUND_SECOND = (0.14, 0.36)


@pytest.fixture
def county(county_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Make a county where income counts alone: 新川村 lags firmly, and is hidden."""
    with served_copy(county_folder, tmp_path / "data") as app:
        count_only(app, INCOME)
        visitor(app, "viewer")
        yield app


@pytest.fixture
def page(browser: Browser, county: Flask) -> Iterator[Page]:
    with served(county) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{address}/sign-in")
        sign_in(page, "viewer", PASSWORD)
        page.wait_for_url(f"{address}/")
        show(page, f"{address}/map/")
        yield page
        context.close()


def test_firm_villages_are_outlined_and_those_in_doubt_hatched_over_their_colour(
    county: Flask, page: Page
) -> None:
    themed(page, "lag")
    side(page, "former")
    worst = legend(page)["50 and more"][1]
    second = drawn(page, *SECOND)
    assert max(second, key=second.__getitem__) == worst
    # An outline runs along the border alone, a hatching all over.
    assert INK not in second
    assert INK in drawn(page, *AROUND_SECOND)
    assert INK not in drawn(page, *LAST)
    in_doubt(county)
    show(page, page.url)
    for place in (FIRST, SECOND):
        found = drawn(page, *place)
        assert max(found, key=found.__getitem__) == worst
        assert found[INK] / sum(found.values()) > 0.02
    rows = page.locator(".map-signs li")
    expect(rows.nth(0)).to_contain_text("may be among the worst tenth")
    expect(rows.nth(1)).to_contain_text("firmly among the worst tenth")
    expect(page.locator(".map-swatch.is-sign-hatched")).to_be_visible()
    # What is hatched for its doubt goes with its class.
    page.locator(".map-class").filter(has_text="50 and more").click()
    assert INK not in drawn(page, *SECOND)


def test_a_hidden_laggard_is_marked_and_leads_to_its_panel_and_profile(page: Page) -> None:
    expect(page.locator(".map-mark")).to_have_count(0)
    themed(page, "lag")
    mark = page.locator(".map-mark")
    expect(mark).to_have_count(1)
    expect(page.locator(".map-signs")).to_contain_text("Hidden laggards")
    mark.hover()
    expect(page.locator(".leaflet-tooltip")).to_contain_text("新川村")
    expect(page.locator(".leaflet-tooltip")).to_contain_text(
        "90.0 points of lag; 倪宅新村 as a whole 37.4"
    )
    mark.click()
    expect(page.locator("#map-panel h1")).to_have_text("倪宅新村")
    expect(page.locator(".map-former.is-asked")).to_contain_text("新川村")
    siblings = page.locator("#map-panel .gt-siblings tbody tr")
    expect(siblings.first).to_contain_text("hidden laggard")
    siblings.first.hover()
    expect(page.locator(".map-former.is-asked")).to_have_class(re.compile("is-lit"))
    siblings.first.locator("a").click()
    expect(page.locator("h1")).to_contain_text("新川村")
    assert "/lagging/" in page.url
    page.go_back()
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    themed(page, "merged")
    expect(page.locator(".map-mark")).to_have_count(0)
    expect(page.locator(".map-signs li")).to_have_count(0)
