"""A problem's whole way in a real browser, in both languages, each step by who may take it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESK = {"width": 390, "height": 800}, {"width": 1440, "height": 900}
OFFICE = "交通局"


class Office:
    """The site, and the windows of the people who work with it."""

    def __init__(self, browser: Browser, site: str, language: str) -> None:
        self.browser, self.site, self.language = browser, site, language
        self.troubles: list[str] = []

    def window(self, username: str, size: dict[str, int]) -> Page:
        context = self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale=self.language,
            geolocation={"longitude": 120.0105, "latitude": 28.9205},
            permissions=["geolocation"],
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(f"{self.site}/sign-in")
        sign_in(page, username, PASSWORD)
        page.wait_for_url(f"{self.site}/")
        return page


@pytest.fixture(params=["zh-CN", "en-GB"])
def office(request: pytest.FixtureRequest, browser: Browser, county: Flask) -> Iterator[Office]:
    for name, role, unit in (
        *(("li", "planner", None), ("wang", "planner", None)),
        ("zhao", "handler", OFFICE),
    ):
        visitor(county, role, name=name, office=unit)
    with served(county) as site:
        office = Office(browser, site, request.param)
        yield office
        for context in browser.contexts:
            context.close()
    assert office.troubles == []


def take(page: Page, address: str, action: str, **fields: str) -> None:
    """Open a problem's page, fill in the form of an action and send it."""
    page.goto(address)
    form = page.locator(f"#act-{action}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if name == "answer":
            form.locator(f"[name=answer][value={value}]").check()
        elif name == "satisfaction":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("form button").click()
    expect(page.locator(".alert-success")).to_be_visible()


def test_a_problem_goes_its_way_from_a_phone_in_the_village_to_being_closed(
    office: Office,
) -> None:
    phone = office.window("li", PHONE)
    phone.goto(f"{office.site}/problems/new")
    # Nothing is wider than the phone.
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.fill("#field-content", "村口路灯不亮")
    phone.fill("#field-village", "xinchuan")
    expect(phone.locator(".pb-village")).to_have_count(1)
    expect(phone.locator(".pb-village input")).to_be_checked()
    phone.click("[data-locate]")
    expect(phone.locator("[name=lon]")).to_have_value("120.010500")
    phone.click(".pb-send")
    expect(phone.locator(".pb-whole")).to_have_text("村口路灯不亮")
    problem = phone.url
    number = phone.title().partition(" ")[0]

    desk, zhao, wang = (
        *(office.window("li", DESK), office.window("zhao", DESK)),
        office.window("wang", DESK),
    )
    # Handed over from the list, as one of many.
    desk.goto(f"{office.site}/problems/")
    desk.check("[data-choose-all]")
    desk.fill("#bulk-form [name=lead_unit]", OFFICE)
    desk.click("#bulk-form .pb-bulk button")
    expect(desk.locator("#bulk")).to_contain_text("1")
    expect(desk.locator(".pb-list tbody")).to_contain_text(OFFICE)

    # One hands the form in while another has changed the problem: it is told, and kept.
    zhao.goto(problem)
    take(wang, problem, "correct", content="村口路灯全不亮", note="听错了")
    zhao.locator("#act-accept textarea").fill("马上去看")
    zhao.locator("#act-accept form button").click()
    expect(zhao.locator(".alert-warning")).to_contain_text("村口路灯全不亮")
    expect(zhao.locator("#act-accept textarea")).to_have_value("马上去看")
    zhao.locator("#act-accept form button").click()
    expect(zhao.locator(".alert-success")).to_be_visible()

    take(zhao, problem, "start")
    take(zhao, problem, "claim", note="已换灯")
    expect(zhao.locator("#act-revisit")).to_have_count(0)
    take(desk, problem, "revisit", answer="not_fixed", satisfaction="dissatisfied", note="仍不亮")
    for action in ("accept", "start"):
        take(zhao, problem, action)
    take(zhao, problem, "claim", note="已换线")
    take(wang, problem, "revisit", answer="fixed", satisfaction="satisfied")
    take(wang, problem, "close")
    expect(wang.locator(".pb-steps > li")).to_have_count(12)

    # The numbers at the head of the list lead to it, and so does its village.
    wang.goto(f"{office.site}/problems/?counted=rectified")
    expect(wang.locator(".pb-list tbody tr")).to_have_count(1)
    wang.click(".pb-list tbody .gt-sub a")
    expect(wang.locator("#problems").locator("xpath=ancestor::section")).to_contain_text(number)
