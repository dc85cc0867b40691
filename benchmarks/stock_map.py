"""The demonstration city as one stock Folium page with inline GeoJSON."""

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import folium
import geopandas as gpd
import pandas as pd

from scripts.screenshots import ROOT

PLACE = (28.9, 120.0)
"""The middle of the city."""

ZOOM = 9
"""Shows all of it."""

DEMO = ROOT / "data" / "demo"
VENDOR = ROOT / "geo_tracker" / "static" / "vendor" / "leaflet"


def stock_page(*, canvas: bool) -> str:
    """Return the demonstration's content as a planner with stock Folium would show it.

    Folium draws on SVG where it is not told to use a canvas.
    """
    page = folium.Map(location=PLACE, zoom_start=ZOOM, tiles=None, prefer_canvas=canvas)
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
