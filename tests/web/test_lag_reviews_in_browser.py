"""A review of lagging villages from opening to exit in a real browser, in both languages."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.test_lag_reviews import REVIEWS
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(params=["zh-CN", "en-GB"])
def page(request: pytest.FixtureRequest, browser: Browser, county: Flask) -> Iterator[Page]:
    """Sign in as an administrator; no script may fail."""
    count_only(county, INCOME)
    visitor(county, "admin")
    troubles: list[str] = []
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale=request.param, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with served(county) as address:
        page.goto(f"{address}{REVIEWS}")
        sign_in(page, "admin", PASSWORD)
        page.wait_for_url(f"{address}{REVIEWS}")
        yield page
        context.close()
    assert troubles == []


def open_review(page: Page, title: str) -> str:
    page.goto(page.url.partition("/lagging/")[0] + REVIEWS)
    page.fill("[name=title]", title)
    page.click("main form .btn-primary")
    expect(page.locator("h1")).to_contain_text(title)
    return page.url


def open_village(page: Page) -> None:
    page.get_by_role("link", name="新川村").click()
    expect(page.locator("h1")).to_contain_text("新川村")


def decide(page: Page, decision: str, **fields: str) -> None:
    page.check(f"#decision-{decision}")
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.locator("form [name=version] ~ button").click()


def downloaded(page: Page) -> bytes:
    with page.expect_download() as waiting:
        page.locator("a[href$='list.csv']").click()
    return waiting.value.path().read_bytes()


def test_a_review_goes_from_its_opening_to_an_exit(page: Page, county: Flask) -> None:
    first = open_review(page, "上半年")
    before = downloaded(page)
    open_village(page)
    decide(
        page,
        "assist",
        helper_unit="农业农村局",
        target="建一座光伏电站",
        target_score="50",
        due_on="2030-12-31",
    )
    expect(page.locator(".alert-success")).to_be_visible()

    # The measure goes into the ledger of projects with what was decided filled in.
    page.locator("a[href^='/projects/new']").click()
    expect(page.locator("[name=name]")).to_have_value("建一座光伏电站")
    expect(page.locator("[name=planned_finish_on]")).to_have_value("2030-12-31")
    expect(page.locator("[name=village]")).to_have_value("新川村")
    page.locator("form [name=version] ~ button").click()
    expect(page.locator("h1")).to_contain_text("建一座光伏电站")

    page.goto(first)
    page.check("#field-sure")
    page.locator("form[action$='/close'] button").click()
    expect(page.locator(".alert-success")).to_be_visible()
    count_only(county, "人均经营性收入|1|110|10")

    open_review(page, "下半年")
    open_village(page)
    last = page.locator("[aria-labelledby=last]")
    expect(last).to_contain_text("建一座光伏电站")
    expect(last).to_contain_text("90.0")
    expect(last).to_contain_text("10.0")
    expect(last.locator(".gt-chip-green")).to_be_visible()
    decide(page, "exit")
    expect(page.locator(".alert-success")).to_be_visible()
    expect(page.locator("[aria-labelledby=decision] .gt-chip-green")).to_be_visible()

    # Rules and records changed since; the old list did not.
    page.goto(first)
    assert downloaded(page) == before
    open_village(page)
    expect(page.locator("[name=decision]")).to_have_count(0)
