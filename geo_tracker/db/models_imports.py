"""Tables of where records came from: users, sources, imports, jobs and the log of changes."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo_tracker.db.columns import Base, Moment, now


class UserAccount(Base):
    """A person who may sign in; role is ``admin``, ``planner``, ``handler`` or ``viewer``.

    ``office`` is the unit a handler works for: problems handed to it are his.
    """

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[str] = mapped_column(sa.String(20))
    office: Mapped[str | None] = mapped_column(sa.String(60))
    locale: Mapped[str | None] = mapped_column(sa.String(20))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Source(Base):
    """A file or publication that figures come from."""

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    file_name: Mapped[str | None] = mapped_column(sa.String(300))
    sha256: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    size_bytes: Mapped[int | None]
    synthetic: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ImportRun(Base):
    """One file brought in by one person.

    State: ``looking → previewed → queued → published → undone``; ``refused`` when it was looked at
    and cannot be used; ``failed`` when it could not be stored (can be queued again).
    ``preview``: what was understood; beside it ``wanted``, the choices it is being looked at with,
    or ``refusal``, why the last look came to nothing. ``choices``: those of what was understood.
    ``correction``: why it was stored or undone although it changes a closed period.
    ``drops_missing``: of a correction of boundaries, that the villages it does not have go.
    """

    __tablename__ = "import_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))  # boundaries, records
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"))
    as_of_on: Mapped[date]
    state: Mapped[str] = mapped_column(sa.String(20), default="looking")
    choices: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    preview: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    drops_missing: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    correction: Mapped[str | None] = mapped_column(sa.String(1000))
    source: Mapped[Source] = relationship(lazy="joined")
    user: Mapped[UserAccount | None] = relationship(lazy="joined", foreign_keys=[user_id])
    undone_by: Mapped[UserAccount | None] = relationship(lazy="joined", foreign_keys=[undone_by_id])

    @property
    def earlier_preview(self) -> dict[str, Any]:
        """What was understood of the file so far; empty before anybody could look at it."""
        return {k: v for k, v in self.preview.items() if k not in {"wanted", "refusal"}}


class Job(Base):
    """Background work; this row, not the queue, is the truth about it.

    State: ``queued → running → done`` or ``failed``; a running job whose heartbeat stops is
    queued again.
    """

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default="queued", index=True)
    stage: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    heartbeat_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class RecordChange(Base):
    """One field of one record changed, by whom and from which import."""

    __tablename__ = "record_change"
    __table_args__ = (sa.Index("ix_record_change_record", "table_name", "record_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"))
    table_name: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    field: Mapped[str] = mapped_column(sa.String(60))
    old: Mapped[str | None] = mapped_column(sa.String(500))
    new: Mapped[str | None] = mapped_column(sa.String(500))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
