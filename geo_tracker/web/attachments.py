"""Photos and documents of records: brought, listed, given out and removed, the same everywhere."""

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from geo_tracker.db.attachments import (
    Listed,
    attachments_of,
    existing_attachment,
    existing_record,
    file_steps,
)
from geo_tracker.db.models import Attachment, FollowupStep
from geo_tracker.errors import InputError, NotFoundError
from geo_tracker.followup.attachments import ALLOWED_ENDINGS, INLINE, may_add, may_remove
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.texts import number, shown
from geo_tracker.workflows.attachment_files import stored_content, stored_thumbnail
from geo_tracker.workflows.attachments import (
    LONGEST_TITLE,
    MOST_AT_ONCE,
    Brought,
    add_files,
    remove_file,
)

bp = Blueprint("attachments", __name__, url_prefix="/files")

_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
"""A file does nothing but be looked at, should a browser take it for a page after all."""

_PAGES = {
    "vote": ("vote.show", "vote_id"),
    "project": ("project.show", "project_id"),
    "problem": ("problem_page.show", "problem_id"),
    "visit": ("visits.show", "visit_id"),
}
_TOLD = 5
"""Refusals told one by one; they travel in a cookie, which is small."""

Files = dict[str, Any]


def offer_files(app: Flask) -> None:
    """Let any page show the files of its record by one line."""
    app.jinja_env.globals["files_of"] = files_of


def files_of(table: str, record_id: int) -> Files:
    """Return the files of a record as ``_files.html`` shows them."""
    with read_session() as session:
        record: Any = existing_record(session, table, record_id)
        listed = attachments_of(session, table, [record_id])
    lead_unit = getattr(record, "lead_unit", None)
    return _files(table, record_id, listed.get(record_id, []), lead_unit=lead_unit)


def files_by_record(session: Session, table: str, record_ids: Collection[int]) -> dict[int, Files]:
    """Return the same of several records that no unit has in hand, asked for at once."""
    listed = attachments_of(session, table, record_ids)
    return {one: _files(table, one, listed.get(one, []), lead_unit=None) for one in record_ids}


def _files(table: str, record_id: int, listed: list[Listed], *, lead_unit: str | None) -> Files:
    who = actor()
    rows, removed = [], []
    for one, added_by, removed_by in listed:
        row = _row(one, added_by)
        if one.removed_at is None:
            mine = may_remove(table, who, user_id=one.user_id, lead_unit=lead_unit)
            row["remove_url"] = (
                url_for("attachments.remove", attachment_id=one.id) if mine else None
            )
            rows.append(row)
        else:
            row |= {"removed_at": one.removed_at, "removed_by": removed_by, "reason": one.reason}
            removed.append(row if may_follow() else row | {"url": None})
    return {
        "key": f"{table}-{record_id}",
        "rows": rows,
        "removed": removed,
        "may_add": may_add(table, who, lead_unit=lead_unit),
        "send_url": url_for("attachments.send", table=table, record_id=record_id),
        "accept": ",".join(ALLOWED_ENDINGS),
        "most_mb": services().settings.max_attachment_mb,
        "most_at_once": MOST_AT_ONCE,
        "longest_title": LONGEST_TITLE,
    }


def _row(one: Attachment, added_by: str | None) -> dict[str, Any]:
    is_photo = one.media_type in INLINE
    return {
        "file_id": one.id,
        "url": url_for("attachments.give", attachment_id=one.id),
        "thumbnail_url": url_for("attachments.thumbnail", attachment_id=one.id)
        if is_photo
        else None,
        "title": one.title or one.file_name,
        "file_name": one.file_name if one.title else None,
        "kind": Path(one.file_name).suffix[1:].upper(),
        "size_text": _size_text(one.size),
        "username": added_by,
        "added_at": one.added_at,
        "taken_at": one.taken_at,
        "has_place": one.has_place,
    }


def _size_text(size: int) -> str:
    if size < 1_000_000:
        return f"{number(max(1, round(size / 1000)))} kB"
    return f"{number(size / 1_000_000, 1)} MB"


def file_log(session: Session, table: str, record_ids: Collection[int]) -> list[dict[str, Any]]:
    """Return what was done about the files of some records, the oldest first.

    Returns
    -------
    list of dict
        ``at``, ``username``, ``text``, ``note``, ``on`` (day), ``record_id``.
    """
    return [
        {
            "at": step.at,
            "username": username,
            "text": file_step_text(step),
            "note": step.note,
            "on": step.happened_on,
            "record_id": record_id,
        }
        for step, username, record_id in file_steps(session, table, record_ids)
    ]


def file_step_text(step: FollowupStep) -> str:
    """Return which file a step added or removed."""
    side = 1 if step.action == "add" else 0
    names = (step.fields.get(name, [None, None])[side] for name in ("title", "file_name"))
    name = next((name for name in names if name), "")
    if step.action == "add":
        return str(_("File added: %(name)s", name=name))
    return str(_("File removed: %(name)s", name=name))


def merged_log(steps: list[dict[str, Any]], of_files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the log of a record, the newest first, with what was done about its files."""
    return sorted([*steps, *reversed(of_files)], key=lambda step: step["at"], reverse=True)


@bp.post("/of/<table>/<int:record_id>")
def send(table: str, record_id: int) -> ResponseReturnValue:
    """Take in the files that a form brings, and tell which could not be."""
    take_in(table, record_id)
    return _back(table, record_id)


def take_in(table: str, record_id: int) -> None:
    """Add the files of the form at hand to a record, and tell what became of them.

    Raises
    ------
    NotFoundError, NotAllowedError
        As `add_files`.
    """
    sent = sent_files()
    try:
        with tempfile.TemporaryDirectory(prefix="brought-") as folder:
            brought = []
            for position, one in enumerate(sent[: MOST_AT_ONCE + 1]):
                path = Path(folder) / str(position)
                one.save(path)
                brought.append(Brought(path, one.filename or ""))
            outcome = add_files(
                services().engine,
                services().settings,
                table,
                record_id,
                brought,
                title=request.form.get("title"),
                keep_place=request.form.get("keep_place") == "yes",
                actor=actor(),
                today=today(),
            )
    except InputError as refused:
        flash(shown(refused.message), "error")
        return
    if outcome.added:
        flash(_("Files added: %(count)s", count=len(outcome.added)), "success")
    for message in outcome.refused[:_TOLD]:
        flash(shown(message), "error")
    if len(outcome.refused) > _TOLD:
        more = len(outcome.refused) - _TOLD
        flash(_("%(count)s more files could not be taken in.", count=more), "error")


def sent_files() -> list[FileStorage]:
    """Return the files that the form at hand brings."""
    every = [one for name in ("photo", "files") for one in request.files.getlist(name)]
    return [one for one in every if one.filename]


@bp.post("/<int:attachment_id>/remove")
def remove(attachment_id: int) -> ResponseReturnValue:
    """Remove a file, with a reason."""
    try:
        gone = remove_file(
            services().engine,
            attachment_id,
            note=request.form.get("note"),
            actor=actor(),
            today=today(),
        )
    except InputError as refused:
        with read_session() as session:
            gone = existing_attachment(session, attachment_id)
        flash(shown(refused.message), "error")
    else:
        flash(_("The file was removed; the log keeps why."), "success")
    return _back(gone.table_name, gone.record_id)


def _back(table: str, record_id: int) -> ResponseReturnValue:
    if table in _PAGES:
        endpoint, name = _PAGES[table]
        values: dict[str, Any] = {name: record_id, "_anchor": f"files-{table}-{record_id}"}
        address = url_for(endpoint, **values)
    else:
        with read_session() as session:
            item: Any = existing_record(session, table, record_id)
        address = url_for("checklist.show", unit_id=item.unit_id, _anchor=f"item-{record_id}")
    return redirect(address, code=303)


@bp.get("/<int:attachment_id>")
def give(attachment_id: int) -> ResponseReturnValue:
    """Give a file out: a photo to be looked at, a document to be saved."""
    attachment = _visible(attachment_id)
    content = stored_content(services().settings, attachment)
    answer = _guarded(content, attachment.media_type, attachment)
    how = "inline" if attachment.media_type in INLINE else "attachment"
    # Old browsers get the number; all others the cleaned name, of which nothing is left to read
    # as part of a header.
    plain = f"file-{attachment.id}{Path(attachment.file_name).suffix}"
    encoded = quote(attachment.file_name, safe="")
    answer.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    )
    return answer.make_conditional(request)


@bp.get("/<int:attachment_id>/thumbnail")
def thumbnail(attachment_id: int) -> ResponseReturnValue:
    """Give out a small picture of a photo."""
    attachment = _visible(attachment_id)
    if attachment.media_type not in INLINE:
        raise NotFoundError(N_("There is no such picture."))
    content = stored_thumbnail(services().settings, attachment)
    answer = _guarded(content, "image/jpeg", attachment)
    answer.headers["Content-Disposition"] = "inline"
    return answer.make_conditional(request)


def _visible(attachment_id: int) -> Attachment:
    """Return a file that the user may see: what was removed only those who follow up."""
    with read_session() as session:
        attachment = existing_attachment(session, attachment_id)
    if attachment.removed_at is not None and not may_follow():
        raise NotFoundError(N_("There is no file %(id)s."), id=attachment_id)
    return attachment


def _guarded(content: bytes, media_type: str, attachment: Attachment) -> Response:
    answer = Response(content, content_type=media_type)
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # What may be removed is asked for again; the hash tells that nothing changed.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(attachment.sha256)
    return answer
