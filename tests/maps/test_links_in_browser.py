"""All links at once in a real browser: lines, places, one group under the pointer."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from geo_tracker.maps.page import MapConfig, ThemeChoice, TileSource, map_parts, village_map
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.pyramid import build_pyramid
from geo_tracker.maps.tile_file import TileFile
from tests.browser import chromium
from tests.maps.squares import SIDE, SOUTH, WEST, chessboard, tile_villages
from tests.maps.test_page_in_browser import HOST, HOSTILE, POLICY, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOWN, COUNTY = "330784114", "330784"
COLOURS = {
    "blue": (0, 114, 178), "orange": (230, 159, 0), "green": (0, 158, 115),
    "ink": (18, 52, 77), "white": (255, 255, 255),
}  # fmt: skip
"""The first three of the set of Okabe & Ito, and what does not depend on the group."""

CANVAS = ".leaflet-map-links-pane canvas"
"""All links; and above them the group under the pointer."""

Point = tuple[float, float]
# Near enough for lines, and too far for names, which would lie over them.
CLOSE = f"at={SOUTH + 2 * SIDE},{WEST + 2 * SIDE},11.75"


def at(column: float, row: float) -> Point:
    """Latitude and longitude of a place on the board, in squares from its south-west corner."""
    return round(SOUTH + row * SIDE, 5), round(WEST + column * SIDE, 5)


VILLAGES = {6: at(1.8, 1.5), 7: at(2.2, 1.5), 11: at(2.5, 2.5)}
"""Seats of three villages in the middle of the board."""

LINKS: list[tuple[int, Point, int, int]] = [
    # Former village, its point, the village it became, the doubt.
    (101, at(1.2, 1.5), 6, 0),
    (102, at(1.5, 1.2), 6, 0),
    (103, at(2.8, 1.5), 7, 0),
    (104, at(2.1, 2.5), 11, 1),
    (104, at(2.1, 2.5), 7, 2),
]


def links_json() -> dict[str, Any]:
    ids = list(VILLAGES)
    to = [ids.index(link[2]) for link in LINKS]
    places = {
        "county": [COUNTY], "formers": [4], "villages": [3], "lat": [at(2, 2)[0]],
        "lon": [at(2, 2)[1]], "bounds": [[at(1, 1), at(3, 3)]], "name": [HOSTILE],
    }  # fmt: skip
    return {
        "villages": {
            "ids": ids, "names": [HOSTILE] * 3, "colour": [0, 1, 2], "town": [0, 0, 0],
            "lat": [point[0] for point in VILLAGES.values()],
            "lon": [point[1] for point in VILLAGES.values()],
        },
        "links": {
            "ids": [link[0] for link in LINKS], "names": [HOSTILE] * len(LINKS),
            "lat": [link[1][0] for link in LINKS], "lon": [link[1][1] for link in LINKS],
            "to": to, "group": to, "share_of_from": [1] * len(LINKS),
            "share_of_to": [0.5] * len(LINKS), "people": [2500, 2500, None, 600, 600],
            "standing": [2, 1, 0, 0, 0], "doubt": [link[3] for link in LINKS],
        },
        "counties": places | {"codes": [COUNTY]},
        "towns": places | {"codes": [TOWN]},
    }  # fmt: skip


def page_html(tiles: TileFile) -> str:
    config = MapConfig(
        bounds=tiles.metadata.bounds,
        tiles=TileSource(url="/tiles/{z}/{x}/{y}", min_zoom=5, max_zoom=13),
        themes=[ThemeChoice(key="merged", title="merged")],
        urls={
            "theme": "/themes/{theme}",
            "village": "/villages/{id}",
            "panel": "/panels/{id}",
            "search": "/search",
            "names": "/names",
            "links": "/links",
        },
        options={"links": {"list": "/list/", "review": "/review/"}},
        texts={key: message.text for key, message in MAP_TEXTS.items()},
    )
    parts = map_parts(village_map(config))
    return (
        f"<!doctype html><html><head><title>map</title>{parts.header_html}</head><body>"
        # What the application's header, notice and footer leave.
        '<div class="map-page" style="height: calc(100vh - 116px)">'
        f'<div class="map-stage">{parts.body_html}</div>'
        '<div class="map-side"><aside class="map-panel" id="map-panel">nothing chosen</aside>'
        "</div></div>"
        f'<script nonce="once">{parts.script}</script></body></html>'
    )


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("tiles") / "board.mbtiles"
    villages = chessboard()
    villages["name"] = HOSTILE
    build_pyramid(path, tile_villages(villages), progress=lambda done, total: None)
    tiles = TileFile(path)

    def answer(route: Route) -> None:
        address = route.request.url.split("?")[0]
        path = address.removeprefix(HOST)
        if path == "/":
            found: tuple[str, bytes] | None = "text/html; charset=utf-8", page_html(tiles).encode()
        elif path == "/links":
            found = "application/json", json.dumps(links_json()).encode()
        else:
            found = served(tiles, path) if address.startswith(HOST) else None
        if found is None:
            route.fulfill(status=404)
            return
        headers = {"content-type": found[0], "content-security-policy": POLICY}
        route.fulfill(status=200, headers=headers, body=found[1])

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(20000)
        page.route("**/*", answer)
        yield page


@pytest.fixture
def opened(browser_page: Page) -> Iterator[Page]:
    """See to it that no script failed and no text came alive."""
    troubles: list[str] = []

    def note(trouble: object) -> None:
        troubles.append(str(trouble))

    browser_page.on("pageerror", note)
    yield browser_page
    browser_page.remove_listener("pageerror", note)
    assert troubles == []
    assert browser_page.title() == "map"
    assert browser_page.locator("img").count() == 0


def open_map(page: Page, query: str) -> None:
    page.goto(f"{HOST}/?{query}")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")


def pixels(
    page: Page, points: list[Point], *, by: Point = (0, 0), canvas: int = 0
) -> list[list[list[int]]]:
    """Red, green, blue and opacity of what the links drew about some places, or pixels off them."""
    found: list[list[list[int]]] = page.evaluate(
        """([selector, number, points, by]) => {
            const { map } = geoTracker.page;
            const canvas = document.querySelectorAll(selector)[number];
            if (!canvas.width) return points.map(() => [[0, 0, 0, 0]]);
            const [box, frame] = [canvas, map.getContainer()].map((e) => e.getBoundingClientRect());
            return points.map((point) => {
                const { x, y } = map.latLngToContainerPoint(point);
                const px = Math.floor(x + frame.left - box.left + by[0]);
                const py = Math.floor(y + frame.top - box.top + by[1]);
                const data = canvas.getContext('2d').getImageData(px - 1, py - 1, 3, 3).data;
                const part = (i) => Array.from(data.slice(i * 4, i * 4 + 4));
                return Array.from({ length: 9 }, (_, i) => part(i));
            });
        }""",
        [CANVAS, canvas, points, by],
    )
    return found


def colours(page: Page, *points: Point) -> list[set[str]]:
    """Which of the colours stand at some places; lines of a pixel or two are blurred."""
    return [
        {
            min(COLOURS, key=lambda name: math.dist(COLOURS[name], pixel[:3]))
            for pixel in block
            if pixel[3] > 200
        }
        for block in pixels(page, list(points))
    ]


def along(page: Page, start: Point, end: Point) -> list[set[str]]:
    """What is drawn along the middle part of a line, clear of points and seats."""
    parts = [0.3 + step / 100 for step in range(41)]
    return colours(
        page,
        *((start[0] + (end[0] - start[0]) * p, start[1] + (end[1] - start[1]) * p) for p in parts),
    )


def opacity(page: Page, point: Point, *, alone: bool = False) -> float:
    """How opaque the links are at a place, 0–1, or the group that stands out alone."""
    shown = page.locator(CANVAS).nth(int(alone)).evaluate("e => +getComputedStyle(e).opacity")
    drawn = max(pixel[3] for pixel in pixels(page, [point], canvas=int(alone))[0])
    return float(shown) * drawn / 255


def hover(page: Page, place: Point) -> None:
    spot = page.evaluate(
        """(place) => {
            const { map } = geoTracker.page;
            const frame = map.getContainer().getBoundingClientRect();
            const point = map.latLngToContainerPoint(place);
            return [point.x + frame.left, point.y + frame.top];
        }""",
        place,
    )
    page.mouse.move(*spot)


def test_a_line_of_the_groups_colour_leads_from_each_former_village_to_the_seat(
    opened: Page,
) -> None:
    open_map(opened, f"links=all&{CLOSE}")
    assert all("blue" in found for found in along(opened, at(1.2, 1.5), VILLAGES[6]))
    assert all("orange" in found for found in along(opened, at(2.8, 1.5), VILLAGES[7]))
    assert colours(opened, VILLAGES[6], at(3.5, 3.5)) == [{"white"}, set()]


def test_the_weaker_is_a_triangle_and_one_of_unknown_size_is_hollow(opened: Page) -> None:
    open_map(opened, f"links=all&{CLOSE}")
    stronger, weaker = at(1.2, 1.5), at(1.5, 1.2)
    assert colours(opened, stronger, weaker, at(2.8, 1.5)) == [{"blue"}, {"blue"}, {"white"}]
    # A triangle that points down leaves open what a disc fills.
    disc, triangle = (block[4] for block in pixels(opened, [stronger, weaker], by=(-4, 4)))
    assert math.dist(disc[:3], COLOURS["blue"]) < math.dist(disc[:3], COLOURS["white"])
    assert math.dist(triangle[:3], COLOURS["blue"]) > math.dist(triangle[:3], COLOURS["white"])


def test_a_link_in_doubt_is_dashed_and_counted(opened: Page) -> None:
    open_map(opened, f"links=all&{CLOSE}")
    sure = along(opened, at(1.2, 1.5), VILLAGES[6])
    doubtful = along(opened, at(2.1, 2.5), VILLAGES[11])
    assert all("blue" in found for found in sure)
    assert {"green" in found for found in doubtful} == {True, False}
    # What the figures do not follow is of no group's colour.
    rival = along(opened, at(2.1, 2.5), VILLAGES[7])
    assert {"ink" in found for found in rival} == {True, False}
    said = opened.inner_text(".map-links-key a")
    assert said == f"{MAP_TEXTS['links_doubt'].text} 1"


def test_the_group_under_the_pointer_stands_out(opened: Page) -> None:
    open_map(opened, f"links=all&{CLOSE}")
    own, other = at(1.5, 1.5), at(2.5, 1.5)
    assert min(opacity(opened, own), opacity(opened, other)) > 0.9
    hover(opened, at(1.5, 1.8))
    opened.wait_for_selector(".map-over-links")
    assert opacity(opened, own, alone=True) > 0.9
    assert opacity(opened, other, alone=True) == 0
    assert 0.05 < opacity(opened, other) < 0.3
    hover(opened, at(3.5, 3.5))
    opened.wait_for_selector(".map-over-links", state="detached")
    assert opacity(opened, other) > 0.9


def test_a_click_opens_the_village_with_its_own_links(opened: Page) -> None:
    open_map(opened, f"links=all&{CLOSE}")
    hover(opened, at(1.5, 1.7))
    opened.mouse.down()
    opened.mouse.up()
    opened.wait_for_selector("#map-panel h2")
    assert "village=6" in opened.url
    assert opacity(opened, at(1.5, 1.5)) == 0
    assert opened.locator(".map-toolbar [data-tool=links]").get_attribute("aria-pressed") == "true"


def test_from_afar_places_say_numbers_and_a_click_on_one_draws_its_lines(opened: Page) -> None:
    open_map(opened, "at=29.04,120.04,9")
    opened.click("[data-tool=links]")
    opened.wait_for_selector(".map-link-badge")
    assert opened.locator(".map-link-badge span").all_text_contents() == [HOSTILE, "4 → 3"]
    assert opacity(opened, at(1.5, 1.5)) == 0
    opened.click(".map-link-badge")
    opened.wait_for_selector(".map-link-badge", state="detached")
    opened.wait_for_timeout(600)
    # Names lie over parts of the lines here.
    blue = ["blue" in found for found in along(opened, at(1.2, 1.5), VILLAGES[6])]
    assert sum(blue) > len(blue) / 2
    assert f"links={COUNTY}" in opened.url
    assert opened.locator(".map-links-count span span").all_text_contents() == [
        MAP_TEXTS["links_former"].text, "", MAP_TEXTS["links_villages"].text,
    ]  # fmt: skip
    assert opened.locator(".map-links-count strong").all_text_contents() == ["4", "→", "3"]


def test_a_link_brings_back_the_place_and_what_size_means(opened: Page) -> None:
    open_map(opened, "links=all")
    opened.select_option(".map-links label:nth-of-type(1) select", COUNTY)
    opened.select_option(".map-links label:nth-of-type(2) select", TOWN)
    opened.locator(".map-links select").nth(2).select_option("share")
    opened.wait_for_timeout(600)
    assert f"links={TOWN}" in opened.url
    open_map(opened, opened.url.split("?")[1])
    chosen = [box.input_value() for box in opened.locator(".map-links select").all()]
    assert chosen == [COUNTY, TOWN, "share"]
    assert opened.get_attribute(".map-links a >> nth=1", "href") == (
        f"/list/?kind=merged&county={COUNTY}&town={TOWN}"
    )


def test_the_legend_comes_back_when_the_links_go(opened: Page) -> None:
    open_map(opened, f"links=all&{CLOSE}")
    theme = opened.locator(".map-classes")
    assert not theme.is_visible()
    opened.keyboard.press("Escape")
    assert theme.is_visible()
    assert opened.locator(".map-links").count() == 0
    assert opened.locator(CANVAS).count() == 0
    assert "links" not in opened.url


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_the_card_keeps_clear_of_search_and_buttons(opened: Page, size: tuple[int, int]) -> None:
    opened.set_viewport_size({"width": size[0], "height": size[1]})
    open_map(opened, f"links={TOWN}")
    card = opened.locator(".map-links").bounding_box()
    assert card is not None
    for other in (".map-search", ".map-toolbar", ".leaflet-control-zoom"):
        box = opened.locator(other).bounding_box()
        assert box is not None
        assert (
            box["x"] + box["width"] <= card["x"]
            or box["x"] >= card["x"] + card["width"]
            or box["y"] + box["height"] <= card["y"]
        )
    opened.set_viewport_size({"width": 1440, "height": 900})
