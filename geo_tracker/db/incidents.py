"""Incidents as stored: one of them, lists of them, and how many each village has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.asking import among
from geo_tracker.db.models import Incident
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

Conditions = Collection[sa.ColumnElement[bool]]

ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "latest": (Incident.happened_on.desc(), Incident.id.desc()),
    "earliest": (Incident.happened_on, Incident.id),
    "open": (
        *(Incident.closed_on.is_not(None), Incident.happened_on),
        Incident.id,
    ),
}

ABOUT: Final[dict[str, bool | None]] = {"yes": True, "no": False, "unknown": None}
"""Whether an incident is about the merger, as filters and forms name it."""


@dataclass(frozen=True, kw_only=True)
class IncidentFilter:
    """Which incidents a list shows; what is empty or None narrows nothing.

    Attributes
    ----------
    units : collection of int or None
        The villages of a place or of a merger.
    kind : str
        A code of `INCIDENT_KINDS`.
    about : str
        A key of `ABOUT`.
    state : str
        ``open`` or ``closed``.
    begin, end : date or None
        The first and the last day.
    query : str
        What somebody typed: a part of the summary.
    named_units : collection of int
        Villages that the query means.
    """

    units: Collection[int] | None = None
    kind: str = ""
    about: str = ""
    state: str = ""
    begin: date | None = None
    end: date | None = None
    query: str = ""
    named_units: Collection[int] = ()


def existing_incident(session: Session, incident_id: int, *, lock: bool = False) -> Incident:
    """Return an incident; with ``lock`` nobody else can change it until this transaction ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = None
    if incident_id < 2**31:
        found = session.get(Incident, incident_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(N_("There is no incident %(id)s."), id=incident_id)
    return found


def conditions(chosen: IncidentFilter) -> list[sa.ColumnElement[bool]]:
    """Return what the incidents of a list have in common."""
    i = Incident
    found: list[sa.ColumnElement[bool]] = []
    if chosen.units is not None:
        found.append(among(i.unit_id, chosen.units))
    if chosen.kind:
        found.append(i.kind == chosen.kind)
    if chosen.about:
        found.append(i.about_merger.is_(ABOUT[chosen.about]))
    if chosen.state:
        is_open = chosen.state == "open"
        found.append(i.closed_on.is_(None) if is_open else i.closed_on.is_not(None))
    if chosen.begin is not None:
        found.append(i.happened_on >= chosen.begin)
    if chosen.end is not None:
        found.append(i.happened_on <= chosen.end)
    if chosen.query:
        found.append(
            sa.or_(
                among(i.unit_id, chosen.named_units),
                i.summary.icontains(chosen.query, autoescape=True),
            )
        )
    return found


def page_of_incidents(
    session: Session, where: Conditions, *, order: str, first: int, count: int
) -> list[Incident]:
    """Return some incidents of a list, in one of `ORDERS`; ``first`` counts from 0."""
    query = sa.select(Incident).where(*where).order_by(*ORDERS[order])
    return list(session.scalars(query.offset(first).limit(count)))


def incident_counts(session: Session, where: Conditions = ()) -> list[sa.Row[Any]]:
    """Count incidents by village.

    Returns
    -------
    list of Row
        ``unit_id``, ``kind``, ``about_merger`` (None: not known), ``is_open``, ``count_``.
    """
    i = Incident
    is_open = i.closed_on.is_(None)
    key = (i.unit_id, i.kind, i.about_merger, is_open)
    return list(
        session.execute(
            sa.select(*key[:3], is_open.label("is_open"), sa.func.count().label("count_"))
            .where(*where)
            .group_by(*key)
        )
    )


def units_with_incidents(session: Session, until: date | None) -> list[int]:
    """Return the villages of any incident up to and with a day; None for any day."""
    found = sa.select(Incident.unit_id).where(*conditions(IncidentFilter(end=until)))
    return list(session.scalars(found.distinct()))


def incidents_of_units(session: Session, units: Collection[int], *, most: int) -> list[Incident]:
    """Return incidents in some villages: what is open first, then the newest."""
    query = (
        sa.select(Incident)
        .where(among(Incident.unit_id, units))
        .order_by(Incident.closed_on.is_not(None), *ORDERS["latest"])
    )
    return list(session.scalars(query.limit(most)))
