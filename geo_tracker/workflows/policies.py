"""A policy is registered, changed, withdrawn; that a village used it is recorded or taken back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.models import Policy, PolicyUse
from geo_tracker.db.policies import existing_policy, existing_use, stands_today
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import ConflictError, FieldsError, InputError
from geo_tracker.followup.problem_states import FOLLOWERS, Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    add_step,
    differing,
    known_unit,
    only,
    said,
    unchanged_since,
)
from geo_tracker.workflows.policy_forms import TypedPolicy, read_policy, read_use


def register_policy(
    engine: sa.Engine, given: TypedPolicy, *, actor: Actor, today: date, synthetic: bool = False
) -> int:
    """Register a policy and return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    given : TypedPolicy
        What was typed.
    actor : Actor
        Who registers it.
    today : date
        The day.
    synthetic : bool
        Whether it is made up.

    Raises
    ------
    NotAllowedError
        If this person does not follow up.
    FieldsError
        If something cannot be used.
    """
    only(actor, *FOLLOWERS)
    values = read_policy(given)
    with writing(engine) as session:
        (policy_id,) = new_ids(session.connection(), Policy, 1)
        policy = Policy(id=policy_id, synthetic=synthetic, **values)
        session.add(policy)
        session.flush()
        add_step(session, policy, "register", actor=actor, on=today, fields=_first(values))
        return policy_id


def change_policy(
    engine: sa.Engine,
    policy_id: int,
    given: TypedPolicy,
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Change a policy, with a reason.

    Parameters
    ----------
    engine : Engine
        The database.
    policy_id : int
        The policy.
    given : TypedPolicy
        All fields as typed.
    note : str
        The reason.
    actor : Actor
        Who changes it.
    version : int
        The policy's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such policy.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    ConflictError
        If it was withdrawn.
    NotAllowedError
        If this person does not follow up.
    InputError
        If something cannot be used, nothing was changed, or no reason is given.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        policy = _as_shown(session, policy_id, version)
        values = read_policy(given)
        fields = differing(policy, values)
        reason = _said_why(note)
        for name, value in values.items():
            setattr(policy, name, value)
        policy.version += 1
        add_step(session, policy, "correct", actor=actor, on=today, note=reason, fields=fields)


def withdraw_policy(
    engine: sa.Engine, policy_id: int, *, why: Any, actor: Actor, version: int, today: date
) -> None:
    """Withdraw a policy with a reason: from now on it counts for no village.

    Raises
    ------
    NotFoundError
        If there is no such policy.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    ConflictError
        If it was withdrawn.
    NotAllowedError
        If this person does not follow up.
    InputError
        Without a reason.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        policy = _as_shown(session, policy_id, version)
        reason = said(why)
        policy.withdrawn_on, policy.withdrawn_why = today, reason
        policy.version += 1
        fields = {"withdrawn_on": [None, plain_value(today)]}
        add_step(session, policy, "withdraw", actor=actor, on=today, note=reason, fields=fields)


def record_use(
    engine: sa.Engine,
    policy_id: int,
    unit_id: int | None,
    given: Mapping[str, str],
    *,
    actor: Actor,
    today: date,
    synthetic: bool = False,
) -> int:
    """Record that a village got what a policy gives; return the use's id.

    Parameters
    ----------
    engine : Engine
        The database.
    policy_id, unit_id : int
        The policy, and a village that it counts for.
    given : mapping
        ``used_on``, ``amount`` (10,000 yuan), ``document``, ``note``, as typed.
    actor : Actor
        Who records it.
    today : date
        The day.
    synthetic : bool
        Whether it is made up.

    Raises
    ------
    NotFoundError
        If there is no such policy.
    ConflictError
        If the policy was withdrawn, or this use is recorded already.
    NotAllowedError
        If this person does not follow up.
    FieldsError
        If something cannot be used; the village is the field ``village``.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        # Two who record one use at once: the second waits, then sees the first.
        policy = existing_policy(session, policy_id, lock=True)
        _still_there(policy)
        try:
            unit = known_unit(session, unit_id)
            _of_its_level(session, policy, unit)
        except InputError as error:
            raise FieldsError({"village": error.message}) from error
        values = read_use(given, first=policy.in_force_from, today=today)
        again = sa.select(PolicyUse.id).where(
            PolicyUse.policy_id == policy_id,
            PolicyUse.unit_id == unit,
            PolicyUse.used_on == values["used_on"],
            PolicyUse.taken_back_on.is_(None),
        )
        if session.scalar(again) is not None:
            raise ConflictError(N_("That this village used it on this day is recorded already."))
        (use_id,) = new_ids(session.connection(), PolicyUse, 1)
        use = PolicyUse(
            id=use_id,
            policy_id=policy_id,
            unit_id=unit,
            recorded_by_id=actor.user_id,
            synthetic=synthetic,
            **values,
        )
        session.add(use)
        session.flush()
        fields = _first({"policy": policy.title} | values)
        on = values["used_on"]
        add_step(session, use, "record", actor=actor, on=on, note=values["note"], fields=fields)
        return use_id


def take_back_use(
    engine: sa.Engine, use_id: int, *, why: Any, actor: Actor, version: int, today: date
) -> int:
    """Take back what was recorded by mistake, with a reason; return the policy's id.

    Raises
    ------
    NotFoundError
        If there is no such use.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    NotAllowedError
        If this person does not follow up.
    InputError
        Without a reason.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        use = existing_use(session, use_id, lock=True)
        unchanged_since(use, version)
        reason = said(why)
        use.taken_back_on, use.taken_back_why = today, reason
        use.version += 1
        title = existing_policy(session, use.policy_id).title
        fields = {"policy": [title, None], "used_on": [plain_value(use.used_on), None]}
        add_step(session, use, "remove", actor=actor, on=today, note=reason, fields=fields)
        return use.policy_id


def _first(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [None, plain_value(value)] for name, value in values.items() if value is not None}


def _said_why(note: Any) -> str:
    try:
        return said(note)
    except InputError as error:
        raise FieldsError({"note": error.message}) from error


def _as_shown(session: Session, policy_id: int, version: int) -> Policy:
    """Return a policy for changing, if it is still as it was shown and not withdrawn."""
    policy = existing_policy(session, policy_id, lock=True)
    unchanged_since(policy, version)
    _still_there(policy)
    return policy


def _still_there(policy: Policy) -> None:
    if policy.withdrawn_on is not None:
        raise ConflictError(N_("This policy was withdrawn."))


def _of_its_level(session: Session, policy: Policy, unit_id: int) -> None:
    """Refuse a village of the other kind than the policy counts for."""
    if policy.level == "both":
        return
    stands = stands_today(session, unit_id)
    if policy.level == "former" and stands:
        raise InputError(N_("This policy counts for former villages; choose one."))
    if policy.level == "today" and not stands:
        raise InputError(N_("This policy counts for villages of today; choose one."))
