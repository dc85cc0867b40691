"""The map page in a real browser, under the strict policy, with texts that try to break out."""

import gzip
import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, Route

from geo_tracker.config import ROOT
from geo_tracker.maps.page import MapConfig, ThemeChoice, TileSource, map_parts, village_map
from geo_tracker.maps.page_files import joined
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.pyramid import build_pyramid
from geo_tracker.maps.tile_file import TileFile
from tests.browser import chromium
from tests.maps.squares import chessboard, square, tile_villages

HOST = "http://map.test"
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-once'; style-src 'self';"
    " style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)
HOSTILE = "<img src=x onerror=\"document.title='broken'\">`${document.title=1}`</script>倪宅"
MERGED = 6
STATIC = {".js": "text/javascript", ".css": "text/css"}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def page_html(tiles: TileFile, options: dict[str, Any] | None = None) -> str:
    source = TileSource(url="/tiles/{z}/{x}/{y}", min_zoom=5, max_zoom=13)
    config = MapConfig(
        bounds=tiles.metadata.bounds,
        tiles=source,
        former_tiles=source,
        themes=[ThemeChoice(key="merged", title=HOSTILE), ThemeChoice(key="gone", title="gone")],
        urls={
            "theme": "/themes/{theme}",
            "village": "/villages/{id}",
            "panel": "/panels/{id}",
            "search": "/search",
            "projects": "/projects",
            "problems": "/problems",
            "problem": "/problems/{id}",
            "visits": "/visits",
            "visits_of": "/visits/?unit={id}",
            "names": "/names",
            "more_script": "/static/joined/map_more.js",
        },
        texts={key: message.text for key, message in MAP_TEXTS.items()},
        attribution=HOSTILE,
        options=options or {},
    )
    parts = map_parts(village_map(config))
    return (
        f"<!doctype html><html><head><title>map</title>{parts.header_html}</head><body>"
        f'<div class="map-page"><div class="map-stage">{parts.body_html}</div>'
        '<div class="map-side"><aside class="map-panel" id="map-panel">nothing chosen</aside>'
        "</div></div>"
        f'<script nonce="once">{parts.script}</script></body></html>'
    )


def answers() -> dict[str, Any]:
    halves = [shapely.box(120.02, 29.02, 120.03, 29.04), shapely.box(120.03, 29.02, 120.04, 29.04)]
    formers = [
        {
            "unit_id": 101 + index,
            "name": f"{HOSTILE}{index}",
            "colour_index": index,
            "point": [29.03, half.centroid.x],
            "polygon": shapely.geometry.mapping(half),
            "share": 0.5,
            "facts": [HOSTILE, "half"],
            "standing": ("weaker", "stronger")[index],
            "elsewhere": [],
        }
        for index, half in enumerate(halves)
    ]
    project = {"id": 1, "name": HOSTILE, "light": "red", "point": [29.035, 120.025]}
    return {
        "/themes/merged": {
            "ids": "/ids",
            "classes": "0" * 16,
            "legend": [{"class": 0, "label": HOSTILE, "color": "#74a7cc", "count": 16}],
            "note": HOSTILE,
            "unit": HOSTILE,
            "summary": [HOSTILE],
            "origin": HOSTILE,
        },
        "/ids": [[1, 16]],
        f"/villages/{MERGED}": {
            "unit_id": MERGED,
            "name": HOSTILE,
            "kind": "merged",
            "seat": [29.03, 120.024],
            "bounds": [[29.02, 120.02], [29.04, 120.04]],
            "polygon": shapely.geometry.mapping(square(1, 1)),
            "formers": formers,
            "projects": [project],
        },
        "/projects": {
            "id": [1], "name": [HOSTILE], "lat": [29.035], "lon": [120.025], "unit": [MERGED],
            "light": ["red"], "kind": [0], "stage": [0], "kinds": [HOSTILE],
            "stages": [{"key": "started", "text": HOSTILE}],
            "shapes": {"1": shapely.geometry.mapping(shapely.box(120.024, 29.03, 120.026, 29.036))},
        },
        "/problems": {
            "id": [7, 8, 9], "name": [HOSTILE, "P8", "P9"], "lat": [29.035, 29.03, 29.03],
            "lon": [120.025, 120.035, 120.035], "unit": [MERGED, MERGED, None],
            "light": ["red", "green", "unknown"], "kind": [0, 0, -1], "stage": [0, 1, 1],
            "due": ["2020-06-01", None, None], "village": [0, 0, -1],
            "at_village": [False, True, True], "kinds": [HOSTILE], "villages": [HOSTILE],
            "stages": [{"key": "registered", "text": HOSTILE}, {"key": "assigned", "text": "sent"}],
        },
        "/visits": {
            "id": [MERGED], "name": [HOSTILE], "lat": [29.03], "lon": [120.03], "unit": [MERGED],
            "light": ["yellow"], "visits": [3], "days": [120], "last_on": ["2020-03-02"],
            "lights": [{"key": "yellow", "text": HOSTILE}], "never": 1234,
        },
        "/names": {"ids": list(range(1, 17)), "names": [HOSTILE] * 16},
        "/search": [
            {
                "unit_id": MERGED, "name": HOSTILE, "code": "330784", "town": "花街镇",
                "county": "永康市", "kind": "merged", "note": HOSTILE,
            }
        ],
    }  # fmt: skip


def served(tiles: TileFile, path: str) -> tuple[str, bytes] | None:
    """What the application would answer: content type and content."""
    if path == "/":
        return "text/html; charset=utf-8", page_html(tiles).encode()
    if path.startswith("/static/joined/"):
        file = Path(path)
        return STATIC.get(file.suffix, "text/css"), joined(file.name).encode()
    if path.startswith("/static/"):
        file = ROOT / "geo_tracker" / path[1:]
        return STATIC.get(file.suffix, "image/png"), file.read_bytes()
    if path.startswith("/tiles/"):
        z, x, y = (int(number) for number in path.split("/")[2:])
        return "application/octet-stream", gzip.decompress(
            tiles.tile(z, x, y) or gzip.compress(b"")
        )
    if path.startswith("/panels/"):
        cards = "".join(f'<p data-former-id="{number}">card</p>' for number in (101, 102))
        return "text/html", f"<h2>panel</h2>{cards}<script>document.title='ran'</script>".encode()
    known = answers()
    return ("application/json", json.dumps(known[path]).encode()) if path in known else None


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("tiles") / "board.mbtiles"
    villages = chessboard()
    villages["name"] = HOSTILE
    build_pyramid(path, tile_villages(villages), progress=lambda done, total: None)
    tiles = TileFile(path)

    def answer(route: Route) -> None:
        address = route.request.url.split("?")[0]
        found = served(tiles, address.removeprefix(HOST)) if address.startswith(HOST) else None
        if found is None:
            route.fulfill(status=404)
            return
        headers = {"content-type": found[0], "content-security-policy": POLICY}
        route.fulfill(status=200, headers=headers, body=found[1])

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(8000)
        page.route("**/*", answer)
        yield page


@pytest.fixture
def opened(browser_page: Page) -> Iterator[Page]:
    """Open the map and see to it that no script failed and no text came alive."""
    troubles: list[str] = []

    def note(trouble: object) -> None:
        troubles.append(str(trouble))

    browser_page.on("pageerror", note)
    browser_page.goto(f"{HOST}/")
    browser_page.wait_for_selector("html[data-map-ready=true]", state="attached")
    yield browser_page
    browser_page.remove_listener("pageerror", note)
    assert troubles == []
    assert browser_page.title() == "map"
    assert browser_page.locator("img").count() == 0


def choose_by_search(page: Page) -> None:
    page.fill(".map-search-input", "倪宅")
    page.wait_for_selector(".map-result")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#map-panel h2")
    page.wait_for_selector(".map-former-name")


def test_legend_and_attribution_show_hostile_texts_as_they_are(opened: Page) -> None:
    assert opened.inner_text(".map-class-label") == HOSTILE
    assert opened.inner_text(".map-attribution") == HOSTILE


def test_a_found_village_shows_its_former_villages_and_its_panel(opened: Page) -> None:
    choose_by_search(opened)
    names = opened.locator(".map-former-name").all_text_contents()
    assert names == [
        f"{HOSTILE}0 ▼ {MAP_TEXTS['weaker'].text}{HOSTILE} · half",
        f"{HOSTILE}1 ▲ {MAP_TEXTS['stronger'].text}{HOSTILE} · half",
    ]
    assert opened.inner_text("#map-panel h2") == "panel"
    assert f"village={MERGED}" in opened.url


def test_labels_of_former_villages_give_way_to_each_other(opened: Page) -> None:
    choose_by_search(opened)
    # Once the map has come to the village.
    opened.wait_for_timeout(800)
    opened.evaluate("geoTracker.page.map.setZoom(11, { animate: false })")
    opened.wait_for_timeout(400)
    seat, *formers = opened.locator(".map-village-name, .map-former-name").all()
    assert seat.is_visible()
    boxes = [
        box for label in (seat, *formers) if label.is_visible() and (box := label.bounding_box())
    ]
    assert len(boxes) < 3
    for box, other in combinations(boxes, 2):
        assert (
            box["x"] + box["width"] <= other["x"]
            or other["x"] + other["width"] <= box["x"]
            or box["y"] + box["height"] <= other["y"]
            or other["y"] + other["height"] <= box["y"]
        )


def test_a_click_on_the_ground_of_a_village_chooses_it(opened: Page) -> None:
    opened.goto(f"{HOST}/?at=29.03,120.03,14")
    opened.wait_for_selector("html[data-map-ready=true]", state="attached")
    middle = opened.locator(".folium-map").bounding_box()
    assert middle is not None
    opened.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    opened.wait_for_selector(".map-former-name")
    assert f"village={MERGED}" in opened.url


def test_no_name_of_a_village_is_shown_over_the_buttons(opened: Page) -> None:
    # So close that the board fills the window.
    opened.goto(f"{HOST}/?at=29.04,120.04,15")
    opened.wait_for_selector("html[data-map-ready=true]", state="attached")
    button = opened.locator("[data-tool=whole]").bounding_box()
    assert button is not None
    x, y = button["x"] + 20, button["y"] + 10
    opened.mouse.move(x, y + 60)
    opened.wait_for_selector(".map-hover")
    opened.mouse.move(x, y)
    opened.wait_for_selector(".map-hover", state="detached")


def test_escape_lets_the_village_go(opened: Page) -> None:
    choose_by_search(opened)
    opened.keyboard.press("Escape")
    assert opened.inner_text("#map-panel") == "nothing chosen"
    assert "village=" not in opened.url


def test_a_link_brings_back_village_theme_layers_and_view(opened: Page) -> None:
    choose_by_search(opened)
    opened.check(".map-layers li:nth-child(1) input")
    opened.click(".leaflet-control-zoom-out")
    opened.wait_for_timeout(500)
    link = opened.url
    opened.goto(link)
    opened.wait_for_selector("html[data-map-ready=true]", state="attached")
    opened.wait_for_selector(".map-former-name")
    assert opened.url == link
    assert opened.is_checked(".map-layers li:nth-child(1) input")
    assert "layers=projects" in link


def click_on(page: Page, lat: float, lon: float) -> None:
    at = page.evaluate("(place) => geoTracker.page.map.latLngToContainerPoint(place)", [lat, lon])
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def close_to(page: Page, layer: str) -> None:
    page.goto(f"{HOST}/?at=29.03,120.03,14.5&layers={layer}")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    page.wait_for_selector(".map-filters .map-chip")


def test_a_problem_tells_what_it_is_and_leads_to_its_page_and_village(opened: Page) -> None:
    close_to(opened, "problems")
    click_on(opened, 29.035, 120.025)
    said = opened.locator(".map-point")
    assert said.locator("strong").inner_text() == HOSTILE
    assert said.locator(".map-note").all_inner_texts() == [
        f"{HOSTILE} · {HOSTILE}", "due 2020-06-01",
    ]  # fmt: skip
    assert said.locator("a").get_attribute("href") == "/problems/7"
    said.locator("button").click()
    opened.wait_for_selector("#map-panel h2")
    assert f"village={MERGED}" in opened.url


def test_problems_on_one_spot_are_listed_and_say_that_it_is_their_villages(opened: Page) -> None:
    close_to(opened, "problems")
    click_on(opened, 29.03, 120.035)
    rows = opened.locator(".map-popup .map-class")
    at = MAP_TEXTS["at_village"].text
    assert rows.all_inner_texts() == [f"P8 · {HOSTILE} · {at}", f"P9 · {at}"]
    rows.nth(1).click()
    assert opened.locator(".map-point strong").inner_text() == "P9"
    assert opened.locator(".map-point a").get_attribute("href") == "/problems/9"
    assert opened.locator(".map-point button").count() == 0


def test_filters_of_problems_stand_in_the_address_apart_from_those_of_projects(
    opened: Page,
) -> None:
    close_to(opened, "problems")
    chips = opened.locator(".map-filters .map-chips").first.locator(".map-chip")
    assert chips.all_inner_texts() == ["overdue\n1", "in time\n1", "no time running\n1"]
    chips.first.click()
    assert "no_problem_lights=red" in opened.url
    assert "no_lights" not in opened.url
    click_on(opened, 29.035, 120.025)
    assert opened.locator(".map-point").count() == 0
    opened.goto(opened.url)
    opened.wait_for_selector(".map-filters .map-chip")
    first = opened.locator(".map-filters .map-chip").first
    assert first.get_attribute("aria-pressed") == "false"


def test_a_village_visited_says_how_often_and_the_key_how_many_never_were(opened: Page) -> None:
    close_to(opened, "visits")
    assert opened.inner_text(".map-filters .map-note") == "never visited: 1,234"
    assert opened.locator(".map-filters details").count() == 0
    click_on(opened, 29.03, 120.03)
    said = opened.locator(".map-point")
    assert said.locator("strong").inner_text() == HOSTILE
    assert said.locator(".map-note").all_inner_texts() == [
        "visits: 3, the last 120 days ago", "2020-03-02",
    ]  # fmt: skip
    assert said.locator("a").get_attribute("href") == f"/visits/?unit={MERGED}"


def test_a_link_keeps_a_view_in_which_the_village_is_small(opened: Page) -> None:
    choose_by_search(opened)
    opened.wait_for_timeout(500)
    far = re.sub(r"(at=[^&]*%2C)[\d.]+", r"\g<1>10.25", opened.url)
    assert far != opened.url
    opened.goto(far)
    opened.wait_for_selector("html[data-map-ready=true]", state="attached")
    opened.wait_for_selector("#map-panel h2")
    opened.wait_for_timeout(300)
    assert opened.evaluate("geoTracker.page.map.getZoom()") == 10.25


def test_a_card_lights_up_under_the_mouse(opened: Page) -> None:
    choose_by_search(opened)
    opened.hover("[data-former-id='102']")
    assert opened.get_attribute("[data-former-id='102']", "class") == "is-lit"
    assert not opened.get_attribute("[data-former-id='101']", "class")


def test_a_theme_that_fails_leaves_name_and_classes_of_the_one_before(opened: Page) -> None:
    opened.select_option(".map-theme", "gone")
    opened.wait_for_selector(".map-status.is-error")
    assert opened.input_value(".map-theme") == "merged"
    assert opened.inner_text(".map-status") == MAP_TEXTS["failed"].text


def test_paper_shows_what_the_window_shows_and_the_window_comes_back(opened: Page) -> None:
    stage = opened.locator(".map-stage")
    before = stage.bounding_box()
    size = opened.evaluate("geoTracker.page.map.getSize()")
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    on_paper = stage.bounding_box()
    assert on_paper is not None
    assert on_paper["width"] <= 1031
    assert on_paper["width"] / on_paper["height"] == pytest.approx(size["x"] / size["y"], rel=0.02)
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.emulate_media(media="screen")
    assert stage.bounding_box() == before
