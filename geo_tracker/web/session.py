"""Signing in and out, one's password, one's language; who may do what."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Request,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user

from geo_tracker.db.models import UserAccount
from geo_tracker.db.users import all_users
from geo_tracker.errors import InputError, NotAllowedError, WrongPasswordError
from geo_tracker.language import LOCALES, N_
from geo_tracker.web.context import read_session, services
from geo_tracker.web.texts import shown
from geo_tracker.web.tile_access import account_by_key
from geo_tracker.workflows import users

bp = Blueprint("session", __name__)

OPEN_ENDPOINTS = {"session.sign_in", "session.language", "static"}
PASSWORD_ENDPOINTS = OPEN_ENDPOINTS | {"session.sign_out", "session.change_password"}


class SignedIn:
    """Flask-Login's view of an account."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: UserAccount) -> None:
        self.id = account.id
        self.username = account.username
        self.role = account.role
        self.office = account.office
        self.locale = account.locale
        self.must_change_password = account.must_change_password

    def get_id(self) -> str:
        """Return the id kept in the session cookie."""
        return str(self.id)


def guard(app: Flask) -> None:
    """Let nobody in who has not signed in, and nobody on with a one-time password."""
    manager = LoginManager(app)

    def load(user_id: str) -> SignedIn | None:
        with read_session() as database:
            account = database.get(UserAccount, int(user_id))
            return SignedIn(account) if account is not None and account.active else None

    manager.user_loader(load)

    def load_by_key(asked: Request) -> SignedIn | None:
        account = account_by_key(asked)
        return SignedIn(account) if account is not None else None

    manager.request_loader(load_by_key)

    @app.before_request
    def check() -> ResponseReturnValue | None:
        endpoint = request.endpoint or ""
        if endpoint in OPEN_ENDPOINTS:
            return None
        if not current_user.is_authenticated:
            target = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("session.sign_in", next=target))
        if current_user.must_change_password and endpoint not in PASSWORD_ENDPOINTS:
            return redirect(url_for("session.change_password"))
        return None


def role_needed(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only users with one of these roles through a view."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if current_user.role not in roles:
                raise NotAllowedError(N_("Your role does not permit this."))
            return view(*args, **kwargs)

        return guarded

    return wrap


def chosen_locale() -> str:
    """Return the language: the user's choice, the session's, the browser's, Chinese."""
    asked = getattr(current_user, "locale", None) or session.get("locale")
    if asked in LOCALES:
        return str(asked)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], "zh")
    return "en" if best == "en" else LOCALES[0]


def local_target(address: str | None) -> str:
    """Return an address on this site, or the overview; never one that leads elsewhere."""
    # Browsers take a backslash for a slash.
    if address and address.startswith("/") and "\\" not in address:
        parts = urlsplit(address)
        if not parts.scheme and not parts.netloc:
            return address
    return url_for("home.show")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form, or sign in."""
    error = None
    if request.method == "POST":
        user_id = users.authenticated(
            services().engine,
            username=request.form.get("username", ""),
            password=request.form.get("password", ""),
        )
        if user_id is not None:
            with read_session() as database:
                account = database.get_one(UserAccount, user_id)
            locale = session.get("locale")
            # A fresh session: nothing planted before signing in survives, but the language.
            session.clear()
            if locale in LOCALES:
                session["locale"] = locale
            login_user(SignedIn(account))
            return redirect(local_target(request.form.get("next")), code=303)
        error = _("The user name or the password is not right.")
    with read_session() as database:
        accounts = all_users(database)
    page = render_template(
        "session/sign_in.html",
        error=error,
        first_sign_in=len(accounts) == 1 and accounts[0].must_change_password,
        username=request.form.get("username", ""),
        next=request.values.get("next", ""),
    )
    return page, 401 if error else 200


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    logout_user()
    session.clear()
    return redirect(url_for("session.sign_in"), code=303)


@bp.route("/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Show the password form, or change one's password."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        old, new = request.form.get("current", ""), request.form.get("new", "")
        if new != request.form.get("repeated", ""):
            errors["repeated"] = _("The two new passwords differ.")
        else:
            try:
                users.change_password(services().engine, current_user.id, old=old, new=new)
            except WrongPasswordError as refused:
                errors["current"] = shown(refused.message)
            except InputError as refused:
                errors["new"] = shown(refused.message)
            else:
                flash(_("Your password was changed."), "success")
                return redirect(url_for("home.show"), code=303)
    page = render_template(
        "session/change_password.html",
        errors=errors,
        forced=current_user.must_change_password,
        minimum=users.MIN_PASSWORD_LENGTH,
    )
    return page, 422 if errors else 200


@bp.post("/language/<locale>")
def language(locale: str) -> ResponseReturnValue:
    """Choose the language."""
    if locale in LOCALES:
        session["locale"] = locale
        if current_user.is_authenticated:
            users.choose_locale(services().engine, current_user.id, locale=locale)
    return redirect(local_target(request.form.get("next")), code=303)
