"""Storage: one set of models on a live GeoPackage and on PostGIS."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.geometry import prepare_geopackage_connection

__all__ = ["make_engine", "reading", "writing"]


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
            immediate = connection.get_execution_options().get("writing")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """Open a session that only reads."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """Open a session that commits once, at the end, or not at all."""
    with Session(engine.execution_options(writing=True), expire_on_commit=False) as session:
        yield session
        session.commit()
