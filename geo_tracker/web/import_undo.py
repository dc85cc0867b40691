"""Undoing a stored import: a page that says what will happen, then the deed in the background."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from geo_tracker.db.imports import existing_import
from geo_tracker.db.models import ImportRun, Job
from geo_tracker.errors import ConflictError
from geo_tracker.web.context import read_session, services
from geo_tracker.web.import_changes import village_names, village_url
from geo_tracker.web.import_result import run_values
from geo_tracker.web.layer_undo import layer_page
from geo_tracker.web.provenance import provenance
from geo_tracker.web.record_words import field_word, record_word, value_text
from geo_tracker.web.session import role_needed
from geo_tracker.workflows.undo_outcome import Stay
from geo_tracker.workflows.undo_plan import planned_undo
from geo_tracker.workflows.undo_records import UNDONE, ask_undo, check_undoable
from geo_tracker.workflows.undoing import queue_undoing

bp = Blueprint("import_undo", __name__, url_prefix="/imports")

UNDOING_ROLES = ("admin", "planner")
_SHOWN = 200


class Undoing(NamedTuple):
    """How imports of one kind are undone: the page that asks, and the deed, which gives a job."""

    page: Callable[[Session, ImportRun], str]
    ask: Callable[..., int]


@bp.get("/<int:import_id>/undo")
@role_needed(*UNDOING_ROLES)
def confirm(import_id: int) -> ResponseReturnValue:
    """Say what undoing an import will do, and ask."""
    with read_session() as session:
        run = existing_import(session, import_id)
        return _undoing(run).page(session, run)


@bp.post("/<int:import_id>/undo")
@role_needed(*UNDOING_ROLES)
def undo(import_id: int) -> ResponseReturnValue:
    """Undo an import in the background."""
    with read_session() as session:
        ask = _undoing(existing_import(session, import_id)).ask
    engine: sa.Engine = services().engine
    try:
        job_id = ask(
            engine, import_id, user_id=current_user.id, correction=request.form.get("correction")
        )
    except ConflictError:
        # Something came to build on it: the page says what.
        return make_response(confirm(import_id), 409)
    services().worker.wake(job_id)
    return redirect(url_for("imports.show", import_id=import_id), code=303)


def _undoing(run: ImportRun) -> Undoing:
    return UNDOING[run.kind]


def _records_page(session: Session, run: ImportRun) -> str:
    check_undoable(session, run)
    plan = planned_undo(session, run)
    names = village_names()
    removed = removed_values(plan.removed)
    fields = [
        {
            "village": names.get(entry.unit_id or 0),
            "url": village_url(entry.unit_id),
            "record": record_word(table),
            "label": entry.label,
            "field": field_word(field, table),
            "old": value_text(field, old, names),
            "new": value_text(field, new, names),
        }
        for table, entry in plan.returned
        for field, (old, new) in entry.fields.items()
    ]
    return render_template(
        "imports/undo.html",
        run=run_values(run),
        removed=removed,
        removed_count=sum(plan.removed.values()),
        fields=fields[:_SHOWN],
        field_count=len(fields),
        stays=stay_values([stay.to_json() for stay in plan.stays[:_SHOWN]], names),
        stay_count=len(plan.stays),
        with_lineage="merger_claim" in {*plan.removed, *(table for table, _e in plan.returned)},
    )


def removed_values(removed: dict[str, int]) -> list[dict[str, Any]]:
    """Return how many records of each kind go."""
    return [{"record": record_word(table), "count": count} for table, count in removed.items()]


def stay_values(stays: list[dict[str, Any]], names: dict[int, str]) -> list[dict[str, Any]]:
    """Return what stays, with its reason, as ``templates/imports/_stays.html`` names it."""
    return [_stay_row(Stay(**stay), names) for stay in stays]


def _stay_row(stay: Stay, names: dict[int, str]) -> dict[str, Any]:
    if stay.by_person:
        reason = _("Somebody has worked on it since, or another record names it.")
    elif stay.field is None:
        reason = _("A later import names this record, too.")
    elif stay.import_id is not None:
        reason = _("A later import changed it.")
    else:
        reason = _("It was changed later.")
    return {
        "village": names.get(stay.unit_id or 0),
        "url": village_url(stay.unit_id),
        "record": record_word(stay.table),
        "label": stay.label,
        "field": field_word(stay.field, stay.table) if stay.field else None,
        "value": value_text(stay.field, stay.value, names) if stay.field else None,
        "reason": reason,
        "source": provenance(stay.import_id),
    }


def undo_values(run: ImportRun, job: Job | None) -> dict[str, Any]:
    """Return what the page of an import says of undoing it, as ``imports/show.html`` names it."""
    note = run.result.get("undone") if run.kind == "records" and run.state == UNDONE else None
    is_kept = "journal" in run.result
    return {
        "possible": run.state == "published" and (is_kept or run.kind == "boundaries"),
        "under_way": job is not None and job.kind.startswith("undo_"),
        "differs": bool(run.result.get("differs")) and run.state == "published",
        "changes_url": url_for("import_changes.index", import_id=run.id) if is_kept else None,
        "done": None if note is None else _done_values(note),
    }


def _done_values(note: dict[str, Any]) -> dict[str, Any]:
    return {
        "username": note["username"],
        "at": datetime.fromisoformat(note["at"]),
        "removed": removed_values(note["removed"]),
        "removed_count": sum(note["removed"].values()),
        "field_count": note["returned"],
        "stays": stay_values(note["stays"][:_SHOWN], village_names()),
        "stay_count": note["stay_count"],
    }


UNDOING: dict[str, Undoing] = {
    "records": Undoing(_records_page, ask_undo),
    "boundaries": Undoing(layer_page, queue_undoing),
}
"""By kind of import."""
