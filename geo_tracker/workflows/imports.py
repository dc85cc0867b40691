"""A file arrives, is looked at, and is accepted: from upload to queued job."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.imports import added_import, existing_import, import_of_file
from geo_tracker.db.models import ImportRun
from geo_tracker.errors import AlreadyImportedError, ConflictError
from geo_tracker.importing.archives import sha256_of
from geo_tracker.language import N_
from geo_tracker.workflows.corrections import changes_of, check_unchanged
from geo_tracker.workflows.files import keep_file, stored_file
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
        return _layer_preview(engine, kept, choices or {}, as_of_on)

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

    Raises
    ------
    AlreadyImportedError
        If this very file is stored or on its way.
    InputError
        If the file cannot be used.
    """

    def look(kept: Path) -> tuple[dict[str, Any], bool]:
        return records_preview(engine, kept, as_of_on)

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
    svg = preview.pop("svg", None)
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
    if svg is not None:
        preview_picture(settings, run.id).write_text(svg, encoding="utf-8")
    return run.id


def _layer_preview(
    engine: sa.Engine, path: Path, choices: dict[str, Any], as_of_on: date
) -> tuple[dict[str, Any], bool]:
    def changes(features: gpd.GeoDataFrame) -> dict[str, Any] | None:
        return changes_of(engine, as_of_on, features)

    return layer_preview(path, choices, changes=changes)


def preview_picture(settings: Settings, import_id: int) -> Path:
    """Return where the preview map of an import lies."""
    return settings.uploads_dir / f"preview-{import_id}.svg"


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
        run = existing_import(session, import_id)
        if run.state != "previewed":
            raise ConflictError(N_("This import was accepted already."))
        path, as_of_on = stored_file(settings, run.source), run.as_of_on
    preview, synthetic = _layer_preview(engine, path, choices, as_of_on)
    svg = preview.pop("svg", None)
    with writing(engine) as session:
        run = existing_import(session, import_id)
        run.preview, run.choices = preview, choices
        run.source.synthetic = synthetic
    if svg is not None:
        preview_picture(settings, import_id).write_text(svg, encoding="utf-8")


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
    if run.preview.get("crs_proposals") or "problem" in run.preview:
        raise ConflictError(N_("Choose the coordinate system first."))
    twin = import_of_file(session, run.source.sha256 or "", kind=run.kind)
    if twin is not None:
        raise ConflictError(N_("The same file is being imported already."))
    if run.kind == "boundaries":
        check_unchanged(session, run)
