"""Swipe and two maps in a real browser: each side draws its own villages, wherever it is moved."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.maps.compared import (
    AT,
    DATES,
    FORMER,
    MERGED,
    Site,
    at_rest,
    colours,
    every_square,
    inside,
    on_screen,
    open_map,
    tool,
    visiting,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def drag(page: Page, start: list[int], end: list[int]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def drag_line(page: Page, column: float) -> None:
    """Bring the line of the swipe over a column of the board."""
    grip = page.locator(".map-swipe-grip").bounding_box()
    assert grip is not None
    start = [int(grip["x"] + 20), int(grip["y"] + 20)]
    ((x, _),) = on_screen(page, [(column, 0)])
    drag(page, start, [x, start[1]])


def test_left_of_the_line_lie_former_villages_and_right_of_it_merged_ones(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe")
    drag_line(page, 3)
    points = on_screen(page, inside((2, 0), (2, 3), (3, 0), (3, 3)))
    assert colours(page, points) == [FORMER, FORMER, MERGED, MERGED]
    # Beside the line each side goes on to its last pixels.
    ((x, y),) = on_screen(page, [(3, 0.7)])
    assert colours(page, [[x - 6, y], [x + 6, y]]) == [FORMER, MERGED]


def test_each_side_says_its_date_and_its_count(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe")
    titles = page.locator(".map-side-title").all_inner_texts()
    assert titles[0].startswith("Before\n2019-10-31 · 12 villages")
    assert titles[1] == "After\n2021-10-31 · 8 villages"


def test_keys_move_the_line_and_not_the_map(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe")
    points = on_screen(page, inside((2, 0), (3, 3)))
    handle = page.locator(".map-swipe-handle")
    seen = {}
    for key in ("ArrowLeft", "ArrowRight", "PageUp", "Home", "End"):
        handle.press(key)
        seen[key] = handle.get_attribute("aria-valuenow")
        if key == "Home":
            assert colours(page, points) == [MERGED, MERGED]
    assert seen == {
        "ArrowLeft": "48",
        "ArrowRight": "50",
        "PageUp": "60",
        "Home": "0",
        "End": "100",
    }
    assert colours(page, points) == [FORMER, FORMER]
    assert on_screen(page, inside((2, 0), (3, 3))) == points


def test_the_line_stays_in_its_place_while_the_map_moves(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe&line=0.5")
    ((x, y),) = on_screen(page, [(2, 0.7)])
    drag(page, [x - 250, y], [x - 310, y])
    at_rest(page)
    (square,) = on_screen(page, [(2, 0.7)])
    assert square[0] < x - 40
    # The square of column 2 now begins left of the line, and is cut there.
    assert colours(page, [[x - 6, y], [x + 6, y]]) == [FORMER, MERGED]


def test_a_click_takes_the_village_of_its_side(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe")
    drag_line(page, 3)
    left, right = on_screen(page, inside((2, 0), (3, 2)))
    page.mouse.click(*left)
    page.wait_for_function("() => document.querySelector('#map-panel h2')?.textContent === '3'")
    page.mouse.click(*right)
    page.wait_for_function("() => document.querySelector('#map-panel h2').textContent === '33'")


def test_the_name_under_the_pointer_is_that_of_its_side(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe")
    drag_line(page, 3)
    left, right = on_screen(page, inside((2, 0), (3, 0)))
    for at, name in ((left, "村3"), (right, "村31")):
        page.mouse.move(*at)
        page.wait_for_function(
            "(name) => [...document.querySelectorAll('.map-hover')].map((tip) => tip.textContent)"
            ".join() === name",
            arg=name,
        )


def test_a_link_brings_back_the_line_and_escape_takes_it_away(page: Page) -> None:
    open_map(page, f"{AT}&compare=swipe")
    page.locator(".map-swipe-handle").press("End")
    assert "compare=swipe" in page.url
    assert "line=1.000" in page.url
    open_map(page, page.url.split("?")[1])
    points = on_screen(page, inside((2, 0), (3, 0)))
    assert colours(page, points) == [FORMER, FORMER]
    page.keyboard.press("Escape")
    assert page.locator(".map-swipe").count() == 0
    assert colours(page, points) == [MERGED, MERGED]
    assert "compare" not in page.url


OTHER = "parts.find((part) => part.other).other"
"""The map with the former villages."""


def centres(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate(
        "[geoTracker.page.map, geoTracker.page.parts.find((part) => part.other).other]"
        ".map((map) => [map.getZoom(), map.getCenter().lat, map.getCenter().lng])"
    )
    return found


def test_two_maps_show_the_same_place_before_and_after(page: Page) -> None:
    open_map(page, f"{AT}&compare=side")
    squares = inside((2, 0), (2, 3))
    assert colours(page, on_screen(page, squares, of=OTHER)) == [FORMER, FORMER]
    assert colours(page, on_screen(page, squares)) == [MERGED, MERGED]


@pytest.mark.parametrize("of", ["map", OTHER], ids=["right", "left"])
def test_what_moves_one_map_moves_the_other(page: Page, of: str) -> None:
    open_map(page, f"{AT}&compare=side")
    before = centres(page)
    assert before[0] == pytest.approx(before[1], abs=2e-4)
    ((x, y),) = on_screen(page, [(2, 2)], of=of)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 30, steps=4)
    # In the midst of it, not only after it.
    ours, theirs = centres(page)
    assert ours[2] > before[0][2] + 0.004
    assert ours == pytest.approx(theirs, abs=2e-4)
    page.mouse.up()
    at_rest(page)
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => geoTracker.page.map.getZoom() < 13")
    at_rest(page)
    ours, theirs = centres(page)
    assert ours[0] == theirs[0] < 13
    assert ours == pytest.approx(theirs, abs=5e-4)
    # Out of the way, with the name that hovers over it and its shadow.
    page.mouse.move(5, 5)
    at_rest(page)
    squares = [(2.4, 1.3)]
    # Between whole zooms tiles are drawn smaller, and colours a little mixed; names are not shown.
    assert colours(page, on_screen(page, squares, of=OTHER))[0] == pytest.approx(FORMER, abs=6)
    assert colours(page, on_screen(page, squares))[0] == pytest.approx(MERGED, abs=6)


def test_the_pointer_is_marked_on_the_other_map(page: Page) -> None:
    open_map(page, f"{AT}&compare=side")
    ((x, y),) = on_screen(page, [(2.4, 1)])
    page.mouse.move(x, y)
    marks = page.locator(".map-mirrored-pointer >> visible=true")
    assert marks.count() == 1
    box = marks.bounding_box()
    ((there_x, there_y),) = on_screen(page, [(2.4, 1)], of=OTHER)
    assert box is not None
    assert [box["x"] + 10, box["y"] + 10] == pytest.approx([there_x, there_y], abs=1.5)


def test_a_former_village_chosen_on_the_left_is_told_on_the_right(page: Page) -> None:
    open_map(page, f"{AT}&compare=side")
    ((x, y),) = on_screen(page, inside((2, 0)), of=OTHER)
    page.mouse.click(x, y)
    page.wait_for_selector("#map-panel h2")
    assert page.inner_text("#map-panel h2") == "3"
    assert page.locator(".map-village-name").count() == 2
    # Each former village in a colour of its own over white, on both maps, and named once.
    page.mouse.move(5, 5)
    at_rest(page)
    both = inside((2, 0), (3, 0))
    left, right = (colours(page, on_screen(page, both, of=of)) for of in (OTHER, "map"))
    assert left[0] == pytest.approx(right[0], abs=3)
    assert left[1] == pytest.approx(right[1], abs=3)
    assert left[0] != pytest.approx(left[1], abs=30)


def test_one_map_again_fills_the_stage(page: Page) -> None:
    open_map(page)
    whole = page.locator(".folium-map").bounding_box()
    zoom = page.evaluate("geoTracker.page.map.getZoom()")
    tool(page, "side")
    half = page.locator(".folium-map").bounding_box()
    assert whole is not None
    assert half is not None
    assert half["width"] == pytest.approx(whole["width"] / 2, abs=2)
    tool(page, "side")
    assert page.locator(".folium-map").bounding_box() == whole
    assert page.evaluate("geoTracker.page.map.getZoom()") >= zoom - 0.5


def test_every_way_of_comparing_ends_the_one_before(page: Page) -> None:
    open_map(page, AT)
    for key in ("swipe", "side", "dates", "swipe"):
        tool(page, key)
        at_rest(page)
    assert page.locator(".map-swipe").count() == 1
    assert page.locator(".map-dates").count() == 0
    assert not page.locator(".map-beside").is_visible()
    tool(page, "swipe")
    assert colours(page, on_screen(page, every_square())) == [MERGED] * 16


def test_paper_shows_both_maps(page: Page) -> None:
    open_map(page, f"{AT}&compare=side")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    boxes = [page.locator(of).bounding_box() for of in (".map-beside", ".folium-map")]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    left, right = (box for box in boxes if box is not None)
    assert left["width"] == pytest.approx(right["width"], abs=4)
    assert left["x"] < right["x"]
    assert right["x"] + right["width"] <= left["x"] + 1032
    assert left["height"] == right["height"] > 200


@pytest.mark.parametrize("compare", ["swipe", "side"])
def test_titles_stay_clear_of_the_controls_on_a_small_window(
    browser: Browser, site: Site, compare: str
) -> None:
    with visiting(browser, site, viewport={"width": 1366, "height": 768}) as page:
        open_map(page, f"compare={compare}")
        controls = [".map-search", ".map-toolbar", ".map-legend", ".leaflet-control-zoom"]
        boxes = [page.locator(of).bounding_box() for of in controls]
        titles = page.locator(".map-side-title")
        assert titles.count() == 2
        for title in (titles.nth(0).bounding_box(), titles.nth(1).bounding_box()):
            assert title is not None
            for box in boxes:
                assert box is not None
                apart = (
                    title["x"] >= box["x"] + box["width"]
                    or box["x"] >= title["x"] + title["width"]
                    or title["y"] >= box["y"] + box["height"]
                    or box["y"] >= title["y"] + title["height"]
                )
                assert apart, (title, box)


def test_a_finger_moves_line_maps_and_dates(browser: Browser, site: Site) -> None:
    size = {"width": 1024, "height": 768}
    with visiting(browser, site, viewport=size, has_touch=True) as page:
        fingers = page.context.new_cdp_session(page)

        def stroke(start: list[float], end: list[float]) -> None:
            path = [[start[0] + (end[0] - start[0]) * step / 5, end[1]] for step in range(6)]
            for kind, at in [("touchStart", path[0]), *(("touchMove", at) for at in path[1:])]:
                touch = {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]}
                fingers.send("Input.dispatchTouchEvent", touch)
            fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        open_map(page, "at=29.04,120.04,12.5&compare=swipe")
        grip = page.locator(".map-swipe-grip").bounding_box()
        assert grip is not None
        y = grip["y"] + 20
        ((x, _),) = on_screen(page, [(3, 0)])
        stroke([grip["x"] + 20, y], [x, y])
        before = on_screen(page, inside((2, 0), (3, 0)))
        assert colours(page, before) == [FORMER, MERGED]

        open_map(page, "at=29.04,120.04,12.5&compare=side")
        ((x, y),) = on_screen(page, [(2, 2)], of=OTHER)
        start = centres(page)
        stroke([x, y], [x - 60, y])
        at_rest(page)
        ours, theirs = centres(page)
        assert ours[2] > start[0][2] + 0.004
        assert ours == pytest.approx(theirs, abs=5e-4)

        # Two fingers apart: both maps grow, and come to rest at the same place.
        for spread in (20, 30, 45, 60):
            points = [{"x": x + side, "y": y, "id": n} for n, side in enumerate((-spread, spread))]
            kind = "touchStart" if spread == 20 else "touchMove"
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(50)
        ours, theirs = centres(page)
        assert ours[0] > start[0][0] + 0.5
        assert ours == pytest.approx(theirs, abs=5e-4)
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        at_rest(page)
        ours, theirs = centres(page)
        assert ours[0] == theirs[0] > start[0][0]
        assert ours == pytest.approx(theirs, abs=5e-4)

        open_map(page, "at=29.04,120.04,12.5")
        page.tap("[data-tool=dates]")
        page.wait_for_function("() => document.querySelector('.map-date-shown strong')")
        page.tap("[data-date=date_after]")
        page.wait_for_function(
            "(text) => document.querySelector('.map-date-shown strong').textContent === text",
            arg=f"{DATES[1]} · 14 villages",
        )
        assert colours(page, on_screen(page, [(1.8, 1.2), (2.2, 0.2)])) == [MERGED, FORMER]
