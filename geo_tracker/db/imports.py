"""Imports and their sources."""

from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from geo_tracker.db.models import BoundaryLayer, ImportRun, Source
from geo_tracker.errors import ConflictError, NotFoundError
from geo_tracker.language import N_


def existing_import(session: Session, import_id: int, *, locked: bool = False) -> ImportRun:
    """Return an import; locked, it cannot be changed by others until the session ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    run = session.get(ImportRun, import_id, with_for_update={"of": ImportRun} if locked else None)
    if run is None:
        raise NotFoundError(N_("There is no import %(id)s."), id=import_id)
    return run


_NOT_PREVIEWED = {
    "looking": N_("This file is still being looked at."),
    "refused": N_("This file was refused. Bring it in again once it is corrected."),
}


def previewed_import(session: Session, import_id: int) -> ImportRun:
    """Return an import that was looked at and not accepted yet, locked against others.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    ConflictError
        If it is being looked at, was refused, or was accepted already.
    """
    run = existing_import(session, import_id, locked=True)
    check_previewed(run)
    return run


def check_previewed(run: ImportRun) -> None:
    """Check that an import was looked at and not accepted yet.

    Raises
    ------
    ConflictError
        If it is being looked at, was refused, or was accepted already.
    """
    if run.state != "previewed":
        accepted = N_("This import was accepted already.")
        raise ConflictError(_NOT_PREVIEWED.get(run.state, accepted))


def note_failure(run: ImportRun, error: dict[str, Any]) -> None:
    """Note that the job of an import came to nothing, and why.

    A file looked at again stays as it was understood before; one looked at first is refused.
    """
    if run.state == "queued":
        run.state = "failed"
    elif run.state == "looking":
        earlier = run.earlier_preview
        run.state = "previewed" if earlier else "refused"
        run.preview = earlier | {"refusal": error}


def is_wanted(session: Session, sha256: str) -> bool:
    """Say whether any import that was not refused came from a file of this content."""
    wanted = sa.select(ImportRun.id).join(Source).where(Source.sha256 == sha256)
    return session.scalar(wanted.where(ImportRun.state != "refused").limit(1)) is not None


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
    user_id: int | None,
) -> ImportRun:
    """Add an import that nobody has looked at yet, with its source."""
    source = Source(
        title=file_name,
        file_name=file_name,
        sha256=sha256,
        size_bytes=path.stat().st_size,
    )
    session.add(source)
    session.flush()
    run = ImportRun(kind=kind, source_id=source.id, as_of_on=as_of_on, user_id=user_id)
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


def is_made_up(session: Session) -> bool:
    """Say whether all that is stored is synthetic: the register is a demonstration."""
    real = session.scalar(
        sa.select(ImportRun.id)
        .join(Source)
        .where(Source.synthetic.is_(False), ImportRun.state == "published")
        .limit(1)
    )
    return real is None and any_synthetic(session)


def data_date(session: Session) -> date | None:
    """Return the date the newest stored records hold at: the register's own 'today'."""
    return session.scalar(
        sa.select(sa.func.max(ImportRun.as_of_on)).where(ImportRun.state == "published")
    )
