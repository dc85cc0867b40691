"""Photos and documents of records as stored: of a record, one of them, and their log."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.asking import among
from geo_tracker.db.columns import Base
from geo_tracker.db.models import (
    Attachment,
    ChecklistItem,
    FollowupStep,
    Problem,
    Project,
    UserAccount,
    Visit,
    Vote,
)
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

MODELS: dict[str, type[Base]] = {
    model.__tablename__: model for model in (Vote, Project, Problem, Visit, ChecklistItem)
}
"""Records that files are brought to, by table."""

Listed = tuple[Attachment, str | None, str | None]
"""A file, who brought it, and who removed it."""


def existing_record(session: Session, table: str, record_id: int, *, lock: bool = False) -> Base:
    """Return a record that files can be brought to.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    wanted = {"key_share": True} if lock else None
    model = MODELS.get(table)
    record = session.get(model, record_id, with_for_update=wanted) if model is not None else None
    if record is None:
        raise NotFoundError(N_("The record that the file belongs to is not there."))
    return record


def existing_attachment(session: Session, attachment_id: int, *, lock: bool = False) -> Attachment:
    """Return a file.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    found = session.get(Attachment, attachment_id, with_for_update=lock or None)
    if found is None:
        raise NotFoundError(N_("There is no file %(id)s."), id=attachment_id)
    return found


def attachments_of(
    session: Session, table: str, record_ids: Collection[int]
) -> dict[int, list[Listed]]:
    """Return the files of some records, removed ones too, as they were brought."""
    adder, remover = aliased(UserAccount), aliased(UserAccount)
    rows = session.execute(
        sa.select(Attachment, adder.username, remover.username)
        .outerjoin(adder, adder.id == Attachment.user_id)
        .outerjoin(remover, remover.id == Attachment.removed_by_id)
        .where(Attachment.table_name == table, Attachment.record_id.in_(record_ids))
        .order_by(Attachment.id)
    )
    found: dict[int, list[Listed]] = defaultdict(list)
    for one, added_by, removed_by in rows:
        found[one.record_id].append((one, added_by, removed_by))
    return found


def standing_attachments(session: Session, table: str, record_id: int) -> list[Attachment]:
    """Return the files of a record that were not removed."""
    files = session.scalars(
        sa.select(Attachment).where(
            Attachment.table_name == table,
            Attachment.record_id == record_id,
            Attachment.removed_at.is_(None),
        )
    )
    return list(files)


def latest_files(
    session: Session, units: Collection[int], *, media_types: Collection[str], most: int
) -> list[Attachment]:
    """Return the newest files of some media types of records of some villages; none removed."""
    found = session.scalars(
        sa.select(Attachment)
        .where(
            among(Attachment.unit_id, units),
            Attachment.media_type.in_(media_types),
            Attachment.removed_at.is_(None),
        )
        .order_by(sa.func.coalesce(Attachment.taken_at, Attachment.added_at).desc(), Attachment.id)
        .limit(most)
    )
    return list(found)


def records_with_files(session: Session) -> set[tuple[str, int]]:
    """Return table and id of every record that has files which were not removed."""
    rows = session.execute(
        sa.select(Attachment.table_name, Attachment.record_id)
        .where(Attachment.removed_at.is_(None))
        .distinct()
    )
    return {(row.table_name, row.record_id) for row in rows}


def file_steps(
    session: Session, table: str, record_ids: Collection[int]
) -> list[tuple[FollowupStep, str | None, int]]:
    """Return what was done about the files of some records: step, by whom, record; oldest first."""
    rows = session.execute(
        sa.select(FollowupStep, UserAccount.username, Attachment.record_id)
        .join(
            Attachment,
            sa.and_(
                FollowupStep.table_name == Attachment.__tablename__,
                FollowupStep.record_id == Attachment.id,
            ),
        )
        .outerjoin(UserAccount, UserAccount.id == FollowupStep.user_id)
        .where(Attachment.table_name == table, Attachment.record_id.in_(record_ids))
        .order_by(FollowupStep.id)
    )
    return [(step, username, record_id) for step, username, record_id in rows]


def names_by_hash(session: Session) -> dict[str, str]:
    """Return a name of every content that the database names, by its SHA-256; removed ones too."""
    rows = session.execute(
        sa.select(Attachment.sha256, Attachment.file_name).order_by(Attachment.id)
    )
    return {row.sha256: row.file_name for row in rows}
