"""Imports and their sources."""

from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from geo_tracker.db.models import BoundaryLayer, ImportRun, Source
from geo_tracker.errors import ConflictError, NotFoundError
from geo_tracker.language import N_


def existing_import(session: Session, import_id: int) -> ImportRun:
    """Return an import.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    run = session.get(ImportRun, import_id)
    if run is None:
        raise NotFoundError(N_("There is no import %(id)s."), id=import_id)
    return run


def previewed_import(session: Session, import_id: int) -> ImportRun:
    """Return an import that was looked at and not accepted yet.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    ConflictError
        If it was accepted already.
    """
    run = existing_import(session, import_id)
    if run.state != "previewed":
        raise ConflictError(N_("This import was accepted already."))
    return run


def import_of_file(session: Session, sha256: str, *, kind: str) -> ImportRun | None:
    """Return the import of this very file that is stored or under way, if any."""
    return session.scalars(
        sa.select(ImportRun)
        .join(Source)
        .where(
            Source.sha256 == sha256,
            ImportRun.kind == kind,
            ImportRun.state.in_(["queued", "running", "published"]),
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    ).first()


def added_import(
    session: Session,
    *,
    kind: str,
    file_name: str,
    sha256: str,
    path: Path,
    as_of_on: date,
    synthetic: bool,
    preview: dict[str, Any],
    choices: dict[str, Any],
    user_id: int | None,
) -> ImportRun:
    """Add a previewed import with its source."""
    source = Source(
        title=file_name,
        file_name=file_name,
        sha256=sha256,
        size_bytes=path.stat().st_size,
        synthetic=synthetic,
    )
    session.add(source)
    session.flush()
    run = ImportRun(
        kind=kind,
        source_id=source.id,
        as_of_on=as_of_on,
        preview=preview,
        choices=choices,
        user_id=user_id,
    )
    session.add(run)
    session.flush()
    return run


def recent_imports(session: Session, *, limit: int = 50) -> list[ImportRun]:
    """Return imports, newest first; their results, which may be long, are not read."""
    query = sa.select(ImportRun).options(defer(ImportRun.result, raiseload=True))
    return list(session.scalars(query.order_by(ImportRun.id.desc()).limit(limit)))


def stored_imports(session: Session) -> int:
    """Return how many imports were stored, those undone since among them; it never falls."""
    query = sa.select(sa.func.count()).select_from(ImportRun)
    return session.scalar(query.where(ImportRun.state.in_(["published", "undone"]))) or 0


def later_imports(session: Session, run: ImportRun) -> list[int]:
    """Return the imports of records that were stored after this one and still are."""
    others = session.execute(
        sa.select(ImportRun.id, ImportRun.result).where(
            ImportRun.kind == run.kind, ImportRun.state == "published", ImportRun.id != run.id
        )
    )
    own = run.result["sequence"]
    return [row.id for row in others if row.result.get("sequence", -1) > own]


def layers_in_order(session: Session) -> list[BoundaryLayer]:
    """Return the boundary layers by the date they hold from."""
    return list(session.scalars(sa.select(BoundaryLayer).order_by(BoundaryLayer.as_of_on)))


def any_synthetic(session: Session) -> bool:
    """Say whether anything stored is synthetic, so that pages carry the notice."""
    published = ImportRun.state == "published"
    found = session.scalar(
        sa.select(ImportRun.id).join(Source).where(Source.synthetic, published).limit(1)
    )
    return found is not None


def data_date(session: Session) -> date | None:
    """Return the date the newest stored records hold at: the register's own 'today'."""
    return session.scalar(
        sa.select(sa.func.max(ImportRun.as_of_on)).where(ImportRun.state == "published")
    )
