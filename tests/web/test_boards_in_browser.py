"""A board from its draft to a closed to-do in a real browser, in both languages."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.quarters import BAD, BOARDS, COUNTY, GOOD, LAST, recorded, two_towns
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(params=["zh-CN", "en-GB"])
def page(request: pytest.FixtureRequest, browser: Browser, county: Flask) -> Iterator[Page]:
    """Sign in as an administrator of two towns; no script may fail."""
    two_towns(county)
    visitor(county, "admin")
    troubles: list[str] = []
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale=request.param, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with served(county) as address:
        page.goto(f"{address}{BOARDS}")
        sign_in(page, "admin", PASSWORD)
        page.wait_for_url(f"{address}{BOARDS}")
        yield page
        context.close()
    assert troubles == []


def downloaded(page: Page) -> bytes:
    with page.expect_download() as waiting:
        page.locator("a[href$='board.csv']").click()
    return waiting.value.path().read_bytes()


def test_a_board_goes_from_its_draft_to_a_closed_to_do(page: Page, county: Flask) -> None:
    page.select_option("[name=quarter]", LAST.text)
    page.select_option("[name=county]", COUNTY)
    page.locator("[aria-labelledby=draft] button").click()
    board = page.url
    shown = page.locator("[aria-labelledby=show] tbody tr")
    expect(shown.nth(0)).to_contain_text("15 / 15")
    expect(shown.nth(1)).to_contain_text("0 / 15")
    # The funnel names who is outside, and leads to him.
    picture = page.locator(".gt-funnel").first
    expect(picture.locator("text", has_text="石柱镇")).to_be_visible()
    picture.locator("circle.gt-dot-far_above").click()
    page.wait_for_url(f"{board}/units/{GOOD}")
    page.fill("[name=score]", "91")
    page.fill("[name=comment]", "办得快")
    page.locator("[aria-labelledby=mine] button").click()
    page.fill("[name=reason]", "可推广")
    page.locator("[aria-labelledby=marking] button").click()
    expect(page.locator("[aria-labelledby=peers]")).to_contain_text("可推广")

    page.goto(board)
    page.check("#field-sure")
    page.locator("[aria-labelledby=publish] button").click()
    expect(page.locator(".alert-success")).to_be_visible()
    before = downloaded(page)
    page.locator(f"a[href*='{BAD}?about=resolution']").click()
    expect(page.locator("[name=component]")).to_have_value("resolution")
    expect(page.locator("[name=lead_unit]")).to_have_value("石柱镇")
    expect(page.locator("[name=text]")).to_have_value(re.compile("0/15|0 of 15"))
    page.locator("[aria-labelledby=todo] button").click()

    page.locator("[aria-labelledby=todos] a[href^='/boards/todos/']").first.click()
    page.goto(page.url.partition("/boards/")[0] + "/boards/todos/1")
    page.fill("[name=note]", "十五件已办结")
    page.locator("button[value=answer]").click()
    page.locator("button[value=close]").click()
    expect(page.locator(".gt-page-head .gt-chip")).to_have_text(re.compile("已销号|closed off"))

    # What is recorded later moves nothing on it.
    recorded(county, "石柱村", solved=True)
    page.goto(board)
    assert downloaded(page) == before
    expect(shown.nth(1)).to_contain_text("0 / 15")
