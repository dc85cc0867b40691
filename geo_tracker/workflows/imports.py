"""A file arrives, is looked at, and is accepted: from upload to queued job."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.imports import (
    added_import,
    existing_import,
    import_of_file,
    previewed_import,
)
from geo_tracker.db.models import ImportRun
from geo_tracker.errors import AlreadyImportedError, ConflictError
from geo_tracker.importing.archives import sha256_of
from geo_tracker.importing.tables import refuse_without_tables, understood_workbook
from geo_tracker.language import N_, Message
from geo_tracker.workflows.corrections import check_unchanged
from geo_tracker.workflows.files import keep_file, keep_pictures, read_apart, stored_file
from geo_tracker.workflows.layout_files import remembered_layouts
from geo_tracker.workflows.mapping import preview_choices
from geo_tracker.workflows.preview_layer import layer_preview
from geo_tracker.workflows.preview_records import records_preview


def receive_boundaries(
    engine: sa.Engine,
    settings: Settings,
    path: Path,
    *,
    file_name: str,
    as_of_on: date,
    user_id: int | None = None,
    choices: dict[str, Any] | None = None,
) -> int:
    """Keep a file of boundaries, look at it, and return the id of its previewed import.

    Raises
    ------
    AlreadyImportedError
        If this very file is stored or on its way.
    InputError
        If the file cannot be used.
    """

    def look(kept: Path) -> tuple[dict[str, Any], bool]:
        return layer_preview(engine, settings, kept, choices or {}, as_of_on=as_of_on)

    return _received(
        engine, settings, path, "boundaries", look, file_name, as_of_on, user_id, choices or {}
    )


def receive_records(
    engine: sa.Engine,
    settings: Settings,
    path: Path,
    *,
    file_name: str,
    as_of_on: date,
    user_id: int | None = None,
) -> int:
    """Keep a workbook, look at it, and return the id of its previewed import.

    A sheet that fits a remembered layout is read by it. What is read how is kept with the import.

    Raises
    ------
    AlreadyImportedError
        If this very file is stored or on its way.
    InputError
        If the file cannot be used.
    """

    def look(kept: Path) -> tuple[dict[str, Any], bool]:
        workbook = read_apart(
            settings,
            understood_workbook,
            kept,
            file_name=file_name,
            layouts=remembered_layouts(settings),
        )
        refuse_without_tables(workbook)
        preview, synthetic = records_preview(engine, workbook, as_of_on, title=file_name)
        return preview | {"choices": {"sheets": preview_choices(workbook)}}, synthetic

    return _received(engine, settings, path, "records", look, file_name, as_of_on, user_id, {})


def _received(
    engine: sa.Engine,
    settings: Settings,
    path: Path,
    kind: str,
    look: Callable[[Path], tuple[dict[str, Any], bool]],
    file_name: str,
    as_of_on: date,
    user_id: int | None,
    choices: dict[str, Any],
) -> int:
    sha256 = sha256_of(path)
    with reading(engine) as session:
        earlier = import_of_file(session, sha256, kind=kind)
    if earlier is not None:
        raise AlreadyImportedError(
            N_("%(name)s was imported already, on %(date)s."),
            import_id=earlier.id,
            name=file_name,
            date=str(earlier.created_at.date()),
        )
    preview, synthetic = look(path)
    choices = preview.pop("choices", choices)
    pictures = preview.pop("pictures", {})
    kept = keep_file(settings, path, sha256=sha256, suffix=Path(file_name).suffix)
    with writing(engine) as session:
        run = added_import(
            session,
            kind=kind,
            file_name=file_name,
            sha256=sha256,
            path=kept,
            as_of_on=as_of_on,
            synthetic=synthetic,
            preview=preview,
            choices=choices,
            user_id=user_id,
        )
    keep_pictures(settings, run.id, pictures)
    return run.id


def read_again(
    engine: sa.Engine, settings: Settings, import_id: int, *, choices: dict[str, Any]
) -> None:
    """Look at a file of boundaries again, with what the planner changed.

    Raises
    ------
    ConflictError
        If the import was accepted already.
    InputError
        If the file cannot be used that way; the earlier preview stays.
    """
    with reading(engine) as session:
        run = previewed_import(session, import_id)
        path, as_of_on = stored_file(settings, run.source), run.as_of_on
    preview, synthetic = layer_preview(engine, settings, path, choices, as_of_on=as_of_on)
    pictures = preview.pop("pictures", {})
    with writing(engine) as session:
        run = existing_import(session, import_id)
        run.preview, run.choices = preview, choices
        run.source.synthetic = synthetic
    keep_pictures(settings, import_id, pictures)


def accept(
    engine: sa.Engine,
    import_id: int,
    *,
    synthetic: bool | None = None,
    drops_missing: bool | None = None,
    user_id: int | None = None,
) -> int:
    """Queue an import that was looked at, or one that failed; return its job's id.

    An import whose records are stored and whose map could not be drawn goes on from there.

    Parameters
    ----------
    engine : Engine
        The database.
    import_id : int
        Which import.
    synthetic : bool, optional
        That the file is made up; as before where not given.
    drops_missing : bool, optional
        Of a corrected layer, that villages it does not have go; as before where not given.
    user_id : int, optional
        Who accepts it.

    Raises
    ------
    ConflictError
        If it is under way or stored, cannot be read as it is, or would change another layer than
        the one it was compared with.
    """
    with writing(engine) as session:
        run = existing_import(session, import_id)
        kind = _to_finish(session, run)
        if kind is None:
            kind = f"publish_{run.kind}"
            _check_acceptable(session, run)
            if synthetic is not None:
                run.source.synthetic = synthetic
            if drops_missing is not None:
                run.drops_missing = drops_missing
            run.state = "queued"
        job = jobs.added_job(session, kind=kind, import_id=run.id, user_id=user_id)
    return job.id


def _to_finish(session: Session, run: ImportRun) -> str | None:
    """Return the kind of job that stored or undid an import but not what follows from it."""
    job = jobs.latest_job(session, run.id)
    if job is None or job.state != "failed":
        return None
    if run.state == "published":
        return f"publish_{run.kind}"
    return job.kind if run.state == "undone" else None


def _check_acceptable(session: Session, run: ImportRun) -> None:
    if run.state not in {"previewed", "failed"}:
        raise ConflictError(N_("This import was accepted already."))
    if run.kind == "records" and "problem" in run.preview:
        problem = Message.from_json(run.preview["problem"])
        raise ConflictError(problem.text, **problem.values)
    if run.preview.get("crs_proposals") or "problem" in run.preview:
        raise ConflictError(N_("Choose the coordinate system first."))
    twin = import_of_file(session, run.source.sha256 or "", kind=run.kind)
    if twin is not None:
        raise ConflictError(N_("The same file is being imported already."))
    if run.kind == "boundaries":
        check_unchanged(session, run)
