"""Accounts, and what the settings page says of the server."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import UserAccount
from geo_tracker.workflows.users import authenticated
from tests.web.conftest import strict
from tests.web.reading import plain
from tests.web.visitors import PASSWORD, Visitor, visitor


@pytest.fixture
def app(settings: Settings, engine: sa.Engine) -> Flask:
    return strict(create_app(replace(settings, secret_key="very-secret"), engine))


@pytest.fixture
def admin(app: Flask) -> Visitor:
    return visitor(app, "admin")


def one_time_password(page: str) -> str:
    found = re.search(r'<strong class="gt-code">([^<]+)</strong>', page)
    assert found is not None
    return found[1]


def test_a_new_user_gets_a_one_time_password_that_must_be_changed(
    app: Flask, admin: Visitor, engine: sa.Engine
) -> None:
    answer = admin.post("/settings/users", {"username": "wang", "role": "planner"})
    assert answer.status_code == 200
    password = one_time_password(answer.text)
    assert authenticated(engine, username="wang", password=password) is not None
    assert password not in admin.page("/settings/")
    wang = Visitor(app)
    wang.post("/sign-in", {"username": "wang", "password": password}, form_of="/sign-in")
    assert wang.get("/").headers["Location"] == "/password"


@pytest.mark.parametrize(
    ("username", "role", "reason"),
    [
        ("admin", "planner", "There is already a user admin."),
        ("", "planner", "Give a user name"),
        ("wang", "emperor", "There is no role emperor."),
    ],
)
def test_a_user_that_cannot_be_added_is_refused_with_a_reason(
    admin: Visitor, username: str, role: str, reason: str
) -> None:
    answer = admin.post("/settings/users", {"username": username, "role": role})
    assert answer.status_code == 422
    assert reason in answer.text


def test_a_reset_password_replaces_the_old_one(
    app: Flask, admin: Visitor, engine: sa.Engine
) -> None:
    visitor(app, "viewer")
    user_id = authenticated(engine, username="viewer", password=PASSWORD)
    answer = admin.post(f"/settings/users/{user_id}/reset", {})
    password = one_time_password(answer.text)
    assert authenticated(engine, username="viewer", password=PASSWORD) is None
    assert authenticated(engine, username="viewer", password=password) == user_id


def test_a_blocked_user_is_out_at_once_and_can_be_let_in_again(
    app: Flask, admin: Visitor, engine: sa.Engine
) -> None:
    viewer = visitor(app, "viewer")
    user_id = authenticated(engine, username="viewer", password=PASSWORD)
    admin.post(f"/settings/users/{user_id}/active", {"active": "no"})
    assert viewer.get("/").status_code == 302
    assert authenticated(engine, username="viewer", password=PASSWORD) is None
    admin.post(f"/settings/users/{user_id}/active", {"active": "yes"})
    assert authenticated(engine, username="viewer", password=PASSWORD) == user_id


def test_nobody_blocks_himself(admin: Visitor, engine: sa.Engine) -> None:
    own_id = authenticated(engine, username="admin", password=PASSWORD)
    answer = admin.post(f"/settings/users/{own_id}/active", {"active": "no"})
    assert answer.status_code == 409


@pytest.mark.parametrize("role", ["planner", "viewer"])
def test_only_administrators_see_users_and_settings_of_the_server(app: Flask, role: str) -> None:
    somebody = visitor(app, role)
    page = somebody.page("/settings/")
    assert "GEO_TRACKER_DATA_DIR" not in page
    assert "/settings/users" not in page
    form = {"username": "wang", "role": "admin"}
    assert somebody.post("/settings/users", form).status_code == 403


def test_secrets_are_not_shown(admin: Visitor) -> None:
    page = admin.page("/settings/")
    assert "GEO_TRACKER_SECRET_KEY" in page
    assert "very-secret" not in page


def test_parts_by_others_are_named(admin: Visitor) -> None:
    page = admin.page("/settings/")
    for text in ("leaflet", "BSD-2-Clause"):
        assert text in page


def account(engine: sa.Engine, username: str) -> UserAccount:
    with reading(engine) as session:
        return session.scalars(sa.select(UserAccount).where(UserAccount.username == username)).one()


def test_a_role_and_an_office_are_changed_and_who_did_it_is_kept(
    app: Flask, admin: Visitor, engine: sa.Engine
) -> None:
    li = visitor(app, "viewer", name="li")
    path = f"/settings/users/{account(engine, 'li').id}/role"
    assert li.get("/problems/new").status_code == 403
    refused = admin.post(path, {"role": "handler", "office": ""})
    assert refused.status_code == 422
    assert "Say for which unit a handler works." in refused.text
    given = {"role": "handler", "office": "交通局"}
    assert admin.post(path, given).status_code == 303
    # It holds at once, for whoever is signed in, too.
    assert li.get("/problems/new").status_code == 200
    assert admin.post(path, given).status_code == 422
    assert admin.post(path, {"role": "planner", "office": "x"}).status_code == 303
    assert (account(engine, "li").role, account(engine, "li").office) == ("planner", None)
    log = plain(admin.page("/settings/"))
    assert "li · Role: Viewer → Handler" in log
    assert "li · Unit: — → 交通局" in log
    assert "li · Role: Handler → Planner" in log


def test_nobody_changes_his_own_role_and_only_administrators_any(
    app: Flask, admin: Visitor, engine: sa.Engine
) -> None:
    own = account(engine, "admin")
    path = f"/settings/users/{own.id}/role"
    assert admin.post(path, {"role": "viewer"}).status_code == 409
    planner = visitor(app, "planner", name="wang")
    assert planner.post(path, {"role": "viewer"}).status_code == 403
    assert admin.post("/settings/users/999/role", {"role": "viewer"}).status_code == 404
    assert account(engine, own.username).role == "admin"
