"""设置: one's account, users, the server's settings, parts by others."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.config import ROOT, Settings, environment_name
from geo_tracker.db.users import account_changes, all_users, existing_user
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.language import N_
from geo_tracker.web.context import read_session, services
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.session import role_needed
from geo_tracker.web.terms import TERMS
from geo_tracker.web.texts import MISSING, shown, term
from geo_tracker.workflows import users

bp = Blueprint("settings", __name__, url_prefix="/settings")

ADMINS = ("admin",)
_LATEST_CHANGES = 20
_FIELDS = {"role": N_("Role"), "office": N_("Unit")}

_PURPOSES = {
    "maps": N_("maps"),
    "parts of pages that change": N_("parts of pages that change"),
    "the kit of all pages": N_("the kit of all pages"),
    "letters of printed sheets": N_("letters of printed sheets"),
}


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the settings."""
    return _page()


def _page(
    *,
    one_time: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    wrong: dict[str, Any] | None = None,
) -> str:
    is_admin = current_user.role in ADMINS
    return render_template(
        "settings/show.html",
        account=current_user,
        users=_users() if is_admin else None,
        roles=[(role, _(TERMS[role])) for role in users.ROLES],
        offices=ledger_day().units if is_admin else [],
        errors=errors or {},
        typed=request.form.to_dict() if errors else {"role": "planner"},
        one_time=one_time,
        wrong=wrong,
        role_changes=_role_changes() if is_admin else [],
        settings=_settings(services().settings) if is_admin else [],
        libraries=_libraries(),
        database=_database(),
    )


def _users() -> list[dict[str, Any]]:
    with read_session() as session:
        return [
            {
                "user_id": account.id,
                "username": account.username,
                "role": account.role,
                "office": account.office,
                "active": account.active,
                "created_at": account.created_at,
                "me": account.id == current_user.id,
            }
            for account in all_users(session)
        ]


def _role_changes() -> list[dict[str, Any]]:
    """Return who changed whose role or office lately, the newest first."""
    with read_session() as session:
        names = {account.id: account.username for account in all_users(session)}
        changes = account_changes(session, limit=_LATEST_CHANGES)

    def word(field: str, value: str | None) -> str:
        return MISSING if value is None else term(value) if field == "role" else value

    return [
        {
            "at": change.at,
            "by": names.get(change.user_id or 0),
            "username": names.get(change.record_id),
            "field": _(_FIELDS[change.field]),
            "old": word(change.field, change.old),
            "new": word(change.field, change.new),
        }
        for change in changes
        if change.field in _FIELDS
    ]


def _settings(settings: Settings) -> list[dict[str, Any]]:
    return [
        {
            "name": setting.name,
            "environment": environment_name(setting.name),
            "value": _value(setting.name, getattr(settings, setting.name)),
            "help": _(setting.metadata["help"]),
        }
        for setting in fields(settings)
    ]


def _value(name: str, value: Any) -> str:
    if name in {"secret_key", "basemap_key"}:
        return "••••••" if value else ""
    if name == "database_url" and value:
        parts = urlsplit(value)
        # Neither user nor password belong on a page.
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    return str(value)


def _database() -> str:
    engine = services().engine
    if engine.dialect.name == "postgresql":
        return "PostgreSQL + PostGIS"
    return f"GeoPackage ({Path(engine.url.database or '').name})"


def _libraries() -> list[dict[str, str]]:
    listed = json.loads(
        (Path(current_app.static_folder or ROOT) / "vendor" / "vendor.json").read_text("utf-8")
    )
    names = ("name", "version", "licence")
    return [
        {name: part[name] for name in names} | {"purpose": _(_PURPOSES[part["purpose"]])}
        for part in listed
    ]


@bp.post("/users")
@role_needed(*ADMINS)
def add_user() -> ResponseReturnValue:
    """Add an account and show its one-time password."""
    username = request.form.get("username", "").strip()
    password = users.one_time_password()
    try:
        users.add_user(
            services().engine,
            username=username,
            password=password,
            role=request.form.get("role", ""),
            office=request.form.get("office", ""),
        )
    except InputError as refused:
        return make_response(_page(errors={"username": shown(refused.message)}), 422)
    # Shown in this answer only; a redirect would have to keep the password somewhere.
    return _page(one_time={"username": username, "password": password})


@bp.post("/users/<int:user_id>/reset")
@role_needed(*ADMINS)
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give a user a new one-time password and show it."""
    with read_session() as session:
        username = existing_user(session, user_id).username
    password = users.reset_password(services().engine, user_id)
    return _page(one_time={"username": username, "password": password})


@bp.post("/users/<int:user_id>/role")
@role_needed(*ADMINS)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give a user another role or office; nobody changes his own."""
    form = request.form
    try:
        users.change_role(
            services().engine,
            user_id,
            role=form.get("role", ""),
            office=form.get("office", ""),
            by_id=current_user.id,
        )
    except InputError as refused:
        return make_response(_page(wrong={"user_id": user_id, "why": shown(refused.message)}), 422)
    return redirect(url_for(".show", _anchor="users"), code=303)


@bp.post("/users/<int:user_id>/active")
@role_needed(*ADMINS)
def set_active(user_id: int) -> ResponseReturnValue:
    """Block or unblock a user; nobody blocks himself."""
    if user_id == current_user.id:
        raise ConflictError(N_("You cannot block your own account."))
    users.set_active(services().engine, user_id, active=request.form.get("active") == "yes")
    return redirect(url_for(".show"), code=303)
