"""How far a project is, and how far it came as livelihood project."""

import math
from datetime import date
from typing import Any

import sqlalchemy as sa

from geo_tracker.db.models import ProjectReport
from geo_tracker.errors import InputError
from geo_tracker.followup.livelihood import livelihood_after
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    changed_fields,
    happened_by,
    tidy,
)
from geo_tracker.workflows.projects import changing, logged


def report_progress(
    engine: sa.Engine,
    project_id: int,
    progress: float | None,
    *,
    on: date | None,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Report how far a project was on a day; only a report of the newest day is its progress.

    Parameters
    ----------
    engine : Engine
        The database.
    project_id : int
        The project.
    progress : float
        In 0–1.
    on : date or None
        The day; None for today.
    note : str
        Perhaps what was seen.
    actor : Actor
        Who reports it.
    version : int
        The project's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `changing`.
    InputError
        If it is no share, or the day is in the future.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        if progress is None or not math.isfinite(progress) or not 0 <= progress <= 1:
            raise InputError(N_("Give the progress in per cent, from 0 to 100."))
        day, text = happened_by(on or today, today), tidy(note, LONGEST_NOTE)
        session.add(
            ProjectReport(
                project_id=project_id,
                reported_on=day,
                progress=progress,
                note=text,
                user_id=actor.user_id,
            )
        )
        fields = {"progress": [project.progress, progress]}
        if project.reported_on is None or day >= project.reported_on:
            fields |= changed_fields(project, {"reported_on": day})
            project.progress, project.reported_on = progress, day
        else:
            # An earlier day: it is told, but it is not how far the project is.
            fields = {"progress_then": [None, progress]}
        logged(session, project, "report", actor=actor, on=day, note=text, fields=fields)


def lead_livelihood(
    engine: sa.Engine,
    project_id: int,
    state: str,
    *,
    on: date | None,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Lead a livelihood project on, or make a project a candidate of that year's.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `changing`.
    InputError, ConflictError
        As `geo_tracker.followup.livelihood.livelihood_after`, or for a day in the future.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        reason, was = tidy(note, LONGEST_NOTE), project.livelihood_state
        day = happened_by(on or today, today)
        values = {
            "is_livelihood": True,
            "livelihood_state": livelihood_after(was, state, reason=reason),
        }
        fields = changed_fields(project, values)
        for name, value in values.items():
            setattr(project, name, value)
        states = (was, state)
        logged(
            session, project, "livelihood", actor=actor, on=day, note=reason, states=states,
            fields=fields,
        )  # fmt: skip
