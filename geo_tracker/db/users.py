"""User accounts."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import RecordChange, UserAccount
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_


def user_named(session: Session, username: str) -> UserAccount | None:
    """Return the account with this name, if any."""
    return session.scalars(
        sa.select(UserAccount).where(UserAccount.username == username)
    ).one_or_none()


def existing_user(session: Session, user_id: int) -> UserAccount:
    """Return an account.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    user = session.get(UserAccount, user_id)
    if user is None:
        raise NotFoundError(N_("There is no user %(id)s."), id=user_id)
    return user


def all_users(session: Session) -> list[UserAccount]:
    """Return all accounts by name."""
    return list(session.scalars(sa.select(UserAccount).order_by(UserAccount.username)))


def account_changes(session: Session, *, limit: int) -> list[RecordChange]:
    """Return what was changed of accounts, the newest first."""
    return list(
        session.scalars(
            sa.select(RecordChange)
            .where(RecordChange.table_name == UserAccount.__tablename__)
            .order_by(RecordChange.id.desc())
            .limit(limit)
        )
    )
