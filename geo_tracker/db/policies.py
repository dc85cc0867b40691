"""Policies and their uses as stored, and the funds that projects received."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.models import (
    Fund,
    Policy,
    PolicyUse,
    UserAccount,
    VillageFigures,
    VillageVersion,
)
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

Rows = list[sa.Row[*tuple[Any, ...]]]


def all_policies(session: Session) -> list[Policy]:
    """Return all policies, those that were withdrawn too, the newest first."""
    return list(session.scalars(sa.select(Policy).order_by(Policy.id.desc())))


def existing_policy(session: Session, policy_id: int, *, lock: bool = False) -> Policy:
    """Return a policy; with ``lock`` nobody else can change it until this transaction ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if policy_id < 2**31:
        found = session.get(Policy, policy_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(N_("There is no policy %(id)s."), id=policy_id)
    return found


def existing_use(session: Session, use_id: int, *, lock: bool = False) -> PolicyUse:
    """Return a use of a policy; ``lock`` as for `existing_policy`.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if use_id < 2**31:
        found = session.get(PolicyUse, use_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(N_("There is no use %(id)s of a policy."), id=use_id)
    return found


def standing_uses(session: Session, policy_id: int | None = None) -> Rows:
    """Return the uses of all policies, or of one, the latest first; those taken back left out.

    ``PolicyUse``, ``username`` of whoever recorded it.
    """
    query = (
        sa.select(PolicyUse, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == PolicyUse.recorded_by_id)
        .where(PolicyUse.taken_back_on.is_(None))
        .order_by(PolicyUse.used_on.desc(), PolicyUse.id.desc())
    )
    return list(session.execute(query if policy_id is None else query.where(_of_policy(policy_id))))


def _of_policy(policy_id: int) -> sa.ColumnElement[bool]:
    return PolicyUse.policy_id == policy_id


def funds_received(session: Session, channels: Collection[str]) -> Rows:
    """Return what projects received through some channels.

    ``project_id``, ``channel``, ``received`` (yuan, above zero).
    """
    if not channels:
        return []
    return list(
        session.execute(
            sa.select(Fund.project_id, Fund.channel, Fund.received)
            .where(Fund.channel.in_(channels), Fund.received > 0)
            .order_by(Fund.id)
        )
    )


def channels_in_use(session: Session) -> list[str]:
    """Return the channels that funds of projects name, in order."""
    return list(session.scalars(sa.select(Fund.channel).distinct().order_by(Fund.channel)))


def stands_today(session: Session, unit_id: int) -> bool:
    """Say whether a village is one of the newest layer."""
    newest = layers_in_order(session)[-1:]
    if not newest:
        return False
    v = VillageVersion
    found = sa.select(v.id).where(v.unit_id == unit_id, v.layer_id == newest[0].id).limit(1)
    return session.scalar(found) is not None


def poorest_formers(session: Session, *, most: int) -> list[int]:
    """Return the former villages with the least operating income, the least first."""
    f, v = VillageFigures, VillageVersion
    newest = layers_in_order(session)[-1].id
    standing = sa.select(v.unit_id).where(v.layer_id == newest)
    query = sa.select(f.unit_id).where(f.operating_income.is_not(None), f.unit_id.not_in(standing))
    ordered = query.order_by(f.operating_income, f.unit_id).limit(most)
    return list(session.scalars(ordered))
