"""Many rows at once, written past what a single row needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import shapely
import sqlalchemy as sa

from geo_tracker.db.columns import Base
from geo_tracker.db.geometry import geopackage_blobs


def insert_features(
    connection: sa.Connection, model: type[Base], columns: dict[str, list[Any]], geometries: Any
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
    geometries : array of Geometry
        In STORAGE_CRS, none missing or empty, in the order of the values.
    """
    table = model.metadata.tables[model.__tablename__]
    if connection.dialect.name != "sqlite":
        columns = {**columns, "geom": shapely.to_wkb(geometries).tolist()}
        rows = zip(*columns.values(), strict=True)
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        connection.execute(sa.insert(table), values)
        return
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
    ids = range(last + 1, last + 1 + len(geometries))
    columns = {"id": list(ids), **columns, "geom": geopackage_blobs(geometries)}
    bound = [bound_values(connection, table.c[name], values) for name, values in columns.items()]
    with _index_apart(connection, table) as index:
        # Tuples for the driver: a dictionary and its compilation cost as much as the row.
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(columns)})"
            f" VALUES ({', '.join('?' * len(columns))})",
            list(zip(*bound, strict=True)),
        )
        x0, y0, x1, y1 = shapely.bounds(geometries).T.tolist()
        connection.exec_driver_sql(
            f"INSERT INTO {index} VALUES (?, ?, ?, ?, ?)",
            list(zip(ids, x0, x1, y0, y1, strict=True)),
        )


def bound_values(connection: sa.Connection, column: sa.Column[Any], values: list[Any]) -> list[Any]:
    """Return the values as the driver takes them, as SQLAlchemy would."""
    dialect = connection.dialect
    to_driver = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if to_driver is None else [to_driver(value) for value in values]


@contextmanager
def _index_apart(connection: sa.Connection, table: sa.Table) -> Iterator[str]:
    """Set aside the trigger that puts each new row into the R*Tree; it costs as much as the row.

    It is dropped inside the transaction, so that it is back however the transaction ends.
    """
    index = f"rtree_{table.name}_geom"
    trigger = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE name = ?", (f"{index}_insert",)
    ).scalar_one()
    connection.exec_driver_sql(f"DROP TRIGGER {index}_insert")
    yield index
    connection.exec_driver_sql(trigger)


def inserted_blank_rows(connection: sa.Connection, model: type[Base], count: int) -> list[int]:
    """Insert rows of which nothing is known but that they are there; return their ids, sorted."""
    if not count:
        return []
    table = model.metadata.tables[model.__tablename__]
    start = sa.select(sa.literal(1).label("number")).cte("numbers", recursive=True)
    numbers = start.union_all(sa.select(start.c.number + 1).where(start.c.number < count))
    column = next(column for column in table.columns if not column.primary_key)
    nothing = sa.select(sa.cast(sa.null(), column.type)).select_from(numbers)
    insert = sa.insert(table).from_select([column.name], nothing).returning(table.c.id)
    return sorted(connection.execute(insert).scalars())


def new_ids(connection: sa.Connection, model: type[Base], count: int) -> list[int]:
    """Return ids for rows to be inserted into a table; none was ever another record's.

    The log names records by id, deleted ones too: an id must not come back with another meaning.
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
    log = model.metadata.tables["record_change"]
    last = sa.select(
        sa.func.coalesce(sa.func.max(table.c.id), 0),
        sa.select(sa.func.coalesce(sa.func.max(log.c.record_id), 0))
        .where(log.c.table_name == table.name)
        .scalar_subquery(),
    )
    start = max(connection.execute(last).one()) + 1
    return list(range(start, start + count))
