"""Undoing an import of boundaries: first what goes and what comes back, then the deed."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from geo_tracker.db.imports import existing_import
from geo_tracker.errors import ConflictError
from geo_tracker.web.context import read_session, services
from geo_tracker.web.import_result import run_values
from geo_tracker.web.imports import IMPORTING_ROLES
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.undoing import Undoing, queue_undoing, what_undoing_means

bp = Blueprint("import_undo", __name__, url_prefix="/imports")


@bp.get("/<int:import_id>/undo")
@role_needed(*IMPORTING_ROLES)
def show(import_id: int) -> ResponseReturnValue:
    """Show what undoing means, and ask."""
    return _page(import_id)


@bp.post("/<int:import_id>/undo")
@role_needed(*IMPORTING_ROLES)
def undo(import_id: int) -> ResponseReturnValue:
    """Have a background job undo the import."""
    try:
        job_id = queue_undoing(services().engine, import_id, user_id=current_user.id)
    except ConflictError:
        return make_response(_page(import_id), 409)
    services().worker.wake(job_id)
    return redirect(url_for("imports.show", import_id=import_id), code=303)


def _page(import_id: int) -> str:
    meaning = what_undoing_means(services().engine, import_id)
    with read_session() as session:
        run = run_values(existing_import(session, import_id))
    return render_template("imports/undo.html", run=run, **undo_values(meaning))


def undo_values(meaning: Undoing) -> dict[str, Any]:
    """Return the values that ``templates/imports/undo.html`` names at its head."""
    hanging = meaning.hanging
    return {
        "refusal": shown(meaning.refusal) or None,
        "villages": meaning.villages,
        "restores": None if meaning.restores is None else meaning.restores[1],
        "restores_id": None if meaning.restores is None else meaning.restores[0],
        "goes": meaning.goes,
        "goes_count": meaning.goes_count,
        "records": [
            {"kind": kind, "count": count, "import_id": number, "title": meaning.titles[number]}
            for (kind, number), count in hanging.by_import.items()
        ],
        "decisions": hanging.decisions,
        "names": hanging.names,
    }
