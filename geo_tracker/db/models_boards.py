"""Boards of a quarter: what was published, what peers said of each other, what has to be done."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, now


class Board(Base):
    """The board of a quarter: of all counties, or of the towns of one.

    While it is a draft its figures are counted anew whenever it is looked at; ``snapshot`` (all
    of it as canonical JSON) and ``table_csv`` (the same as a table) are what was published.
    """

    __tablename__ = "board"
    __table_args__ = (sa.UniqueConstraint("quarter", "level", "area_code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    quarter: Mapped[str] = mapped_column(sa.String(6))  # 2020Q2
    level: Mapped[str] = mapped_column(sa.String(10))  # county, town: what its units are
    area_code: Mapped[str] = mapped_column(sa.String(20))  # of the county; empty: all counties
    area_name: Mapped[str | None] = mapped_column(sa.String(100))
    state: Mapped[str] = mapped_column(sa.String(20), default="draft")  # draft, published
    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[datetime] = mapped_column(Moment, default=now)
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    snapshot: Mapped[str | None] = mapped_column(sa.Text, deferred=True)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))  # of the snapshot in UTF-8
    table_csv: Mapped[str | None] = mapped_column(sa.Text, deferred=True)


class BoardScore(Base):
    """What somebody says of a peer: one score and comment a user and unit."""

    __tablename__ = "board_score"
    __table_args__ = (sa.UniqueConstraint("board_id", "place_code", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id"))
    place_code: Mapped[str] = mapped_column(sa.String(20))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    score: Mapped[int]  # 0–100
    comment: Mapped[str | None] = mapped_column(sa.String(1000))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1)


class BoardMark(Base):
    """优秀: an administrator's mark of a unit, with the reason."""

    __tablename__ = "board_mark"
    __table_args__ = (sa.UniqueConstraint("board_id", "place_code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id"))
    place_code: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(1000))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class BoardTodo(Base):
    """督办: what a unit of a published board has to do about a component."""

    __tablename__ = "board_todo"
    __table_args__ = (sa.Index("ix_board_todo_board_id", "board_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id"))
    place_code: Mapped[str] = mapped_column(sa.String(20))
    place_name: Mapped[str] = mapped_column(sa.String(100))
    component: Mapped[str] = mapped_column(sa.String(20))  # a code of `COMPONENTS`
    text: Mapped[str] = mapped_column(sa.String(1000))
    lead_unit: Mapped[str] = mapped_column(sa.String(60))
    lead_person: Mapped[str | None] = mapped_column(sa.String(60))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(sa.String(20), default="open")  # open, answered, closed
    answer: Mapped[str | None] = mapped_column(sa.String(2000))
    answered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1)
