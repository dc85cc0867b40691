"""Photos and documents are brought to a record, given out again, and removed with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.attachments import (
    existing_attachment,
    existing_record,
    standing_attachments,
)
from geo_tracker.db.columns import now
from geo_tracker.db.models import Attachment
from geo_tracker.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooHeavyError,
)
from geo_tracker.followup.attachments import (
    TABLES,
    CheckedFile,
    checked_file,
    may_add,
    may_remove,
    shortened,
)
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_, Message
from geo_tracker.workflows.attachment_files import (
    MOST_MEMORY_MB,
    MOST_SECONDS,
    keep_content,
    keep_thumbnail,
)
from geo_tracker.workflows.files import read_apart
from geo_tracker.workflows.followup_records import said, step_about, tidy

MOST_AT_ONCE = 20
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Brought:
    """A file as it came: where it lies for now, and what its sender calls it."""

    path: Path
    name: str


@dataclass(frozen=True)
class Outcome:
    """Files that were added, and why others were not."""

    added: list[int]
    refused: list[Message]


def add_files(
    engine: sa.Engine,
    settings: Settings,
    table: str,
    record_id: int,
    brought: Sequence[Brought],
    *,
    title: Any = None,
    keep_place: bool = False,
    actor: Actor,
    today: date,
) -> Outcome:
    """Add files to a record; one that cannot be taken in keeps no other from being added.

    Parameters
    ----------
    engine : Engine
        The database.
    settings : Settings
        Where files lie and how large they may be.
    table, record_id : str, int
        The record.
    brought : sequence of Brought
        Files nobody has looked at yet.
    title : str, optional
        What they show; the same for all that are brought at once.
    keep_place : bool
        Whether photos go on telling where they were taken.
    actor : Actor
        Who brings them.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such record.
    NotAllowedError
        If this person may not bring files to it.
    InputError
        If nothing or too much is brought at once, or the title is too long.
    """
    if not brought:
        raise InputError(N_("Choose a file."))
    if len(brought) > MOST_AT_ONCE:
        raise InputError(N_("At most %(count)s files at once."), count=MOST_AT_ONCE)
    known_title = tidy(title, LONGEST_TITLE)
    with reading(engine) as session:
        # Before any work is done on the files; asked again when they are stored.
        _addable_to(session, table, record_id, actor)
    looked_at: list[tuple[CheckedFile, bytes, str]] = []
    refused: list[Message] = []
    for one in brought:
        try:
            looked_at.append(_looked_at(settings, one, keep_place=keep_place))
        except InputError as error:
            refused.append(error.message)
    for found, content, digest in looked_at:
        keep_content(settings, digest, content)
        if found.thumbnail is not None:
            keep_thumbnail(settings, digest, found.thumbnail)
    added = []
    with writing(engine) as session:
        unit_id = _addable_to(session, table, record_id, actor)
        present = {one.sha256 for one in standing_attachments(session, table, record_id)}
        for found, content, digest in looked_at:
            if digest in present:
                refused.append(
                    Message(N_("“%(name)s” is here already."), {"name": shortened(found.file_name)})
                )
                continue
            present.add(digest)
            attachment = Attachment(
                table_name=table,
                record_id=record_id,
                unit_id=unit_id,
                file_name=found.file_name,
                title=known_title,
                media_type=found.media_type,
                size=len(content),
                sha256=digest,
                has_place=found.has_place,
                taken_at=found.taken_at,
                user_id=actor.user_id,
            )
            session.add(attachment)
            session.flush()
            _log(session, attachment, "add", actor=actor, on=today)
            added.append(attachment.id)
    return Outcome(added, refused)


def _addable_to(session: Session, table: str, record_id: int, actor: Actor) -> int:
    """Return the village of a record that somebody may bring files to; the record is locked."""
    if table not in TABLES:
        raise NotFoundError(N_("The record that the file belongs to is not there."))
    record: Any = existing_record(session, table, record_id, lock=True)
    if not may_add(table, actor, lead_unit=getattr(record, "lead_unit", None)):
        raise NotAllowedError(N_("Your role does not permit this."))
    unit_id: int | None = getattr(record, "former_unit_id", None) or record.unit_id
    if unit_id is None:
        raise InputError(N_("Say in which village it is."))
    return unit_id


def _looked_at(
    settings: Settings, brought: Brought, *, keep_place: bool
) -> tuple[CheckedFile, bytes, str]:
    """Return what a file is, what is to be stored of it, and the hash of that."""
    size, name = brought.path.stat().st_size, shortened(brought.name)
    if size > settings.max_attachment_mb * 1_000_000:
        raise TooHeavyError(
            N_("“%(name)s” is larger than %(size)s MB."),
            name=name,
            size=settings.max_attachment_mb,
        )
    if size == 0:
        raise InputError(N_("“%(name)s” is empty."), name=name)
    found: CheckedFile = read_apart(
        settings,
        checked_file,
        brought.path,
        seconds=MOST_SECONDS,
        memory_mb=MOST_MEMORY_MB,
        file=name,
        name=brought.name,
        longest_side=settings.photo_side_px,
        keep_place=keep_place,
    )
    content = found.content if found.content is not None else brought.path.read_bytes()
    return found, content, sha256(content).hexdigest()


def remove_file(
    engine: sa.Engine, attachment_id: int, *, note: Any, actor: Actor, today: date
) -> Attachment:
    """Remove a file from its record, with a reason; the file itself stays where it lies.

    Raises
    ------
    NotFoundError
        If there is no such file.
    NotAllowedError
        If this person may not.
    ConflictError
        If it was removed before.
    InputError
        Without a reason.
    """
    with writing(engine) as session:
        attachment = existing_attachment(session, attachment_id, lock=True)
        table = attachment.table_name
        record = existing_record(session, table, attachment.record_id)
        allowed = may_remove(
            table,
            actor,
            user_id=attachment.user_id,
            lead_unit=getattr(record, "lead_unit", None),
        )
        if not allowed:
            raise NotAllowedError(N_("Your role does not permit this."))
        if attachment.removed_at is not None:
            raise ConflictError(N_("This file was removed already."))
        _remove(session, attachment, said(note), actor=actor, on=today)
        return attachment


def remove_with_record(
    session: Session, table: str, record_id: int, *, reason: str, actor: Actor, on: date
) -> None:
    """Remove all files of a record that goes, for the reason it goes; the caller commits."""
    for attachment in standing_attachments(session, table, record_id):
        _remove(session, attachment, reason, actor=actor, on=on)


def _remove(
    session: Session, attachment: Attachment, reason: str, *, actor: Actor, on: date
) -> None:
    attachment.removed_at = now()
    attachment.removed_by_id = actor.user_id
    attachment.reason = reason
    _log(session, attachment, "remove", actor=actor, on=on, note=reason)


def _log(
    session: Session,
    attachment: Attachment,
    action: str,
    *,
    actor: Actor,
    on: date,
    note: str | None = None,
) -> None:
    # A step of its own, not of the record: the record's state and version stay what they are, and
    # a photo added today keeps nobody from recording what was done yesterday.
    names = ("file_name", "title", "table_name", "record_id", "sha256")
    values = {name: getattr(attachment, name) for name in names}
    fields = {
        name: [None, value] if action == "add" else [value, None] for name, value in values.items()
    }
    session.add(step_about(attachment, action, actor=actor, on=on, note=note, fields=fields))
