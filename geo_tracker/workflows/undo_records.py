"""A stored workbook is undone as one: asked for by a planner, carried out in the background."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.imports import existing_import
from geo_tracker.db.models import FollowupStep, ImportRun, Project, RecordChange, UserAccount
from geo_tracker.db.record_plan import MODELS, records_locked, records_stamp
from geo_tracker.db.writes import Writes
from geo_tracker.errors import ConflictError
from geo_tracker.language import N_
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.periods import say_why
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import build_tiles
from geo_tracker.workflows.undo_followup import touches_followup
from geo_tracker.workflows.undo_outcome import UndoPlan
from geo_tracker.workflows.undo_plan import planned_undo

UNDO_JOB = "undo_records"
UNDONE = "undone"
"""State of an import that was undone, and why the log says that a field changed."""

_ATTEMPTS = 3
_KEPT_STAYS = 500


def check_undoable(session: Session, run: ImportRun) -> None:
    """Refuse to undo what is not stored, is under way, or was stored before this was possible.

    Raises
    ------
    ConflictError
        With the reason.
    """
    job = jobs.latest_job(session, run.id)
    if job is not None and job.state in {"queued", "running"}:
        raise ConflictError(N_("This import is being worked on; wait until that is done."))
    goes_on = run.state == UNDONE and job is not None and job.state == "failed"
    if run.state != "published" and not goes_on:
        raise ConflictError(N_("Only a stored import can be undone."))
    if "journal" not in run.result:
        raise ConflictError(
            N_(
                "This import was stored by an earlier version, which did not note what it changed."
                " It cannot be undone."
            )
        )


def ask_undo(
    engine: sa.Engine, import_id: int, *, user_id: int | None, correction: str | None = None
) -> int:
    """Queue the undoing of a stored import of records; return the job's id.

    Raises
    ------
    ClosedPeriodError
        If it changes what lies in a closed period, and ``correction`` does not say why.
    ConflictError
        As `check_undoable`.
    """
    with writing(engine) as session:
        run = existing_import(session, import_id)
        check_undoable(session, run)
        say_why(session, run, correction)
        job = jobs.added_job(session, kind=UNDO_JOB, import_id=run.id, user_id=user_id)
    return job.id


def undo_records(engine: sa.Engine, settings: Settings, import_id: int, progress: Progress) -> None:
    """Undo an import of records in one transaction, then redraw what follows from them.

    Running this again after an interruption continues behind the last step that was finished.
    What people decided about lineage holds.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        undone = run.state == UNDONE
        job = jobs.latest_job(session, import_id)
        user_id = job.user_id if job else None
    if not undone:
        progress.at(N_("Undoing the import"))
        undo_stored(engine, import_id, user_id=user_id)
    with reading(engine) as session:
        journal = existing_import(session, import_id).result["journal"]
    if any("merger_claim" in journal[part] for part in ("added", "changed")):
        infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)


def undo_stored(engine: sa.Engine, import_id: int, *, user_id: int | None) -> UndoPlan:
    """Undo an import of records; planned while others may write, carried out in one short write."""
    with reading(engine) as session:
        followup = touches_followup(existing_import(session, import_id))
    for attempt in range(_ATTEMPTS):
        with reading(engine) as session:
            plan, writes = _prepared(session, import_id, user_id)
        with writing(engine) as session:
            records_locked(session, followup=followup)
            # The whole import, with a result that may be long, is not read inside the lock.
            state = session.scalar(sa.select(ImportRun.state).where(ImportRun.id == import_id))
            if state == UNDONE:
                break
            if records_stamp(session, followup=followup) != plan.stamp:
                if attempt + 1 < _ATTEMPTS:
                    continue
                plan, writes = _prepared(session, import_id, user_id)
            writes.run(session)
            break
    return plan


def _prepared(session: Session, import_id: int, user_id: int | None) -> tuple[UndoPlan, Writes]:
    """Return what undoing an import does, and the writes that do it."""
    run = existing_import(session, import_id)
    plan = planned_undo(session, run)
    writes = Writes(session.connection())
    # First what returns: a record may no longer be named by one that stays.
    for table, changes in plan.written.items():
        writes.update(MODELS[table], changes.items())
    for table, model in reversed(MODELS.items()):
        writes.delete(model, plan.gone.get(table, []))
    writes.raise_versions(Project, sorted(plan.projects))
    writes.delete(FollowupStep, plan.steps_gone)
    writes.update(
        FollowupStep, [(step, {"import_id": heir}) for step, heir in plan.steps_of.items()]
    )
    said = {"user_id": user_id, "import_id": run.id, "reason": UNDONE}
    writes.insert(RecordChange, [row | said for row in plan.log])
    for heir_id, journal in plan.journals.items():
        heir = existing_import(session, heir_id)
        writes.import_run(heir_id, result=heir.result | {"journal": journal.to_json()})
    user = session.get(UserAccount, user_id) if user_id is not None else None
    undone = {
        "at": now().isoformat(timespec="seconds"),
        "user_id": user_id,
        "username": user.username if user else None,
        "removed": dict(plan.removed),
        "returned": sum(len(entry.fields) for _table, entry in plan.returned),
        "stays": [stay.to_json() for stay in plan.stays[:_KEPT_STAYS]],
        "stay_count": len(plan.stays),
    }
    writes.import_run(run.id, result=run.result | {"undone": undone}, state=UNDONE)
    return plan, writes
