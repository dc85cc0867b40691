"""A file arrives, is looked at, and is accepted: from upload to queued job."""

from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.imports import (
    added_import,
    check_previewed,
    existing_import,
    import_of_file,
)
from geo_tracker.db.models import ImportRun
from geo_tracker.errors import AlreadyImportedError, ConflictError
from geo_tracker.importing.archives import sha256_of
from geo_tracker.language import N_, Message
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.corrections import check_unchanged
from geo_tracker.workflows.files import keep_file
from geo_tracker.workflows.looking import queued_look
from geo_tracker.workflows.periods import say_why


class Received(NamedTuple):
    """An import that was begun, and the job that looks at its file."""

    import_id: int
    job_id: int


def receive(
    engine: sa.Engine,
    settings: Settings,
    path: Path,
    *,
    kind: Literal["boundaries", "records"],
    file_name: str,
    as_of_on: date,
    user_id: int | None = None,
    choices: dict[str, Any] | None = None,
) -> Received:
    """Keep a file and have it looked at.

    Parameters
    ----------
    engine, settings
        The register.
    path : Path
        The file; it is copied.
    kind : "boundaries" or "records"
        What it is brought in as.
    file_name : str
        What its owner calls it.
    as_of_on : date
        The day it holds from, or its figures hold at.
    user_id : int, optional
        Who brings it in.
    choices : dict, optional
        How boundaries are to be read, as `LayerChoices` takes them.

    Raises
    ------
    AlreadyImportedError
        If this very file is stored or on its way.
    """
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
    kept = keep_file(settings, path, sha256=sha256, suffix=Path(file_name).suffix)
    with writing(engine) as session:
        run = added_import(
            session,
            kind=kind,
            file_name=file_name,
            sha256=sha256,
            path=kept,
            as_of_on=as_of_on,
            user_id=user_id,
        )
        return Received(run.id, queued_look(session, run, choices or {}, user_id=user_id))


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
    """Keep a file of boundaries, look at it here and now, and return its previewed import.

    Raises
    ------
    AlreadyImportedError
        If this very file is stored or on its way.
    InputError
        If the file cannot be used.
    """
    received = receive(
        engine,
        settings,
        path,
        kind="boundaries",
        file_name=file_name,
        as_of_on=as_of_on,
        user_id=user_id,
        choices=choices,
    )
    return _looked_at(engine, settings, received)


def receive_records(
    engine: sa.Engine,
    settings: Settings,
    path: Path,
    *,
    file_name: str,
    as_of_on: date,
    user_id: int | None = None,
) -> int:
    """Keep a workbook, look at it here and now, and return its previewed import.

    Raises
    ------
    AlreadyImportedError
        If this very file is stored or on its way.
    InputError
        If the file cannot be used.
    """
    received = receive(
        engine,
        settings,
        path,
        kind="records",
        file_name=file_name,
        as_of_on=as_of_on,
        user_id=user_id,
    )
    return _looked_at(engine, settings, received)


def _looked_at(engine: sa.Engine, settings: Settings, received: Received) -> int:
    worker = worker_for(engine, settings)
    failure = worker.run(received.job_id)
    if failure is not None:
        raise failure
    # A server's worker may have been faster.
    worker.wait_for(received.job_id, seconds=settings.read_seconds)
    return received.import_id


def accept(
    engine: sa.Engine,
    import_id: int,
    *,
    synthetic: bool | None = None,
    drops_missing: bool | None = None,
    user_id: int | None = None,
    correction: str | None = None,
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
    correction : str, optional
        Why, where it changes what lies in a closed period.

    Raises
    ------
    ClosedPeriodError
        If it does and nobody says why.
    ConflictError
        If it is under way, refused or stored, cannot be read as it is, or would change another
        layer than the one it was compared with.
    """
    with writing(engine) as session:
        run = existing_import(session, import_id, locked=True)
        kind = _to_finish(session, run)
        if kind is None:
            kind = f"publish_{run.kind}"
            _check_acceptable(session, run)
            say_why(session, run, correction)
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
    if run.state != "failed":
        check_previewed(run)
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
