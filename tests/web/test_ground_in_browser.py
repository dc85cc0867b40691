"""Problems of the ground in a real browser: shown close up, and settled with a tick."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.test_ground_choices import left_open
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.apart]


@pytest.fixture
def page(browser: Browser, empty: Flask, tmp_path: Path) -> Iterator[Page]:
    """Open the preview of a layer with faulty ground as a planner; no script may fail."""
    visitor(empty, "planner")
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with served(empty) as address:
        page.goto(f"{address}/imports/")
        sign_in(page, "planner", PASSWORD)
        page.set_input_files("[name=boundary_file]", left_open(tmp_path))
        page.fill("[name=boundary_as_of_on]", "2020-10-31")
        page.click("text=上传并核对 >> nth=0")
        page.wait_for_url("**/preview")
        yield page
        context.close()
    assert troubles == []


def test_ticks_in_the_list_stay_and_are_applied(page: Page) -> None:
    # The row around them shows its place when it is clicked, and must leave them alone.
    page.locator("[name=fill]").check()
    page.get_by_text("去掉丙村").click()
    expect(page.locator('[name=leave_out][value="3"]')).to_be_checked()
    page.click("text=应用并重新读取 >> nth=0")
    expect(page.locator("fieldset", has_text="已按选择去掉的村")).to_contain_text("丙村")
    expect(page.locator("[name=fill]")).to_be_checked()
    expect(page.locator("main")).not_to_contain_text("两个村的边界完全相同")


def test_a_row_shows_its_place_close_up_and_on_the_map(page: Page) -> None:
    image = page.locator("[data-close-up]")
    for number, text in ((1, "村内空洞"), (2, "已修复的边界")):
        row = page.locator("tr[data-place]").nth(number)
        row.locator("td").nth(1).click()
        expect(image).to_have_attribute("src", picture_of(page, number))
        expect(page.locator("[data-close-up-text]")).to_contain_text(f"{number + 1} · {text}")
        here = page.locator(".gt-mark-here")
        expect(here).to_have_attribute("data-place", str(number))


def picture_of(page: Page, number: int) -> str:
    """Return the address of a place's picture."""
    found = page.locator("[data-show]").nth(number).get_attribute("href")
    assert found is not None
    assert f"place-{number}.svg" in found
    address: str = page.evaluate("path => new URL(path, location).href", found)
    return address
