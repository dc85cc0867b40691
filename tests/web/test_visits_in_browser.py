"""A visit is recorded in a real browser, past the warning, in both languages."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.ledgers import ago, visited
from tests.web.test_review_in_browser import served
from tests.web.test_villages import unit_id
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en-GB": ("Record a visit", "Save", "A second visit?", "Record it all the same", "Visits"),
    "zh-CN": ("登记走访", "保存", "重复走访提醒", "仍然登记", "走访"),
}


@pytest.fixture
def site(county: Flask) -> Iterator[str]:
    visitor(county, "planner")
    with served(county) as address:
        yield address


@pytest.fixture(params=list(WORDS))
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """Sign in; no script may fail, nothing may be refused by the policy."""
    troubles: list[str] = []
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale=request.param, timezone_id="UTC"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if "Content Security" in said.text else None,
    )
    page.goto(f"{site}/visits/")
    sign_in(page, "planner", PASSWORD)
    page.wait_for_url(f"{site}/visits/")
    yield page
    context.close()
    assert troubles == []


def test_a_second_visit_is_recorded_only_past_the_warning(
    page: Page, site: str, county: Flask, request: pytest.FixtureRequest
) -> None:
    words = WORDS[request.node.callspec.params["page"]]
    record, save, warning, all_the_same, visits = words
    visited(county, "新川村", 10, summary="第一次来")
    page.goto(f"{site}/villages/{unit_id(county, '新川村')}")
    page.click(f"text={record}")
    expect(page.locator("h1")).to_have_text(record)
    expect(page.locator("[name=village]")).to_have_value("新川村")
    page.fill("[name=service_group]", "第一服务组")
    page.fill("[name=summary]", "看了路灯")
    page.click(f"main button:has-text('{save}')")
    expect(page.locator("h1")).to_have_text(warning)
    expect(page.locator("main")).to_contain_text("第一次来")
    expect(page.locator("main")).to_contain_text(ago(10).isoformat())
    page.click(f"main button:has-text('{all_the_same}')")
    expect(page.locator(".alert-success")).to_be_visible()
    expect(page.locator("main")).to_contain_text("看了路灯")
    page.goto(f"{site}/visits/")
    expect(page.locator("h1")).to_have_text(visits)
    expect(page.locator("tbody tr")).to_have_count(2)
    page.check("[name=repeats]")
    page.click(".gt-filter button")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_villages_are_offered_while_a_name_is_typed(page: Page, site: str) -> None:
    page.goto(f"{site}/visits/new")
    page.locator("[name=village]").press_sequentially("倪宅")
    offered = page.locator("#villages option")
    expect(offered).to_have_count(2)
    assert {offered.nth(place).get_attribute("value") for place in range(2)} == {
        "倪宅村",
        "倪宅新村",
    }
