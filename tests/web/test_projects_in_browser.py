"""A project's main path in a real browser, in both languages: registered, begun, paid, reported."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.ledgers import TODAY, ago
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en-GB": ("Register a project", "Work begun", "Advance (凭证 7)", "taken back"),
    "zh-CN": ("登记项目", "开工", "万元，预付款", "已冲销"),
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
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if "Content Security" in said.text else None,
    )
    page.goto(f"{site}/projects/")
    sign_in(page, "planner", PASSWORD)
    page.wait_for_url(f"{site}/projects/")
    yield page
    context.close()
    assert troubles == []


def record(page: Page, form: str, **fields: str) -> None:
    """Open a form of the page, fill it in, and send it."""
    page.click(f"#act-{form} > summary")
    for name, value in fields.items():
        field = page.locator(f"#act-{form} [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click(f"#act-{form} button")
    expect(page.locator(".alert-success")).to_be_visible()


def test_a_project_is_registered_begun_paid_and_reported(
    page: Page, request: pytest.FixtureRequest
) -> None:
    register, begun, paid, taken_back = WORDS[request.node.callspec.params["page"]]
    page.click(f"a:has-text('{register}')")
    expect(page.locator("h1")).to_have_text(register)
    page.fill("[name=name]", "水渠整修")
    page.fill("[name=village]", "新川村")
    page.fill("[name=stage_on]", ago(50).isoformat())
    page.fill("[name=planned_start_on]", ago(40).isoformat())
    page.fill("[name=planned_finish_on]", ago(-60).isoformat())
    page.click("main form button.btn-primary")
    expect(page.locator("h1")).to_have_text("水渠整修")
    record(page, "stage", stage="started", on=ago(40).isoformat())
    expect(page.locator("[aria-current=step]")).to_contain_text(begun)
    expect(page.locator("[aria-current=step]")).to_contain_text(ago(40).isoformat())
    record(page, "amount", kind="budget", amount="20")
    record(page, "pay", kind="advance", amount="5", document="凭证 7")
    expect(page.locator("[aria-labelledby=history]")).to_contain_text(paid)
    record(page, "report", progress="40", note="护坡完成")
    expect(page.locator(".gt-curve-dot")).to_have_count(1)
    expect(page.locator("main")).to_contain_text(f"{TODAY}")
    page.click("details[id^=act-take-back] > summary")
    page.fill("details[open] [name=note]", "重复录入")
    page.click("details[open] button")
    expect(page.locator("[aria-labelledby=payments]")).to_contain_text(taken_back)
    page.goto(f"{page.url.partition('/projects/')[0]}/projects/?q=水渠")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text(begun)
