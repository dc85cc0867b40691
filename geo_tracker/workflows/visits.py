"""A visit of a service group is recorded, corrected with a reason, or removed with one."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.models import Visit
from geo_tracker.db.record_journal import plain_value
from geo_tracker.db.rules import years_of_rule
from geo_tracker.db.visits import RepeatDays, existing_visit, problems_of_visit, visits_near
from geo_tracker.errors import ConflictError, InputError, RepeatedVisitError
from geo_tracker.followup.problem_states import FOLLOWERS, HANDLER, Actor
from geo_tracker.language import N_
from geo_tracker.workflows.attachments import remove_with_record
from geo_tracker.workflows.followup_records import (
    add_step,
    differing,
    happened_by,
    known_unit,
    only,
    said,
    tidy,
    unchanged_since,
)
from geo_tracker.workflows.rules import rules_of

VISITORS = (*FOLLOWERS, HANDLER)
"""Who may record and correct visits; only `FOLLOWERS` remove them."""

FIELDS = (
    *("visited_on", "service_group", "leader", "unit_id"),
    *("enterprise", "people_served", "summary"),
)
LONGEST = {"service_group": 60, "leader": 60, "enterprise": 120, "summary": 2000}
MOST_PEOPLE = 1_000_000

_PLACE = ("visited_on", "unit_id", "enterprise")
"""What makes a visit a second one; a correction of other fields repeats nothing."""


def repeat_days(session: Session) -> RepeatDays:
    """Return within how many days a visit is a second one, by the year from which that holds."""
    name = "visit_repeat_days"
    return {
        year: rules_of(session, year).visit_repeat_days
        for year in (1, *years_of_rule(session, name))
    }


def record_visit(
    engine: sa.Engine,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    today: date,
    knowing: Collection[int] = (),
) -> int:
    """Record a visit and return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    given : mapping
        ``visited_on`` (date), ``service_group``, ``unit_id``; perhaps ``leader``, ``enterprise``,
        ``people_served`` (None: not known) and ``summary``.
    actor : Actor
        Who records it.
    today : date
        The day.
    knowing : collection of int
        Visits to the same place that this person was told of and records this one all the same.

    Raises
    ------
    NotAllowedError
        If this person only looks.
    InputError
        If something is missing, too long, or in the future.
    RepeatedVisitError
        If the same place was visited within `visit_repeat_days` by visits he does not know of.
    """
    only(actor, *VISITORS)
    with writing(engine) as session:
        values = _checked(session, given, today=today)
        _refuse_repeat(session, values, knowing=knowing)
        (visit_id,) = new_ids(session.connection(), Visit, 1)
        visit = Visit(id=visit_id, **values)
        session.add(visit)
        session.flush()
        fields = {name: [None, plain_value(value)] for name, value in values.items()}
        add_step(session, visit, "record", actor=actor, on=visit.visited_on, fields=fields)
        return visit_id


def correct_visit(
    engine: sa.Engine,
    visit_id: int,
    given: Mapping[str, Any],
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
    knowing: Collection[int] = (),
) -> None:
    """Correct a visit, with a reason.

    Parameters
    ----------
    engine : Engine
        The database.
    visit_id : int
        The visit.
    given : mapping
        All fields, as for `record_visit`.
    note : str
        The reason.
    actor : Actor
        Who corrects it.
    version : int
        The visit's when it was shown.
    today : date
        The day.
    knowing : collection of int
        As for `record_visit`.

    Raises
    ------
    NotFoundError
        If there is no such visit.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    NotAllowedError, InputError, RepeatedVisitError
        As for `record_visit`; also without a reason or a change.
    """
    only(actor, *VISITORS)
    with writing(engine) as session:
        visit = existing_visit(session, visit_id, lock=True)
        unchanged_since(visit, version)
        values = _checked(session, given, today=today)
        fields = differing(visit, values)
        reason = said(note)
        if any(name in fields for name in _PLACE):
            _refuse_repeat(session, values, knowing=knowing, but=visit_id)
        for name, value in values.items():
            setattr(visit, name, value)
        visit.version += 1
        add_step(session, visit, "correct", actor=actor, on=today, note=reason, fields=fields)


def remove_visit(
    engine: sa.Engine, visit_id: int, *, note: Any, actor: Actor, version: int, today: date
) -> None:
    """Remove a visit that should not be there; the log keeps what it was and why it went.

    Parameters
    ----------
    engine : Engine
        The database.
    visit_id : int
        The visit.
    note : str
        The reason.
    actor : Actor
        Who removes it.
    version : int
        The visit's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such visit.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    ConflictError
        If problems were found at it.
    NotAllowedError
        If this person does not follow up.
    InputError
        Without a reason.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        visit = existing_visit(session, visit_id, lock=True)
        unchanged_since(visit, version)
        reason = said(note)
        found = problems_of_visit(session, visit_id)
        if found:
            raise ConflictError(
                N_("Problems were found at this visit (%(numbers)s); it cannot be removed."),
                numbers=", ".join(problem.problem_no for problem in found[:5]),
            )
        was = {name: getattr(visit, name) for name in FIELDS}
        fields = {name: [plain_value(value), None] for name, value in was.items()}
        add_step(session, visit, "remove", actor=actor, on=today, note=reason, fields=fields)
        table = Visit.__tablename__
        remove_with_record(session, table, visit_id, reason=reason, actor=actor, on=today)
        session.delete(visit)


def _checked(session: Session, given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Return the fields of a visit, checked; its village stays locked."""
    texts = {name: tidy(given.get(name), longest) for name, longest in LONGEST.items()}
    if given.get("visited_on") is None:
        raise InputError(N_("Give the day of the visit."))
    if texts["service_group"] is None:
        raise InputError(N_("Say which service group came."))
    people = given.get("people_served")
    if people is not None and not 0 <= people <= MOST_PEOPLE:
        raise InputError(
            N_("Give a number from %(least)s to %(most)s."), least="0", most=f"{MOST_PEOPLE:,}"
        )
    return {
        "visited_on": happened_by(given["visited_on"], today),
        "unit_id": known_unit(session, given.get("unit_id")),
        "people_served": people,
        **texts,
    }


def _refuse_repeat(
    session: Session, values: Mapping[str, Any], *, knowing: Collection[int], but: int | None = None
) -> None:
    on = values["visited_on"]
    days = rules_of(session, on.year).visit_repeat_days
    near = visits_near(
        session,
        unit_id=values["unit_id"],
        enterprise=values["enterprise"],
        on=on,
        days=days,
        but=but,
    )
    if any(visit.id not in knowing for visit in near):
        raise RepeatedVisitError(
            N_("The same place was visited within %(days)s days."),
            days=days,
            visit_ids=tuple(visit.id for visit in near),
        )
