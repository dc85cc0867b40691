"""The map by date in a real browser: on each date it draws who stood, and says how many."""

import pytest
from playwright.sync_api import Page

from tests.maps.compared import (
    AT,
    BECAME,
    CHANGES,
    COUNTS,
    DATES,
    FORMER,
    INSIDE,
    MERGED,
    at_rest,
    colours,
    every_square,
    inside,
    on_screen,
    open_map,
    tool,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def standing(date: int) -> set[int]:
    """The villages that stand on a date, by counting on from the first."""
    layers = [set(range(1, 17)), {21, 22, 23, 24, 3, 4, 7, 8, 11, 12, 15, 16}, set(range(21, 25))]
    layers[2] |= set(range(31, 35))
    layer = CHANGES[date][0]
    since = [change for change in CHANGES[: date + 1] if change[0] == layer]
    ended = {unit for _, ends, _ in since for unit in ends}
    begun = {unit for _, _, begins in since for unit in begins}
    return layers[layer] - ended | begun


def board_colours(date: int) -> list[tuple[int, int, int]]:
    shown = standing(date)
    return [FORMER if unit in shown else MERGED for unit in range(1, 17)]


@pytest.mark.parametrize("date", range(5))
def test_on_every_date_the_map_shows_who_stood_and_says_how_many(page: Page, date: int) -> None:
    assert len(standing(date)) == COUNTS[date]
    open_map(page, f"{AT}&date={DATES[date]}")
    assert page.inner_text(".map-date-shown strong") == f"{DATES[date]} · {COUNTS[date]} villages"
    assert colours(page, on_screen(page, every_square())) == board_colours(date)
    # What lies between two squares: a border where both stand, nothing where they are one village.
    borders = on_screen(page, [(column, row + INSIDE) for row in range(4) for column in (1, 3)])
    shown = standing(date)
    for (column, row), colour in zip(
        [(column, row) for row in range(4) for column in (1, 3)],
        colours(page, borders),
        strict=True,
    ):
        assert (colour == MERGED) == (row * 4 + column not in shown), (column, row)


def legend_counts(page: Page) -> list[str]:
    return page.locator(".map-classes .map-count").all_inner_texts()


def test_the_legend_counts_the_villages_of_the_date_shown(page: Page) -> None:
    open_map(page, f"{AT}&date={DATES[1]}")
    on_dates = []
    for date in (1, 2, 3, 4, 3, 2, 1, 0):
        page.evaluate(
            """(at) => { const slider = document.querySelector('.map-date-slider');
            slider.value = at; slider.dispatchEvent(new Event('input')); }""",
            date,
        )
        page.wait_for_function(
            "(text) => document.querySelector('.map-date-shown strong').textContent === text",
            arg=f"{DATES[date]} · {COUNTS[date]} villages",
        )
        formers = len([unit for unit in standing(date) if unit <= 16])
        on_dates.append((legend_counts(page), [str(formers), str(COUNTS[date] - formers)]))
    assert all(found == expected for found, expected in on_dates), on_dates
    # Of a class switched off as many stand.
    page.locator(".map-class").first.click()
    page.click("[data-date=date_after]")
    page.wait_for_function(
        "(text) => document.querySelector('.map-date-shown strong').textContent === text",
        arg=f"{DATES[1]} · 14 villages",
    )
    assert legend_counts(page) == ["12", "2"]
    assert page.get_attribute(".map-class >> nth=0", "aria-pressed") == "false"
    # Another theme counts the same date; without the date all is as before.
    page.evaluate("geoTracker.page.themes.chooseTheme('merged')")
    page.wait_for_timeout(300)
    assert legend_counts(page) == ["12", "2"]
    tool(page, "dates")
    assert legend_counts(page) == ["8", "8"]


def test_villages_of_a_date_without_a_value_are_counted_as_such(page: Page) -> None:
    open_map(page, f"{AT}&date={DATES[1]}")
    # As if the theme knew nothing of 3 and of what it became.
    page.evaluate(
        """() => { const { legend, datedLayers, events } = geoTracker.page;
        legend.data.absent = 'no data'; legend.places.delete(3); datedLayers.became.delete(3);
        events.fire('themeshown'); }"""
    )
    assert page.locator(".map-class-label").all_inner_texts() == ["", "", "no data"]
    assert legend_counts(page) == ["11", "2", "1"]


def test_no_ground_shines_through_between_villages_of_two_layers(page: Page) -> None:
    open_map(page, f"{AT}&date={DATES[1]}")
    # 22 of the second layer south of 9 of the first; 21 west of 3.
    ((x, y), (u, v)) = on_screen(page, [(0.6, 2), (2, 0.7)])
    across = [[x, y + step] for step in range(-8, 9)] + [[u + step, v] for step in range(-8, 9)]
    # The page's own ground is 246 light; a border line and what little shines through, 93.
    assert max(min(colour) for colour in colours(page, across)) < 120


def test_the_slider_is_moved_by_keys_and_by_its_buttons(page: Page) -> None:
    open_map(page, AT)
    tool(page, "dates")
    said = page.locator(".map-date-shown strong")
    page.wait_for_function("() => document.querySelector('.map-date-shown strong')")
    assert said.inner_text() == f"{DATES[0]} · 16 villages"
    page.locator(".map-date-slider").press("ArrowRight")
    page.wait_for_function(
        "(text) => document.querySelector('.map-date-shown strong').textContent === text",
        arg=f"{DATES[1]} · 14 villages",
    )
    assert page.locator(".map-date-slider").get_attribute("aria-valuetext") == said.inner_text()
    assert page.inner_text(".map-date-change") == "−2"
    page.click("[data-date=date_after]")
    page.click("[data-date=date_after]")
    page.wait_for_function(
        "(text) => document.querySelector('.map-date-shown strong').textContent === text",
        arg=f"{DATES[3]} · 11 villages",
    )
    assert f"date={DATES[3]}" in page.url
    assert colours(page, on_screen(page, every_square())) == board_colours(3)
    tool(page, "dates")
    assert "date=" not in page.url
    assert colours(page, on_screen(page, every_square())) == board_colours(4)


def test_playing_goes_through_all_dates_and_stops_at_the_last(page: Page) -> None:
    open_map(page, f"{AT}&date={DATES[2]}")
    page.click("[data-date=date_play]")
    assert page.get_attribute("[data-date=date_play]", "title") == "Pause"
    page.wait_for_function(
        "(text) => document.querySelector('.map-date-shown strong').textContent === text",
        arg=f"{DATES[4]} · 8 villages",
    )
    page.wait_for_selector("[data-date=date_play][title=Play]")


def test_a_day_between_two_dates_shows_what_stood_since_the_earlier(page: Page) -> None:
    open_map(page, f"{AT}&date=2019-05-05")
    assert page.inner_text(".map-date-shown strong") == f"{DATES[1]} · 14 villages"


def test_a_former_village_of_a_date_opens_within_what_it_became(page: Page) -> None:
    open_map(page, f"{AT}&date={DATES[1]}")
    former, merged = on_screen(page, inside((2, 0), (0, 0)))
    page.mouse.click(*former)
    page.wait_for_function("() => document.querySelector('#map-panel h2')?.textContent === '3'")
    assert f"village={BECAME[3]}" in page.url
    page.mouse.click(*merged)
    page.wait_for_function("() => document.querySelector('#map-panel h2').textContent === '21'")
    page.evaluate("geoTracker.page.map.setZoom(12, { animate: false })")
    at_rest(page)
    ((x, y),) = on_screen(page, [(1.3, 4.2)])
    page.mouse.click(x, y)
    page.wait_for_function("() => document.querySelector('#map-panel').textContent === 'none'")


def test_paper_shows_the_map_of_a_date_over_its_count(page: Page) -> None:
    open_map(page, f"{AT}&date={DATES[1]}")
    page.emulate_media(media="print")
    at_rest(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    boxes = [page.locator(of).bounding_box() for of in (".folium-map", ".map-date-shown")]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    drawn, count = (box for box in boxes if box is not None)
    assert drawn["height"] > 200
    assert drawn["y"] + drawn["height"] <= count["y"] + 1
