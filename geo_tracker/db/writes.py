"""Writes prepared while others may write, so that carrying them out holds the lock shortly."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.bulk import bound_values
from geo_tracker.db.columns import Base
from geo_tracker.db.models import DrawnVillage, ImportRun, VillageVersion

_WRITTEN_AS: dict[type[Base], type[Base]] = {VillageVersion: DrawnVillage}
"""Versions are a view of what imports drew; the ids are the same."""

Change = tuple[int, dict[str, Any]]
"""Id of a record, and attributes to write."""


class Writes:
    """Statements with the values of many rows each, in the order in which they are to run.

    On SQLite, where a writer keeps all others waiting, the values are made ready for the driver
    beforehand.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._steps: list[Callable[[sa.Connection], object]] = []

    def run(self, session: Session) -> None:
        """Carry everything out; the caller commits."""
        session.flush()
        connection = session.connection()
        for step in self._steps:
            step(connection)
        session.expire_all()

    def insert(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Prepare new rows, all with the same attributes; those left out get their defaults."""
        if not rows:
            return
        columns = {
            name: column
            for name, column in sa.inspect(model).columns.items()
            if name in rows[0] or column.default is not None
        }
        values = {
            name: [row[name] for row in rows] if name in rows[0] else [_default(column)] * len(rows)
            for name, column in columns.items()
        }
        table = model.__tablename__
        if not self._is_sqlite:
            whole = [
                dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)
            ]
            self._steps.append(
                lambda connection: connection.execute(
                    sa.insert(model.metadata.tables[table]),
                    [{columns[n].name: value for n, value in row.items()} for row in whole],
                )
            )
            return
        names = ", ".join(column.name for column in columns.values())
        marks = ", ".join("?" * len(columns))
        self._driver(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            [self._bound(columns[name], list(of)) for name, of in values.items()],
        )

    def update(self, model: type[Base], changes: Iterable[Change]) -> None:
        """Prepare changed attributes of records, those of the same attributes together."""
        alike: dict[tuple[str, ...], list[Change]] = defaultdict(list)
        for record_id, values in changes:
            if values:
                alike[tuple(sorted(values))].append((record_id, values))
        model = _WRITTEN_AS.get(model, model)
        columns = sa.inspect(model).columns
        for names, rows in alike.items():
            if not self._is_sqlite:
                self._steps.append(_update_step(model, names, rows))
                continue
            setting = ", ".join(f"{columns[name].name} = ?" for name in names)
            self._driver(
                f"UPDATE {model.__tablename__} SET {setting} WHERE id = ?",
                [
                    *(self._bound(columns[name], [v[name] for _id, v in rows]) for name in names),
                    [record_id for record_id, _values in rows],
                ],
            )

    def raise_versions(self, model: type[Base], ids: Sequence[int]) -> None:
        """Prepare that pages which show these records as they are now can no longer change them."""
        if not ids:
            return
        table = model.__tablename__
        if self._is_sqlite:
            self._driver(f"UPDATE {table} SET version = version + 1 WHERE id = ?", [list(ids)])
            return
        columns = sa.inspect(model).columns
        statement = (
            sa.update(model)
            .where(columns["id"] == sa.bindparam("of_id"))
            .values({columns["version"]: columns["version"] + 1})
        )
        self._steps.append(
            lambda connection: connection.execute(statement, [{"of_id": i} for i in ids])
        )

    def delete(self, model: type[Base], ids: Sequence[int]) -> None:
        """Prepare the deletion of records."""
        if not ids:
            return
        if self._is_sqlite:
            self._driver(f"DELETE FROM {model.__tablename__} WHERE id = ?", [list(ids)])
            return
        statement = sa.delete(model).where(sa.inspect(model).columns["id"] == sa.bindparam("of_id"))
        self._steps.append(
            lambda connection: connection.execute(statement, [{"of_id": i} for i in ids])
        )

    def import_run(self, run_id: int, *, result: dict[str, Any], **values: Any) -> None:
        """Prepare an import's result, which may be long, and other attributes of it."""
        # As text that is ready: turning a long result into JSON would take its time in the lock.
        text = sa.cast(sa.literal(json.dumps(result), sa.Text), sa.JSON)
        statement = sa.update(ImportRun).where(ImportRun.id == run_id)
        self._steps.append(
            lambda connection: connection.execute(statement.values(result=text, **values))
        )

    def _bound(self, column: sa.Column[Any], values: list[Any]) -> list[Any]:
        return bound_values(self._connection, column, values)

    def _driver(self, statement: str, columns: Sequence[list[Any]]) -> None:
        rows = list(zip(*columns, strict=True))
        self._steps.append(lambda connection: connection.exec_driver_sql(statement, rows))


def _default(column: sa.Column[Any]) -> Any:
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _update_step(
    model: type[Base], names: tuple[str, ...], rows: list[Change]
) -> Callable[[sa.Connection], object]:
    columns = sa.inspect(model).columns
    statement = (
        sa.update(model)
        .where(columns["id"] == sa.bindparam("of_id"))
        .values(
            {columns[name]: sa.bindparam(f"to_{name}", type_=columns[name].type) for name in names}
        )
    )
    values = [
        {"of_id": record_id} | {f"to_{name}": value for name, value in changed.items()}
        for record_id, changed in rows
    ]
    return lambda connection: connection.execute(statement, values)
