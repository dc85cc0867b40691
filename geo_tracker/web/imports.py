"""导入: a file is uploaded, shown as it was understood, confirmed, and stored in the background."""

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Literal

from flask import Blueprint, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from geo_tracker.db.imports import existing_import, recent_imports
from geo_tracker.db.jobs import latest_job
from geo_tracker.errors import (
    AlreadyImportedError,
    ConflictError,
    GeoTrackerError,
    InputError,
    NotFoundError,
)
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.language import N_
from geo_tracker.web.context import read_session, services
from geo_tracker.web.errors import status_of
from geo_tracker.web.import_choices import choices_from
from geo_tracker.web.import_mapping import kind_word
from geo_tracker.web.import_preview import preview_values
from geo_tracker.web.import_result import import_row, job_values, result_values, run_values
from geo_tracker.web.import_undo import undo_values
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.files import preview_picture
from geo_tracker.workflows.imports import accept, receive
from geo_tracker.workflows.looking import look_again
from geo_tracker.workflows.table_templates import counties

bp = Blueprint("imports", __name__, url_prefix="/imports")

IMPORTING_ROLES = ("admin", "planner")
PATIENCE_S = 1.5
"""Small files are looked at within that time; then nobody needs to see how it goes on."""

_LONGEST_NAME = 200
_PICTURE_NAME = re.compile(r"[a-z]+(-\d{1,4})?")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the two upload forms and what was brought in before."""
    return _index()


def _index(
    *, refused: InputError | None = None, kind: str = "", as_of_on: str = ""
) -> ResponseReturnValue:
    with read_session() as session:
        imports = [import_row(run) for run in recent_imports(session)]
        known_counties = counties(session)
    error = shown(refused.message) if refused else None
    earlier = refused.import_id if isinstance(refused, AlreadyImportedError) else None
    return render_template(
        "imports/index.html",
        can_import=current_user.role in IMPORTING_ROLES,
        refused_kind=kind,
        error=error,
        error_import_id=earlier,
        as_of_on=as_of_on,
        max_upload_mb=services().settings.max_upload_mb,
        imports=imports,
        counties=known_counties,
        kinds=[(kind, kind_word(kind)) for kind in LAYOUTS],
    )


@bp.post("/boundaries")
@role_needed(*IMPORTING_ROLES)
def upload_boundaries() -> ResponseReturnValue:
    """Receive a file of village boundaries and have it looked at."""
    return _uploaded("boundary", "boundaries")


@bp.post("/tables")
@role_needed(*IMPORTING_ROLES)
def upload_table() -> ResponseReturnValue:
    """Receive a workbook and have it looked at."""
    return _uploaded("table", "records")


def _uploaded(form: str, kind: Literal["boundaries", "records"]) -> ResponseReturnValue:
    typed = request.form.get(f"{form}_as_of_on", "")
    upload = request.files.get(f"{form}_file")
    try:
        if upload is None or not upload.filename:
            raise InputError(N_("Choose a file."))
        as_of_on = _day(typed)
        # Some browsers send the whole path of the sender's disk.
        name = upload.filename.replace("\\", "/").rsplit("/", 1)[-1]
        name = name[-_LONGEST_NAME:] or "file"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"upload{Path(name).suffix.lower()}"
            upload.save(path)
            received = receive(
                services().engine,
                services().settings,
                path,
                kind=kind,
                file_name=name,
                as_of_on=as_of_on,
                user_id=current_user.id,
            )
    except InputError as refused:
        return make_response(_index(refused=refused, kind=kind, as_of_on=typed), 422)
    return once_looked_at(received.import_id, received.job_id)


def once_looked_at(import_id: int, job_id: int) -> ResponseReturnValue:
    """Have a file looked at and go to its preview; if that takes long, see there how it goes on."""
    worker = services().worker
    worker.wake(job_id)
    worker.wait_for(job_id, seconds=PATIENCE_S)
    return redirect(url_for("imports.preview", import_id=import_id), code=303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise InputError(N_("Give the date the file holds from, as 2019-10-31.")) from wrong


@bp.get("/<int:import_id>/preview")
@role_needed(*IMPORTING_ROLES)
def preview(import_id: int) -> ResponseReturnValue:
    """Show what was understood of a file, before anything is stored."""
    with read_session() as session:
        run = existing_import(session, import_id)
        if run.state != "previewed":
            return redirect(url_for(".show", import_id=import_id), code=303)
        values = preview_values(run, services().settings)
    return render_template("imports/preview.html", error=None, **values)


def preview_refusing(import_id: int, refused: GeoTrackerError) -> ResponseReturnValue:
    """Show the preview of an import with why something was refused."""
    with read_session() as session:
        run = existing_import(session, import_id)
        if run.state != "previewed":
            raise refused
        values = preview_values(run, services().settings)
    page = render_template("imports/preview.html", error=shown(refused.message), **values)
    return make_response(page, status_of(refused))


@bp.post("/<int:import_id>/read-again")
@role_needed(*IMPORTING_ROLES)
def read_again_as_chosen(import_id: int) -> ResponseReturnValue:
    """Have a file of boundaries looked at again, with what the planner changed."""
    with read_session() as session:
        earlier = existing_import(session, import_id).preview
    choices = choices_from(request.form, earlier)
    job_id = look_again(services().engine, import_id, choices=choices, user_id=current_user.id)
    return once_looked_at(import_id, job_id)


@bp.get("/<int:import_id>/pictures/<name>.svg")
@role_needed(*IMPORTING_ROLES)
def picture(import_id: int, name: str) -> ResponseReturnValue:
    """Send a picture of the preview: a place close up."""
    path = preview_picture(services().settings, import_id, name)
    if not _PICTURE_NAME.fullmatch(name) or not path.exists():
        raise NotFoundError(N_("There is no such picture."))
    # Reading the file again draws it anew under the same name.
    return send_file(path, mimetype="image/svg+xml", max_age=0)


@bp.post("/<int:import_id>/confirm")
@role_needed(*IMPORTING_ROLES)
def confirm(import_id: int) -> ResponseReturnValue:
    """Accept a file as it was shown; a background job stores it."""
    try:
        job_id = accept(
            services().engine,
            import_id,
            synthetic=request.form.get("synthetic") == "yes",
            drops_missing=request.form.get("complete") == "yes",
            user_id=current_user.id,
            correction=request.form.get("correction"),
        )
    except ConflictError as refused:
        return preview_refusing(import_id, refused)
    services().worker.wake(job_id)
    return redirect(url_for(".show", import_id=import_id), code=303)


@bp.post("/<int:import_id>/run-again")
@role_needed(*IMPORTING_ROLES)
def run_again(import_id: int) -> ResponseReturnValue:
    """Queue an import that failed once more."""
    services().worker.wake(
        accept(
            services().engine,
            import_id,
            user_id=current_user.id,
            correction=request.form.get("correction"),
        )
    )
    return redirect(url_for(".show", import_id=import_id), code=303)


@bp.get("/<int:import_id>")
def show(import_id: int) -> ResponseReturnValue:
    """Show an import: under way, stored, refused or failed."""
    with read_session() as session:
        run = existing_import(session, import_id)
        if run.state == "previewed" and current_user.role in IMPORTING_ROLES:
            # Looked at between two requests: nobody would come and lead on from here.
            return redirect(url_for(".preview", import_id=import_id), code=303)
        job = latest_job(session, import_id)
        values = result_values(run, job) | {"undo": undo_values(run, job)}
    return render_template(
        "imports/show.html",
        can_import=current_user.role in IMPORTING_ROLES,
        max_upload_mb=services().settings.max_upload_mb,
        **values,
    )


@bp.get("/<int:import_id>/progress")
def progress(import_id: int) -> ResponseReturnValue:
    """Send how far an import is; once it is over, have the browser show what came of it."""
    with read_session() as session:
        run = existing_import(session, import_id)
        job = latest_job(session, import_id)
        values = run_values(run, job)
        response = make_response(
            render_template("imports/_progress.html", run=values, job=job_values(job))
        )
    if values["state"] == "previewed" and current_user.role in IMPORTING_ROLES:
        response.headers["HX-Redirect"] = url_for(".preview", import_id=import_id)
    elif not values["under_way"]:
        response.headers["HX-Refresh"] = "true"
    return response
