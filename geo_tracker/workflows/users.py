"""Accounts: the first administrator, new users, passwords."""

import secrets

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from geo_tracker.db import reading, writing
from geo_tracker.db.models import RecordChange, UserAccount
from geo_tracker.db.users import all_users, existing_user, user_named
from geo_tracker.errors import ConflictError, InputError, WrongPasswordError
from geo_tracker.language import N_

ROLES = ("admin", "planner", "handler", "viewer")
LONGEST_OFFICE = 60
MIN_PASSWORD_LENGTH = 10

_hasher = PasswordHasher()
# Checked when the name is unknown, so that an answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def one_time_password() -> str:
    """Return a password to be used once, then changed."""
    return secrets.token_urlsafe(9)


def first_administrator(engine: sa.Engine) -> str | None:
    """Make the account ``admin`` when there is none; return its one-time password, else None."""
    with reading(engine) as session:
        if all_users(session):
            return None
    password = one_time_password()
    add_user(engine, username="admin", password=password, role="admin", must_change=True)
    return password


def add_user(
    engine: sa.Engine,
    *,
    username: str,
    password: str,
    role: str,
    office: str | None = None,
    must_change: bool = True,
) -> int:
    """Add an account and return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    username, password : str
        What the user signs in with.
    role : str
        One of `ROLES`.
    office : str, optional
        The unit a handler works for: problems handed to it are his. Others have none.
    must_change : bool
        Whether the password is good for one time only.

    Raises
    ------
    InputError
        If the name is taken or empty, the role unknown, the password too short, or a handler's
        office is missing.
    """
    username = username.strip()
    if not username or len(username) > 80:
        raise InputError(N_("Give a user name of 1 to 80 characters."))
    office = _office_of(role, office)
    with writing(engine) as session:
        if user_named(session, username) is not None:
            raise InputError(N_("There is already a user %(name)s."), name=username)
        user = UserAccount(
            username=username,
            password_hash=_hashed(password),
            role=role,
            office=office,
            must_change_password=must_change,
        )
        session.add(user)
        session.flush()
        return user.id


def _office_of(role: str, office: str | None) -> str | None:
    """Return the office of an account with a role; only handlers have one.

    Raises
    ------
    InputError
        If there is no such role, or a handler's office is missing or too long.
    """
    if role not in ROLES:
        raise InputError(N_("There is no role %(role)s."), role=role)
    office = (office or "").strip() if role == "handler" else ""
    if role == "handler" and not office:
        raise InputError(N_("Say for which unit a handler works."))
    if len(office) > LONGEST_OFFICE:
        raise InputError(N_("At most %(count)s characters."), count=LONGEST_OFFICE)
    return office or None


def change_role(
    engine: sa.Engine, user_id: int, *, role: str, office: str | None, by_id: int | None
) -> None:
    """Give a user another role or office, and log who did it and what it was.

    Raises
    ------
    NotFoundError
        If there is no such account.
    InputError
        If there is no such role, a handler's office is missing, or nothing would change.
    ConflictError
        If somebody would change his own: an office without any administrator would be the end.
    """
    given = {"role": role, "office": _office_of(role, office)}
    with writing(engine) as session:
        user = existing_user(session, user_id)
        if user_id == by_id:
            raise ConflictError(N_("You cannot change your own role."))
        before = {name: getattr(user, name) for name in given}
        changed = [name for name in given if given[name] != before[name]]
        if not changed:
            raise InputError(N_("Nothing was changed."))
        for name in changed:
            setattr(user, name, given[name])
            session.add(
                RecordChange(
                    user_id=by_id,
                    table_name=UserAccount.__tablename__,
                    record_id=user_id,
                    field=name,
                    old=before[name],
                    new=given[name],
                )
            )


def _hashed(password: str) -> str:
    if len(password) < MIN_PASSWORD_LENGTH:
        raise InputError(
            N_("A password needs at least %(count)s characters."), count=MIN_PASSWORD_LENGTH
        )
    return _hasher.hash(password)


def authenticated(engine: sa.Engine, *, username: str, password: str) -> int | None:
    """Return the id of the active user with this name and password, else None."""
    with reading(engine) as session:
        user = user_named(session, username.strip())
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user.id if user is not None and user.active else None


def change_password(engine: sa.Engine, user_id: int, *, old: str, new: str) -> None:
    """Set a new password for somebody who knows the old one.

    Raises
    ------
    WrongPasswordError
        If the old one is wrong.
    InputError
        If the new one is too short, or the old one.
    """
    with writing(engine) as session:
        user = existing_user(session, user_id)
        try:
            _hasher.verify(user.password_hash, old)
        except VerifyMismatchError as wrong:
            raise WrongPasswordError(N_("The present password is not right.")) from wrong
        if new == old:
            raise InputError(N_("The new password must differ from the present one."))
        user.password_hash = _hashed(new)
        user.must_change_password = False


def reset_password(engine: sa.Engine, user_id: int) -> str:
    """Set a one-time password and return it; the user must change it at the next sign-in."""
    password = one_time_password()
    with writing(engine) as session:
        user = existing_user(session, user_id)
        user.password_hash = _hashed(password)
        user.must_change_password = True
    return password


def set_active(engine: sa.Engine, user_id: int, *, active: bool) -> None:
    """Let a user sign in, or no longer."""
    with writing(engine) as session:
        existing_user(session, user_id).active = active


def choose_locale(engine: sa.Engine, user_id: int, *, locale: str) -> None:
    """Remember the language a user chose."""
    with writing(engine) as session:
        existing_user(session, user_id).locale = locale


def id_of(engine: sa.Engine, username: str) -> int:
    """Return the id of the account with this name.

    Raises
    ------
    InputError
        If there is none.
    """
    with reading(engine) as session:
        user = user_named(session, username)
    if user is None:
        raise InputError(N_("There is no user %(id)s."), id=username)
    return user.id
