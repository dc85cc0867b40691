"""Money of a project as people record it: only added to, so that none appears or vanishes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.columns import CENT, now
from geo_tracker.db.models import Fund, Payment, ProjectAmount
from geo_tracker.db.project_frames import AMOUNT_KINDS
from geo_tracker.db.projects import current_amount, fund_of, paid_in_all, payment_of
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    changed_fields,
    happened_by,
    said,
    tidy,
)
from geo_tracker.workflows.projects import changing, logged

PAYMENT_KINDS: Final = ("advance", "progress", "settlement", "retention", "other")
MOST: Final = Decimal(10) ** 12
"""More yuan than any project here costs; larger numbers are slips."""

_LONGEST_DOCUMENT, _LONGEST_CHANNEL = 200, 60


def enter_amount(
    engine: sa.Engine,
    project_id: int,
    kind: str,
    amount: Decimal | None,
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Enter an amount; what was entered before stays as a row that is replaced.

    Parameters
    ----------
    engine : Engine
        The database.
    project_id : int
        The project.
    kind : str
        One of `AMOUNT_KINDS`.
    amount : Decimal
        In yuan; only changes of the contract may be below zero.
    note : str
        Why; needed where another amount is replaced.
    actor : Actor
        Who enters it.
    version : int
        The project's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `geo_tracker.workflows.projects.changing`.
    InputError
        If the kind, the amount or the reason is missing, or the amount is what stands there.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        if kind not in AMOUNT_KINDS:
            raise InputError(N_("Say which amount it is."))
        yuan = _yuan(amount, least=-MOST if kind == "change" else Decimal(0))
        before = current_amount(session, project_id, kind)
        text = tidy(note, LONGEST_NOTE)
        if before is not None:
            if before.amount == yuan:
                raise InputError(N_("Nothing was changed."))
            text = said(note)
            before.current = False
        session.add(
            ProjectAmount(project_id=project_id, kind=kind, amount=yuan, user_id=actor.user_id)
        )
        was = None if before is None else plain_value(before.amount)
        fields = {kind: [was, plain_value(yuan)]}
        logged(session, project, "amount", actor=actor, on=today, note=text, fields=fields)


def record_payment(
    engine: sa.Engine,
    project_id: int,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Record that money was paid out.

    Parameters
    ----------
    engine : Engine
        The database.
    project_id : int
        The project.
    given : mapping
        ``paid_on`` (date), ``kind`` (one of `PAYMENT_KINDS`), ``amount`` (Decimal yuan above
        zero), ``document`` (text, perhaps), ``note`` (perhaps).
    actor : Actor
        Who records it.
    version : int
        The project's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `geo_tracker.workflows.projects.changing`.
    InputError
        If something is missing or does not fit.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        if given.get("kind") not in PAYMENT_KINDS:
            raise InputError(N_("Say which kind of payment it is."))
        if given.get("paid_on") is None:
            raise InputError(N_("Give the day it was paid."))
        day = happened_by(given["paid_on"], today)
        payment = Payment(
            project_id=project_id,
            paid_on=day,
            kind=given["kind"],
            amount=_yuan(given.get("amount"), least=CENT),
            document=tidy(given.get("document"), _LONGEST_DOCUMENT),
            note=tidy(given.get("note"), LONGEST_NOTE),
            user_id=actor.user_id,
            recorded_at=now(),
        )
        fields = _with_total(session, payment) | {
            "payment_kind": [None, payment.kind],
            "document": [None, payment.document],
        }
        logged(
            session, project, "pay", actor=actor, on=day, note=payment.note,
            fields=fields,
        )  # fmt: skip


def take_back_payment(
    engine: sa.Engine,
    project_id: int,
    payment_id: int,
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Take a wrong payment back by a second row of the opposite amount; both stay to be seen.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `geo_tracker.workflows.projects.changing`; also if the project has no such payment.
    ConflictError
        If it was taken back already, or takes another one back.
    InputError
        Without a reason.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        wrong, day, is_taken_back = payment_of(session, project_id, payment_id)
        if is_taken_back or wrong.takes_back_id is not None:
            raise ConflictError(N_("This payment was taken back already."))
        reason = said(note)
        payment = Payment(
            project_id=project_id,
            # On the same day, so that the sum of no day is wrong.
            paid_on=day,
            kind=wrong.kind,
            amount=-wrong.amount,
            document=wrong.document,
            note=reason,
            user_id=actor.user_id,
            recorded_at=now(),
            takes_back_id=wrong.id,
        )
        fields = _with_total(session, payment)
        logged(session, project, "take_back", actor=actor, on=today, note=reason, fields=fields)


def change_fund(
    engine: sa.Engine,
    project_id: int,
    channel: Any,
    *,
    planned: Decimal | None,
    received: Decimal | None,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Say what a channel is to give and has given; what was said before stays in the log.

    Parameters
    ----------
    engine : Engine
        The database.
    project_id : int
        The project.
    channel : str
        A channel that the project has, or a new one.
    planned, received : Decimal or None
        In yuan; None where it is not known.
    note : str
        Why; needed where an amount was known that is changed.
    actor : Actor
        Who says so.
    version : int
        The project's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `geo_tracker.workflows.projects.changing`.
    InputError
        If something is missing or nothing changed.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        name = tidy(channel, _LONGEST_CHANNEL)
        if name is None:
            raise InputError(N_("Say which channel it is."))
        values = {
            key: None if amount is None else _yuan(amount, least=Decimal(0))
            for key, amount in (("planned", planned), ("received", received))
        }
        fund, text = fund_of(session, project_id, name), tidy(note, LONGEST_NOTE)
        if fund is None:
            if values["planned"] is None and values["received"] is None:
                raise InputError(N_("Give the amount."))
            fund = Fund(project_id=project_id, channel=name, user_id=actor.user_id)
            session.add(fund)
            fields = {k: [None, plain_value(v)] for k, v in values.items() if v is not None}
        else:
            fields = changed_fields(fund, values)
            if not fields:
                raise InputError(N_("Nothing was changed."))
            if any(was is not None for was, _is in fields.values()):
                text = said(note)
        for key, amount in values.items():
            setattr(fund, key, amount)
        fields = {"channel": [name, name]} | fields
        logged(session, project, "fund", actor=actor, on=today, note=text, fields=fields)


def _yuan(amount: Decimal | None, *, least: Decimal) -> Decimal:
    if amount is None or not amount.is_finite():
        raise InputError(N_("Give the amount."))
    if abs(amount) > MOST:
        raise InputError(N_("That is more money than a project can cost."))
    yuan = amount.quantize(CENT)
    if yuan != amount:
        raise InputError(N_("Give an amount of whole fen."))
    if yuan < least:
        raise InputError(
            N_("An amount below zero is none.") if least == 0 else N_("Give the amount.")
        )
    return yuan


def _with_total(session: Session, payment: Payment) -> dict[str, list[Any]]:
    """Add a payment; return what the log keeps of it: what was paid in all before and now."""
    before = paid_in_all(session, payment.project_id)
    session.add(payment)
    after = (before or Decimal(0)) + payment.amount
    return {
        "paid": [None if before is None else plain_value(before), plain_value(after)],
        "amount": [None, plain_value(payment.amount)],
    }
