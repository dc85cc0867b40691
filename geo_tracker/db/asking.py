"""Ways of asking that the ledgers of the follow-up share, on both databases."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


def among(column: Any, ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Return where a column holds one of many ids, as many as a city has villages."""
    # Written into the statement: databases do not take so many values apart from it.
    listed = sa.bindparam(None, list(ids), expanding=True, literal_execute=True, type_=sa.Integer())
    found: sa.ColumnElement[bool] = column.in_(listed)
    return found


class days_between(sa.sql.functions.FunctionElement[int]):  # noqa: N801 - a function of SQL
    """How many days the second of two dates lies after the first."""

    type = sa.Integer()
    inherit_cache = True
    name = "days_between"


@compiles(days_between, "sqlite")
def _of_sqlite(element: days_between, compiler: Any, **how: Any) -> str:
    first, second = element.clauses
    later, earlier = (compiler.process(day, **how) for day in (second, first))
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _of_postgresql(element: days_between, compiler: Any, **how: Any) -> str:
    first, second = element.clauses
    later, earlier = (compiler.process(day, **how) for day in (second, first))
    return f"({later} - {earlier})"
