"""Problems in the order of places, which the database does not know."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import Problem

Conditions = Collection[sa.ColumnElement[bool]]

FEW: Final = 2_000
"""So many problems are looked at one by one in less time than a list is put in order."""


def among_units(ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Return which problems are recorded on some villages."""
    return Problem.unit_id.in_(listed(ids))


def listed(ids: Collection[int]) -> sa.BindParameter[Any]:
    """Return many whole numbers for a condition."""
    # Thousands: written into the statement, not bound one by one.
    return sa.bindparam(None, list(ids), expanding=True, literal_execute=True, type_=sa.Integer())


def ids_by_place(
    session: Session,
    where: Conditions,
    *,
    first: int,
    count: int,
    total: int,
    places: Mapping[int, int],
) -> list[int]:
    """Return ids in order of places, which the database does not know: it counts, then is asked.

    Where few villages are passed by, it is asked for their problems at once.
    """
    if first + count <= FEW and (first + count) * len(places) <= FEW * total:
        near = _from_first_place(session, where, count=first + count, places=places)
        if len(near) == first + count:
            return near[first:]
    rows = session.execute(
        sa.select(Problem.unit_id, sa.func.count()).where(*where).group_by(Problem.unit_id)
    ).all()
    counts = sorted(rows, key=lambda row: (places.get(row[0], len(places)), row[0]))
    asked: dict[int, int] = {}
    before, skipped = 0, 0
    for unit_id, held in counts:
        if before + held > first and before < first + count:
            if not asked:
                skipped = first - before
            asked[unit_id] = len(asked)
        before += held
    return _of_villages(session, where, asked)[skipped : skipped + count] if asked else []


def _from_first_place(
    session: Session, where: Conditions, *, count: int, places: Mapping[int, int]
) -> list[int]:
    """Return the first ids in order of places; fewer where not all villages are known."""
    units = list(places)
    found: list[int] = []
    at, some = 0, 128
    while at < len(units) and len(found) < count:
        found += _of_villages(
            session, where, {unit: places[unit] for unit in units[at : at + some]}
        )
        at, some = at + some, 2 * some
    return found[:count]


def _of_villages(session: Session, where: Conditions, ranks: Mapping[int, int]) -> list[int]:
    """Return the problems of some villages by their ranks."""
    query = sa.select(Problem.id, Problem.unit_id).where(*where, among_units(ranks))
    rows = session.execute(query.order_by(Problem.id)).all()
    return [row.id for row in sorted(rows, key=lambda row: ranks[row.unit_id])]
