"""Lists of problems, asked of the database page by page; nothing reads all of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import Problem
from geo_tracker.db.problem_places import FEW, among_units, ids_by_place, listed
from geo_tracker.db.problem_rates import (
    MEASURES,
    counts_now,
    has,
    is_counted,
    measures_of,
    scanned,
    tally_has,
)
from geo_tracker.db.problem_tally import NEVER_DUE, OWED_STATES

Conditions = Collection[sa.ColumnElement[bool]]

OPEN: Final = "open"
"""Stands for all states in which somebody still owes something."""

NO_UNIT: Final = "none"
"""Stands for the lead unit of problems that were not handed over yet."""

ORDERS: Final = ("due", "newest", "rounds", "place")


class LightDays(Protocol):
    """Today, and the last day that is yellow when something is due on it."""

    @property
    def today(self) -> date:
        """What was due before is red."""

    @property
    def yellow_until(self) -> date:
        """What is due later is green."""


@dataclass(frozen=True, kw_only=True)
class ProblemFilter:
    """Which problems a list shows; what is empty or None narrows nothing.

    Attributes
    ----------
    units : collection of int or None
        The villages of a place, former and present ones.
    query : str
        What somebody typed: how a number begins.
    named_units : collection of int
        Villages that the query means, besides numbers.
    state : str
        A state, or `OPEN`.
    light : str
        ``red``, ``yellow`` or ``green``.
    lead_unit : str
        A unit, or `NO_UNIT`.
    source, category : str
        As recorded.
    rounds : int
        Handed over so often or more.
    suspended : bool
        Only those whose time stands still.
    counted : str
        Those that a measure counts as they stand.
    confirmed_by : date or None
        Closed ones that were confirmed on this day or before, and not looked at again since.
    ids : collection of int or None
        These alone: those that a measure counted on a past day.
    """

    units: Collection[int] | None = None
    query: str = ""
    named_units: Collection[int] = ()
    state: str = ""
    light: str = ""
    lead_unit: str = ""
    source: str = ""
    category: str = ""
    rounds: int = 0
    suspended: bool = False
    counted: str = ""
    confirmed_by: date | None = None
    ids: Collection[int] | None = None


def is_light(light: str, on: LightDays) -> sa.ColumnElement[bool]:
    """Return which problems have a light: by dates, so that the database can say it."""
    due_on: sa.ColumnElement[Any] = scanned(Problem.due_on)
    days = {
        "red": due_on < on.today,
        "yellow": due_on.between(on.today, on.yellow_until),
        "green": due_on > on.yellow_until,
    }
    return sa.and_(has("running"), days[light])


def _is_suspended() -> sa.ColumnElement[bool]:
    return sa.and_(Problem.state.in_(OWED_STATES), sa.not_(has("running")))


def conditions(chosen: ProblemFilter, on: LightDays) -> list[sa.ColumnElement[bool]]:
    """Return what the problems of a list have in common."""
    p = Problem
    found: list[sa.ColumnElement[bool]] = []
    if chosen.units is not None:
        found.append(among_units(chosen.units))
    if chosen.query:
        found.append(_meant(chosen))
    if chosen.state:
        found.append(has("open") if chosen.state == OPEN else p.state == chosen.state)
    if chosen.light:
        found.append(is_light(chosen.light, on))
    if chosen.lead_unit:
        found.append(
            p.lead_unit.is_(None)
            if chosen.lead_unit == NO_UNIT
            else p.lead_unit == chosen.lead_unit
        )
    if chosen.source:
        found.append(p.source == chosen.source)
    if chosen.category:
        found.append(p.category == chosen.category)
    if chosen.rounds:
        found.append(p.handover_round >= chosen.rounds)
    if chosen.suspended:
        found.append(_is_suspended())
    if chosen.counted:
        found.append(counts_now(chosen.counted, on.today))
    if chosen.confirmed_by is not None:
        found += [
            scanned(p.state) == "closed",
            p.revisited_on <= chosen.confirmed_by,
            p.recheck_answer.is_(None),
        ]
    if chosen.ids is not None:
        found.append(p.id.in_(listed(chosen.ids)))
    return found


def _meant(chosen: ProblemFilter) -> sa.ColumnElement[bool]:
    """Return which problems a query means: numbers hold digits, villages need not."""
    number: sa.ColumnElement[bool] = scanned(Problem.problem_no).startswith(
        chosen.query, autoescape=True
    )
    if not chosen.named_units:
        return number
    villages = among_units(chosen.named_units)
    has_digit = any(sign.isdecimal() for sign in chosen.query)
    return sa.or_(number, villages) if has_digit else villages


TOTALS: Final = ("total", "duplicates", "again", OPEN, "red", "yellow", *MEASURES)


def problem_totals(session: Session, where: Conditions, on: LightDays) -> dict[str, int]:
    """Count what a filter leaves.

    Returns
    -------
    dict
        ``total`` (rows), ``duplicates`` among them, ``again`` (rows of those handed over twice or
        more), and without duplicates ``open``, ``red``, ``yellow`` and the measures.
    """
    return _totals(session, where, on, by_village=False).get(0) or dict.fromkeys(TOTALS, 0)


def totals_by_village(
    session: Session, where: Conditions, on: LightDays
) -> dict[int, dict[str, int]]:
    """Return what `problem_totals` does by the village that problems are recorded on."""
    return _totals(session, where, on, by_village=True)


def _totals(
    session: Session, where: Conditions, on: LightDays, *, by_village: bool
) -> dict[int, dict[str, int]]:
    totals: dict[int, dict[str, int]] = {}

    def add(village: int, found: dict[str, int], sign: int = 1) -> None:
        mine = totals.setdefault(village, dict.fromkeys(TOTALS, 0))
        for name, number in found.items():
            mine[name] += sign * number

    for village, bits, count, past, soon in _by_tally(session, where, on, by_village=by_village):
        running = tally_has(bits, "running")
        add(village, measures_of(bits, count=count, past_due=past))
        add(village, {"total": count, "again": count if tally_has(bits, "handed_again") else 0})
        add(village, {OPEN: count if tally_has(bits, "open") else 0})
        add(village, {"red": past, "yellow": soon - past} if running else {})
    # Few, and none is open. Which problem they name leads to them by its index, and that it is
    # above zero has SQLite take that; by "not NULL" it does not.
    repeated = (sa.not_(is_counted(Problem.state)), Problem.duplicate_of_id > 0)
    for village, bits, count, past, _soon in _by_tally(
        session, (*where, *repeated), on, by_village=by_village
    ):
        add(village, {"duplicates": count})
        add(village, measures_of(bits, count=count, past_due=past), -1)
    return totals


def _by_tally(
    session: Session, where: Conditions, on: LightDays, *, by_village: bool
) -> sa.Result[int, int, int, int, int]:
    """Return tallies with how many have each, how many were due before today, and until soon.

    Before each its village, or 0 where they are not told apart.
    """
    p = Problem
    tally = scanned(p.tally) if where else p.tally
    village = (p.unit_id,) if by_village else ()
    return session.execute(
        sa.select(
            *(village or (sa.literal(0),)),
            tally,
            sa.func.count(),
            sa.func.sum(sa.case((p.due_on < on.today, 1), else_=0)),
            sa.func.sum(sa.case((p.due_on <= on.yellow_until, 1), else_=0)),
        )
        .where(*where)
        .group_by(*village, tally)
    )


def count_of_problems(session: Session, where: Conditions) -> int:
    """Return how many problems a filter leaves."""
    return session.scalar(sa.select(sa.func.count()).select_from(Problem).where(*where)) or 0


def page_of_problems(
    session: Session,
    where: Conditions,
    *,
    order: str,
    is_owed: bool,
    first: int,
    count: int,
    total: int,
    places: Mapping[int, int],
) -> list[Problem]:
    """Return some problems of a list in order.

    Parameters
    ----------
    session : Session
        Any session.
    where : collection of conditions
        As `conditions`.
    order : str
        One of `ORDERS`.
    is_owed : bool
        Whether time may run for some of them; else none needs to be ordered by it.
    first, count, total : int
        Where the page begins, from 0, how many it holds, and how many the whole list.
    places : mapping of int to int
        Villages by their rank in the order ``place``, and in that order.
    """
    if order == "place":
        ids = ids_by_place(
            session, where, first=first, count=min(count, total - first), total=total, places=places
        )
    else:
        # The second half is read from its end: who looks for the last page waits for no sorting.
        last = max(0, total - first - count)
        from_end = last < first
        # What a filter leaves lies anywhere among days of registering; but whose time runs, first.
        anywhere = order == "newest" or (is_owed and not from_end)
        rows = min(first, last) + count
        if not where or (anywhere and _is_walked(session, rows=rows, total=total)):
            keys = _BY_INDEX[order]
        else:
            sorted_by = [key for key in _ORDER_BY[order] if is_owed or key[0] is not _UNTIL]
            keys = tuple((scanned(column), falling) for column, falling in sorted_by)
        ordered = [column.desc() if falling != from_end else column for column, falling in keys]
        query = sa.select(Problem.id).where(*where).order_by(*ordered)
        query = query.offset(last if from_end else first)
        ids = list(session.scalars(query.limit(min(count, total - first))))
        if from_end:
            ids.reverse()
    found = session.scalars(sa.select(Problem).where(Problem.id.in_(ids)))
    by_id = {problem.id: problem for problem in found}
    return [by_id[one] for one in ids if one in by_id]


_UNTIL = sa.case((has("running"), sa.func.coalesce(Problem.due_on, NEVER_DUE)), else_=NEVER_DUE)
"""What `Problem.runs_until` is, by columns that the index of lists holds."""

_ORDER_BY: Final[dict[str, tuple[tuple[Any, bool], ...]]] = {
    "due": ((_UNTIL, False), (Problem.id, False)),
    "newest": ((Problem.registered_on, True), (Problem.id, True)),
    "rounds": ((Problem.handover_round, True), (_UNTIL, False), (Problem.id, False)),
}
"""Order → columns, and whether the highest comes first."""

_BY_INDEX: Final[dict[str, tuple[tuple[Any, bool], ...]]] = {
    "due": ((Problem.runs_until, False), (Problem.id, False)),
    "newest": _ORDER_BY["newest"],
    "rounds": ((Problem.handover_round, True), (Problem.runs_until, False), (Problem.id, False)),
}
"""The same orders by what indexes hold."""


def _is_walked(session: Session, *, rows: int, total: int) -> bool:
    """Say whether few problems are passed by when a page is found by walking along an index.

    ``rows``: of the list, from its nearer end to the end of the page; ``total``: of the list.
    """
    every = session.scalar(sa.select(sa.func.max(Problem.id))) or 0
    return rows * every <= FEW * total


def lead_units_in_use(session: Session) -> list[str]:
    """Return the units that problems were handed to, by name."""
    unit = Problem.lead_unit
    # From one unit to the next by the index: few steps, however many problems there are.
    used = sa.select(sa.func.min(unit).label("unit")).cte("used", recursive=True)
    after = sa.select(sa.func.min(unit)).where(unit > used.c.unit).scalar_subquery()
    used = used.union_all(sa.select(after).where(used.c.unit.is_not(None)))
    return [one for one in session.scalars(sa.select(used.c.unit)) if one]


def owed_by_unit(session: Session, on: LightDays) -> list[dict[str, Any]]:
    """Return what each unit owes.

    Returns
    -------
    list of dict
        ``lead_unit`` (None: not handed over), ``open``, ``red``, ``yellow``, ``again`` (open and
        handed over twice or more), ``claimed`` (waits for a revisit), ``suspended``, ``oldest_on``
        (day the oldest open one was registered); most overdue first.
    """
    p = Problem
    counted = {
        "red": is_light("red", on),
        "yellow": is_light("yellow", on),
        "again": p.handover_round >= 2,
        "claimed": p.state == "claimed_fixed",
        "suspended": _is_suspended(),
    }
    rows = session.execute(
        sa.select(
            p.lead_unit,
            sa.func.count().label(OPEN),
            *(sa.func.sum(sa.case((one, 1), else_=0)).label(name) for name, one in counted.items()),
            sa.func.min(p.registered_on).label("oldest_on"),
        )
        .where(has("open"))
        .group_by(p.lead_unit)
    )
    found = [dict(row._mapping) for row in rows]
    return sorted(
        found, key=lambda row: (-row["red"], -row["yellow"], -row[OPEN], row["lead_unit"] or "")
    )


def related_problems(session: Session, problem: Problem) -> list[Problem]:
    """Return the problems linked to one: duplicates and what recurs, both ways."""
    p = Problem
    own = [one for one in (problem.duplicate_of_id, problem.recurs_of_id) if one is not None]
    return list(
        session.scalars(
            sa.select(p)
            .where(
                sa.or_(p.id.in_(own), p.duplicate_of_id == problem.id, p.recurs_of_id == problem.id)
            )
            .order_by(p.id)
        )
    )


def problems_of_units(session: Session, units: Collection[int], *, most: int) -> list[Problem]:
    """Return problems recorded on some villages: what is open first, then the newest."""
    p = Problem
    closed = sa.case((has("open"), 0), else_=1)
    return list(
        session.scalars(
            sa.select(p)
            .where(among_units(units))
            .order_by(closed, p.registered_on.desc(), p.id.desc())
            .limit(most)
        )
    )
