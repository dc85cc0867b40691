"""Dossiers of many villages: asked for, made by a job, kept for a while."""

from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path
from time import monotonic
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.dossiers import kept_runs, run_of_job, run_under_way
from geo_tracker.db.models import DossierRun
from geo_tracker.errors import ConflictError, GeoTrackerError, InputError
from geo_tracker.language import N_
from geo_tracker.workflows.progress import Progress

DOSSIER_JOB: Final = "dossiers"
FILE_KINDS: Final = ("pdf", "docx")
WHICH: Final = ("merged", "present", "former")
"""Of which villages: those that arose from mergers, all of today, those that are no more."""

MOST_KEPT: Final = 6
"""Files that are kept; an older one is removed when a new one is made."""

_LOOK_EVERY = 5
"""Dossiers between two looks at whether somebody stopped them."""

Made = tuple[str, bytes | GeoTrackerError, dict[str, Any]]
"""Name within the ZIP file, its content or why there is none, and which village it is of."""


def ask_for_dossiers(
    engine: sa.Engine,
    *,
    place_code: str,
    place: str,
    which: str,
    file_kind: str,
    locale: str,
    user_id: int,
) -> tuple[int, int]:
    """Have dossiers made of the villages of a county or town; return the run's and the job's id.

    Raises
    ------
    InputError
        If which villages, or as what kind of file, is not one of those offered.
    ConflictError
        If others are being made: they would only hold each other up.
    """
    if which not in WHICH or file_kind not in FILE_KINDS:
        raise InputError(N_("Choose which dossiers to make."))
    with writing(engine) as session:
        if run_under_way(session) is not None:
            raise ConflictError(
                N_("Dossiers are being made already. Wait until they are ready, or stop them.")
            )
        job = jobs.added_job(session, kind=DOSSIER_JOB, import_id=None, user_id=user_id)
        run = DossierRun(
            job_id=job.id,
            place_code=place_code,
            place=place,
            which=which,
            file_kind=file_kind,
            locale=locale,
            user_id=user_id,
        )
        session.add(run)
        session.flush()
        return run.id, job.id


def stop_dossiers(engine: sa.Engine, run_id: int) -> None:
    """Have a job that makes dossiers stop; nothing happens to what is ready."""
    with writing(engine) as session:
        run = session.get(DossierRun, run_id)
        under_way = run_under_way(session)
        if run is not None and under_way is not None and under_way.id == run.id:
            run.stopped_at = now()


def keep_dossiers(
    engine: sa.Engine,
    settings: Settings,
    job_id: int,
    dossiers: Iterable[Made],
    *,
    total: int,
    progress: Progress,
) -> None:
    """Write dossiers into the ZIP file of a run, and remove files that are older than the newest.

    Parameters
    ----------
    engine, settings
        The register.
    job_id : int
        The job of the run.
    dossiers : iterable of Made
        One by one; a village of which none can be made does not keep the others from being made.
    total : int
        How many there will be.
    progress : Progress
        Where to say how far it is.

    Raises
    ------
    ConflictError
        If somebody stopped it; then there is no file.
    """
    begun = monotonic()
    with reading(engine) as session:
        run_id = run_of_job(session, job_id).id
    path = dossiers_path(settings, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    left_out: list[dict[str, Any]] = []
    progress.at(N_("Making dossiers"), 0, total)
    try:
        with ZipFile(partial, "w", ZIP_STORED) as archive:
            for number, (name, content, village) in enumerate(dossiers, start=1):
                if isinstance(content, GeoTrackerError):
                    left_out.append(village | {"reason": content.message.to_json()})
                else:
                    archive.writestr(name, content)
                progress.count(number, total)
                if number % _LOOK_EVERY == 0:
                    _go_on(engine, run_id)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    with writing(engine) as session:
        run = session.get_one(DossierRun, run_id)
        run.made, run.left_out = total - len(left_out), left_out
        run.seconds, run.size, run.sha256 = monotonic() - begun, path.stat().st_size, digest
        session.flush()
        old = kept_runs(session)[MOST_KEPT:]
        for one in old:
            one.removed_at = now()
    for one in old:
        dossiers_path(settings, one.id).unlink(missing_ok=True)


def dossiers_path(settings: Settings, run_id: int) -> Path:
    """Return where the file of a run lies, once it is made."""
    return settings.dossiers_dir / f"{run_id}.zip"


def _go_on(engine: sa.Engine, run_id: int) -> None:
    with reading(engine) as session:
        stopped = session.scalar(sa.select(DossierRun.stopped_at).where(DossierRun.id == run_id))
    if stopped is not None:
        raise ConflictError(N_("Somebody stopped it. No file was made."))
