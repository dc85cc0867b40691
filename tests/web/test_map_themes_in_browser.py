"""Themes chosen on the map in a real browser: what is drawn is what the legend says."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser import sign_in
from tests.web.conftest import served_copy
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Colour = tuple[int, int, int]

PIXELS = """([west, south, east, north]) => {
  const page = geoTracker.page;
  const tiles = page.themes.tiles();
  const ratio = window.devicePixelRatio;
  const found = {};
  const from = page.map.latLngToContainerPoint([north, west]);
  const to = page.map.latLngToContainerPoint([south, east]);
  const frame = page.map.getContainer().getBoundingClientRect();
  document.querySelectorAll('.leaflet-tile-pane canvas.leaflet-tile').forEach((tile) => {
    const box = tile.getBoundingClientRect();
    const scale = tile.width / box.width;
    const left = Math.max(0, (frame.left + from.x - box.left) * scale);
    const top = Math.max(0, (frame.top + from.y - box.top) * scale);
    const right = Math.min(tile.width, (frame.left + to.x - box.left) * scale);
    const bottom = Math.min(tile.height, (frame.top + to.y - box.top) * scale);
    if (right - left < 1 || bottom - top < 1) return;
    const data = tile.getContext('2d').getImageData(left, top, right - left, bottom - top).data;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 255) continue;
      const key = data[i] + ',' + data[i + 1] + ',' + data[i + 2];
      found[key] = (found[key] || 0) + 1;
    }
  });
  return found;
}"""
"""Counts the colours of the drawn tiles between four edges, names and lines above them aside."""


@pytest.fixture(scope="module")
def site(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_copy(county_folder, tmp_path_factory.mktemp("themes") / "data") as app:
        visitor(app, "viewer")
        with served(app) as address:
            yield address


@pytest.fixture(scope="module")
def opened(browser: Browser, site: str) -> Iterator[Page]:
    """Sign in once; no script may fail and nothing may be refused by the policy."""
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def note_refusal(said: ConsoleMessage) -> None:
        if "Content Security" in said.text:
            troubles.append(said.text)

    page.on("console", note_refusal)
    page.goto(f"{site}/sign-in")
    sign_in(page, "viewer", PASSWORD)
    page.wait_for_url(f"{site}/")
    yield page
    context.close()
    assert troubles == []


@pytest.fixture
def page(opened: Page, site: str) -> Page:
    show(opened, f"{site}/map/")
    return opened


def show(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-map-ready=true]", state="attached")


def query(page: Page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlparse(page.url).query).items()}


def themed(page: Page, key: str) -> None:
    if page.input_value(".map-legend .map-theme") == key:
        return
    page.select_option(".map-legend .map-theme", key)
    page.wait_for_function("key => geoTracker.page.themes.shown.theme === key", arg=key)


def side(page: Page, key: str) -> None:
    page.click(f"[data-side={key}]")
    page.wait_for_function("key => geoTracker.page.themes.shown.side === key", arg=key)
    page.wait_for_function("() => !geoTracker.page.themes.tiles().isLoading()")


def legend(page: Page) -> dict[str, tuple[str, Colour | None]]:
    """Return count and colour of each class by its label."""
    found = {}
    for row in page.locator(".map-class-row").all():
        label, count = row.locator(".map-class-label"), row.locator(".map-count")
        colour = row.locator(".map-swatch").evaluate("e => getComputedStyle(e).backgroundColor")
        hatched = "is-hatched" in (row.locator(".map-swatch").get_attribute("class") or "")
        channels = colour.removeprefix("rgb(").removesuffix(")").split(",")
        found[label.inner_text()] = (
            count.inner_text(),
            None if hatched else (int(channels[0]), int(channels[1]), int(channels[2])),
        )
    return found


def class_button(page: Page, label: str) -> Locator:
    return page.locator(".map-class").filter(has_text=label)


def drawn(page: Page, west: float, east: float) -> dict[Colour, int]:
    """Return how often each colour is drawn between two edges, in shares of the whole area."""
    found = page.evaluate(
        """([pixels, west, east]) => {
          const all = geoTracker.page.wholeArea;
          const width = all.getEast() - all.getWest();
          const height = all.getNorth() - all.getSouth();
          return eval_(pixels)([all.getWest() + west * width, all.getSouth() + height * 0.3,
            all.getWest() + east * width, all.getSouth() + height * 0.7]);
        }""".replace("eval_(pixels)", f"({PIXELS})"),
        ["", west, east],
    )
    return {
        (int(r), int(g), int(b)): count
        for key, count in found.items()
        for r, g, b in [key.split(",")]
    }


def test_a_theme_colours_villages_by_the_legend(page: Page) -> None:
    themed(page, "merged")
    colours = legend(page)
    assert [count for count, _colour in colours.values()] == ["2", "2"]
    # Six squares side by side: four merged by two, two left alone.
    west, east = drawn(page, 0.05, 0.28), drawn(page, 0.70, 0.80)
    assert max(west, key=west.__getitem__) == colours["Merged"][1]
    assert max(east, key=east.__getitem__) == colours["Not merged"][1]


def test_villages_without_a_value_are_hatched(page: Page) -> None:
    themed(page, "consent")
    hatched = drawn(page, 0.70, 0.80)
    ground, stripe = hatched.pop((241, 243, 245)), hatched.pop((221, 225, 229))
    assert 0.05 < stripe / (ground + stripe) < 0.5
    assert not set(hatched) & {colour for _count, colour in legend(page).values() if colour}


def test_a_click_on_a_class_takes_it_off_the_map_and_a_link_brings_that_back(page: Page) -> None:
    themed(page, "merged")
    merged = legend(page)["Merged"][1]
    class_button(page, "Not merged").click()
    assert query(page)["hidden"] == "1"
    assert merged in drawn(page, 0.05, 0.28)
    class_button(page, "Merged").first.click()
    assert merged not in drawn(page, 0.05, 0.28)
    show(page, page.url)
    expect(class_button(page, "Not merged")).to_have_attribute("aria-pressed", "false")
    assert merged not in drawn(page, 0.05, 0.28)


def test_former_villages_are_shown_as_areas_with_figures_of_their_own(page: Page) -> None:
    themed(page, "consent")
    now = legend(page)
    assert now["95 to under 98"][0] == "1"
    side(page, "former")
    before = legend(page)
    assert (before["90 to under 95"][0], before["100"][0]) == ("1", "2")
    # 倪宅村, where all agreed, and 新川村, where not all did, have one colour no longer.
    assert before["100"][1] in drawn(page, 0.03, 0.14)
    assert before["90 to under 95"][1] in drawn(page, 0.19, 0.31)
    expect(page.locator(".map-attribution")).to_have_text("Boundaries as of 2018-10-31")
    side(page, "merged")
    assert now["95 to under 98"][1] in drawn(page, 0.03, 0.14)
    expect(page.locator(".map-attribution")).to_have_text("Boundaries as of 2019-10-31")


def test_the_total_is_the_same_on_both_sides(page: Page) -> None:
    themed(page, "budget")
    now = page.locator(".map-summary").all_inner_texts()
    side(page, "former")
    assert page.locator(".map-summary").all_inner_texts() == now
    assert now == ["Total 500.00 10,000 yuan", "the same for former and present villages"]


def test_method_breaks_and_side_are_restored_from_the_address(page: Page) -> None:
    themed(page, "households")
    side(page, "former")
    page.click(".map-classing summary")
    page.select_option("[data-classing=method]", "fixed")
    expect(page.locator("[data-classing=breaks]")).to_be_visible()
    page.fill("[data-classing=breaks]", "350, 180")
    page.keyboard.press("Enter")
    labels = ["179 or fewer", "180–349", "350 and more", "no data"]
    expect(page.locator(".map-class-label")).to_have_text(labels)
    asked = query(page)
    assert asked["side"] == "former"
    assert asked["method"] == "fixed"
    assert asked["breaks"] == "350, 180"
    show(page, page.url)
    expect(page.locator(".map-class-label")).to_have_text(labels)
    expect(page.locator("[data-side=former]")).to_have_attribute("aria-pressed", "true")
    assert page.locator("[data-classing=breaks]").input_value() == "180, 350"


def test_a_middle_is_stated_in_the_legend(page: Page) -> None:
    themed(page, "households")
    page.click(".map-classing summary")
    page.select_option("[data-classing=method]", "diverging")
    expect(page.locator(".map-summary").first).to_contain_text("about the median")
    page.fill("[data-classing=middle]", "310")
    page.keyboard.press("Enter")
    expect(page.locator(".map-summary").first).to_have_text("Middle: 310")
    assert query(page)["middle"] == "310"


def test_another_theme_begins_with_its_own_classes(page: Page) -> None:
    themed(page, "households")
    page.click(".map-classing summary")
    page.select_option("[data-classing=method]", "equal")
    page.wait_for_function("() => geoTracker.page.themes.shown.method === 'equal'")
    themed(page, "consent")
    assert "method" not in query(page)
    themed(page, "merged")
    expect(page.locator(".map-classing")).to_be_hidden()


def test_a_former_village_that_is_clicked_shows_the_village_it_became(page: Page) -> None:
    side(page, "former")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    at = page.evaluate(
        """() => {
          const all = geoTracker.page.wholeArea;
          const point = geoTracker.page.map.latLngToContainerPoint([all.getCenter().lat,
            all.getWest() + (all.getEast() - all.getWest()) * 0.25]);
          return [point.x, point.y];
        }"""
    )
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    expect(page.locator("#map-panel h1")).to_have_text("倪宅新村")
    expect(page.locator(".map-former.is-asked")).to_contain_text("新川村")
    assert query(page)["side"] == "former"


@pytest.mark.parametrize("mode", ["swipe", "side", "dates", "links"])
def test_what_shows_both_sides_shows_the_villages_of_today(page: Page, mode: str) -> None:
    side(page, "former")
    page.click(f"[data-tool={mode}]")
    page.wait_for_function("() => geoTracker.page.themes.shown.side === 'merged'")
    expect(page.locator("[data-side=merged]")).to_have_attribute("aria-pressed", "true")
    # A date draws the layers of which a village stands on it, and may need none of today.
    if mode != "dates":
        assert page.evaluate("Boolean(geoTracker.page.villages._map)")
    # Links have a card of their own in the legend's place; the others end with the choice.
    if mode == "links":
        expect(page.locator("[data-side=former]")).to_be_hidden()
        page.click(f"[data-tool={mode}]")
    side(page, "former")
    expect(page.locator(f"[data-tool={mode}]")).to_have_attribute("aria-pressed", "false")
    assert not page.evaluate("Boolean(geoTracker.page.villages._map)")
    assert page.evaluate("Boolean(geoTracker.page.themes.tiles()._map)")


def test_each_count_leads_to_its_villages_and_the_table_back_to_the_map(page: Page) -> None:
    themed(page, "households")
    side(page, "former")
    page.locator(".map-class-row").filter(has_text="no data").locator("a").click()
    expect(page.locator("tbody th").first).to_have_text("前郎村")
    page.click("text=Show on the map")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    assert page.evaluate("geoTracker.page.themes.shown") == {
        "theme": "households", "side": "former", "method": "", "classes": "", "breaks": "",
        "middle": "",
    }  # fmt: skip


def test_a_theme_asks_for_its_classes_only(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlparse(request.url).path))
    themed(page, "budget")
    themed(page, "density")
    # Icon and names come when they like.
    asked = [path for path in asked if path.startswith("/map/") or path.endswith(".mvt")]
    assert asked == ["/map/themes/budget.json", "/map/themes/density.json"]


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
def test_the_legend_stays_within_small_screens(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for key in ("consent", "households"):
        themed(page, key)
        if key == "households":
            page.click(".map-classing summary")
        card, search = (
            page.locator(part).bounding_box() for part in (".map-legend", ".map-search")
        )
        assert card is not None
        assert search is not None
        assert card["y"] >= search["y"] + search["height"]
        wide = page.locator(".map-legend").evaluate("e => e.scrollWidth - e.clientWidth")
        assert wide <= 0
    page.set_viewport_size({"width": 1440, "height": 900})
