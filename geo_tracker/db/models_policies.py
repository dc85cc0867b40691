"""Support policies with their conditions as data, and what villages got of them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, Yuan, now


class Policy(Base):
    """A support policy; withdrawn with a reason, never deleted."""

    __tablename__ = "policy"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    document_no: Mapped[str | None] = mapped_column(sa.String(100))
    issuing_unit: Mapped[str | None] = mapped_column(sa.String(120))
    issued_on: Mapped[date | None]
    in_force_from: Mapped[date | None]
    in_force_until: Mapped[date | None]  # the last day
    gives: Mapped[str] = mapped_column(sa.String(2000))
    amount: Mapped[Any] = mapped_column("amount_fen", Yuan, nullable=True)  # for one village
    source: Mapped[str | None] = mapped_column(sa.String(500))
    level: Mapped[str] = mapped_column(sa.String(10))  # a code of `LEVELS`
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)  # as `Condition.plain`
    channel: Mapped[str | None] = mapped_column(sa.String(60))  # of funds, as `Fund` names it
    synthetic: Mapped[bool] = mapped_column(default=False)
    withdrawn_on: Mapped[date | None]
    withdrawn_why: Mapped[str | None] = mapped_column(sa.String(1000))
    version: Mapped[int] = mapped_column(default=1)


class PolicyUse(Base):
    """That a village, former or of today, got what a policy gives; taken back, never deleted."""

    __tablename__ = "policy_use"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("policy.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    used_on: Mapped[date]
    amount: Mapped[Any] = mapped_column("amount_fen", Yuan, nullable=True)
    document: Mapped[str | None] = mapped_column(sa.String(200))
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)
    synthetic: Mapped[bool] = mapped_column(default=False)
    taken_back_on: Mapped[date | None]
    taken_back_why: Mapped[str | None] = mapped_column(sa.String(1000))
    version: Mapped[int] = mapped_column(default=1)
