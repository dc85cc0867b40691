"""Reviews of lagging villages: a list that was frozen, and what was decided of each village."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, now


class LagPeriod(Base):
    """A review that an administrator opened; once it is closed nothing in it can be changed.

    ``rules`` are those of lagging in its year and ``reference`` what rates were drawn to, both as
    they were; ``snapshot`` is the whole list as canonical JSON, ``table_csv`` the same as a table.
    """

    __tablename__ = "lag_period"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    year: Mapped[int]
    data_on: Mapped[date | None]
    rules: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    reference: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    # Megabytes, which lists of reviews need not read.
    snapshot: Mapped[str] = mapped_column(sa.Text, deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of the snapshot in UTF-8
    table_csv: Mapped[str] = mapped_column(sa.Text, deferred=True)
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    opened_at: Mapped[datetime] = mapped_column(Moment, default=now)
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class LagReview(Base):
    """What was decided of a village, former or of today, in a review.

    ``score`` and ``rank`` are those of the review's list, so that the next one can say what came
    of it.
    """

    __tablename__ = "lag_review"
    __table_args__ = (sa.UniqueConstraint("period_id", "unit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("lag_period.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    decision: Mapped[str] = mapped_column(sa.String(20))  # a code of `DECISIONS`
    score: Mapped[float | None]
    rank: Mapped[int | None]
    helper_unit: Mapped[str | None] = mapped_column(sa.String(60))
    target: Mapped[str | None] = mapped_column(sa.String(1000))
    target_score: Mapped[float | None]  # reached at this score or under it
    due_on: Mapped[date | None]
    approver: Mapped[str | None] = mapped_column(sa.String(60))
    minutes: Mapped[str | None] = mapped_column(sa.String(2000))
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1)
