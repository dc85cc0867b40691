"""A problem is registered, and what people do about it is done along the allowed edges."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.models import Problem, Unit
from geo_tracker.db.problems import existing_problem, last_step_on, locked_problem, next_numbers
from geo_tracker.errors import ChangedMeanwhileError, InputError, NotAllowedError, NotFoundError
from geo_tracker.followup.problem_states import (
    CLOSED_OTHERWISE,
    FOLLOWERS,
    Actor,
    Situation,
    after_action,
)
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    changed_fields,
    happened_by,
    step_about,
    tidy,
)
from geo_tracker.workflows.rules import work_calendar

PROBLEM_SOURCES = ("enterprise", "residents", "grassroots", "inspection")
"""企业, 群众, 基层, 巡查."""

DESCRIBED = (
    *("source", "category", "content", "reporter", "unit_id", "lon", "lat"),
    *("helper_units", "visit_id"),
)
"""What a problem says of itself; a correction changes it, its state never."""

LONGEST = {"content": 2000, "category": 60, "reporter": 80, "lead_unit": 60, "helper_units": 200}
TABLE = Problem.__tablename__


def situation_of(problem: Problem) -> Situation:
    """Return where a problem stands."""
    return Situation(
        state=problem.state,
        round=problem.handover_round,
        lead_unit=problem.lead_unit,
        suspended=problem.suspended_on is not None,
        claimed_by_id=problem.claimed_by_id,
        rechecked=problem.rechecked_on is not None,
    )


def register_problem(
    engine: sa.Engine, given: Mapping[str, Any], *, actor: Actor, today: date
) -> int:
    """Register a problem and return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    given : mapping
        ``content`` and ``unit_id``; perhaps the other fields of `DESCRIBED`, and
        ``registered_on`` (else today).
    actor : Actor
        Who registers it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person only looks.
    InputError
        If something is missing, too long, or in the future.
    """
    # Whoever meets a problem may register it; only who looks may not.
    if actor.role not in (*FOLLOWERS, "handler"):
        raise NotAllowedError(N_("Your role does not permit this."))
    with writing(engine) as session:
        problem = _registered(session, given, actor=actor, today=today)
        return problem.id


def _registered(
    session: Session, given: Mapping[str, Any], *, actor: Actor, today: date
) -> Problem:
    values = _described(session, given)
    if not values.get("content"):
        raise InputError(N_("Say what the problem is."))
    if values.get("unit_id") is None:
        raise InputError(N_("Say in which village it is."))
    day = given.get("registered_on") or today
    happened_by(day, today)
    (number,) = next_numbers(session, year=day.year, count=1)
    problem = Problem(
        **values, problem_no=number, registered_on=day, recurs_of_id=given.get("recurs_of_id")
    )
    session.add(problem)
    session.flush()
    session.add(
        step_about(
            problem, "register", actor=actor, on=day, states=(None, problem.state), handover_round=0
        )
    )
    return problem


def act(
    engine: sa.Engine,
    problem_id: int,
    action: str,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Take an action about a problem.

    Parameters
    ----------
    engine : Engine
        The database.
    problem_id : int
        The problem.
    action : str
        One of `ACTIONS`.
    given : mapping
        What the action brings: see `NEEDED`; ``happened_on`` where it was not today.
    actor : Actor
        Who acts.
    version : int
        The problem's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such problem.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    ConflictError, NotAllowedError, InputError
        As `after_action`; also if a day does not fit.
    """
    with writing(engine) as session:
        problem = locked_problem(session, problem_id)
        if problem.version != version:
            raise ChangedMeanwhileError(
                N_("Somebody else has changed this problem since you opened it.")
            )
        take_action(session, problem, action, given, actor=actor, today=today)


def take_action(
    session: Session,
    problem: Problem,
    action: str,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    today: date,
) -> None:
    """Take an action about a problem that is locked; the caller commits. See `act`."""
    before = situation_of(problem)
    day = given.get("happened_on") or today
    happened_by(day, today)
    earlier = last_step_on(session, TABLE, problem.id)
    if earlier is not None and day < earlier:
        raise InputError(
            N_("The last step about this problem was on %(day)s; this one cannot be before it."),
            day=earlier.isoformat(),
        )
    after = after_action(before, action, actor, given)
    changes = _changes(session, problem, action, given, actor=actor, day=day, after=after)
    fields = changed_fields(problem, changes)
    if action == "correct" and not fields:
        raise InputError(N_("Nothing was changed."))
    for name, new in changes.items():
        setattr(problem, name, new)
    problem.state, problem.handover_round = after.state, after.round
    problem.version += 1
    note = tidy(given.get("note"), LONGEST_NOTE)
    session.add(
        step_about(
            problem,
            action,
            actor=actor,
            on=day,
            states=(before.state, problem.state),
            handover_round=problem.handover_round,
            note=note,
            fields=fields,
        )
    )
    if action == "recheck" and given["answer"] != "fixed":
        # What was closed stays closed, and its figures with it; the problem is a new one.
        again = {name: getattr(problem, name) for name in DESCRIBED}
        _registered(
            session,
            again | {"registered_on": day, "recurs_of_id": problem.id},
            actor=actor,
            today=today,
        )


def _changes(
    session: Session,
    problem: Problem,
    action: str,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    day: date,
    after: Situation,
) -> dict[str, Any]:
    """Return the attributes that an action writes, besides state and round."""
    note = tidy(given.get("note"), LONGEST_NOTE)
    if action in CLOSED_OTHERWISE:
        changes: dict[str, Any] = {"closed_on": day, "outcome": note, "suspended_on": None}
        if action == "duplicate":
            changes["duplicate_of_id"] = _original(session, problem, given["duplicate_of_id"])
        return changes
    if action == "assign":
        return {
            "lead_unit": tidy(given["lead_unit"], LONGEST["lead_unit"]),
            "helper_units": tidy(given.get("helper_units"), LONGEST["helper_units"]),
            "assigned_on": day,
            "due_on": _due(given["due_on"], after=day),
        }
    if action == "claim":
        return {"claimed_on": day, "claimed_by_id": actor.user_id, "outcome": note}
    if action == "revisit":
        changes = {
            "revisited_on": day,
            "answer": given["answer"],
            "satisfaction": given.get("satisfaction") or None,
        }
        if after.state == "assigned":
            changes |= {"assigned_on": day, "due_on": _due(given["due_on"], after=day)}
            changes |= {"claimed_on": None, "claimed_by_id": None}
        return changes
    if action == "close":
        return {"closed_on": day}
    if action == "recheck":
        return {"rechecked_on": day, "recheck_answer": given["answer"]}
    if action == "extend":
        return {"due_on": _due(given["due_on"], after=problem.due_on or day)}
    if action == "suspend":
        return {"suspended_on": day}
    if action == "resume" and problem.suspended_on is not None and problem.due_on is not None:
        calendar = work_calendar(session)
        stood = calendar.between(problem.suspended_on, day)
        return {"suspended_on": None, "due_on": calendar.after(problem.due_on, stood)}
    if action == "correct":
        return _described(session, given)
    return {}


def _described(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the describing fields that are given, checked."""
    values = {name: given[name] for name in DESCRIBED if name in given}
    for name, longest in LONGEST.items():
        if name in values:
            values[name] = tidy(values[name], longest)
    if "content" in values and values["content"] is None:
        raise InputError(N_("Say what the problem is."))
    if values.get("source") not in (None, *PROBLEM_SOURCES):
        raise InputError(N_("There is no such source of problems."))
    if "unit_id" in values and (
        values["unit_id"] is None or session.get(Unit, values["unit_id"]) is None
    ):
        raise InputError(N_("Say in which village it is."))
    lon, lat = values.get("lon"), values.get("lat")
    if (lon is None) != (lat is None) or (
        lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90)
    ):
        raise InputError(N_("A place on the map needs a longitude and a latitude in degrees."))
    return values


def _original(session: Session, problem: Problem, of: int) -> int:
    """Return the problem that this one is a duplicate of: of a duplicate, what that one is of."""
    try:
        original = existing_problem(session, of)
    except NotFoundError as error:
        raise InputError(
            N_("There is no such problem that this could be a duplicate of.")
        ) from error
    if original.duplicate_of_id is not None:
        original = existing_problem(session, original.duplicate_of_id)
    if original.id == problem.id:
        raise InputError(N_("A problem is no duplicate of itself."))
    return original.id


def _due(day: date, *, after: date) -> date:
    if day < after:
        raise InputError(N_("It cannot be due before %(day)s."), day=after.isoformat())
    return day
