"""The place of a project is drawn, moved or taken away."""

from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa

from geo_tracker.errors import InputError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import LONGEST_NOTE, differing, said, tidy
from geo_tracker.workflows.projects import changing, logged


def place_project(
    engine: sa.Engine,
    project_id: int,
    shape: shapely.Geometry | None,
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Give a project a place; the one before stays in the log.

    Parameters
    ----------
    engine : Engine
        The database.
    project_id : int
        The project.
    shape : Geometry or None
        Point, line or area in STORAGE_CRS; None takes the place away.
    note : str
        What is said about it; needed where the project has a place already.
    actor : Actor
        Who draws it.
    version : int
        The project's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError, ChangedMeanwhileError, NotAllowedError
        As `changing`.
    InputError
        Without a change, or without a reason where one is needed.
    """
    with changing(engine, project_id, actor=actor, version=version) as (session, project):
        if shape is None and project.geom is None:
            raise InputError(N_("Draw a place, or type its corners."))
        fields = differing(project, {"geom": shape})
        reason = tidy(note, LONGEST_NOTE) if project.geom is None else said(note)
        project.geom = shape
        logged(session, project, "place", actor=actor, on=today, note=reason, fields=fields)
