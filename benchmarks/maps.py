"""The map page against the same content as one stock Folium page with inline GeoJSON.

Both pages show the villages before and after with the same facts, the counties and the projects.
Usable means: all that the first view has is drawn and the page answers. The stock page is sent
gzipped and with Leaflet alone, without the other libraries Folium adds, and is rendered beforehand;
all three favour it. It is visited as Folium makes it, drawn on SVG, and as an expert would have it,
drawn on a canvas. Then hover, pan, themes and memory are measured in the page, and a click.

Last the map of a made-up layer of 200,000 villages, which are imported first, at several zooms
beside the city's at the same zooms.

Run with ``python -m benchmarks.maps``, or with ``city`` for the first part alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.importing import import_once, line
from benchmarks.large_layer import zipped_layer
from benchmarks.stock_map import PLACE, served, stock_page
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.workflows import users
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import build_tiles
from scripts.screenshots import SIZE, demonstration, free_port, sign_in, wait_for

RUNS = 5
NATION = 200_000
NATION_PLACE = (28.6, 120.0)
ZOOMS = (7, 9, 11, 13)
SHARE, KB, HOVER_MS, PAN_MS, THEME_MS, HEAP_MB = 0.1, 200, 35, 25, 150, 30
NATION_SHARE, NATION_KB = 2, 800
SETTLING_MS = 2000
"""A new window loads the browser's own pages, too, and keeps the processor busy meanwhile."""

# A visitor within the page, so that no way between browser and test counts.
VISITOR = """
  const ready = %s;
  const shown = (then) => requestAnimationFrame(() => setTimeout(then));
  const tell = () => shown(() => console.log('usable', performance.now()));
  // Scripts run in the order of the page: after the load all villages of the stock page are drawn.
  if (!ready) addEventListener('load', tell);
  else {
    const test = () => document.querySelector(ready);
    const seen = new MutationObserver(() => { if (test()) { seen.disconnect(); tell(); } });
    seen.observe(document, { subtree: true, childList: true, attributes: true });
  }
"""

# Milliseconds from an event until what it changed is on screen; frames while the map is dragged.
MEASURES = """
  window.measures = (() => {
    const shown = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
    const frame = () => new Promise((then) => requestAnimationFrame(then));
    const stage = () => document.querySelector('.folium-map').getBoundingClientRect();
    const send = (kind, x, y, to) => {
      const said = { bubbles: true, view: window, clientX: x, clientY: y, button: 0, buttons: 1 };
      (to || document.elementFromPoint(x, y)).dispatchEvent(new MouseEvent(kind, said));
    };
    return {
      async hover(count) {
        const { left, top, width, height } = stage();
        const took = [];
        for (let n = 0; n < count; n++) {
          const begun = performance.now();
          const down = 0.3 + 0.3 * ((n * 7) % 11) / 11;
          send('mousemove', left + width * (0.3 + 0.4 * n / count), top + height * down);
          await shown();
          took.push(performance.now() - begun);
        }
        return took;
      },
      async pan(count) {
        const { left, top, width, height } = stage();
        let [x, y] = [left + width * 0.6, top + height * 0.5];
        send('mousedown', x, y);
        const took = [];
        let before = await frame();
        for (let n = 0; n < count; n++) {
          x += n < count / 2 ? -8 : 8;
          y += 3 * Math.sin(n / 5);
          send('mousemove', x, y, document);
          const now = await frame();
          took.push(now - before);
          before = now;
        }
        send('mouseup', x, y, document);
        return took;
      },
      async themes(keys) {
        const page = geoTracker.page;
        const took = [];
        for (const key of keys) {
          const begun = performance.now();
          const told = new Promise((then) => page.events.once('themeshown', then));
          page.legend.choice.value = key;
          page.legend.choice.dispatchEvent(new Event('change'));
          await told;
          await shown();
          took.push(performance.now() - begun);
        }
        return took;
      },
      async click(answer) {
        const { left, top, width, height } = stage();
        const [x, y] = [left + width / 2, top + height / 2];
        const begun = performance.now();
        for (const kind of ['mousemove', 'mousedown', 'mouseup', 'click']) send(kind, x, y);
        while (!document.querySelector(answer)) await frame();
        await shown();
        return performance.now() - begun;
      },
    };
  })();
"""


@dataclass(frozen=True)
class Visit:
    """One visit: kB over the wire and milliseconds until the first view is usable."""

    kilobytes: float
    usable_ms: float


def visit(page: Page, address: str, ready: str | None) -> Visit:
    """Open a page with nothing kept from before."""
    page.set_default_timeout(120_000)
    sizes: list[int] = []
    page.on("requestfinished", lambda asked: sizes.append(asked.sizes()["responseBodySize"]))
    page.add_init_script("(() => {" + VISITOR % json.dumps(ready) + "})()")
    page.wait_for_timeout(SETTLING_MS)
    with page.expect_console_message(lambda said: said.text.startswith("usable")) as said:
        page.goto(address, wait_until="commit")
    usable_ms = float(said.value.text.split()[1])
    page.wait_for_load_state("networkidle")
    return Visit(sum(sizes) / 1000, usable_ms)


@contextmanager
def window(browser: Browser, cookies: list[Any]) -> Iterator[Page]:
    """Give a new window of a browser that has been here and kept nothing but who it is."""
    context = browser.new_context(viewport=SIZE)
    context.add_cookies(cookies)
    yield context.new_page()
    context.close()


READY = "html[data-map-ready=true]"


@dataclass(frozen=True)
class InPage:
    """What was measured in an open page, in ms and MB; themes only where there are some."""

    hover: list[float]
    pan: list[float]
    themes: list[float]
    click: float
    heap: float

    @classmethod
    def of(cls, page: Page, *, answer: str, themes: list[str]) -> "InPage":
        """Measure an open page."""
        page.evaluate("() => {" + MEASURES + "}")
        wire = page.context.new_cdp_session(page)
        wire.send("HeapProfiler.collectGarbage")
        heap = wire.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        return cls(
            page.evaluate("() => measures.hover(60)"),
            page.evaluate("() => measures.pan(80)"),
            page.evaluate("(keys) => measures.themes(keys)", themes) if themes else [],
            page.evaluate("(answer) => measures.click(answer)", answer),
            heap,
        )


def p95(values: list[float]) -> float:
    """Return the value that 19 of 20 do not exceed."""
    return sorted(values)[int(0.95 * (len(values) - 1))]


def city(browser: Browser, address: str, cookies: list[Any], *, canvas: bool) -> None:
    """Visit our page and the stock page in turn and print what was measured."""
    html = stock_page(canvas=canvas)
    pairs: list[tuple[Visit, Visit]] = []
    mine: list[InPage] = []
    theirs: list[InPage] = []
    with served(html) as stock:
        for number in range(RUNS + 1):
            with window(browser, cookies) as page:
                first = visit(page, f"{address}/map/", READY)
                keys = page.evaluate("geoTracker.page.config.themes.slice(1, 7).map((t) => t.key)")
                ours = InPage.of(page, answer="#map-panel h1", themes=keys)
            with window(browser, []) as page:
                second = visit(page, stock, None)
                stocks = InPage.of(page, answer=".leaflet-popup-content", themes=[])
            if number:  # the first fills the server's register
                pairs.append((first, second))
                mine.append(ours)
                theirs.append(stocks)
    drawn = "on a canvas" if canvas else "as Folium draws it, on SVG"
    print(f"map of the demo: 2,851 and 4,432 villages, projects, counties; the stock page {drawn}")
    print(f"the stock page holds {len(html.encode()) / 1e6:.1f} MB before gzip")
    print(line("usable, ms: ours", [ours.usable_ms for ours, _ in pairs]))
    print(line("  stock Folium", [stock.usable_ms for _, stock in pairs]))
    print(line("  ratio", [o.usable_ms / s.usable_ms for o, s in pairs]), f"aim ≤ {SHARE}")
    print(line("first view, kB: ours", [ours.kilobytes for ours, _ in pairs]), f"aim ≤ {KB}")
    print(line("  stock Folium", [stock.kilobytes for _, stock in pairs]))
    for name, unit, aim, value in (
        ("hover, p95", "ms", HOVER_MS, lambda one: p95(one.hover)),
        ("pan, p95 of frames", "ms", PAN_MS, lambda one: p95(one.pan)),
        ("click answered", "ms", None, lambda one: one.click),
        ("heap", "MB", HEAP_MB, lambda one: one.heap),
    ):
        said = f" aim ≤ {aim}" if aim else ""
        print(line(f"{name}, {unit}: ours", [value(one) for one in mine]), said)
        print(line("  stock Folium", [value(one) for one in theirs]))
    switches = [took for one in mine for took in one.themes]
    print(line("theme switch, ms", switches), f"p95 {p95(switches):.0f}, aim ≤ {THEME_MS}")


def views(
    browser: Browser, address: str, cookies: list[Any], place: tuple[float, float]
) -> dict[int, list[Visit]]:
    """Visit our map at several zooms."""
    found: dict[int, list[Visit]] = {zoom: [] for zoom in ZOOMS}
    for number in range(RUNS + 1):
        for zoom, visits in found.items():
            with window(browser, cookies) as page:
                lat, lon = place
                one = visit(page, f"{address}/map/?at={lat},{lon},{zoom}", READY)
            if number:
                visits.append(one)
    return found


@contextmanager
def nation() -> Iterator[tuple[str, str]]:
    """Serve a made-up layer of 200,000 villages; give address and password."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data", port=free_port())
        file = zipped_layer(Path(folder) / "nation.zip", NATION, width_m=2500)
        import_once(file, Path(folder))
        engine = make_engine(settings.url)
        build_tiles(engine, settings, Progress())
        password = users.first_administrator(engine)
        engine.dispose()
        environment = os.environ | {
            "GEO_TRACKER_DATA_DIR": str(settings.data_dir),
            "GEO_TRACKER_PORT": str(settings.port),
        }
        command = [sys.executable, "-m", "geo_tracker", "run", "--no-demo"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
            try:
                wait_for(settings.port)
                yield f"http://127.0.0.1:{settings.port}", str(password)
            finally:
                server.terminate()


def cookies_of(browser: Browser, address: str, password: str) -> list[Any]:
    """Sign in and return what the browser keeps."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    sign_in(page, address, password)
    page.wait_for_load_state("networkidle")
    return list(context.cookies())


def main(parts: list[str]) -> None:
    """Print medians, spreads and ratios."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=Path(chromium) if chromium else None, args=["--no-sandbox"]
        )
        with demonstration() as (address, password):
            cookies = cookies_of(browser, address, password)
            for canvas in (False, True):
                city(browser, address, cookies, canvas=canvas)
            of_city = views(browser, address, cookies, PLACE) if "city" not in parts else {}
        if of_city:
            with nation() as (address, password):
                cookies = cookies_of(browser, address, password)
                of_nation = views(browser, address, cookies, NATION_PLACE)
            print(f"{NATION:,} villages beside the city at the same zoom")
            for zoom in ZOOMS:
                times = [
                    many.usable_ms / few.usable_ms
                    for many, few in zip(of_nation[zoom], of_city[zoom], strict=True)
                ]
                print(line(f"zoom {zoom}, ms", [one.usable_ms for one in of_nation[zoom]]))
                print(line("  ratio to the city", times), f"aim ≤ {NATION_SHARE}")
                print(
                    line("  kB", [one.kilobytes for one in of_nation[zoom]]), f"aim ≤ {NATION_KB}"
                )
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
