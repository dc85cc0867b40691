"""Take the pictures of the READMEs: the demonstration city in both languages, 1440 by 900."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
SIZE: ViewportSize = {"width": 1440, "height": 900}
PASSWORD = "only-for-pictures"
VILLAGE = "倪宅新村"


@contextmanager
def demonstration() -> Iterator[tuple[str, str]]:
    """Serve the demonstration city from a folder that is thrown away; give address, password."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "GEO_TRACKER_DATA_DIR": folder,
            "GEO_TRACKER_PORT": str(port),
            "LC_ALL": "en_GB.UTF-8",
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "geo_tracker", "run"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                yield f"http://127.0.0.1:{port}", first_password(server, port)
            finally:
                server.terminate()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port."""
    while True:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def first_password(server: subprocess.Popen[str], port: int) -> str:
    """Wait until the server answers and return the one-time password it printed."""
    for line in server.stdout or ():
        if found := re.search(r"one-time password (\S+)", line):
            break
    else:
        raise SystemExit("The server did not start.")
    wait_for(port)
    return found[1]


def sign_in(page: Page, address: str, password: str) -> None:
    """Sign in and choose a password."""
    page.goto(address)
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", password)
    page.click("main form button")
    if page.url.endswith("/password"):
        page.fill("[name=current]", password)
        page.fill("[name=new]", PASSWORD)
        page.fill("[name=repeated]", PASSWORD)
        page.click("main form button")


def take(page: Page, address: str, language: str) -> None:
    """Take all pictures in one language."""
    search = page.request.get(f"{address}/map/search?q={VILLAGE}").json()
    village = search[0]["unit_id"]
    for name, path in (
        ("home", "/"),
        ("map", f"/map/?village={village}"),
        ("village", f"/villages/{village}"),
        ("lagging", "/lagging/"),
        ("import", "/imports/"),
    ):
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(600)
        page.screenshot(path=FOLDER / f"{name}-{language}.png")


def main() -> None:
    """Take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with demonstration() as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=Path(chromium) if chromium else None, args=["--no-sandbox"]
        )
        for language, locale in (("zh", "zh-CN"), ("en", "en-GB")):
            page = browser.new_page(viewport=SIZE, locale=locale)
            page.emulate_media(reduced_motion="reduce")
            sign_in(page, address, password if language == "zh" else PASSWORD)
            page.wait_for_load_state("networkidle")
            take(page, address, language)
            page.close()
        browser.close()
    print(f"Pictures are in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
