"""The review decided by keyboard in a real browser; and everything by mouse as well."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from geo_tracker.db import reading
from geo_tracker.db.frames import decision_frame
from tests.browser import sign_in
from tests.web.test_review import case, doubted, services
from tests.web.test_villages import unit_id
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port while the browser looks."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(browser: Browser, disputed: Flask) -> Iterator[Page]:
    """Open the list as a planner; no script may fail, nothing may be refused by the policy."""
    doubted(disputed, 0.7, "新川村")
    visitor(disputed, "planner")
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def note_refusal(said: ConsoleMessage) -> None:
        if "Content Security" in said.text:
            troubles.append(said.text)

    page.on("console", note_refusal)
    with served(disputed) as address:
        page.goto(f"{address}/review/")
        sign_in(page, "planner", PASSWORD)
        expect(page.locator("h1")).to_have_text("Review of lineage")
        yield page
        context.close()
    assert troubles == []


def open_case(page: Page, app: Flask, name: str = "上溪村") -> None:
    page.goto(page.url.partition("/review/")[0] + case(app, name))
    expect(page.locator("h1")).to_have_text(name)


def decided(app: Flask, name: str = "上溪村") -> list[tuple[str, list[int], str | None]]:
    with reading(services(app).engine) as session:
        found = decision_frame(session)
    own = found[found["from_unit_id"] == unit_id(app, name)]
    return [(row.kind, row.to_ids, row.note) for row in own.itertuples()]


def test_a_accepts_and_the_next_case_comes(page: Page, disputed: Flask) -> None:
    open_case(page, disputed, "新川村")
    page.keyboard.press("a")
    expect(page.locator("[data-hint]")).to_have_text("Enter confirms, Esc cancels.")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("上溪村")
    expect(page.locator(".gt-done")).to_contain_text("Accepted: 新川村 → 倪宅新村")
    assert decided(disputed, "新川村") == [("accept", [unit_id(disputed, "倪宅新村")], None)]
    page.keyboard.press("u")
    expect(page.locator("h1")).to_contain_text("新川村")
    page.click("text=Take the decision back")
    expect(page.locator("[role=status]").first).to_have_text("Taken back.")
    assert [kind for kind, _to, _note in decided(disputed, "新川村")] == ["accept", "reopen"]


def test_c_and_a_number_choose_another_and_a_reason_is_asked_for(
    page: Page, disputed: Flask
) -> None:
    open_case(page, disputed)
    page.keyboard.press("c")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    # Nothing is sent without a reason; the field for it has the focus.
    expect(page.locator("[name=note]")).to_be_focused()
    page.keyboard.type("as 1 arc: c2")
    expect(page.locator("[value=choose]")).to_be_checked()
    assert decided(disputed) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**done=**")
    expected = ("choose", [unit_id(disputed, "倪宅新村")], "as 1 arc: c2")
    assert decided(disputed) == [expected]


def test_s_and_numbers_divide(page: Page, disputed: Flask) -> None:
    open_case(page, disputed)
    for key in "s121":
        page.keyboard.press(key)
    expect(page.locator("[data-hint]")).to_have_text("Mark two villages or more.")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.type("divided")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=**")
    both = {unit_id(disputed, "双溪村"), unit_id(disputed, "倪宅新村")}
    (found,) = decided(disputed)
    assert (found[0], set(found[1])) == ("split", both)


def test_r_rejects_n_notes_and_escape_lets_go(page: Page, disputed: Flask) -> None:
    open_case(page, disputed)
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("[value=reject]")).not_to_be_checked()
    page.keyboard.press("n")
    expect(page.locator("[name=note]")).to_be_focused()
    page.keyboard.type("ask the town")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]").first).to_have_text("The note is kept.")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.keyboard.type("nobody knows")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=**")
    assert decided(disputed) == [("note", [], "ask the town"), ("reject", [], "nobody knows")]


def test_j_and_k_walk_and_a_question_mark_shows_the_keys(page: Page, disputed: Flask) -> None:
    page.click("text=Start with the first")
    first = page.locator("h1").inner_text()
    page.keyboard.press("j")
    expect(page.locator("h1")).not_to_have_text(first)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    # In a field letters are letters, and Escape leaves it.
    page.click("[name=note]")
    page.keyboard.type("jkasr?")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator("[name=kind]:checked")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("h1")).not_to_have_text(first)


def test_all_of_it_by_mouse(page: Page, disputed: Flask) -> None:
    open_case(page, disputed)
    page.click(".gt-confirm-line button")
    assert decided(disputed) == []
    page.click("tbody tr:nth-child(2) label")
    expect(page.locator("[value=choose]")).to_be_checked()
    page.fill("[name=note]", "by mouse")
    page.click(".gt-confirm-line button")
    page.wait_for_url("**done=**")
    assert decided(disputed) == [("choose", [unit_id(disputed, "倪宅新村")], "by mouse")]


def test_many_at_once_with_the_count_first(page: Page, disputed: Flask) -> None:
    page.click("text=Accept many at once")
    # 双溪村, of which the table and the ground say the same.
    expect(page.locator("[data-count]")).to_have_text("1")
    page.fill("[name=above]", "60")
    page.click("text=Show")
    expect(page.locator("[data-count]")).to_have_text("2")
    expect(page.locator("tbody")).to_contain_text("新川村")
    assert decided(disputed, "新川村") == []
    page.click("text=Accept these 2")
    expect(page.locator("[role=status]").first).to_contain_text("2 former villages were accepted.")
    assert decided(disputed, "新川村")[0][0] == "accept"


def test_pages_fit_the_window_and_paper(page: Page, disputed: Flask) -> None:
    too_wide = """() => [...document.querySelectorAll('main, .gt-card, table, svg')]
      .filter((part) => part.getBoundingClientRect().right > innerWidth + 1).length"""
    open_case(page, disputed)
    for width in (1440, 1100, 800):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(too_wide) == 0, width
    page.emulate_media(media="print")
    expect(page.locator("svg[role=img]").first).to_be_visible()
    expect(page.locator("form[data-review]")).to_be_hidden()
