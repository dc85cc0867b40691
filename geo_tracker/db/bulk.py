"""Many rows at once, written past what a single row needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from geo_tracker.db.blobs import SRID, boxed_blobs
from geo_tracker.db.columns import Base


@dataclass(frozen=True)
class Encoded:
    """Shapes as a database takes them, and their bounds.

    Made before a transaction begins, because nobody else can write while it lasts.
    """

    blobs: list[bytes | None]
    bounds: Any

    @classmethod
    def of(cls, wkb: Iterable[bytes], bounds: Any, engine: sa.Engine) -> "Encoded":
        """Encode shapes in STORAGE_CRS, none missing or empty.

        Parameters
        ----------
        wkb : iterable of bytes
            The shapes.
        bounds : array of float
            West, south, east and north of each.
        engine : Engine
            Of the database that they are for.
        """
        if engine.dialect.name == "sqlite":
            return cls(boxed_blobs(wkb, bounds), bounds)
        return cls(list(wkb), bounds)


def insert_features(
    connection: sa.Connection, model: type[Base], columns: dict[str, list[Any]], shapes: Encoded
) -> None:
    """Insert many rows with geometry, and fill the spatial index.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction, so that nobody else takes an id.
    model : type of Base
        A feature table's, with columns ``id`` and ``geom``.
    columns : dict of list
        Value of each row by column, None where there is none; not ``id`` and ``geom``.
    shapes : Encoded
        In the order of the values.
    """
    table = model.metadata.tables[model.__tablename__]
    if connection.dialect.name != "sqlite":
        _copied(connection, table, {**columns, "geom": shapes.blobs})
        return
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
    ids = range(last + 1, last + 1 + len(shapes.blobs))
    x0, y0, x1, y1 = shapes.bounds.T.tolist()
    # First the index: the triggers of tables that are written in bulk then leave it as it is.
    connection.exec_driver_sql(
        f"INSERT OR REPLACE INTO rtree_{table.name}_geom VALUES (?, ?, ?, ?, ?)",
        list(zip(ids, x0, x1, y0, y1, strict=True)),
    )
    columns = {"id": list(ids), **columns, "geom": shapes.blobs}
    bound = [bound_values(connection, table.c[name], values) for name, values in columns.items()]
    # Tuples for the driver: a dictionary and its compilation cost as much as the row.
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        list(zip(*bound, strict=True)),
    )


def _copied(connection: sa.Connection, table: sa.Table, columns: dict[str, list[Any]]) -> None:
    """Write rows by PostgreSQL's COPY; what goes into a geometry column is WKB."""
    wkb = columns["geom"]
    # The type's own text form, which carries the CRS: 01 | type with its flag | SRID | the rest.
    columns = {**columns, "geom": [_ewkb(shape) for shape in wkb]}
    raw: Any = connection.connection.driver_connection
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
    driver: Any = connection.dialect.dbapi
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in zip(*columns.values(), strict=True):
                copy.write_row(row)
    except driver.Error as error:
        # As SQLAlchemy itself would have said it.
        raise sa.exc.DBAPIError.instance(statement, None, error, driver.Error) from error


def _ewkb(wkb: bytes | None) -> str | None:
    if wkb is None:
        return None
    kind = int.from_bytes(wkb[1:5], "little") | 0x20000000
    return (b"\x01" + kind.to_bytes(4, "little") + SRID.to_bytes(4, "little") + wkb[5:]).hex()


def bound_values(connection: sa.Connection, column: sa.Column[Any], values: list[Any]) -> list[Any]:
    """Return the values as the driver takes them, as SQLAlchemy would."""
    dialect = connection.dialect
    to_driver = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if to_driver is None else [to_driver(value) for value in values]


def inserted_blank_rows(connection: sa.Connection, model: type[Base], count: int) -> list[int]:
    """Insert rows of which nothing is known but that they are there; return their ids, sorted."""
    if not count:
        return []
    return sorted(connection.execute(_blank_rows(model), {"count": count}).scalars().all())


@cache
def _blank_rows(model: type[Base]) -> sa.Executable:
    """Return the statement, which takes longer to put together than to carry out."""
    table = model.metadata.tables[model.__tablename__]
    start = sa.select(sa.literal(1).label("number")).cte("numbers", recursive=True)
    more = start.c.number < sa.bindparam("count", type_=sa.Integer)
    numbers = start.union_all(sa.select(start.c.number + 1).where(more))
    column = next(column for column in table.columns if not column.primary_key)
    nothing = sa.select(sa.cast(sa.null(), column.type)).select_from(numbers)
    return sa.insert(table).from_select([column.name], nothing).returning(table.c.id)


def new_ids(connection: sa.Connection, model: type[Base], count: int) -> list[int]:
    """Return ids for rows to be inserted into a table; none was ever another record's.

    The logs name records by id, deleted ones too: an id must not come back with another meaning.
    On SQLite they are free for as long as nobody else adds to the table.
    """
    table = model.metadata.tables[model.__tablename__]
    if connection.dialect.name != "sqlite":
        return list(
            connection.execute(
                sa.text(
                    "SELECT nextval(pg_get_serial_sequence(:name, 'id'))"
                    " FROM generate_series(1, :count)"
                ),
                {"name": table.name, "count": count},
            ).scalars()
        )
    logs = [model.metadata.tables[name] for name in ("record_change", "followup_step")]
    last = sa.select(
        sa.func.coalesce(sa.func.max(table.c.id), 0),
        *(
            sa.select(sa.func.coalesce(sa.func.max(log.c.record_id), 0))
            .where(log.c.table_name == table.name)
            .scalar_subquery()
            for log in logs
        ),
    )
    start = max(connection.execute(last).one()) + 1
    return list(range(start, start + count))
