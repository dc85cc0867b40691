"""Storage: one set of models on a live GeoPackage and on PostGIS."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.geometry import prepare_geopackage_connection
from geo_tracker.db.periods import guard

__all__ = ["make_engine", "reading", "settle", "writing"]

_PATIENCE_S = 15.0
_LOOK_MS = 2


def make_engine(url: str) -> sa.Engine:
    """Return an engine for a GeoPackage (``sqlite:///…``) or PostGIS (``postgresql+psycopg://…``)."""
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            # SQLAlchemy says BEGIN itself, below; the driver's own guess at it is switched off.
            connection.isolation_level = None
            prepare_geopackage_connection(connection)

        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            # A transaction that reads first and writes later fails at once with "database is
            # locked", whatever the timeout: writers take the lock when they begin.
            if connection.get_execution_options().get("writing"):
                _begin_writing(connection.connection.driver_connection)
            else:
                connection.exec_driver_sql("BEGIN")

    return engine


def _begin_writing(connection: Any) -> None:
    """Take SQLite's lock for writing, looking for it every few milliseconds.

    SQLite's own waiting looks ever more seldom, up to ten times a second; whoever writes in many
    short turns, as imports do, would have taken the lock again by then.
    """
    deadline = time.monotonic() + _PATIENCE_S
    connection.execute(f"PRAGMA busy_timeout={_LOOK_MS}")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > deadline:
                    raise
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(_PATIENCE_S * 1000)}")


def settle(engine: sa.Engine) -> None:
    """Move what was written from SQLite's log into its file, without keeping anybody waiting.

    Else whoever commits next while the log is long does it, and waits for the disk.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            raw: Any = connection.driver_connection
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """Open a session that only reads."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """Open a session that commits once, at the end, or not at all."""
    with Session(engine.execution_options(writing=True), expire_on_commit=False) as session:
        sa.event.listen(session, "before_flush", guard)
        yield session
        session.commit()
