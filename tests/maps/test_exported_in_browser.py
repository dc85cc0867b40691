"""The map in one file, opened from a folder, without any server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import chromium
from tests.maps.test_exported import HOSTILE, exported

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(20000)
        yield page


@pytest.fixture
def opened(browser_page: Page, tmp_path: Path) -> Iterator[Page]:
    """Open a file whose every text is hostile; nothing may fail, come alive or be asked for."""
    file = tmp_path / "永康市.html"
    file.write_text(exported(HOSTILE), encoding="utf-8")
    troubles: list[str] = []
    asked: list[str] = []

    def note(trouble: object) -> None:
        troubles.append(str(trouble))

    def note_request(request: object) -> None:
        asked.append(str(getattr(request, "url", request)))

    def note_message(message: object) -> None:
        if getattr(message, "type", "") == "error":
            troubles.append(str(getattr(message, "text", message)))

    listeners = (("pageerror", note), ("request", note_request), ("console", note_message))
    for event, listener in listeners:
        browser_page.on(event, listener)  # type: ignore[call-overload]
    browser_page.goto(file.as_uri())
    browser_page.wait_for_selector("html[data-map-ready=true]", state="attached")
    yield browser_page
    for event, listener in listeners:
        browser_page.remove_listener(event, listener)
    assert troubles == []
    assert asked == [file.as_uri()]
    assert browser_page.title() == HOSTILE
    assert browser_page.locator("img").count() == 0


def test_a_script_that_is_not_of_the_file_does_not_run(browser_page: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    broken_in = "<script>document.title='ran'</script><b onclick=\"document.title='ran'\">x</b>"
    file.write_text(exported().replace("</body>", f"{broken_in}</body>"), encoding="utf-8")
    browser_page.goto(file.as_uri())
    browser_page.wait_for_selector("html[data-map-ready=true]", state="attached")
    browser_page.evaluate("document.querySelector('body > b').click()")
    assert browser_page.title() == "倪宅新村"


def take_village(page: Page) -> None:
    stage = page.locator(".folium-map").bounding_box()
    assert stage is not None
    page.mouse.click(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] * 0.3)
    page.wait_for_selector(".ex-village h2")


def test_heading_legend_and_facts_show_texts_as_they_are(opened: Page) -> None:
    for place in ("h1", ".ex-mark", ".ex-notice", ".ex-label", ".ex-foot dd", ".ex-legend h2"):
        assert opened.inner_text(place) == HOSTILE


def test_a_village_shows_its_figures_and_former_villages(opened: Page) -> None:
    take_village(opened)
    assert opened.inner_text(".ex-village h2") == HOSTILE
    assert opened.inner_text(".ex-village .ex-number") == HOSTILE
    assert opened.inner_text(".ex-former h4 span:nth-child(2)") == HOSTILE
    assert opened.inner_text(".ex-former-name") == HOSTILE
    opened.keyboard.press("Escape")
    assert opened.is_hidden(".ex-village")
    assert opened.locator(".ex-former-name").count() == 0


def test_a_tip_tells_the_village_under_the_mouse(opened: Page) -> None:
    stage = opened.locator(".folium-map").bounding_box()
    assert stage is not None
    opened.mouse.move(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] * 0.3)
    opened.mouse.move(stage["x"] + stage["width"] / 2 + 5, stage["y"] + stage["height"] * 0.3)
    opened.wait_for_selector(".leaflet-tooltip b")
    assert opened.inner_text(".leaflet-tooltip b") == HOSTILE
    assert opened.inner_text(".leaflet-tooltip .ex-tip-formers") == f"{HOSTILE} 1 {HOSTILE}"
    # As wide as a line of its figures, however little room is left beside it.
    tip = opened.locator(".leaflet-tooltip").bounding_box()
    assert tip is not None
    assert tip["width"] > 300


def colour_at(page: Page, right: float, down: float) -> list[int]:
    """Return the colour of the drawing at a place of the map, in shares of its size."""
    found: list[int] = page.evaluate(
        """([right, down]) => {
            const canvas = document.querySelector('.leaflet-overlay-pane canvas');
            const box = canvas.getBoundingClientRect();
            const stage = document.querySelector('.folium-map').getBoundingClientRect();
            const scale = canvas.width / box.width;
            const x = (stage.left + stage.width * right - box.left) * scale;
            const y = (stage.top + stage.height * down - box.top) * scale;
            return Array.from(canvas.getContext('2d').getImageData(x, y, 1, 1).data).slice(0, 3);
        }""",
        [right, down],
    )
    return found


def test_a_click_on_a_class_hides_it_and_shows_it_again(opened: Page) -> None:
    assert colour_at(opened, 0.5, 0.3) == [0x74, 0xA7, 0xCC]
    opened.click(".ex-class")
    opened.wait_for_timeout(200)
    assert colour_at(opened, 0.5, 0.3) == [0xFA, 0xFB, 0xFC]
    assert opened.get_attribute(".ex-class", "aria-pressed") == "false"
    opened.click(".ex-class")
    opened.wait_for_timeout(200)
    assert colour_at(opened, 0.5, 0.3) == [0x74, 0xA7, 0xCC]


def test_former_boundaries_and_projects_are_drawn_when_asked_for(opened: Page) -> None:
    before = opened.screenshot()
    opened.check("[data-layer=formers]")
    opened.wait_for_timeout(200)
    with_formers = opened.screenshot()
    assert with_formers != before
    opened.check("[data-layer=projects]")
    opened.wait_for_timeout(200)
    with_projects = opened.screenshot()
    assert with_projects != with_formers
    opened.check("[data-layer=problems]")
    opened.wait_for_timeout(200)
    assert opened.screenshot() != with_projects
    for layer in ("formers", "projects", "problems"):
        opened.uncheck(f"[data-layer={layer}]")
    opened.wait_for_timeout(200)
    assert colour_at(opened, 0.5, 0.3) == [0x74, 0xA7, 0xCC]


def test_names_are_written_and_can_be_taken_away(opened: Page) -> None:
    # This name is wider than its village; closer to it there is room.
    assert opened.is_checked("[data-layer=names]")
    for _step in range(4):
        if opened.locator(".ex-name").count():
            break
        opened.click(".leaflet-control-zoom-in")
        opened.wait_for_timeout(600)
    assert opened.inner_text(".ex-name") == HOSTILE
    opened.uncheck("[data-layer=names]")
    assert opened.locator(".ex-name").count() == 0


def test_former_villages_have_names_where_their_layer_is_on(opened: Page) -> None:
    opened.check("[data-layer=formers]")
    for _step in range(4):
        if opened.locator(".ex-name-of-former").count():
            break
        opened.click(".leaflet-control-zoom-in")
        opened.wait_for_timeout(600)
    assert opened.inner_text(".ex-name-of-former") == HOSTILE
    # It is there without the other names, too, and goes with its layer.
    opened.uncheck("[data-layer=names]")
    assert opened.locator(".ex-name").count() == 1
    opened.uncheck("[data-layer=formers]")
    assert opened.locator(".ex-name").count() == 0


def test_a_table_tells_all_that_the_map_shows_and_leads_to_it(opened: Page) -> None:
    opened.focus(".ex-table-button")
    opened.keyboard.press("Enter")
    assert opened.locator(".ex-table thead th").all_inner_texts() == [HOSTILE] * 4
    rows = [row.split("\t") for row in opened.locator(".ex-table tbody tr").all_inner_texts()]
    # The village with its place, class and figure, and below it what it was made of.
    assert rows[0] == [HOSTILE] * 4
    assert rows[1] == [HOSTILE, f"{HOSTILE} · {HOSTILE} {HOSTILE}", "", HOSTILE]
    assert opened.evaluate("document.activeElement.className") == "ex-close"
    opened.keyboard.press("Escape")
    assert opened.locator(".ex-table").is_hidden()
    assert opened.evaluate("document.activeElement.className") == "ex-table-button"
    opened.keyboard.press("Enter")
    opened.click(".ex-take")
    assert opened.locator(".ex-table").is_hidden()
    assert opened.inner_text(".ex-village h2") == HOSTILE


def test_a_mark_says_what_it_is_and_signs_are_explained(opened: Page) -> None:
    opened.hover(".ex-diamond")
    assert HOSTILE in opened.inner_text(".leaflet-tooltip")
    meanings = opened.locator(".ex-signs li")
    assert meanings.count() == 2
    assert HOSTILE in meanings.nth(0).inner_text()
    assert meanings.nth(0).locator(".ex-sign-hatched").is_visible()
    assert meanings.nth(1).locator(".ex-sign-mark").is_visible()
