"""Records of the ledgers as exports want them, narrowed as lists are."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.columns import Base
from geo_tracker.db.models import Incident, Problem, Visit

Conditions = Collection[sa.ColumnElement[bool]]

FOLLOWUP_MODELS: Final[Mapping[str, type[Base]]] = {
    "problems": Problem,
    "visits": Visit,
    "incidents": Incident,
}
_ORDER: Final[Mapping[str, tuple[Any, ...]]] = {
    "problems": (Problem.problem_no,),
    "visits": (Visit.visited_on, Visit.id),
    "incidents": (Incident.happened_on, Incident.id),
}
_BATCH = 2_000


@dataclass(frozen=True, kw_only=True)
class LedgerFilter:
    """Which records of a ledger are wanted; what is empty or None narrows nothing.

    Attributes
    ----------
    units : collection of int or None
        The villages of a place, former and present ones.
    query : str
        What somebody typed: a part of a number or of what was written.
    named_units : collection of int
        Villages that the query means.
    equal : mapping
        Attribute → value that it has.
    states : collection of str
        Of problems: those they may be in; empty for any.
    is_open : bool or None
        Of incidents: whether they are not closed yet.
    rounds : int
        Of problems: handed over so often or more.
    begin, end : date or None
        The first and the last day, of visits and incidents.
    """

    units: Collection[int] | None = None
    query: str = ""
    named_units: Collection[int] = ()
    equal: Mapping[str, Any] | None = None
    states: Collection[str] = ()
    is_open: bool | None = None
    rounds: int = 0
    begin: date | None = None
    end: date | None = None


def conditions(kind: str, chosen: LedgerFilter) -> list[sa.ColumnElement[bool]]:
    """Return what the wanted records of a ledger have in common."""
    model: Any = FOLLOWUP_MODELS[kind]
    found: list[sa.ColumnElement[bool]] = []
    if chosen.units is not None:
        found.append(_among(model.unit_id, chosen.units))
    found += [getattr(model, name) == value for name, value in (chosen.equal or {}).items()]
    if chosen.query:
        found.append(_meant(kind, model, chosen))
    if kind == "problems":
        if chosen.states:
            found.append(Problem.state.in_(chosen.states))
        if chosen.rounds:
            found.append(Problem.handover_round >= chosen.rounds)
    elif kind == "incidents" and chosen.is_open is not None:
        closed_on = Incident.closed_on
        found.append(closed_on.is_(None) if chosen.is_open else closed_on.is_not(None))
    day = {"visits": Visit.visited_on, "incidents": Incident.happened_on}.get(kind)
    if day is not None and chosen.begin is not None:
        found.append(day >= chosen.begin)
    if day is not None and chosen.end is not None:
        found.append(day <= chosen.end)
    return found


def _meant(kind: str, model: Any, chosen: LedgerFilter) -> sa.ColumnElement[bool]:
    texts = {
        "problems": ("problem_no", "content"),
        "visits": ("enterprise", "service_group", "leader", "summary"),
        "incidents": ("summary",),
    }
    named = [getattr(model, t).icontains(chosen.query, autoescape=True) for t in texts[kind]]
    return sa.or_(_among(model.unit_id, chosen.named_units), *named)


def _among(column: Any, ids: Collection[int]) -> sa.ColumnElement[bool]:
    # Written into the statement: databases do not take so many values apart from it.
    listed = sa.bindparam(None, list(ids), expanding=True, literal_execute=True, type_=sa.Integer())
    found: sa.ColumnElement[bool] = column.in_(listed)
    return found


def ledger_rows(
    session: Session, kind: str, where: Conditions, columns: Collection[str]
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """Give the wanted records of a ledger in order, with some of their attributes."""
    model: Any = FOLLOWUP_MODELS[kind]
    query = (
        sa.select(*(getattr(model, name) for name in columns))
        .where(*where)
        .order_by(*_ORDER[kind])
        .execution_options(yield_per=_BATCH)
    )
    yield from session.execute(query)


def problem_numbers(session: Session) -> dict[int, str]:
    """Return the numbers of problems that others are duplicates of, by id."""
    named = sa.select(Problem.duplicate_of_id).where(Problem.duplicate_of_id.is_not(None))
    rows = session.execute(sa.select(Problem.id, Problem.problem_no).where(Problem.id.in_(named)))
    return {row.id: row.problem_no for row in rows}
