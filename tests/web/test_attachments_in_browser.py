"""A photo with its place, brought to a problem from a phone: the place is gone, in any language."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import ExifTags, Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import sign_in
from tests.files import photo
from tests.web.ledgers import problem_in
from tests.web.test_review_in_browser import served
from tests.web.visitors import PASSWORD, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFICE = "交通局"
WORDS = {
    "zh-CN": ("上传照片或文件", "拍照", "上传文件：修好了", "已撤下 1 个"),
    "en-GB": ("Add photos or documents", "Take a photo", "File added: 修好了", "Removed: 1"),
}


@pytest.fixture
def site(county: Flask) -> Iterator[str]:
    visitor(county, "planner")
    visitor(county, "handler", office=OFFICE)
    problem = problem_in(county, "新川村", "2026-00001", lead_unit=OFFICE, state="assigned")
    with served(county) as address:
        yield f"{address}/problems/{problem}"


def signed_in(context: BrowserContext, address: str, username: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(address)
    sign_in(page, username, PASSWORD)
    page.wait_for_url(address)
    return page


@pytest.mark.parametrize("language", WORDS)
def test_a_photo_from_a_phone_loses_its_place_on_the_way(
    browser: Browser, site: str, language: str, tmp_path: Path
) -> None:
    add, take, added, removed = WORDS[language]
    file = tmp_path / "IMG_0001.jpg"
    file.write_bytes(photo(size=(900, 600), turned=6))
    assert Image.open(file).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    troubles: list[str] = []

    phone = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True, locale=language
    )
    page = signed_in(phone, site, "handler")
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.get_by_text(add).tap()
    camera = page.get_by_label(take)
    expect(camera).to_be_visible()
    camera.set_input_files(file)
    page.fill("[name=title]", "修好了")
    expect(page.locator("[name=keep_place]")).not_to_be_checked()
    page.locator(".gt-files .gt-file-add button").tap()
    expect(page.locator(".alert-success")).to_be_visible()
    picture = page.locator(".gt-file-picture img")
    expect(picture).to_have_attribute("alt", "修好了")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.gt-file-picture img').naturalWidth")
    expect(page.locator(".pb-steps")).to_contain_text(added)
    # Nothing is wider than the phone.
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    address = page.locator(".gt-file-about > a").get_attribute("href") or ""
    answer = page.request.get(site.partition("/problems")[0] + address)
    stored = Image.open(io.BytesIO(answer.body()))
    assert dict(stored.getexif()) == {}
    assert stored.size == (600, 900)
    # It is looked at by itself, and nothing of the page around it is hindered.
    page.locator(".gt-file-about > a").tap()
    page.wait_for_function("() => document.images[0] && document.images[0].naturalWidth === 600")
    phone.close()

    desk = browser.new_context(viewport={"width": 1440, "height": 900}, locale=language)
    page = signed_in(desk, site, "planner")
    page.locator(".gt-file .gt-more summary").click()
    page.fill(".gt-file [name=note]", "拍错了")
    page.locator(".gt-file .btn-outline-danger").click()
    expect(page.locator(".gt-files")).to_contain_text(removed)
    expect(page.locator(".gt-file")).to_have_count(0)
    page.get_by_text(add).click()
    expect(page.get_by_label(take)).to_be_hidden()
    desk.close()
    assert troubles == []
