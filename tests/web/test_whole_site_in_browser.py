"""Every page and every mode of the map in a real browser, with texts that try to break out.

One walk in Chinese, and a short one in English, note what happens; each test asks one question.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Response, Route

from tests.browser import chromium, sign_in
from tests.web.full_county import FullCounty, full_county
from tests.web.map_modes import SETTINGS, TOOLS, WITH_A_VILLAGE, hover, leave, open_map
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "\"'><img src=x onerror=ran=1></script><script>ran=1</script>`${ran=1}`"
CAME_ALIVE = """() => 'ran' in window
  || [...document.querySelectorAll('script, img, [onerror]')].some((part) =>
    part.hasAttribute('onerror') || part.getAttribute('src') === 'x'
    || part.textContent === 'ran=1')"""
TEXT = "() => (document.body || document.documentElement).textContent"

NO_PAGES = {
    *("static", "basemap.tile", "tiles.tile", "tiles.names", "tiles.tilejson", "map.texts"),
    *("map_search.search", "map_dates.dates", "map_links.links", "map_places.places"),
    *("map_projects.projects", "map_problems.problems", "map_visits.visits"),
    *("map_themes.ids", "map_themes.theme", "map_villages.village", "map_table.csv"),
    *("crosswalk.figures", "crosswalk.links", "import_changes.csv", "import_tables.errors"),
    *("import_tables.template", "map_sheets.sheet", "attachments.give", "attachments.thumbnail"),
    *(f"ledger_exports.{noun}" for noun in ("votes", "projects", "problems")),
    *(f"ledger_exports.{noun}" for noun in ("visits", "incidents")),
    *(f"ledger_exports.{noun}" for noun in ("checklists", "tasks", "fusions")),
    *("lag_reviews.table", "lag_reviews.snapshot", "policies.table", "reports.give"),
    *("dossiers.show", "dossiers.download", "dossiers.progress"),
    *("boards.table", "boards.snapshot"),
}
"""Endpoints that answer with data, tables to download or paper."""

FRAGMENTS = {"map_villages.panel", "map_villages.lag", "imports.progress", "imports.picture"}
"""Parts of pages: what they lack to be whole stands on the page around them."""

SHORT_WAY = ("home.show", "villages.show · merged", "imports.preview · tables")
"""Pages of the walk in the second language, which has the same elements with other words."""


@dataclass
class Walk:
    """What a browser met on its way through the site.

    Attributes
    ----------
    visited : list of str
        Names of the pages and modes, in order.
    alive : list of str
        Where a text of the data became more than text, or a script failed.
    refused : list of str
        What the policy of a page refused to it.
    outside : list of str
        Addresses asked for that are not the site's own.
    policies : dict
        Policy of each document by its address.
    serious : dict
        What axe-core finds serious or critical, by page or mode.
    shown : set of str
        Pages and modes on which the hostile text can be read.
    """

    visited: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    policies: dict[str, str] = field(default_factory=dict)
    serious: dict[str, list[str]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)


class Walker:
    """A browser that goes through the site and notes what it meets."""

    def __init__(self, browser: Browser, county: FullCounty, site: str, folder: Path) -> None:
        self.browser, self.county, self.site, self.folder = browser, county, site, folder
        self.walk = Walk()
        self.at = ""

    def go(
        self,
        language: str,
        *,
        pages: Collection[str],
        tools: Collection[str],
        settings: Collection[str],
    ) -> None:
        """Visit pages, and the map in some modes, with and without a village in hand."""
        context = self.browser.new_context(viewport={"width": 1366, "height": 768}, locale=language)
        context.route(re.compile(rf"^(?!{re.escape(self.site)}/|data:)"), self._refuse)
        context.add_init_script(AXE_SCRIPT)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.walk.alive.append(f"{self.at}: {error}"))
        page.on("dialog", self._note_dialog)
        page.on("console", self._note_console)
        page.on("response", self._note_policy)
        self._sign_in(page)
        for name in pages:
            self.at, address = name, self.county.pages[name]
            if name == "map_exports.export":
                self._exported(page, address)
            elif name != "session.sign_in":
                page.goto(self.site + address)
                self._look(page, name)
        for village in (0, self.county.merged):
            open_map(page, self.site, f"village={village}" if village else "")
            for mode in tools if not village else WITH_A_VILLAGE:
                TOOLS[mode](page)
                if mode == "plain":
                    hover(page)
                self._look(page, f"map · {mode}" + (" · village" if village else ""))
                leave(page)
        for mode in settings:
            open_map(page, self.site)
            SETTINGS[mode](page)
            self._look(page, f"map · {mode}")
        context.close()

    def _sign_in(self, page: Page) -> None:
        page.goto(f"{self.site}/sign-in")
        self._look(page, "session.sign_in")
        sign_in(page, self.county.username, "wrong")
        page.wait_for_selector(".alert")
        self._look(page, "session.sign_in · refused")
        sign_in(page, self.county.username, PASSWORD)
        page.wait_for_url(f"{self.site}/")

    def _exported(self, page: Page, address: str) -> None:
        file = self.folder / "taken along.html"
        file.write_bytes(page.request.get(self.site + address).body())
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-map-ready=true]", state="attached")
        for layer in ("formers", "projects"):
            page.check(f"[data-layer={layer}]")
        page.click(".ex-class >> nth=0")
        page.click(".ex-class >> nth=0")
        self._look(page, "map_exports.export")
        page.mouse.click(400, 380)
        page.wait_for_selector(".ex-village:not([hidden])")
        self._look(page, "map_exports.export · village")
        page.click(".ex-table-button")
        self._look(page, "map_exports.export · table")

    def _look(self, page: Page, name: str) -> None:
        self.at = name
        self.walk.visited.append(name)
        if page.evaluate(CAME_ALIVE):
            self.walk.alive.append(name)
        if HOSTILE in page.evaluate(TEXT):
            self.walk.shown.add(name)
        if name.partition(" · ")[0] not in FRAGMENTS and (faults := self._serious(page)):
            self.walk.serious[name] = faults

    def _serious(self, page: Page) -> list[str]:
        options = {"preload": False, "resultTypes": ["violations"]}
        found = page.evaluate("options => axe.run(options)", options)["violations"]
        return [
            f"{finding['id']}: {node['html'][:200]}"
            for finding in found
            if finding["impact"] in {"serious", "critical"}
            for node in finding["nodes"]
        ]

    def _refuse(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(self.folder.as_uri()):
            route.continue_()
            return
        self.walk.outside.append(f"{self.at}: {url}")
        route.abort()

    def _note_dialog(self, dialog: Dialog) -> None:
        self.walk.alive.append(f"{self.at}: {dialog.message}")
        dialog.dismiss()

    def _note_console(self, said: ConsoleMessage) -> None:
        if "Content Security" in said.text:
            self.walk.refused.append(f"{self.at}: {said.text}")

    def _note_policy(self, response: Response) -> None:
        if response.url.startswith(self.site):
            policy = response.headers.get("content-security-policy", "")
            self.walk.policies[response.url.removeprefix(self.site)] = policy


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullCounty]:
    with full_county(tmp_path_factory.mktemp("full"), HOSTILE) as county:
        yield county


@pytest.fixture(scope="module")
def walk(full: FullCounty, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    with chromium() as browser, served(full.app) as site:
        walker = Walker(browser, full, site, tmp_path_factory.mktemp("taken"))
        walker.go("zh-CN", pages=full.pages, tools=TOOLS, settings=SETTINGS)
        walker.go("en-GB", pages=SHORT_WAY, tools=["plain", "printing"], settings=["classes"])
    return walker.walk


def test_every_page_is_visited(full: FullCounty) -> None:
    endpoints = {
        rule.endpoint for rule in full.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    pages = {name.partition(" · ")[0] for name in full.pages} - {"error"}
    assert endpoints - NO_PAGES == pages


def test_no_text_of_the_data_comes_alive_anywhere(walk: Walk) -> None:
    assert walk.alive == []


def test_the_policy_has_nothing_to_refuse(walk: Walk) -> None:
    assert walk.refused == []


def test_nothing_outside_is_asked_for(walk: Walk) -> None:
    assert walk.outside == []


def test_every_answer_lets_only_our_own_scripts_run(walk: Walk) -> None:
    assert len(walk.policies) > 90
    for address, policy in walk.policies.items():
        said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert said["default-src"] == "'none'", address
        # Tiles have no scripts at all.
        script = said.get("script-src", "'self'")
        assert re.fullmatch(r"'self'( 'nonce-[\w-]{20,}')?", script), address


def test_no_page_and_no_mode_has_a_serious_finding(walk: Walk) -> None:
    assert walk.serious == {}


def test_the_hostile_text_is_where_it_would_do_harm(walk: Walk) -> None:
    assert set(walk.visited) - walk.shown == {"imports.progress", "imports.picture"}
