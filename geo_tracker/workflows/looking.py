"""A file that was received is looked at in the background, the first time and again as chosen."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.imports import existing_import, previewed_import
from geo_tracker.db.models import ImportRun
from geo_tracker.workflows.files import keep_pictures
from geo_tracker.workflows.preview_layer import layer_preview
from geo_tracker.workflows.preview_workbook import workbook_preview
from geo_tracker.workflows.progress import Progress

LOOK_JOB = "look"

_LOOKS = {"boundaries": layer_preview, "records": workbook_preview}


def queued_look(
    session: Session, run: ImportRun, choices: dict[str, Any], *, user_id: int | None
) -> int:
    """Have a file looked at as chosen; return the job's id.

    What was understood before stays with the import until then, and choices with it.
    """
    run.state = "looking"
    run.preview = run.earlier_preview | {"wanted": choices}
    return jobs.added_job(session, kind=LOOK_JOB, import_id=run.id, user_id=user_id).id


def look_again(
    engine: sa.Engine, import_id: int, *, choices: dict[str, Any], user_id: int | None = None
) -> int:
    """Have the file of an import looked at once more, as chosen; return the job's id.

    Where it cannot be read that way, the earlier preview stays and says why.

    Raises
    ------
    ConflictError
        If it is being looked at, was refused, or was accepted.
    """
    with writing(engine) as session:
        run = previewed_import(session, import_id)
        return queued_look(session, run, choices, user_id=user_id)


def look(engine: sa.Engine, settings: Settings, import_id: int, progress: Progress) -> None:
    """Look at the file of an import and keep what was understood as its preview.

    Running this again after an interruption begins anew.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
    if run.state != "looking":
        return
    looked = _LOOKS[run.kind](engine, settings, run, progress)
    keep_pictures(settings, import_id, looked.pictures)
    wanted = run.preview["wanted"]
    with writing(engine) as session:
        run = existing_import(session, import_id, locked=True)
        # Somebody else may have looked in the meantime, when this one was taken for dead.
        if run.state == "looking" and run.preview["wanted"] == wanted:
            run.preview, run.choices, run.state = looked.preview, looked.choices, "previewed"
            run.source.synthetic = looked.synthetic
