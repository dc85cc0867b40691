"""The main job end to end: the server as `make run` starts it, a browser, a planner's files."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from geo_tracker.config import ROOT
from tests.browser import chromium
from tests.browser import sign_in as fill_in

DEMO = ROOT / "data" / "demo"
PASSWORD = "a-long-password"
PAGES = [
    *("/", "/map/", "/villages/", "/lagging/", "/review/", "/review/bulk", "/lineage/faults"),
    *("/votes/", "/projects/", "/imports/", "/imports/3", "/settings/"),
]
WINDOWS = (ViewportSize(width=1440, height=900), ViewportSize(width=1920, height=1080))
TOO_WIDE = """() => [...document.querySelectorAll('main, main .gt-card, main table')]
  .filter((part) => part.getBoundingClientRect().right > innerWidth || (
    part.closest('.gt-card') && part.getBoundingClientRect().right
      > part.closest('.gt-card').getBoundingClientRect().right + 1))
  .map((part) => part.className || part.tagName)"""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.apart]


@dataclass
class Server:
    """A running server, and what it printed before it served."""

    address: str
    printed: str
    seconds: float


@contextmanager
def running(data_dir: Path, *options: str) -> Iterator[Server]:
    """Start the server as `make run` does and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "GEO_TRACKER_DATA_DIR": str(data_dir),
        "GEO_TRACKER_PORT": str(port),
        "LANG": "en_GB.UTF-8",
        "LC_ALL": "en_GB.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "geo_tracker", "run", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        # Whoever waits for a server that hangs would wait for ever.
        watchdog = threading.Timer(300, process.kill)
        watchdog.start()
        printed = ""
        try:
            while "ign in" not in printed:
                line = process.stdout.readline()
                assert line, f"the server stopped after: {printed}"
                printed += line
            wait_until_open(port)
            yield Server(f"http://127.0.0.1:{port}", printed, time.monotonic() - begun)
        finally:
            watchdog.cancel()
            process.terminate()
            process.wait(timeout=20)


def wait_until_open(port: int) -> None:
    for _ in range(200):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


@pytest.fixture
def page() -> Iterator[Page]:
    """Open a page; it fails when a script fails or an address elsewhere is asked."""
    troubles: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
                else troubles.append(asked.url)
            ),
        )
        yield page
    assert troubles == []


def sign_in(page: Page, server: Server, password: str) -> None:
    page.goto(server.address)
    fill_in(page, "admin", password)


def upload(page: Page, form: str, file: Path, day: str) -> None:
    """Upload a file, look at the preview, confirm, and wait until it is stored."""
    page.click("nav >> text=导入")
    page.set_input_files(f"[name={form}_file]", file)
    page.fill(f"[name={form}_as_of_on]", day)
    page.click(f"form:has([name={form}_file]) button")
    page.wait_for_url("**/preview")
    expect(page.locator("h1")).to_contain_text(file.name)


def confirm(page: Page) -> None:
    page.click(".gt-confirm button")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    # The bar is seen before the job is over, and the page turns into the result by itself.
    page.wait_for_selector("#stored", timeout=90_000)


def test_a_planner_brings_files_and_finds_the_former_villages(tmp_path: Path, page: Page) -> None:
    with running(tmp_path, "--no-demo") as server:
        one_time = re.search(r"one-time password (\S+)", server.printed)
        assert one_time is not None
        sign_in(page, server, one_time[1])
        page.fill("[name=current]", one_time[1])
        page.fill("[name=new]", PASSWORD)
        page.fill("[name=repeated]", PASSWORD)
        page.click("main form button")
        expect(page.locator("nav")).to_contain_text("总览")

        upload(page, "boundary", DEMO / "before.zip", "2018-10-31")
        understood = page.locator("main")
        for text in ("4,432", "GB18030", "CGCS2000", "ZLDWMC"):
            expect(understood).to_contain_text(text)
        assert page.locator(".gt-preview-map svg path").count() > 0
        page.click(".gt-confirm button")
        page.wait_for_selector("#progress progress")
        page.wait_for_selector("#stored", timeout=90_000)
        expect(page.locator("main")).to_contain_text("4,432")

        upload(page, "boundary", DEMO / "after.zip", "2019-10-31")
        confirm(page)
        upload(page, "table", DEMO / "records.xlsx", "2020-06-30")
        for sheet in ("合并对照", "表决", "项目", "村庄"):
            expect(page.locator("main")).to_contain_text(sheet)
        confirm(page)

        look_at_the_map(page, server)
        look_at_lagging_villages(page)
        village = urlsplit(page.url).path
        look_whether_pages_fit(page, server, [*PAGES, village])

    with running(tmp_path) as again:
        assert "one-time" not in again.printed
        assert again.seconds < 15
        page.goto(f"{again.address}/")
        if "sign-in" in page.url:
            sign_in(page, again, PASSWORD)
        expect(page.locator("main")).to_contain_text("4,432")
        expect(page.locator("main")).to_contain_text("2,851")


def look_at_the_map(page: Page, server: Server) -> None:
    """Click the merged village on the map: its former villages come with vote and money."""
    found = page.request.get(f"{server.address}/map/search?q=倪宅新村").json()
    village = page.request.get(f"{server.address}/map/villages/{found[0]['unit_id']}.json").json()
    # A link without the village: the click on the map has to choose it.
    lat, lon = village["formers"][0]["point"]
    page.goto(f"{server.address}/map/?at={lat},{lon},14")
    page.wait_for_selector("html[data-map-ready=true]", state="attached")
    page.wait_for_load_state("networkidle")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    panel = page.locator("#map-panel")
    expect(panel.locator("h1")).to_have_text("倪宅新村")
    names = sorted(panel.locator(".map-former h3 a").all_inner_texts())
    assert names == ["倪宅村", "新川村"]
    weaker = panel.locator(".map-former", has=page.locator("h3", has_text="新川村"))
    expect(weaker).to_contain_text("占到会")
    expect(weaker).to_contain_text("400.00 万元")
    named = sorted(page.locator(".map-former-name").all_inner_texts())
    assert [text.split()[0] for text in named] == ["倪宅村", "新川村"]
    # The link that this state of the map has shows the same to whom it is sent.
    link = page.url
    assert f"village={village['unit_id']}" in link
    page.goto(link)
    expect(panel.locator("h1")).to_have_text("倪宅新村")


def look_at_lagging_villages(page: Page) -> None:
    """Follow a row of the list to the page of the village."""
    page.click("nav >> text=后进村")
    page.select_option("[name=county]", label="永康市")
    page.wait_for_url("**county=**")
    row = page.locator("tbody tr").first
    name = row.locator("th a").inner_text()
    expect(row).to_contain_text("永康市")
    row.locator("th a").click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator("main")).to_contain_text("表决")


def look_whether_pages_fit(page: Page, server: Server, paths: list[str]) -> None:
    """Nothing lies beyond its card or the window, in either language."""
    for language in ("English", "中文"):
        page.goto(server.address)
        page.click(f"header >> text={language}")
        for path in paths:
            page.goto(server.address + path)
            if path == "/map/":
                page.wait_for_selector("html[data-map-ready=true]", state="attached")
            assert page.locator("h1, #map-panel").count() > 0, path
            for window in WINDOWS:
                page.set_viewport_size(window)
                assert page.evaluate(TOO_WIDE) == [], (path, language, window)
