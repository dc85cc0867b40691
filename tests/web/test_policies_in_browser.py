"""A policy with two conditions is registered in a real browser, and who qualifies is seen."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(browser: Browser, county: Flask) -> Iterator[Page]:
    """Sign in as a planner, in Chinese; no script may fail."""
    count_only(county, INCOME)
    visitor(county, "planner")
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with served(county) as address:
        page.goto(f"{address}/lagging/")
        sign_in(page, "planner", PASSWORD)
        page.wait_for_url(f"{address}/lagging/")
        yield page
        context.close()
    assert troubles == []


def test_a_policy_with_two_conditions_shows_who_qualifies_until_it_is_used(page: Page) -> None:
    page.get_by_role("link", name="扶持政策").click()
    page.get_by_role("link", name="登记政策").first.click()
    page.fill("[name=title]", "薄弱村扶持")
    page.fill("[name=gives]", "每村补助五十万元")
    page.fill("[name=amount]", "五十")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(4)
    for number, (field, operator, value) in enumerate(
        (("standing", "is", "确定列入最后一成"), ("operating_income", "is", "15"))
    ):
        rows.nth(number).locator("[name=field]").select_option(field)
        rows.nth(number).locator("[name=operator]").select_option(operator)
        rows.nth(number).locator("[name=value]").fill(value)
    page.locator("[data-add-row]").click()
    expect(rows).to_have_count(5)
    expect(rows.nth(4).locator("[name=field]")).to_be_focused()
    page.locator(".gt-policy-form .btn-primary").click()

    # Both mistakes stand beside what was typed, and nothing is lost.
    expect(page.locator("[name=amount]")).to_have_value("五十")
    expect(page.locator("[name=amount] + .invalid-feedback")).to_be_visible()
    expect(rows.nth(1).locator(".invalid-feedback")).to_be_visible()
    expect(rows.nth(0).locator(".invalid-feedback")).to_have_count(0)
    expect(rows.nth(0).locator("[name=value]")).to_have_value("确定列入最后一成")
    page.fill("[name=amount]", "50")
    rows.nth(1).locator("[name=operator]").select_option("below")
    page.locator(".gt-policy-form .btn-primary").click()

    expect(page.locator("h1")).to_contain_text("薄弱村扶持")
    first = page.locator(".gt-card-table tbody tr").first
    expect(first).to_contain_text("新川村")
    expect(first).to_contain_text("符合、未享受")
    first.get_by_role("link", name="登记享受").click()
    expect(page.locator("[name=village]")).to_have_value("新川村")
    expect(page.locator("[name=amount]")).to_have_value("50")
    page.fill("[name=used_on]", "2026-01-02")
    page.locator("form[action$='/uses'] .btn-primary").click()
    expect(page.locator(".alert-success")).to_be_visible()
    used = page.locator(".gt-card-table tbody tr").filter(has_text="新川村")
    expect(used).to_contain_text("2026-01-02 · 50.00 万元")

    page.get_by_role("link", name="扶持政策").click()
    numbers = page.locator("tbody tr td.gt-num")
    expect(numbers.nth(1)).to_have_text("1")
    expect(numbers.nth(2)).to_have_text("0")
