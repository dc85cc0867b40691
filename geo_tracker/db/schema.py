"""The way to the current schema, from an empty database or an older one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the database to a revision; all migrations run in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with changing_schema(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def changing_schema(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that may rebuild tables which others refer to."""
    with engine.execution_options(writing=True).connect() as connection:
        raw = connection.connection.driver_connection
        on_sqlite = engine.dialect.name == "sqlite"
        if on_sqlite and raw is not None:
            # Rebuilding a table drops it first; SQLite can suspend its keys outside a
            # transaction only.
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            yield connection
            if on_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                raise RuntimeError("the migration left rows that refer to nothing")
        if on_sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=ON")
            # GDAL reads the file's header, not the write-ahead log, to know a GeoPackage.
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
