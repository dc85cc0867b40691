"""Tables of the ledger: votes, projects with their money, and published figures."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, Yuan, now
from geo_tracker.db.geometry import Geometry


class Vote(Base):
    """One meeting of one former village, with all its counts."""

    __tablename__ = "vote"
    __table_args__ = (sa.UniqueConstraint("unit_id", "held_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    form: Mapped[str | None] = mapped_column(sa.String(40))
    notice_on: Mapped[date | None]
    held_on: Mapped[date]
    eligible: Mapped[int]
    present: Mapped[int]
    issued: Mapped[int | None]
    returned: Mapped[int | None]
    agree: Mapped[int]
    oppose: Mapped[int | None]
    abstain: Mapped[int | None]
    invalid: Mapped[int | None]
    basis: Mapped[str | None] = mapped_column(sa.String(300))
    synthetic: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int]


class Project(Base):
    """A remediation project of a village, recorded on the former village it is for.

    ``version`` grows with every change of the project or its money, whoever makes it. What people
    registered has no import.
    """

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_no: Mapped[str | None] = mapped_column(sa.String(60), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str | None] = mapped_column(sa.String(40))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    former_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    stage: Mapped[str | None] = mapped_column(sa.String(30))
    planned_start_on: Mapped[date | None]
    planned_finish_on: Mapped[date | None]
    actual_start_on: Mapped[date | None]
    actual_finish_on: Mapped[date | None]
    progress: Mapped[float | None]  # 0–1
    reported_on: Mapped[date | None]
    basis: Mapped[str | None] = mapped_column(sa.String(300))
    owner_unit: Mapped[str | None] = mapped_column(sa.String(60))
    contractor: Mapped[str | None] = mapped_column(sa.String(120))
    is_livelihood: Mapped[bool] = mapped_column(default=False)
    livelihood_state: Mapped[str | None] = mapped_column(sa.String(20))
    synthetic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int | None]
    geom: Mapped[Any] = mapped_column(Geometry("GEOMETRY"), nullable=True)


class ProjectStage(Base):
    """A stage that somebody led a project to, forward or back, and when it was reached."""

    __tablename__ = "project_stage"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    stage: Mapped[str] = mapped_column(sa.String(30))
    happened_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ProjectReport(Base):
    """How far somebody says a project was on a day."""

    __tablename__ = "project_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    reported_on: Mapped[date]
    progress: Mapped[float]  # 0–1
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ProjectAmount(Base):
    """An estimate, budget, contract price … of a project; a revision is a new row."""

    __tablename__ = "project_amount"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))  # estimate, budget, contract, …
    amount: Mapped[Any] = mapped_column("amount_fen", Yuan, nullable=False)
    current: Mapped[bool] = mapped_column(default=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


class Fund(Base):
    """What one channel gives to a project; planned or received may be unknown."""

    __tablename__ = "fund"
    __table_args__ = (sa.UniqueConstraint("project_id", "channel"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(60))
    planned: Mapped[Any] = mapped_column("planned_fen", Yuan, nullable=True)
    received: Mapped[Any] = mapped_column("received_fen", Yuan, nullable=True)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


class Payment(Base):
    """Money paid out; ``reported`` rows are the difference to a total a table stated.

    A payment is never changed: a wrong one is taken back by a second row of the opposite amount.
    """

    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    paid_on: Mapped[date | None]
    kind: Mapped[str] = mapped_column(sa.String(30))
    amount: Mapped[Any] = mapped_column("amount_fen", Yuan, nullable=False)
    document: Mapped[str | None] = mapped_column(sa.String(200))
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    takes_back_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("payment.id"), index=True, unique=True
    )


class PublishedFigure(Base):
    """A figure that a publication states, kept beside the register's own, never merged with it."""

    __tablename__ = "published_figure"
    __table_args__ = (sa.UniqueConstraint("indicator", "publisher"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(sa.String(100))
    before: Mapped[float | None]
    after: Mapped[float | None]
    value: Mapped[float | None]
    unit: Mapped[str | None] = mapped_column(sa.String(20))
    as_of_on: Mapped[date | None]
    publisher: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str | None] = mapped_column(sa.String(300))
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
