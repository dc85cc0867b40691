"""The map page against the same content as one stock Folium page with inline GeoJSON.

Both pages show the villages before and after with the same facts, the counties and the projects,
at the same place and zoom. Usable means: drawn, and a click on a village has been answered. The
stock page is sent gzipped and with Leaflet alone, without the other libraries Folium adds; both
favour it.

Run with ``python -m benchmarks.maps``.
"""

import gzip
import http.server
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.importing import line
from scripts.screenshots import ROOT, SIZE, demonstration, sign_in

PAIRS = 9
AIM = 0.25
PLACE = (28.9, 120.0)
ZOOM = 11
SETTLING_MS = 2000
"""A new window loads the browser's own pages, too, and keeps the processor busy meanwhile."""

DEMO = ROOT / "data" / "demo"
VENDOR = ROOT / "geo_tracker" / "static" / "vendor" / "leaflet"


@dataclass(frozen=True)
class Visit:
    """One visit: bytes over the wire and seconds until a click was answered."""

    kilobytes: float
    seconds: float


def stock_page() -> str:
    """Return the demonstration's content as a planner with stock Folium would show it."""
    page = folium.Map(location=PLACE, zoom_start=ZOOM, tiles=None, prefer_canvas=True)
    book = DEMO / "records.xlsx"
    facts = pd.read_excel(book, sheet_name=["村庄", "表决", "项目"], header=1, engine="openpyxl")
    people = facts["村庄"].drop_duplicates("统计代码", keep="last").set_index("统计代码")
    votes = facts["表决"].drop_duplicates("原村代码").set_index("原村代码")
    counties = gpd.read_file(DEMO / "reference" / "counties.geojson")
    folium.GeoJson(counties, style_function=lambda _: {"fill": False, "weight": 2}).add_to(page)
    for name, colour in (("before", "#c77700"), ("after", "#74a7cc")):
        villages = gpd.read_file(f"zip://{DEMO / name}.zip", encoding="GBK").to_crs(4326)
        code = villages["ZLDWDM"].str[:12].astype("int64")
        shown = gpd.GeoDataFrame(
            {
                "code": villages["ZLDWDM"].str[:12],
                "name": villages["ZLDWMC"],
                "town": villages["XJQYMC"],
                "county": villages["XIANMC"],
                **{
                    column: code.map(people[column])
                    for column in ("户数", "户籍人口", "经营性收入(万元)")
                },
                **{column: code.map(votes[column]) for column in ("应到", "实到", "同意")},
            },
            geometry=villages.geometry,
            crs=4326,
        )
        fields = [column for column in shown.columns if column != "geometry"]
        layer = folium.FeatureGroup(name=name, show=name == "after").add_to(page)
        folium.GeoJson(
            shown,
            style_function=lambda _, colour=colour: {
                "color": "#fff",
                "weight": 1,
                "fillColor": colour,
            },
            tooltip=folium.GeoJsonTooltip(fields=["name"]),
            popup=folium.GeoJsonPopup(fields=fields),
        ).add_to(layer)
    projects = folium.FeatureGroup(name="projects", show=False).add_to(page)
    placed = facts["项目"].dropna(subset=["经度", "纬度"])
    for row in placed.to_dict("records"):
        text = "<br>".join(
            f"{key}: {row[key]}" for key in ("名称", "阶段", "预算(万元)", "已拨付(万元)")
        )
        folium.CircleMarker((row["纬度"], row["经度"]), radius=4, popup=text).add_to(projects)
    folium.LayerControl().add_to(page)
    page.default_js = [("leaflet", "/leaflet.js")]
    page.default_css = [("leaflet_css", "/leaflet.css")]
    html: str = page.get_root().render()
    return html


@contextmanager
def served(html: str) -> Iterator[str]:
    """Serve the stock page and its Leaflet, gzipped, as a good server would."""
    content = {
        "/": ("text/html; charset=utf-8", html.encode()),
        "/leaflet.js": ("text/javascript", (VENDOR / "leaflet.js").read_bytes()),
        "/leaflet.css": ("text/css", (VENDOR / "leaflet.css").read_bytes()),
    }
    packed = {path: (kind, gzip.compress(body, 6)) for path, (kind, body) in content.items()}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = packed.get(self.path)
            self.send_response(200 if found else 404)
            if found:
                self.send_header("Content-Type", found[0])
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(found[1])))
            self.end_headers()
            self.wfile.write(found[1] if found else b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


# A visitor within the page, so that no way between browser and test counts: as soon as the map is
# ready and on screen, clicks into its middle; tells when the answer is on screen.
VISITOR = """
  const [ready, answer] = %s;
  const shown = (then) => requestAnimationFrame(() => setTimeout(then));
  const once = (test, then) => {
    if (test()) return then();
    const seen = new MutationObserver(() => { if (test()) { seen.disconnect(); then(); } });
    seen.observe(document, { subtree: true, childList: true, attributes: true });
  };
  const click = () => {
    const box = document.querySelector('.folium-map').getBoundingClientRect();
    const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
    const under = document.elementFromPoint(at.clientX, at.clientY);
    for (const kind of ['mousemove', 'mousedown', 'mouseup', 'click']) {
      under.dispatchEvent(new MouseEvent(kind, { bubbles: true, view: window, ...at }));
    }
    once(() => document.querySelector(answer), () => shown(() => {
      console.log('answered', performance.now());
    }));
  };
  if (ready) once(() => document.querySelector(ready), () => shown(click));
  // Scripts run in the order of the page: after the load all villages are drawn.
  else addEventListener('load', () => shown(click));
"""


def visit(page: Page, address: str, ready: str | None, answer: str) -> Visit:
    """Open a page with nothing kept from before, click into its middle, wait for the answer."""
    page.set_default_timeout(120_000)
    sizes: list[int] = []
    page.on("requestfinished", lambda asked: sizes.append(asked.sizes()["responseBodySize"]))
    page.add_init_script("(() => {" + VISITOR % json.dumps([ready, answer]) + "})()")
    page.wait_for_timeout(SETTLING_MS)
    with page.expect_console_message(lambda said: said.text.startswith("answered")) as said:
        page.goto(address, wait_until="commit")
    seconds = float(said.value.text.split()[1]) / 1000
    page.wait_for_load_state("networkidle")
    return Visit(sum(sizes) / 1000, seconds)


def visit_stock(browser: Browser, address: str) -> Visit:
    """Visit the stock page."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    found = visit(page, address, None, ".leaflet-popup-content")
    context.close()
    return found


def visit_ours(browser: Browser, address: str, cookies: list[Any]) -> Visit:
    """Visit our page, signed in."""
    context = browser.new_context(viewport=SIZE)
    context.add_cookies(cookies)
    page = context.new_page()
    lat, lon = PLACE
    ready = "html[data-map-ready=true]"
    found = visit(page, f"{address}/map/?at={lat},{lon},{ZOOM}", ready, "#map-panel h1")
    context.close()
    return found


def measured() -> list[tuple[Visit, Visit]]:
    """Visit both pages in turn."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    html = stock_page()
    print(f"the stock page holds {len(html.encode()) / 1e6:.1f} MB before gzip", file=sys.stderr)
    with (
        demonstration() as (address, password),
        served(html) as stock,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=Path(chromium) if chromium else None, args=["--no-sandbox"]
        )
        context = browser.new_context()
        page = context.new_page()
        sign_in(page, address, password)
        page.wait_for_load_state("networkidle")
        cookies = context.cookies()
        pairs = []
        for number in range(PAIRS + 1):
            pair = visit_ours(browser, address, cookies), visit_stock(browser, stock)
            if number:  # the first fills the server's register
                pairs.append(pair)
        browser.close()
    return pairs


def main() -> None:
    """Print medians, spreads and ratios."""
    pairs = measured()
    print(
        "map of the demo (2,851 and 4,432 villages, projects, counties) until a click is answered"
    )
    print(line("ours, kB", [mine.kilobytes for mine, _ in pairs]))
    print(line("stock Folium, kB", [stock.kilobytes for _, stock in pairs]))
    print(line("ratio of bytes", [m.kilobytes / s.kilobytes for m, s in pairs]), f"aim ≤ {AIM}")
    print(line("ours, s", [mine.seconds for mine, _ in pairs]))
    print(line("stock Folium, s", [stock.seconds for _, stock in pairs]))
    print(line("ratio of time", [m.seconds / s.seconds for m, s in pairs]), f"aim ≤ {AIM}")


if __name__ == "__main__":
    main()
