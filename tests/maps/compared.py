"""Three layers of a chessboard on the map page, served to a browser: see `COUNTS`.

At first there are 16 squares, ids 1–16, row by row from the south. West of the middle the two
squares of a row become one village: 21 in the first row, 22 in the second on a day before the
second layer, 23 and 24 with it. East of the middle the same: 31 on a day before the third
layer, 32–34 with it.
"""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Browser, Page, Route

from geo_tracker.config import ROOT
from geo_tracker.crs import STORAGE_CRS
from geo_tracker.maps.page import MapConfig, ThemeChoice, TileSource, map_parts, village_map
from geo_tracker.maps.page_files import joined
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.pyramid import build_pyramid
from geo_tracker.maps.tile_file import TileFile
from tests.maps.squares import SIDE, SOUTH, WEST, chessboard, square, tile_villages

HOST = "http://map.test"
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-once'; style-src 'self';"
    " style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)
STATIC = {".js": "text/javascript", ".css": "text/css"}

DATES = ["2018-10-31", "2019-03-01", "2019-10-31", "2020-06-01", "2021-10-31"]
COUNTS = [16, 14, 12, 11, 8]
CHANGES: list[tuple[int, list[int], list[int]]] = [
    (0, [], []),
    (0, [1, 2, 5, 6], [21, 22]),
    (1, [], []),
    (1, [3, 4], [31]),
    (2, [], []),
]
GONE_AND_COME: dict[str, tuple[list[list[int]], list[list[int]]]] = {
    DATES[0]: ([], [[1, 16]]),
    DATES[2]: ([[9, 2], [13, 2]], [[23, 2]]),
    DATES[4]: ([[7, 2], [11, 2], [15, 2]], [[32, 3]]),
}
"""As runs of first id and how many."""

WEST_UNITS = {21: (1, 2), 22: (5, 6), 23: (9, 10), 24: (13, 14)}
EAST_UNITS = {31: (3, 4), 32: (7, 8), 33: (11, 12), 34: (15, 16)}
BECAME = {old: new for new, olds in {**WEST_UNITS, **EAST_UNITS}.items() for old in olds}

FORMER, MERGED = (215, 48, 39), (69, 117, 180)
"""Colours of the villages of the first layer, and of those that mergers made."""


AT = "at=29.04,120.04,13"
INSIDE = 0.2
"""Where squares are looked at: away from their borders and their names."""


def board(merged: Mapping[int, tuple[int, ...]]) -> gpd.GeoDataFrame:
    """The chessboard with some squares joined."""
    squares = chessboard()
    joined = {unit: shapely.union_all(squares.geometry[list(of)]) for unit, of in merged.items()}
    gone = [old for of in merged.values() for old in of]
    left = squares.drop(gone)
    frame = gpd.GeoDataFrame(
        {"name": [f"新{unit}村" for unit in joined], "town_id": 1, "county_id": 7},
        geometry=list(joined.values()),
        index=list(joined),
        crs=STORAGE_CRS,
    )
    both = gpd.pd.concat([left, frame]) if len(left) else frame
    if merged:
        both.geometry = shapely.transform(both.geometry.array, _redrawn)
    return both.assign(town_id=1, code="")


def _redrawn(corners: Any) -> Any:
    """Draw the border between 22 and 23 anew, as surveys do: 0.7 px at zoom 13 further south."""
    lon, lat = corners.T
    moved = (abs(lat - SOUTH - 2 * SIDE) < 1e-9) & (lon < WEST + 2 * SIDE + 1e-9)
    return np.column_stack([lon, lat - moved * 0.00012])


def place(column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the board, in squares from its south-west corner."""
    return WEST + column * SIDE, SOUTH + row * SIDE


@dataclass
class Site:
    """What the application would answer."""

    tiles: list[TileFile]

    @classmethod
    def built(cls, folder: Path) -> "Site":
        """Cut the tiles of all layers."""
        files = []
        for number, merged in enumerate(({}, WEST_UNITS, {**WEST_UNITS, **EAST_UNITS})):
            path = folder / f"layer{number}.mbtiles"
            build_pyramid(path, tile_villages(board(merged)), progress=lambda done, total: None)
            files.append(TileFile(path))
        return cls(files)

    def answer(self, route: Route) -> None:
        """Answer a request; nothing but this site is there."""
        address = route.request.url.split("?")[0]
        found = self._found(address.removeprefix(HOST)) if address.startswith(HOST) else None
        if found is None:
            route.fulfill(status=404)
            return
        headers = {"content-type": found[0], "content-security-policy": POLICY}
        route.fulfill(status=200, headers=headers, body=found[1])

    def _found(self, path: str) -> tuple[str, bytes] | None:
        if path == "/":
            return "text/html; charset=utf-8", self._page().encode()
        if path.startswith("/static/joined/"):
            file = Path(path)
            return STATIC.get(file.suffix, "text/css"), joined(file.name).encode()
        if path.startswith("/static/"):
            file = ROOT / "geo_tracker" / path[1:]
            return STATIC.get(file.suffix, "image/png"), file.read_bytes()
        if path.startswith("/tiles/"):
            layer, z, x, y = (int(number) for number in path.split("/")[2:])
            tile = self.tiles[layer].tile(z, x, y) or gzip.compress(b"")
            return "application/octet-stream", gzip.decompress(tile)
        if path.startswith("/panels/"):
            return "text/html", f"<h2>{path.rsplit('/', 1)[1]}</h2>".encode()
        known = _json_answer(path)
        return None if known is None else ("application/json", json.dumps(known).encode())

    def _page(self) -> str:
        sources = [
            TileSource(url=f"/tiles/{n}/{{z}}/{{x}}/{{y}}", min_zoom=5, max_zoom=13)
            for n in range(len(self.tiles))
        ]
        starts, counts = (DATES[0], DATES[2], DATES[4]), (COUNTS[0], COUNTS[2], COUNTS[4])
        layers = [
            {
                "on": on,
                "count": count,
                "tiles": source.tile_options(),
                "names": f"/names/{n}/{{block}}",
            }
            for n, (on, count, source) in enumerate(zip(starts, counts, sources, strict=True))
        ]
        config = MapConfig(
            bounds=self.tiles[0].metadata.bounds,
            tiles=sources[-1],
            former_tiles=sources[-2],
            themes=[ThemeChoice(key="merged", title="merged")],
            urls={
                "theme": "/theme", "village": "/villages/{id}", "panel": "/panels/{id}",
                "search": "/search", "names": "/names/2/{block}",
            },
            options={"compare": {"dates": "/dates", "layers": layers}},
            texts={key: message.text for key, message in MAP_TEXTS.items()},
            attribution="demo",
        )  # fmt: skip
        parts = map_parts(village_map(config))
        return (
            f"<!doctype html><html><head><title>map</title>{parts.header_html}"
            '<link rel="stylesheet" href="/static/css/app.css"></head><body style="margin:0">'
            f'<div class="map-page"><div class="map-stage">{parts.body_html}</div>'
            '<div class="map-side"><aside class="map-panel" id="map-panel">none</aside></div>'
            f'</div><script nonce="once">{parts.script}</script></body></html>'
        )


def _json_answer(path: str) -> Any:
    classes = dict.fromkeys(range(1, 17), 0) | dict.fromkeys({**WEST_UNITS, **EAST_UNITS}, 1)
    if path == "/ids":
        return [[unit, 1] for unit in sorted(classes)]
    if path == "/theme":
        colours = [f"rgb({','.join(map(str, colour))})" for colour in (FORMER, MERGED)]
        return {
            "ids": "/ids",
            "classes": "".join(str(classes[unit]) for unit in sorted(classes)),
            "legend": [
                {"class": number, "label": "", "color": colour, "count": 8}
                for number, colour in enumerate(colours)
            ],
        }
    if path == "/dates":
        changed = zip(DATES, COUNTS, CHANGES, strict=True)
        return {
            "dates": [
                {
                    "on": on,
                    "count": count,
                    "layer": layer,
                    "ends": ends,
                    "begins": begins,
                    "gone": GONE_AND_COME.get(on, ([], []))[0],
                    "come": GONE_AND_COME.get(on, ([], []))[1],
                }
                for on, count, (layer, ends, begins) in changed
            ],
            "became": {"ids": list(BECAME), "units": list(BECAME.values())},
        }
    if path.startswith("/names/"):
        return {"ids": list(range(1, 41)), "names": [f"村{unit}" for unit in range(1, 41)]}
    if path.startswith("/villages/"):
        asked = int(path.rsplit("/", 1)[1])
        unit = BECAME.get(asked, asked)
        column, row = (0, unit - 21) if unit < 30 else (2, unit - 31)
        ground = shapely.union(square(column, row), square(column + 1, row))
        west, south, east, north = ground.bounds
        return {
            "unit_id": unit,
            "name": f"新{unit}村",
            "kind": "merged",
            "seat": [ground.centroid.y, ground.centroid.x],
            "bounds": [[south, west], [north, east]],
            "polygon": shapely.geometry.mapping(ground),
            "formers": [
                {
                    "unit_id": old,
                    "name": f"村{old}",
                    "colour_index": n,
                    "point": [
                        square((old - 1) % 4, row).centroid.y,
                        square((old - 1) % 4, row).centroid.x,
                    ],
                    "polygon": shapely.geometry.mapping(square((old - 1) % 4, row)),
                    "share": 0.5,
                }
                for n, old in enumerate({**WEST_UNITS, **EAST_UNITS}.get(unit, ()))
            ],
            "projects": [],
            "focus": asked if asked != unit else None,
        }
    return None


@contextmanager
def visiting(browser: Browser, site: Site, **how: Any) -> Iterator[Page]:
    """Open a page that sees only the site, and see to it that no script fails."""
    page = browser.new_page(**how)
    page.set_default_timeout(15_000)
    page.route("**/*", site.answer)
    troubles: list[str] = []
    page.on("pageerror", lambda trouble: troubles.append(str(trouble)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    page.close()
    assert troubles == []


def open_map(page: Page, query: str = "") -> None:
    """Open the map and wait until it can be worked with."""
    page.goto(f"{HOST}/?{query}")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")


def on_screen(page: Page, places: list[tuple[float, float]], *, of: str = "map") -> list[Any]:
    """Return where places of the board are in the window; ``of``: which map."""
    found: list[Any] = page.evaluate(
        f"""(places) => {{ const map = geoTracker.page.{of}; const box =
        map.getContainer().getBoundingClientRect(); return places.map(([lon, lat]) => {{
        const at = map.latLngToContainerPoint([lat, lon]);
        return [Math.round(at.x + box.left), Math.round(at.y + box.top)]; }}); }}""",
        [list(place(*at)) for at in places],
    )
    return found


def colours(page: Page, points: list[Any]) -> list[tuple[int, ...]]:
    """Return the colours of points of the window, as a person sees them."""
    picture = base64.b64encode(page.screenshot()).decode()
    found = page.evaluate(
        """async ([picture, points]) => { const image = new Image();
        image.src = 'data:image/png;base64,' + picture; await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.width; canvas.height = image.height;
        const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
        return points.map(([x, y]) =>
        Array.from(pen.getImageData(x, y, 1, 1).data.slice(0, 3))); }""",
        [picture, points],
    )
    return [tuple(colour) for colour in found]


def at_rest(page: Page) -> None:
    """Wait until nothing moves and all tiles are drawn, however slow the machine is."""
    page.wait_for_timeout(150)
    page.wait_for_function(
        """() => [geoTracker.page.map, ...geoTracker.page.parts.map((part) => part.other)]
        .filter(Boolean).every((map) => !map._animatingZoom && !map._panAnim?._inProgress &&
        Object.values(map._layers).every((layer) => !layer.isLoading || !layer.isLoading()))"""
    )
    page.evaluate("new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))")


def inside(*squares: tuple[int, int]) -> list[tuple[float, float]]:
    """Return a place inside each square: away from its borders and its name."""
    return [(column + INSIDE, row + INSIDE) for column, row in squares]


def every_square() -> list[tuple[float, float]]:
    """Return a place inside each square of the board, in the order of the first layer's ids."""
    return inside(*((number % 4, number // 4) for number in range(16)))


def tool(page: Page, key: str) -> None:
    """Press a button over the map."""
    page.click(f".map-toolbar [data-tool={key}]")
