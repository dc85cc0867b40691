"""How many cached tiles a second one server process sends.

The demonstration city's server, as it is started by everyone, is asked for tiles of all zooms over
several connections at once from one other process.

Run with ``python -m benchmarks.tile_requests``.
"""

import re
import socket
import threading
import time

import numpy as np
import shapely

from benchmarks.importing import line
from geo_tracker.maps.tile_cutting import reached_tiles
from geo_tracker.maps.tile_villages import in_tile_crs
from scripts.screenshots import demonstration, sign_in
from tests.browser import chromium

RUNS, AIM = 5, 1500
CONNECTIONS, ASKED = 8, 16_000
ZOOMS = range(8, 12)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def ask(port: int, cookie: str, paths: list[str], took: list[float]) -> None:
    """Ask for tiles over one connection, one after the other, and note the seconds of each."""
    with (
        socket.create_connection(("127.0.0.1", port)) as door,
        door.makefile("rb") as answers,
    ):
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(ASKED // CONNECTIONS):
            start = time.perf_counter()
            path = paths[number % len(paths)]
            door.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
            head = answers.readline()
            if b" 200 " not in head:
                raise SystemExit(f"{path}: {head.decode()}")
            while (line_of_head := answers.readline()) != b"\r\n":
                if found := _LENGTH.match(line_of_head):
                    length = int(found[1])
            answers.read(length)
            took.append(time.perf_counter() - start)


def known(address: str, password: str) -> tuple[str, list[str]]:
    """Sign in; return the cookie and the addresses of tiles that show something."""
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, address, password)
        page.goto(f"{address}/map/")
        page.wait_for_selector("html[data-map-ready=true]", state="attached")
        template = page.evaluate("geoTracker.page.villages.options.url")
        west, south, east, north = page.evaluate("geoTracker.page.config.bounds")
        corners = in_tile_crs(np.array([shapely.box(west, south, east, north)]))
        paths = []
        for z in ZOOMS:
            for x, y in sorted(reached_tiles(shapely.bounds(corners), z=z)):
                path = template.replace("{z}", str(z)).replace("{x}", str(x))
                path = path.replace("{y}", str(y))
                if page.request.get(address + path).status == 200:
                    paths.append(path)
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    return cookie, paths


def main() -> None:
    """Print requests a second and the slowest answers."""
    rates, p95 = [], []
    with demonstration() as (address, password):
        port = int(address.rsplit(":", 1)[1])
        cookie, paths = known(address, password)
        for _ in range(RUNS):
            took: list[float] = []
            threads = [
                threading.Thread(target=ask, args=(port, cookie, paths, took))
                for _ in range(CONNECTIONS)
            ]
            begun = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            rates.append(len(took) / (time.perf_counter() - begun))
            p95.append(1000 * float(np.quantile(took, 0.95)))
    print(f"{len(paths)} tiles over {CONNECTIONS} connections, {ASKED:,} requests a run")
    print(line("cached tiles, requests/s", rates), f"aim ≥ {AIM}")
    print(line("p95 of an answer, ms", p95))


if __name__ == "__main__":
    main()
