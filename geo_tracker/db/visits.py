"""Visits as stored: one of them, lists of them, and which came soon after another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.asking import among, days_between
from geo_tracker.db.models import Problem, Visit
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

RepeatDays = Mapping[int, int]
"""From which year on a visit is a second one within how many days, the earliest year first."""

Conditions = Collection[sa.ColumnElement[bool]]

ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "latest": (Visit.visited_on.desc(), Visit.id.desc()),
    "earliest": (Visit.visited_on, Visit.id),
    "people": (Visit.people_served.desc().nulls_last(), Visit.id.desc()),
    "group": (Visit.service_group, Visit.visited_on.desc(), Visit.id.desc()),
}


@dataclass(frozen=True, kw_only=True)
class VisitFilter:
    """Which visits a list shows; what is empty or None narrows nothing.

    Attributes
    ----------
    units : collection of int or None
        The villages of a place, former and present ones.
    service_group : str
        As recorded.
    begin, end : date or None
        The first and the last day.
    query : str
        What somebody typed: a part of enterprise, group, leader or summary.
    named_units : collection of int
        Villages that the query means.
    ids : collection of int or None
        Only these, as `second_visits`.
    """

    units: Collection[int] | None = None
    service_group: str = ""
    begin: date | None = None
    end: date | None = None
    query: str = ""
    named_units: Collection[int] = ()
    ids: Collection[int] | None = None


@dataclass(frozen=True)
class VisitTotals:
    """What the visits of a list amount to; ``people`` is the sum where it is known."""

    visits: int
    villages: int
    enterprises: int
    people: int | None
    people_known: int


def existing_visit(session: Session, visit_id: int, *, lock: bool = False) -> Visit:
    """Return a visit; with ``lock`` nobody else can change it until this transaction ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    visit = session.get(Visit, visit_id, with_for_update=lock) if visit_id < 2**31 else None
    if visit is None:
        raise NotFoundError(N_("There is no visit %(id)s."), id=visit_id)
    return visit


def visits_near(
    session: Session,
    *,
    unit_id: int,
    enterprise: str | None,
    on: date,
    days: int,
    but: int | None = None,
) -> list[Visit]:
    """Return the visits to a place within some days of a day, the nearest first.

    Parameters
    ----------
    session : Session
        Any session.
    unit_id, enterprise : int, str or None
        The place: an enterprise, or the village itself.
    on, days : date, int
        The day, and how many days before and after it count.
    but : int, optional
        A visit that is left out.
    """
    v, apart = Visit, timedelta(days=days)
    found = session.scalars(
        sa.select(v).where(
            v.unit_id == unit_id,
            v.enterprise.is_(None) if enterprise is None else v.enterprise == enterprise,
            v.visited_on.between(_back(on, apart), _ahead(on, apart)),
            v.id != (but or 0),
        )
    )
    return sorted(found, key=lambda visit: (abs(visit.visited_on - on), visit.id))


def _back(on: date, apart: timedelta) -> date:
    return max(date.min + apart, on) - apart


def _ahead(on: date, apart: timedelta) -> date:
    return min(date.max - apart, on) + apart


def conditions(chosen: VisitFilter) -> list[sa.ColumnElement[bool]]:
    """Return what the visits of a list have in common."""
    v = Visit
    found: list[sa.ColumnElement[bool]] = []
    if chosen.units is not None:
        found.append(among(v.unit_id, chosen.units))
    if chosen.service_group:
        found.append(v.service_group == chosen.service_group)
    if chosen.begin is not None:
        found.append(v.visited_on >= chosen.begin)
    if chosen.end is not None:
        found.append(v.visited_on <= chosen.end)
    if chosen.query:
        texts = (v.enterprise, v.service_group, v.leader, v.summary)
        found.append(
            sa.or_(
                among(v.unit_id, chosen.named_units),
                *(text.icontains(chosen.query, autoescape=True) for text in texts),
            )
        )
    if chosen.ids is not None:
        found.append(among(v.id, chosen.ids))
    return found


def _with_previous(*where: sa.ColumnElement[bool]) -> sa.Subquery:
    """Return visits, each with the one to the same place before it."""
    v = Visit
    at_the_place: dict[str, Any] = {
        "partition_by": (v.unit_id, v.enterprise),
        "order_by": (v.visited_on, v.id),
    }
    return (
        sa.select(
            v.id,
            v.visited_on,
            sa.func.lag(v.id).over(**at_the_place).label("previous_id"),
            sa.func.lag(v.visited_on, type_=sa.Date).over(**at_the_place).label("previous_on"),
        )
        .where(*where)
        .subquery()
    )


def second_visits(session: Session, repeats: RepeatDays) -> list[int]:
    """Return all visits that came soon after another to the same place.

    Asked once; a list that is narrowed to them is counted and read with what came of it.
    """
    every = _with_previous()
    apart = days_between(every.c.previous_on, every.c.visited_on)
    return list(session.scalars(sa.select(every.c.id).where(apart <= _days(every, repeats))))


def _days(visits: sa.Subquery, repeats: RepeatDays) -> sa.ColumnElement[int]:
    """Return within how many days a visit is a second one: by the rules of its own year."""
    first, *later = repeats.items()
    if not later:
        return sa.literal(first[1])
    return sa.case(
        *((visits.c.visited_on >= date(year, 1, 1), days) for year, days in reversed(later)),
        else_=first[1],
    )


def previous_visits(
    session: Session, visits: Collection[Visit], repeats: RepeatDays
) -> dict[int, tuple[int, int]]:
    """Return of second visits the one before at the same place, and how many days ago it was."""
    if not visits:
        return {}
    every = _with_previous(among(Visit.unit_id, {visit.unit_id for visit in visits}))
    apart = days_between(every.c.previous_on, every.c.visited_on)
    rows = session.execute(
        sa.select(every.c.id, every.c.previous_id, apart).where(
            among(every.c.id, [visit.id for visit in visits]), apart <= _days(every, repeats)
        )
    )
    return {visit_id: (previous_id, days) for visit_id, previous_id, days in rows}


def page_of_visits(
    session: Session, where: Conditions, *, order: str, first: int, count: int
) -> list[Visit]:
    """Return some visits of a list, in one of `ORDERS`; ``first`` counts from 0."""
    query = sa.select(Visit).where(*where).order_by(*ORDERS[order])
    return list(session.scalars(query.offset(first).limit(count)))


def visit_totals(session: Session, where: Conditions) -> VisitTotals:
    """Sum up the visits of a list."""
    v = Visit
    # Found once, summed up twice.
    found = sa.select(v.unit_id, v.enterprise, v.people_served).where(*where).cte("found")
    at_enterprises = (
        sa.select(found.c.unit_id, found.c.enterprise)
        .where(found.c.enterprise.is_not(None))
        .distinct()
        .subquery()
    )
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(found.c.unit_id.distinct()),
            sa.select(sa.func.count()).select_from(at_enterprises).scalar_subquery(),
            sa.func.sum(found.c.people_served),
            sa.func.count(found.c.people_served),
        ).select_from(found)
    ).one()
    return VisitTotals(*row)


def groups_in_use(session: Session) -> list[str]:
    """Return the service groups that visits were recorded of."""
    return sorted(session.scalars(sa.select(Visit.service_group).distinct()))


def visits_by_unit(session: Session, *, until: date) -> list[sa.Row[Any]]:
    """Return ``unit_id``, ``visits`` and ``last_on`` of every village visited until a day."""
    v = Visit
    return list(
        session.execute(
            sa.select(
                v.unit_id,
                sa.func.count().label("visits"),
                sa.func.max(v.visited_on).label("last_on"),
            )
            .where(v.visited_on <= until)
            .group_by(v.unit_id)
        )
    )


def visits_of_units(session: Session, units: Collection[int], *, most: int) -> list[Visit]:
    """Return the last visits to some villages."""
    query = sa.select(Visit).where(among(Visit.unit_id, units)).order_by(*ORDERS["latest"])
    return list(session.scalars(query.limit(most)))


def problems_of_visit(session: Session, visit_id: int) -> list[Problem]:
    """Return the problems that were found at a visit."""
    found = sa.select(Problem).where(Problem.visit_id == visit_id).order_by(Problem.id)
    return list(session.scalars(found))
