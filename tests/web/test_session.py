"""Signing in and out, passwords, languages, and what protects every answer."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.workflows.users import add_user, authenticated, first_administrator, set_active
from tests.web.visitors import PASSWORD, Visitor, visitor

PAGES = ("/", "/map/", "/villages/", "/lagging/", "/imports/", "/settings/", "/map/search?q=a")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_anything_without_signing_in(county: Flask, path: str) -> None:
    answer = Visitor(county).get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/tiles/x/0/0/0.mvt", "/map/projects.json"])
def test_data_of_the_map_are_not_given_to_strangers(county: Flask, path: str) -> None:
    assert Visitor(county).get(path).status_code in {302, 401, 404}


def test_signing_in_leads_where_one_wanted_to_go(county: Flask) -> None:
    visitor(county, "viewer")
    somebody = Visitor(county)
    form = {"username": "viewer", "password": PASSWORD, "next": "/lagging/?county=330784"}
    answer = somebody.post("/sign-in", form, form_of="/sign-in")
    assert answer.headers["Location"] == "/lagging/?county=330784"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\t\\evil.example",
    ],
)
def test_signing_in_never_leads_elsewhere(county: Flask, target: str) -> None:
    visitor(county, "viewer")
    form = {"username": "viewer", "password": PASSWORD, "next": target}
    answer = Visitor(county).post("/sign-in", form, form_of="/sign-in")
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("viewer", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    county: Flask, name: str, password: str
) -> None:
    visitor(county, "viewer")
    form = {"username": name, "password": password}
    answer = Visitor(county).post("/sign-in", form, form_of="/sign-in")
    assert answer.status_code == 401
    assert "The user name or the password is not right." in answer.text


def test_a_blocked_user_cannot_sign_in(empty: Flask, engine: sa.Engine) -> None:
    user_id = add_user(engine, username="wang", password=PASSWORD, role="viewer")
    set_active(engine, user_id, active=False)
    form = {"username": "wang", "password": PASSWORD}
    assert Visitor(empty).post("/sign-in", form, form_of="/sign-in").status_code == 401


def test_the_first_administrator_must_choose_a_password(empty: Flask, engine: sa.Engine) -> None:
    password = first_administrator(engine)
    assert password is not None
    assert first_administrator(engine) is None
    admin = Visitor(empty)
    assert "First start" in admin.page("/sign-in")
    admin.post("/sign-in", {"username": "admin", "password": password}, form_of="/sign-in")
    assert admin.get("/settings/").headers["Location"] == "/password"
    form = {"current": password, "new": PASSWORD, "repeated": "another-one"}
    assert admin.post("/password", form, form_of="/password").status_code == 422
    form["repeated"] = PASSWORD
    wrong = admin.post("/password", form | {"current": "wrong"}, form_of="/password")
    assert "The present password is not right." in wrong.text
    short = admin.post("/password", form | {"new": "a", "repeated": "a"}, form_of="/password")
    assert "A password needs at least 10 characters." in short.text
    assert admin.post("/password", form, form_of="/password").status_code == 303
    assert admin.get("/settings/").status_code == 200
    assert authenticated(engine, username="admin", password=password) is None
    assert "First start" not in Visitor(empty).page("/sign-in")


def test_signing_out_ends_it(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    assert viewer.post("/sign-out", {}).status_code == 303
    assert viewer.get("/").status_code == 302


def test_a_form_without_its_token_is_refused(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    answer = viewer.client.post("/sign-out", headers=viewer.headers)
    assert answer.status_code == 400
    assert "The form has expired" in answer.text
    assert viewer.get("/").status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(county: Flask) -> None:
    cookie = Visitor(county).get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/", "/map/", "/imports/", "/villages/9999"])
def test_only_our_files_and_scripts_with_the_nonce_run(county: Flask, path: str) -> None:
    viewer = visitor(county, "viewer")
    first, second = viewer.get(path), viewer.get(path)
    policy = first.headers["Content-Security-Policy"]
    script = re.search(r"script-src ([^;]+)", policy)
    assert script is not None
    assert "unsafe" not in script[1]
    assert "default-src 'none'" in policy
    nonce = re.search(r"'nonce-([^']+)'", script[1])
    assert nonce is not None
    tags = re.findall(r"<script[^>]*>", first.text)
    assert tags
    ours = (f'nonce="{nonce[1]}"', 'src="/static/', 'src="/map/texts/')
    assert all(any(mark in tag for mark in ours) for tag in tags)
    assert nonce[1] not in second.headers["Content-Security-Policy"]
    assert not re.search(r"\son\w+=", first.text)
    assert first.headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_names_an_address_elsewhere(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    for path in ("/", "/map/", "/villages/", "/imports/", "/settings/"):
        addresses = re.findall(r"""(?:src|href|action)=["'](\w+:)?//""", viewer.page(path))
        assert addresses == []


@pytest.mark.parametrize(
    ("language", "word"),
    [("zh-CN,zh;q=0.9", "总览"), ("en-GB,en", "Overview"), ("fr", "总览"), ("", "总览")],
)
def test_the_language_is_the_browser_s_and_else_chinese(
    county: Flask, language: str, word: str
) -> None:
    assert word in visitor(county, "viewer", language=language).page("/")


def test_a_chosen_language_stays_with_the_user(county: Flask) -> None:
    viewer = visitor(county, "viewer", language="en")
    answer = viewer.post("/language/zh_Hans_CN", {"next": "/lagging/"})
    assert answer.headers["Location"] == "/lagging/"
    assert "总览" in viewer.page("/")
    elsewhere = Visitor(county, language="en")
    form = {"username": "viewer", "password": PASSWORD}
    elsewhere.post("/sign-in", form, form_of="/sign-in")
    assert "总览" in elsewhere.page("/")


def test_a_page_that_is_not_there_says_so(county: Flask) -> None:
    answer = visitor(county, "viewer").get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_a_language_chosen_before_signing_in_stays(county: Flask) -> None:
    visitor(county, "viewer")
    somebody = Visitor(county, language="zh-CN")
    somebody.post("/language/en", {"next": "/sign-in"}, form_of="/sign-in")
    assert "Sign in" in somebody.page("/sign-in")
    form = {"username": "viewer", "password": PASSWORD}
    somebody.post("/sign-in", form, form_of="/sign-in")
    assert "Overview" in somebody.page("/")


def test_the_language_can_be_changed_on_a_page_that_answers_a_form(county: Flask) -> None:
    planner = visitor(county, "planner")
    refused = planner.post("/password", {"current": "x", "new": "a", "repeated": "b"})
    assert refused.status_code == 422
    found = re.search(r'name="next" value="([^"]*)"', refused.text)
    assert found is not None
    answer = planner.post("/language/zh_Hans_CN", {"next": found[1]})
    assert planner.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("name", ["wang\0", "\0"])
def test_a_name_that_no_database_can_hold_is_refused(empty: Flask, name: str) -> None:
    form = {"username": name, "password": PASSWORD}
    answer = Visitor(empty).post("/sign-in", form, form_of="/sign-in")
    assert answer.status_code == 400
    assert "That was not understood" in answer.text
