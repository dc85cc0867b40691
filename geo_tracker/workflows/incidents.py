"""An incident (舆情, 信访, 案件) is recorded, corrected with a reason, and closed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.incidents import existing_incident
from geo_tracker.db.models import Incident
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.problem_states import FOLLOWERS, Actor
from geo_tracker.indicators.zeros import INCIDENT_KINDS
from geo_tracker.language import N_
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

LONGEST_SUMMARY = 2000


def record_incident(
    engine: sa.Engine, given: Mapping[str, Any], *, actor: Actor, today: date
) -> int:
    """Record an incident and return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    given : mapping
        ``kind`` (a code of `INCIDENT_KINDS`), ``happened_on`` (date), ``unit_id``, ``summary``,
        ``about_merger`` (None: not known).
    actor : Actor
        Who records it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person does not follow up.
    InputError
        If something is missing, too long, or in the future.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        values = _checked(session, given, today=today)
        (incident_id,) = new_ids(session.connection(), Incident, 1)
        incident = Incident(id=incident_id, **values)
        session.add(incident)
        session.flush()
        fields = {name: [None, plain_value(value)] for name, value in values.items()}
        add_step(session, incident, "record", actor=actor, on=incident.happened_on, fields=fields)
        return incident_id


def correct_incident(
    engine: sa.Engine,
    incident_id: int,
    given: Mapping[str, Any],
    *,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Correct an incident, with a reason; whether it is closed stays as it is.

    Parameters
    ----------
    engine : Engine
        The database.
    incident_id : int
        The incident.
    given : mapping
        All fields, as for `record_incident`.
    note : str
        The reason.
    actor : Actor
        Who corrects it.
    version : int
        The incident's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such incident.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    NotAllowedError, InputError
        As for `record_incident`; also without a reason or a change.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        incident = existing_incident(session, incident_id, lock=True)
        unchanged_since(incident, version)
        values = _checked(session, given, today=today)
        if incident.closed_on is not None and values["happened_on"] > incident.closed_on:
            raise InputError(
                N_("It was closed on %(day)s; it cannot have happened later."),
                day=incident.closed_on.isoformat(),
            )
        fields = differing(incident, values)
        reason = said(note)
        for name, value in values.items():
            setattr(incident, name, value)
        incident.version += 1
        add_step(session, incident, "correct", actor=actor, on=today, note=reason, fields=fields)


def close_incident(
    engine: sa.Engine,
    incident_id: int,
    *,
    closed_on: date | None,
    note: Any,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Close an incident, saying how it ended.

    Parameters
    ----------
    engine : Engine
        The database.
    incident_id : int
        The incident.
    closed_on : date or None
        The day it was closed on; None for today.
    note : str
        How it ended.
    actor : Actor
        Who closes it.
    version : int
        The incident's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such incident.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    ConflictError
        If it is closed already.
    NotAllowedError
        If this person does not follow up.
    InputError
        Without saying how, or if the day does not fit.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        incident = existing_incident(session, incident_id, lock=True)
        unchanged_since(incident, version)
        if incident.closed_on is not None:
            raise ConflictError(N_("This incident is closed already."))
        day = happened_by(closed_on or today, today)
        if day < incident.happened_on:
            raise InputError(
                N_("It happened on %(day)s; it cannot have been closed before."),
                day=incident.happened_on.isoformat(),
            )
        ended = said(note)
        incident.closed_on = day
        incident.version += 1
        fields = {"closed_on": [None, plain_value(day)]}
        add_step(session, incident, "close", actor=actor, on=day, note=ended, fields=fields)


def _checked(session: Session, given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    summary = tidy(given.get("summary"), LONGEST_SUMMARY)
    if given.get("kind") not in INCIDENT_KINDS:
        raise InputError(N_("Say which kind of incident it is."))
    if given.get("happened_on") is None:
        raise InputError(N_("Give the day it happened."))
    if summary is None:
        raise InputError(N_("Say what happened."))
    return {
        "kind": given["kind"],
        "happened_on": happened_by(given["happened_on"], today),
        "unit_id": known_unit(session, given.get("unit_id")),
        "summary": summary,
        "about_merger": given.get("about_merger"),
    }
