"""A large file in a real browser: what is being done with it, and then its preview by itself."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from geo_tracker.web import imports
from geo_tracker.web.context import Services
from tests import samples
from tests.browser import sign_in
from tests.web.test_review_in_browser import served
from tests.web.uploads import work_done
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.apart]


@pytest.fixture
def page(browser: Browser, county: Flask) -> Iterator[Page]:
    """Open the imports as a planner in Chinese; no script may fail."""
    visitor(county, "planner")
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with served(county) as address:
        page.goto(f"{address}/imports/")
        sign_in(page, "planner", PASSWORD)
        expect(page.locator("h1")).to_have_text("导入")
        yield page
        context.close()
    assert troubles == []


class SlowWorker:
    """A worker that takes up a look at once and ends it when told to."""

    def __init__(self, app: Flask) -> None:
        services: Services = app.extensions["geo_tracker"]
        services.worker.queue_beside.immediate = False
        self.app = app
        self.may_end = threading.Event()
        whole = services.worker.bodies["look"]

        def slowly(engine: Any, settings: Any, import_id: int, progress: Any) -> None:
            progress.at("Comparing with what is stored")
            assert self.may_end.wait(30)
            whole(engine, settings, import_id, progress)

        services.worker.bodies["look"] = slowly
        self.thread = threading.Thread(target=work_done, args=(app,))

    def end(self) -> None:
        """Let the look come to its end."""
        self.may_end.set()
        self.thread.join()


def test_a_large_file_shows_what_is_done_with_it_and_then_its_preview(
    page: Page, county: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imports, "PATIENCE_S", 0)
    worker = SlowWorker(county)
    later = samples.square_villages([("330784114200", "倪宅新村", "花街镇", 0, 3)])
    file = samples.zipped_shapefile(later, tmp_path / "合并后.zip")
    page.set_input_files("[name=boundary_file]", file)
    page.fill("[name=boundary_as_of_on]", "2020-10-31")
    page.click("text=上传并核对 >> nth=0")
    page.wait_for_url("**/imports/4")
    expect(page.locator("[aria-current=step]")).to_have_text("正在识别")
    expect(page.locator("#progress [role=status]")).to_have_text("排队等候")
    worker.thread.start()
    expect(page.locator("#progress [role=status]")).to_have_text("正在与已入库数据比较")
    # It may be left, and is found again.
    page.goto(page.url.removesuffix("4"))
    expect(page.locator("tbody tr").first).to_contain_text("正在识别")
    page.click("text=合并后.zip")
    expect(page.locator("#progress [role=status]")).to_have_text("正在与已入库数据比较")
    worker.end()
    page.wait_for_url("**/imports/4/preview")
    expect(page.locator("main")).to_contain_text("倪宅新村")
