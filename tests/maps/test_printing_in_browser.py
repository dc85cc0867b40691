"""The forms over the map that ask for a sheet or a file, in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route

from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.pyramid import build_pyramid
from geo_tracker.maps.tile_file import TileFile
from tests.browser import chromium
from tests.maps.squares import chessboard, tile_villages
from tests.maps.test_page_in_browser import HOST, HOSTILE, POLICY, page_html, served

PRINTING = {
    "printing": {
        "sheet": "/sheet.pdf",
        "export": "/export.html",
        "places": "/places",
        "author": HOSTILE,
        "title": "WHAT（2020-06-30）",
    }
}
PLACES = [
    {"code": "330784", "name": HOSTILE, "towns": [{"code": "330784114", "name": "花街镇"}]},
    {"code": "330723", "name": "武义县", "towns": []},
]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list[str]]]:
    """Serve the map with its forms; what they ask for is noted."""
    path = tmp_path_factory.mktemp("tiles") / "board.mbtiles"
    build_pyramid(path, tile_villages(chessboard()), progress=lambda done, total: None)
    tiles = TileFile(path)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        address = route.request.url.split("?")[0].removeprefix(HOST)
        headers = {"content-security-policy": f"{POLICY}; form-action 'self'"}
        if address == "/":
            body = page_html(tiles, PRINTING).encode()
            headers["content-type"] = "text/html; charset=utf-8"
        elif address == "/places":
            body = json.dumps(PLACES).encode()
        elif address in {"/sheet.pdf", "/export.html"}:
            body = b"made"
        else:
            found = served(tiles, address)
            if found is None:
                route.fulfill(status=404)
                return
            headers["content-type"], body = found
        route.fulfill(status=200, headers=headers, body=body)

    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.route("**/*", answer)
        page = context.new_page()
        page.set_default_timeout(20000)
        yield page, asked


@pytest.fixture
def opened(visited: tuple[Page, list[str]]) -> Iterator[tuple[Page, list[str]]]:
    page, asked = visited
    troubles: list[str] = []

    def note(trouble: object) -> None:
        troubles.append(str(trouble))

    page.on("pageerror", note)
    page.goto(f"{HOST}/")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    yield page, asked
    page.remove_listener("pageerror", note)
    assert troubles == []
    assert page.title() == "map"
    assert page.locator("img").count() == 0


SHOWN = ".map-document:not([hidden])"


def begin(page: Page, tool: str) -> None:
    page.click(f"[data-tool={tool}]")
    page.wait_for_selector(f"{SHOWN} .map-place option", state="attached")


def query_of(asked: list[str], path: str) -> dict[str, list[str]]:
    (last,) = [url for url in asked if urlsplit(url).path == path][-1:]
    return parse_qs(urlsplit(last).query, keep_blank_values=True)


def test_the_sheet_is_that_of_the_view_with_what_was_ticked(
    opened: tuple[Page, list[str]],
) -> None:
    page, asked = opened
    begin(page, "print")
    assert page.input_value(f"{SHOWN} [name=title]") == f"{HOSTILE}（2020-06-30）"
    assert page.input_value(f"{SHOWN} [name=author]") == HOSTILE
    page.check(f"{SHOWN} [name=formers]")
    with page.context.expect_page() as made:
        page.click(f"{SHOWN} .map-make")
    made.value.close()
    query = query_of(asked, "/sheet.pdf")
    view = page.evaluate("geoTracker.page.map.getBounds().toBBoxString()")
    assert query["view"] == [view]
    assert query["place"] == [""]
    assert query["theme"] == ["merged"]
    assert query["names"] == query["formers"] == ["1"]
    assert "projects" not in query
    # The map is still there to print again.
    assert page.is_visible(SHOWN)


def test_the_title_follows_the_place_until_somebody_types_one(
    opened: tuple[Page, list[str]],
) -> None:
    page, _asked = opened
    begin(page, "print")
    assert page.is_hidden(f"{SHOWN} .map-town")
    page.select_option(f"{SHOWN} .map-place", "330784")
    page.select_option(f"{SHOWN} .map-town", "330784114")
    title = page.input_value(f"{SHOWN} [name=title]")
    assert title == f"{HOSTILE}花街镇 {HOSTILE}（2020-06-30）"
    page.fill(f"{SHOWN} [name=title]", "我的地图")
    page.select_option(f"{SHOWN} .map-place", "330723")
    assert page.input_value(f"{SHOWN} [name=title]") == "我的地图"
    assert page.is_hidden(f"{SHOWN} .map-town")


def test_a_file_is_made_of_a_county_or_one_of_its_towns(opened: tuple[Page, list[str]]) -> None:
    page, asked = opened
    begin(page, "export")
    values = page.locator(f"{SHOWN} .map-place option").evaluate_all("all => all.map(o => o.value)")
    assert values == ["330784", "330723"]
    page.select_option(f"{SHOWN} .map-town", "330784114")
    page.click(f"{SHOWN} .map-make")
    page.wait_for_url("**/export.html?*")
    query = query_of(asked, "/export.html")
    assert query["place"] == ["330784114"]
    assert query["theme"] == ["merged"]
    assert query["view"] == [""]
    page.goto(f"{HOST}/")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")


def test_only_one_form_is_open_and_escape_closes_it(opened: tuple[Page, list[str]]) -> None:
    page, _asked = opened
    begin(page, "print")
    begin(page, "export")
    assert page.locator(SHOWN).count() == 1
    assert page.get_attribute(SHOWN, "aria-label") == MAP_TEXTS["export_page"].text
    page.keyboard.press("Escape")
    assert page.locator(SHOWN).count() == 0


def test_writing_a_title_does_not_move_the_map(opened: tuple[Page, list[str]]) -> None:
    page, _asked = opened
    view = page.evaluate("geoTracker.page.map.getBounds().toBBoxString()")
    begin(page, "print")
    page.click(f"{SHOWN} [name=title]")
    page.keyboard.type("+-=")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(400)
    assert page.evaluate("geoTracker.page.map.getBounds().toBBoxString()") == view


def test_the_form_finds_room_on_a_small_touch_screen(opened: tuple[Page, list[str]]) -> None:
    page, _asked = opened
    page.set_viewport_size({"width": 1024, "height": 768})
    begin(page, "print")
    box = page.locator(f"{SHOWN} .map-make").bounding_box()
    stage = page.locator(".map-stage").bounding_box()
    assert box is not None
    assert stage is not None
    assert stage["x"] <= box["x"]
    assert box["y"] + box["height"] <= stage["y"] + stage["height"]
    page.set_viewport_size({"width": 1366, "height": 768})


def test_places_that_do_not_come_are_said_and_asked_for_again(
    opened: tuple[Page, list[str]],
) -> None:
    page, _asked = opened

    def fail(route: Route) -> None:
        route.fulfill(status=500)

    page.route("**/places", fail)
    page.click("[data-tool=print]")
    page.wait_for_selector(".map-status.is-error")
    page.unroute("**/places", fail)
    page.click("[data-tool=print]")
    begin(page, "print")


def test_a_page_that_does_not_offer_documents_has_no_buttons_for_them(
    visited: tuple[Page, list[str]], tmp_path: Path
) -> None:
    page, _asked = visited
    page.goto(f"{HOST}/")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    assert page.locator("[data-tool=print]").count() == 1

    def bare(route: Route) -> None:
        path = tmp_path / "board.mbtiles"
        build_pyramid(path, tile_villages(chessboard()), progress=lambda done, total: None)
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
        route.fulfill(status=200, headers=headers, body=page_html(TileFile(path)))

    page.route(f"{HOST}/", bare)
    page.goto(f"{HOST}/")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    assert page.locator("[data-tool=print]").count() == 0
    page.unroute(f"{HOST}/", bare)
