"""An incident is recorded, corrected or closed."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.incidents import ABOUT, existing_incident
from geo_tracker.db.models import Incident
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.indicators.zeros import INCIDENT_KINDS
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import number_in, typed, values_of
from geo_tracker.web.followup_words import steps_since
from geo_tracker.web.incidents import ABOUT_WORDS, incident_page
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown, term
from geo_tracker.web.village_choice import (
    VillageChoice,
    chosen_village,
    given_village,
    village_candidate,
)
from geo_tracker.workflows.incidents import (
    LONGEST_SUMMARY,
    close_incident,
    correct_incident,
    record_incident,
)

bp = Blueprint("incident_entry", __name__, url_prefix="/incidents")

_TYPED = ("kind", "happened_on", "summary", "about", "note")


@bp.get("/new")
@role_needed(*FOLLOWERS)
def new() -> ResponseReturnValue:
    """Show the form for an incident, with the village that a link gives."""
    village = given_village(register(), number_in(request.args, "unit"))
    return _form({"happened_on": today().isoformat()}, village)


@bp.post("/new")
@role_needed(*FOLLOWERS)
def record() -> ResponseReturnValue:
    """Record an incident."""
    return _save(None)


@bp.get("/<int:incident_id>/correct")
@role_needed(*FOLLOWERS)
def correct(incident_id: int) -> ResponseReturnValue:
    """Show the form with an incident in it."""
    incident = _existing(incident_id)
    about = next(code for code, value in ABOUT.items() if value == incident.about_merger)
    values = values_of(incident, ("kind", "happened_on", "summary")) | {"about": about}
    return _form(values, given_village(register(), incident.unit_id), incident=incident)


@bp.post("/<int:incident_id>/correct")
@role_needed(*FOLLOWERS)
def save(incident_id: int) -> ResponseReturnValue:
    """Correct an incident."""
    return _save(incident_id)


def _save(incident_id: int | None) -> ResponseReturnValue:
    values = {name: typed(name) for name in _TYPED}
    village = chosen_village(register())
    version = number_in(request.form, "version")
    try:
        incident = None if incident_id is None else _existing(incident_id)
        if village.error:
            page = _form(values, village, incident=incident, version=version)
            return make_response(page, 422)
        given = _read(values) | {"unit_id": village.unit_id}
        if incident_id is None:
            incident_id = record_incident(services().engine, given, actor=actor(), today=today())
            flash(_("The incident was recorded."), "success")
        else:
            correct_incident(
                services().engine,
                incident_id,
                given,
                note=values["note"],
                actor=actor(),
                version=version,
                today=today(),
            )
            flash(_("The incident was corrected."), "success")
    except (InputError, ChangedMeanwhileError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        now = None if incident_id is None else _existing(incident_id)
        page = _form(values, village, incident=now, version=version, error=shown(refused.message))
        return make_response(page, status)
    return redirect(url_for("incidents.show", incident_id=incident_id), code=303)


def _existing(incident_id: int) -> Incident:
    with read_session() as session:
        return existing_incident(session, incident_id)


def _read(values: dict[str, str]) -> dict[str, Any]:
    return values | {
        "happened_on": typed_day(values["happened_on"]),
        "about_merger": ABOUT.get(values["about"]),
    }


def _form(
    values: dict[str, str],
    village: VillageChoice,
    *,
    incident: Incident | None = None,
    version: int | None = None,
    error: str | None = None,
) -> str:
    """Return the form; ``version``: the one it was filled in for, perhaps an older one."""
    changed = []
    if incident is not None and version is not None:
        with read_session() as session:
            steps = steps_of(session, Incident.__tablename__, incident.id)
        changed = steps_since(steps, version=incident.version, shown=version)
    return render_template(
        "incidents/form.html",
        values=dict.fromkeys(_TYPED, "") | {"about": "unknown"} | values,
        village=village,
        known=village_candidate(register(), village.unit_id) if village.unit_id else None,
        kinds=[(kind, term(kind)) for kind in INCIDENT_KINDS],
        abouts=[(code, _(word)) for code, word in ABOUT_WORDS.items()],
        incident_id=incident.id if incident is not None else None,
        # Whoever has read what changed answers to the present version.
        record_version=incident.version if incident is not None else 0,
        changed=changed,
        error=error,
        longest=LONGEST_SUMMARY,
        today=today(),
    )


@bp.post("/<int:incident_id>/close")
@role_needed(*FOLLOWERS)
def close(incident_id: int) -> ResponseReturnValue:
    """Close an incident."""
    values = {name: typed(name) for name in ("closed_on", "note")}
    version = number_in(request.form, "version")
    try:
        close_incident(
            services().engine,
            incident_id,
            closed_on=typed_day(values["closed_on"]),
            note=values["note"],
            actor=actor(),
            version=version,
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        with read_session() as session:
            incident = existing_incident(session, incident_id)
            steps = steps_of(session, Incident.__tablename__, incident_id)
        page = incident_page(
            incident_id,
            error=shown(refused.message),
            changed=steps_since(steps, version=incident.version, shown=version),
            typed=values,
        )
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    flash(_("The incident was closed."), "success")
    return redirect(url_for("incidents.show", incident_id=incident_id), code=303)
