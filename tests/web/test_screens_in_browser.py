"""The map on a meeting room's laptop and on a touch screen: all in reach, nothing over another."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import sign_in
from tests.web.conftest import served_copy
from tests.web.map_modes import SETTINGS, TOOLS, leave, open_map
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAPTOP, TOUCH = (1366, 768), (1024, 768)

CONTROLS = """() => {
  const found = document.querySelectorAll(`.gt-top, .gt-foot, .map-side, .map-search, .map-legend,
    .map-toolbar > button, .leaflet-control-zoom, .leaflet-control-scale, .map-attribution,
    .map-coordinates, .map-side-title, .map-dates, .map-document, .map-readout, .map-keys`);
  return [...found].filter((part) => part.getClientRects().length).map((part) => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    return { name: part.dataset.tool || part.className || part.tagName, left, top, right, bottom };
  });
}"""

TARGETS = """() => [...document.querySelectorAll(`.map-stage button, .map-stage a[href],
    .map-stage select, .map-stage input:not([type=hidden]), .map-stage summary`)]
  .map((part) => part.closest('label.map-check, label.map-base') || part)
  .filter((part) => part.getClientRects().length)
  .map((part) => {
    const { width, height } = part.getBoundingClientRect();
    return { name: part.className || part.textContent || part.tagName, width, height };
  })"""
"""What a mouse or a finger has to hit; a box is hit with its label."""

COVERED = """() => [...document.querySelectorAll('.map-toolbar > button, .leaflet-control-zoom a')]
  .filter((button) => {
    const box = button.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    return !button.contains(document.elementFromPoint(x, y));
  }).map((button) => button.textContent)"""


@pytest.fixture(scope="module")
def site(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_copy(county_folder, tmp_path_factory.mktemp("screens") / "data") as app:
        visitor(app, "planner")
        with served(app) as address:
            yield address


def signed_in(browser: Browser, site: str, size: tuple[int, int], language: str) -> Page:
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=language, has_touch=size == TOUCH
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}/sign-in")
    sign_in(page, "planner", PASSWORD)
    page.wait_for_url(f"{site}/")
    return page


def village(page: Page, site: str, name: str = "倪宅新村") -> int:
    found: list[dict[str, Any]] = page.request.get(f"{site}/map/search?q={name}").json()
    return int(found[0]["unit_id"])


def faults(page: Page, size: tuple[int, int]) -> list[str]:
    """Return what is out of reach, over something else, or too small to hit."""
    width, height = size
    found = []
    if page.evaluate("() => document.scrollingElement.scrollHeight > innerHeight"):
        found.append("the page scrolls")
    boxes = page.evaluate(CONTROLS)
    for box in boxes:
        # The corners of a box may lie between two pixels.
        if (
            min(box["left"], box["top"]) < -1
            or box["right"] > width + 1
            or box["bottom"] > height + 1
        ):
            found.append(f"out of sight: {box['name']}")
    for one, other in combinations(boxes, 2):
        across = min(one["right"], other["right"]) - max(one["left"], other["left"])
        along = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
        if across > 1 and along > 1:
            found.append(f"{one['name']} and {other['name']} overlap")
    found += [f"covered: {name}" for name in page.evaluate(COVERED)]
    least = 30 if size == TOUCH else 24
    for target in page.evaluate(TARGETS):
        if target["height"] < least - 0.5 or target["width"] < 23.5:
            found.append(f"small: {target}")
    return found


@pytest.mark.parametrize(
    ("size", "language"), [(LAPTOP, "en-GB"), (TOUCH, "en-GB"), (TOUCH, "zh-CN")]
)
def test_all_is_in_reach_in_every_mode(
    browser: Browser, site: str, size: tuple[int, int], language: str
) -> None:
    page = signed_in(browser, site, size, language)
    found = {}
    open_map(page, site, f"village={village(page, site)}")
    for mode, enter in TOOLS.items():
        enter(page)
        if faulty := faults(page, size):
            found[mode] = faulty
        leave(page)
    for mode in ("classes", "projects"):
        open_map(page, site)
        SETTINGS[mode](page)
        if faulty := faults(page, size):
            found[mode] = faulty
    page.context.close()
    assert found == {}


@pytest.fixture(scope="module")
def touched(browser: Browser, site: str) -> Iterator[Page]:
    page = signed_in(browser, site, TOUCH, "zh-CN")
    yield page
    page.context.close()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a finger over the screen."""
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", start)
    for step in range(1, 11):
        share = step / 10
        touch("touchMove", (
            start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share,
        ))  # fmt: skip
    touch("touchEnd")
    fingers.detach()


def ground_of(page: Page, column: float) -> tuple[float, float]:
    """Return where on the screen a kilometre of the row of villages is, from the west."""
    x, y = page.evaluate(
        """(column) => {
          const map = geoTracker.page.map;
          const all = geoTracker.page.wholeArea;
          const point = map.latLngToContainerPoint([all.getCenter().lat,
            all.getWest() + (all.getEast() - all.getWest()) * column / 6]);
          const frame = map.getContainer().getBoundingClientRect();
          return [frame.left + point.x, frame.top + point.y];
        }""",
        column,
    )
    return x, y


def test_a_tap_takes_the_village_and_its_panel_scrolls_under_a_finger(
    touched: Page, site: str
) -> None:
    open_map(touched, site)
    touched.touchscreen.tap(*ground_of(touched, 0.5))
    expect(touched.locator("#map-panel h1")).to_have_text("倪宅新村")
    panel = touched.locator("#map-panel")
    assert panel.evaluate("e => e.scrollHeight > e.clientHeight")
    drag(touched, (900, 600), (900, 300))
    touched.wait_for_function("() => document.getElementById('map-panel').scrollTop > 100")
    assert touched.evaluate("scrollY") == 0


def test_a_finger_moves_the_line_of_the_swipe_and_not_the_map(touched: Page, site: str) -> None:
    open_map(touched, site)
    TOOLS["swipe"](touched)
    grip = touched.locator(".map-swipe-grip").bounding_box()
    assert grip is not None
    start = (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    before = ground_of(touched, 3)
    drag(touched, start, (start[0] + 150, start[1]))
    handle = touched.locator(".map-swipe-handle")
    assert int(handle.get_attribute("aria-valuenow") or 0) > 65
    assert ground_of(touched, 3) == before


def test_a_finger_moves_the_map_and_hides_classes(touched: Page, site: str) -> None:
    open_map(touched, site)
    before = ground_of(touched, 3)
    drag(touched, before, (before[0] - 60, before[1]))
    touched.wait_for_timeout(400)
    assert before[0] - ground_of(touched, 3)[0] == pytest.approx(60, abs=20)
    touched.locator(".map-class").first.tap()
    expect(touched.locator(".map-class").first).to_have_attribute("aria-pressed", "false")


def test_a_form_that_a_finger_opened_is_closed_by_its_button(touched: Page, site: str) -> None:
    open_map(touched, site)
    button = touched.locator("[data-tool=print]")
    button.tap()
    expect(touched.locator(".map-document:not([hidden])")).to_have_count(1)
    button.tap()
    expect(touched.locator(".map-document:not([hidden])")).to_have_count(0)
