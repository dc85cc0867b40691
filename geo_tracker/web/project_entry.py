"""A project is registered, or what describes it corrected."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.models import Project
from geo_tracker.db.projects import existing_project, project_records
from geo_tracker.errors import ChangedMeanwhileError, InputError
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.indicators.lights import STAGES
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import (
    asked_day,
    asked_text,
    day_text,
    number_in,
    typed,
    values_of,
)
from geo_tracker.web.project_forms import village_fields
from geo_tracker.web.project_history import history_rows
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown, term
from geo_tracker.web.village_choice import (
    VillageChoice,
    chosen_village,
    given_village,
    village_candidate,
)
from geo_tracker.workflows.projects import (
    DESCRIBED,
    PLAN_DAYS,
    WORK_DAYS,
    correct_project,
    register_project,
)

bp = Blueprint("project_entry", __name__, url_prefix="/projects")

_DAYS = (*PLAN_DAYS, *WORK_DAYS, "stage_on")
_TYPED = (*DESCRIBED, *_DAYS, "stage", "is_livelihood", "note")


@bp.get("/new")
@role_needed(*FOLLOWERS)
def new() -> ResponseReturnValue:
    """Show the form for a project, with village, name, day and remark that a link gives."""
    village = given_village(register(), number_in(request.args, "unit"))
    values = {"stage": STAGES[0], "stage_on": today().isoformat()}
    values |= {"name": asked_text("name")[: DESCRIBED["name"]], "note": asked_text("note")}
    values["planned_finish_on"] = day_text(asked_day("due"))
    return _form(values, village)


@bp.post("/new")
@role_needed(*FOLLOWERS)
def record() -> ResponseReturnValue:
    """Register a project."""
    return _save(None)


@bp.get("/<int:project_id>/correct")
@role_needed(*FOLLOWERS)
def correct(project_id: int) -> ResponseReturnValue:
    """Show the form with a project in it."""
    project = _existing(project_id)
    values = values_of(project, (*DESCRIBED, *PLAN_DAYS, *WORK_DAYS))
    unit_id = project.former_unit_id or project.unit_id or 0
    return _form(values, given_village(register(), unit_id), project=project)


@bp.post("/<int:project_id>/correct")
@role_needed(*FOLLOWERS)
def save(project_id: int) -> ResponseReturnValue:
    """Correct a project."""
    return _save(project_id)


def _save(project_id: int | None) -> ResponseReturnValue:
    held = register()
    values = {name: typed(name) for name in _TYPED}
    village = chosen_village(held)
    version = number_in(request.form, "version")
    project = None if project_id is None else _existing(project_id)
    try:
        if village.error:
            page = _form(values, village, project=project, version=version)
            return make_response(page, 422)
        given: dict[str, Any] = values | {name: typed_day(values[name]) for name in _DAYS}
        given |= _place(village.unit_id, project)
        if project_id is None:
            project_id = register_project(services().engine, given, actor=actor(), today=today())
            flash(_("The project was registered."), "success")
        else:
            correct_project(
                services().engine,
                project_id,
                given,
                note=values["note"],
                actor=actor(),
                version=version,
                today=today(),
            )
            flash(_("The project was corrected."), "success")
    except (InputError, ChangedMeanwhileError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        now = None if project_id is None else _existing(project_id)
        page = _form(values, village, project=now, version=version, error=shown(refused.message))
        return make_response(page, status)
    return redirect(url_for("project.show", project_id=project_id), code=303)


def _place(unit_id: int | None, project: Project | None) -> dict[str, Any]:
    """Return the village of a project; what a file said of it stays while it is the same one."""
    if project is not None and unit_id == (project.former_unit_id or project.unit_id):
        return {"former_unit_id": project.former_unit_id, "unit_id": project.unit_id}
    return village_fields(register(), unit_id)


def _existing(project_id: int) -> Project:
    with read_session() as session:
        return existing_project(session, project_id)


def _form(
    values: dict[str, str],
    village: VillageChoice,
    *,
    project: Project | None = None,
    version: int | None = None,
    error: str | None = None,
) -> str:
    """Return the form; ``version``: the one it was filled in for, perhaps an older one."""
    held = register()
    changed: list[dict[str, Any]] = []
    if project is not None and version is not None and version != project.version:
        with read_session() as session:
            records = project_records(session, project.id)
        changed = history_rows(records, held.units["name"].to_dict())
        changed = changed[: max(1, project.version - version)]
    return render_template(
        "projects/form.html",
        values=dict.fromkeys(_TYPED, "") | values,
        village=village,
        known=village_candidate(held, village.unit_id) if village.unit_id else None,
        stages=[(stage, term(stage)) for stage in STAGES],
        kinds=held.rules.project_kinds,
        lengths=DESCRIBED,
        project_id=project.id if project is not None else None,
        # Whoever has read what changed answers to the present version.
        record_version=project.version if project is not None else 0,
        changed=changed,
        error=error,
        today=today(),
    )
