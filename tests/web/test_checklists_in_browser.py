"""A checklist's way in a real browser, in both languages: opened, done, verified, taken out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from geo_tracker.importing.tables import read_workbook
from tests.browser import sign_in
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Town:
    """The site, and the windows of those who work with it."""

    def __init__(self, browser: Browser, site: str, language: str) -> None:
        self.browser, self.site, self.language = browser, site, language
        self.troubles: list[str] = []

    def window(self, username: str) -> Page:
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, locale=self.language
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(f"{self.site}/sign-in")
        sign_in(page, username, PASSWORD)
        page.wait_for_url(f"{self.site}/")
        return page


@pytest.fixture(params=["zh-CN", "en-GB"])
def town(request: pytest.FixtureRequest, browser: Browser, county: Flask) -> Iterator[Town]:
    for name in ("li", "wang"):
        visitor(county, "planner", name=name)
    with served(county) as site:
        town = Town(browser, site, request.param)
        yield town
        for context in browser.contexts:
            context.close()
    assert town.troubles == []


def act(page: Page, row: str, action: str, **fields: str) -> None:
    """Unfold the form of an action in an item's row, fill it in and send it."""
    form = page.locator(f"{row} details:has(form[action$='/{action}'])")
    form.locator("summary").click()
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("form button").click()


def test_an_item_is_done_by_one_verified_by_another_and_goes_out(
    town: Town, tmp_path: Path
) -> None:
    li = town.window("li")
    li.goto(f"{town.site}/checklists/")
    li.click("form[action='/checklists/open'] button")
    expect(li.locator(".alert-success")).to_contain_text("2")
    li.click("tbody tr:first-child th a")
    row = f"#{li.locator('tr[id^=item-]').nth(1).get_attribute('id')}"
    # Opened before, sent after somebody else has changed the item: told of it, and kept.
    wang = town.window("wang")
    wang.goto(li.url)
    act(wang, row, "plan", owner_unit="花街镇人民政府", owner_person="王某")
    expect(wang.locator(row)).to_contain_text("王某")
    act(li, row, "finish", note="印章启用公告")
    expect(li.locator(".alert-warning")).to_contain_text("wang")
    expect(li.locator(f"{row} textarea[name=note]").first).to_have_value("印章启用公告")
    li.locator(f"{row} details[open] form button").click()
    expect(li.locator(row)).to_contain_text("印章启用公告")
    # Whoever did it is not asked to verify it; another one is.
    assert li.locator(f"{row} form[action$='/verify']").count() == 0
    wang.reload()
    act(wang, row, "verify")
    expect(wang.locator(f"{row} .gt-chip-green")).to_have_count(1)

    with wang.expect_download() as download:
        wang.click("a[href*='/exports/checklists.xlsx']")
    path = tmp_path / "checklist.xlsx"
    download.value.save_as(path)
    (sheet,) = read_workbook(path).sheets
    assert (sheet.kind, len(sheet.rows)) == ("checklists", 13)
    verified = sheet.rows[sheet.rows["state"] == "verified"]
    assert verified["evidence"].tolist() == ["印章启用公告"]
    assert verified["owner_person"].tolist() == ["王某"]
    assert verified[["done_on", "verified_on"]].notna().all(axis=None)
