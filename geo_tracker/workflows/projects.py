"""A project is registered, led from stage to stage, and corrected."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.models import Project, ProjectStage
from geo_tracker.db.projects import alike_projects, locked_project, stage_reached_on
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import InputError
from geo_tracker.followup.problem_states import FOLLOWERS, Actor
from geo_tracker.followup.project_moves import ProjectSituation, check_earlier_day, moved
from geo_tracker.indicators.lights import STAGES
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    changed_fields,
    differing,
    happened_by,
    known_unit,
    only,
    said,
    step_about,
    tidy,
    unchanged_since,
)

TABLE: Final = Project.__tablename__

DESCRIBED: Final = {"name": 200, "project_no": 60, "kind": 40, "owner_unit": 60, "contractor": 120}
"""Texts that describe a project, with their most characters."""

PLAN_DAYS: Final = ("planned_start_on", "planned_finish_on")
WORK_DAYS: Final = ("actual_start_on", "actual_finish_on")
_PLACE: Final = ("former_unit_id", "unit_id")


@contextmanager
def changing(
    engine: sa.Engine, project_id: int, *, actor: Actor, version: int
) -> Iterator[tuple[Session, Project]]:
    """Open a project that nobody else can change until its change is stored.

    Raises
    ------
    NotFoundError
        If there is no such project.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    NotAllowedError
        If this person does not follow up.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        project = locked_project(session, project_id)
        unchanged_since(project, version)
        yield session, project
        project.version += 1


def logged(
    session: Session,
    project: Project,
    action: str,
    *,
    actor: Actor,
    on: date,
    note: str | None = None,
    states: tuple[str | None, str | None] = (None, None),
    fields: Mapping[str, list[Any]] | None = None,
) -> None:
    """Write into the log what was done about a project that has an id."""
    # First what it is about: locks on the log come last, as imports take them.
    session.flush()
    session.add(
        step_about(
            project,
            action,
            actor=actor,
            on=on,
            unit_id=project.former_unit_id,
            states=states,
            note=note,
            fields=fields,
        )
    )


def register_project(
    engine: sa.Engine, given: Mapping[str, Any], *, actor: Actor, today: date
) -> int:
    """Register a project and return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    given : mapping
        `DESCRIBED` (texts), ``former_unit_id`` and ``unit_id`` (one of them at least),
        `PLAN_DAYS`; ``stage`` and ``stage_on``, where it stands since when; ``is_livelihood``;
        ``note``.
    actor : Actor
        Who registers it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person does not follow up.
    InputError
        If something is missing, does not fit, or the village has the project already.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        values = _described(session, given)
        _refuse_twin(session, values)
        situation = moved(
            ProjectSituation(),
            given.get("stage") or STAGES[0],
            on=happened_by(given.get("stage_on") or today, today),
            reason=None,
            stages=STAGES,
        )
        values |= _of_situation(situation)
        if given.get("is_livelihood"):
            values |= {"is_livelihood": True, "livelihood_state": "candidate"}
        (project_id,) = new_ids(session.connection(), Project, 1)
        project = Project(id=project_id, **values)
        session.add(project)
        session.flush()
        session.add(_stage_row(project, situation, None, actor))
        fields = {name: [None, plain_value(v)] for name, v in values.items() if v is not None}
        note = tidy(given.get("note"), LONGEST_NOTE)
        logged(session, project, "register", actor=actor, on=today, note=note, fields=fields)
        return project_id


def correct_project(
    engine: sa.Engine,
    project_id: int,
    given: Mapping[str, Any],
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Correct what describes a project, with a reason; stage, progress and money stay.

    Parameters
    ----------
    engine : Engine
        The database.
    project_id : int
        The project.
    given : mapping
        As for `register_project`, and `WORK_DAYS`.
    note : str
        The reason.
    actor : Actor
        Who corrects it.
    version : int
        The project's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `changing`.
    InputError
        As for `register_project`; also without a reason or a change.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        values = _described(session, given)
        for name in WORK_DAYS:
            day = given.get(name)
            values[name] = None if day is None else happened_by(day, today)
        _in_order(values["actual_start_on"], values["actual_finish_on"])
        fields = differing(project, values)
        reason = said(note)
        if not fields.keys().isdisjoint({"name", "project_no", *_PLACE}):
            _refuse_twin(session, values, but=project_id)
        for name, value in values.items():
            setattr(project, name, value)
        logged(session, project, "correct", actor=actor, on=today, note=reason, fields=fields)


def lead_project(
    engine: sa.Engine,
    project_id: int,
    stage: str,
    *,
    on: date | None,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Lead a project to a stage, forward, or back with a reason.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `changing`.
    InputError
        As `geo_tracker.followup.project_moves.moved`, or if the day is in the future.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        reason, was = tidy(note, LONGEST_NOTE), project.stage
        situation = moved(
            ProjectSituation(
                was,
                stage_reached_on(session, project_id, was),
                project.actual_start_on,
                project.actual_finish_on,
            ),
            stage,
            on=happened_by(on or today, today),
            reason=reason,
            stages=STAGES,
        )
        values = _of_situation(situation)
        fields = changed_fields(project, values)
        for name, value in values.items():
            setattr(project, name, value)
        session.add(_stage_row(project, situation, reason, actor))
        states = (was, stage)
        day = situation.reached_on or today
        logged(
            session, project, "stage", actor=actor, on=day, note=reason, states=states,
            fields=fields,
        )  # fmt: skip


def date_stage(
    engine: sa.Engine,
    project_id: int,
    stage: str,
    *,
    on: date | None,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Say on which day a project got to a stage that it is at or has passed.

    Work began or ended on that day where the stage says so.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `changing`.
    InputError
        If it has not got there, the day does not fit, or it is what is known already.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        if on is None:
            raise InputError(N_("Give the day."))
        reached = stage_reached_on(session, project_id, project.stage)
        day, text = happened_by(on, today), tidy(note, LONGEST_NOTE)
        check_earlier_day(ProjectSituation(project.stage, reached), stage, on=day, stages=STAGES)
        before = stage_reached_on(session, project_id, stage)
        if before == day:
            raise InputError(N_("Nothing was changed."))
        situation = ProjectSituation(stage, day)
        session.add(_stage_row(project, situation, text, actor))
        fields = {f"stage_{stage}": [plain_value(before), plain_value(day)]}
        work_day = {"started": "actual_start_on", "finished": "actual_finish_on"}.get(stage)
        if work_day is not None:
            fields |= changed_fields(project, {work_day: day})
            setattr(project, work_day, day)
        logged(session, project, "stage_day", actor=actor, on=day, note=text, fields=fields)


def _described(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: tidy(given.get(name), most) for name, most in DESCRIBED.items()}
    if values["name"] is None:
        raise InputError(N_("Give the name of the project."))
    values |= {name: given.get(name) for name in _PLACE}
    for unit_id in {values[name] for name in _PLACE} - {None} or {None}:
        known_unit(session, unit_id)
    values |= {name: given.get(name) for name in PLAN_DAYS}
    _in_order(*(values[name] for name in PLAN_DAYS))
    return values


def _in_order(start: date | None, finish: date | None) -> None:
    if start is not None and finish is not None and finish < start:
        raise InputError(N_("It cannot finish before it starts."))


def _refuse_twin(session: Session, values: Mapping[str, Any], *, but: int | None = None) -> None:
    """Refuse a second project that lists could not tell from a first one."""
    for twin in alike_projects(session, values["name"], *(values[name] for name in _PLACE)):
        if twin.id != but and (twin.project_no or None) == values["project_no"]:
            raise InputError(
                N_(
                    "The village has a project of this name already. Where it is another one, give"
                    " its number."
                )
            )


def _of_situation(situation: ProjectSituation) -> dict[str, Any]:
    return {
        "stage": situation.stage,
        "actual_start_on": situation.actual_start_on,
        "actual_finish_on": situation.actual_finish_on,
    }


def _stage_row(
    project: Project, situation: ProjectSituation, note: str | None, actor: Actor
) -> ProjectStage:
    return ProjectStage(
        project_id=project.id,
        stage=situation.stage,
        happened_on=situation.reached_on,
        note=note,
        user_id=actor.user_id,
    )
