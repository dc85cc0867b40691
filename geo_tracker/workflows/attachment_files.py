"""Files of records as they lie on the disk: under their hash, whole or not at all, checked."""

import logging
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from geo_tracker.config import Settings
from geo_tracker.db.models import Attachment
from geo_tracker.errors import DamagedFileError
from geo_tracker.followup.photos import thumbnail_of_file
from geo_tracker.language import N_
from geo_tracker.workflows.files import read_apart

log = logging.getLogger(__name__)

MOST_SECONDS, MOST_MEMORY_MB = 60, 2000
"""Most that looking at one file may take, where somebody waits for the page."""


def stored_content(settings: Settings, attachment: Attachment) -> bytes:
    """Return the bytes of a file, if they are still those that were stored.

    Raises
    ------
    DamagedFileError
        If they are gone or others.
    """
    path = content_path(settings, attachment.sha256)
    try:
        content = path.read_bytes()
    except OSError as error:
        log.error("file %s of %s cannot be read: %s", attachment.id, path, error)
        raise DamagedFileError(
            N_("“%(name)s” is no longer where it was stored. Tell the administrator."),
            name=attachment.file_name,
        ) from error
    if sha256(content).hexdigest() != attachment.sha256:
        log.error("file %s in %s is not what was stored", attachment.id, path)
        raise DamagedFileError(
            N_(
                "“%(name)s” is no longer what was stored: somebody or a fault of the disk has"
                " changed it. It is not given out. Tell the administrator."
            ),
            name=attachment.file_name,
        )
    return content


def stored_thumbnail(settings: Settings, attachment: Attachment) -> bytes:
    """Return the thumbnail of a photo; made again where it is gone.

    Raises
    ------
    DamagedFileError
        If it has to be made again and the photo is gone or another.
    """
    path = thumbnail_path(settings, attachment.sha256)
    if not path.exists():
        stored_content(settings, attachment)
        small: bytes = read_apart(
            settings,
            thumbnail_of_file,
            content_path(settings, attachment.sha256),
            seconds=MOST_SECONDS,
            memory_mb=MOST_MEMORY_MB,
        )
        keep_thumbnail(settings, attachment.sha256, small)
    return path.read_bytes()


def content_path(settings: Settings, digest: str) -> Path:
    """Return where the bytes with a hash lie."""
    return settings.attachments_dir / digest[:2] / digest


def thumbnail_path(settings: Settings, digest: str) -> Path:
    """Return where the thumbnail of a photo lies, once it is made."""
    return settings.attachments_dir / digest[:2] / f"{digest}.small.jpg"


def keep_content(settings: Settings, digest: str, content: bytes) -> None:
    """Store bytes under their hash, unless they are there; bytes that were damaged are mended."""
    path = content_path(settings, digest)
    if path.exists() and sha256(path.read_bytes()).hexdigest() == digest:
        return
    _write_whole(path, content)


def keep_thumbnail(settings: Settings, digest: str, content: bytes) -> None:
    """Store the thumbnail of the photo with a hash."""
    _write_whole(thumbnail_path(settings, digest), content)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even if the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: the same file may be brought twice at once.
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".partial", delete=False) as partial:
        try:
            partial.write(content)
            partial.flush()
            os.fsync(partial.fileno())
        except OSError:
            # No room left: at least what was begun does not stay in the way.
            Path(partial.name).unlink(missing_ok=True)
            raise
    Path(partial.name).replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
