"""The map in everything it can be set to, as a planner sets it, for tests of all of it."""

from collections.abc import Callable

from playwright.sync_api import Page


def open_map(page: Page, site: str, query: str = "") -> None:
    page.goto(f"{site}/map/?{query}")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")


AT_REST = """() => {
  const { map } = geoTracker.page;
  return !map._animatingZoom && !(map._panAnim && map._panAnim._inProgress);
}"""

PLACE_TO_HOVER = """() => {
  const { map, chosen, wholeArea } = geoTracker.page;
  const frame = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint(chosen ? chosen.formers[0].point : wholeArea.getCenter());
  return [frame.left + at.x + 12, frame.top + at.y - 12];
}"""


def hover(page: Page) -> None:
    """Bring the mouse over a village, or over a former one of the chosen; wait for its name."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(AT_REST)
    x, y = page.evaluate(PLACE_TO_HOVER)
    page.mouse.move(x, y)
    page.mouse.move(x + 2, y)
    page.wait_for_selector(".leaflet-tooltip:not(.map-former-name):not(.map-village-name)")


def press(page: Page, tool: str) -> None:
    page.click(f"[data-tool={tool}]")


def leave(page: Page) -> None:
    """Leave the tool that is at work; the map is as it was before."""
    page.evaluate("geoTracker.page.toolbar.stop()")


def _swipe(page: Page) -> None:
    press(page, "swipe")
    page.wait_for_selector(".map-side-note")


def _side_by_side(page: Page) -> None:
    press(page, "side")
    page.wait_for_selector(".is-side-by-side .map-side-title")


def _dates(page: Page) -> None:
    press(page, "dates")
    page.wait_for_selector(".map-date-shown strong")


def _links(page: Page) -> None:
    press(page, "links")
    page.wait_for_selector(".map-links")


def _projects(page: Page) -> None:
    page.check(".map-layers li:nth-child(1) input")
    page.wait_for_selector(".map-filters summary")
    for summary in page.locator(".map-filters summary").all():
        summary.click()
    page.check(".map-layers li:nth-child(2) input")


def _classes(page: Page) -> None:
    page.select_option(".map-legend .map-theme", "households")
    page.wait_for_function("() => geoTracker.page.themes.shown.theme === 'households'")
    page.click(".map-classing summary")


def _former_side(page: Page) -> None:
    page.click("[data-side=former]")
    page.wait_for_function("() => geoTracker.page.themes.shown.side === 'former'")


def _search(page: Page) -> None:
    page.fill(".map-search-input", "33078411")
    page.wait_for_selector(".map-result")
    page.keyboard.press("ArrowDown")


def _nothing_found(page: Page) -> None:
    page.fill(".map-search-input", "zzz")
    page.wait_for_selector(".map-none")


def _base_map(page: Page) -> None:
    page.locator(".map-base-slider").fill("60")
    page.wait_for_selector(".map-status.is-error:not([hidden])")


def _printing(page: Page) -> None:
    press(page, "print")
    page.wait_for_selector(".map-document:not([hidden]) .map-place option", state="attached")
    # A county, which has towns to choose from and stands in the title.
    places = page.locator(".map-document:not([hidden]) .map-place")
    places.select_option(index=places.locator("option").count() - 1)


def _exporting(page: Page) -> None:
    press(page, "export")
    page.wait_for_selector(".map-document:not([hidden]) .map-place option", state="attached")


def _measuring(page: Page) -> None:
    press(page, "measure")
    page.wait_for_selector(".map-readout")


def _keys(page: Page) -> None:
    press(page, "keys")
    page.wait_for_selector(".map-keys")


TOOLS: dict[str, Callable[[Page], None]] = {
    "plain": lambda page: None,
    "swipe": _swipe,
    "side by side": _side_by_side,
    "dates": _dates,
    "links": _links,
    "printing": _printing,
    "exporting": _exporting,
    "measuring": _measuring,
    "keys": _keys,
}
"""Modes that `leave` ends, so that one map after another need not be opened."""

WITH_A_VILLAGE = ("plain", "swipe", "side by side", "dates", "links")
"""Those that show something else once a village is chosen."""

SETTINGS: dict[str, Callable[[Page], None]] = {
    "projects": _projects,
    "classes": _classes,
    "former side": _former_side,
    "search": _search,
    "nothing found": _nothing_found,
    "base map": _base_map,
}
"""What a map just opened is set to."""
