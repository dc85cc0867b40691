"""Periods that an administrator has closed."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, now


class ClosedPeriod(Base):
    """All days until one are closed: what lies in them is changed with a reason only.

    ``figures`` are those of the last day as they were then; ``last_step_id`` tells what came later.
    A closing is withdrawn with a reason, never deleted.
    """

    __tablename__ = "closed_period"
    id: Mapped[int] = mapped_column(primary_key=True)
    until_on: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    last_step_id: Mapped[int]
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    closed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    withdrawn_why: Mapped[str | None] = mapped_column(sa.String(1000))
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
