"""All that lies in the data folder in one file, taken while others work, and put back."""

import json
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.attachments import names_by_hash
from geo_tracker.db.columns import now
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.language import N_
from geo_tracker.workflows.attachment_files import content_path

_DATABASE = "tracker.gpkg"
_ABOUT = "backup.json"
_FORMAT = 1
_CHUNK = 1 << 20
_ATTACHMENT = re.compile(r"attachments/([0-9a-f]{2})/(\1[0-9a-f]{62})")
# Map tiles and thumbnails are drawn anew; the key that signs sessions stays where it is.
_OTHERS: Final = re.compile(r"(uploads|layouts)/[^/\\:]*[^/\\:.]")


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds.

    Attributes
    ----------
    files : int
        Photos, documents and files as received.
    with_database : bool
        Whether the database is in it: that of PostgreSQL is not.
    lost : list of str
        Photos and documents that the database names and that are gone or were changed.
    """

    files: int
    with_database: bool
    lost: list[str]


def back_up(engine: sa.Engine, settings: Settings, target: Path) -> BackedUp:
    """Write a backup, whole or not at all.

    The database comes first: a file is stored before its row and never deleted, so that every row
    of that moment finds its file in the backup, whatever others do meanwhile.

    Raises
    ------
    InputError
        If there is such a file already.
    """
    if target.exists():
        raise InputError(N_("%(file)s is there already."), file=target)
    with_database = engine.dialect.name == "sqlite"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        partial = Path(folder) / "backup.zip"
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            if with_database:
                copy = _copied_database(str(engine.url.database), Path(folder) / _DATABASE)
                archive.write(copy, _DATABASE, zipfile.ZIP_DEFLATED)
                copy.unlink()
            with reading(engine) as session:
                named = names_by_hash(session)
            found, kept = 0, set()
            for path, name in _files(settings):
                attachment = _ATTACHMENT.fullmatch(name)
                if attachment is not None and _hash_of(path) != attachment[2]:
                    continue
                kept.add(name)
                found += 1
                archive.write(path, name)
            about = {
                "format": _FORMAT,
                "made_at": now().isoformat(timespec="seconds"),
                "database": with_database,
                "files": found,
            }
            archive.writestr(_ABOUT, json.dumps(about))
        partial.replace(target)
    lost = [
        name
        for digest, name in named.items()
        if content_path(settings, digest).relative_to(settings.data_dir).as_posix() not in kept
    ]
    return BackedUp(found, with_database, lost)


def restore(settings: Settings, source: Path) -> BackedUp:
    """Put a backup into a data folder that has no database; checked before anything is put there.

    Raises
    ------
    InputError
        If the file is no backup, damaged, or of the other kind of database.
    ConflictError
        If there is a database already.
    """
    url = sa.make_url(settings.url)
    into_file = url.get_backend_name() == "sqlite"
    database = Path(url.database or "") if into_file else None
    if database is not None and database.exists():
        raise ConflictError(
            N_("%(file)s is there already. A backup is put into an empty folder only."),
            file=database,
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as folder:
        try:
            with zipfile.ZipFile(source) as archive:
                about = json.loads(archive.read(_ABOUT))
                if about["format"] != _FORMAT or about["database"] != into_file:
                    raise _no_backup(source)
                names = [name for name in archive.namelist() if name != _ABOUT]
                for name in names:
                    _unpack(archive, name, Path(folder), source)
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
            raise _no_backup(source) from error
        files = [name for name in names if name != _DATABASE]
        if about["files"] != len(files) or into_file != (_DATABASE in names):
            raise _no_backup(source)
        for name in files:
            place = settings.data_dir / name
            place.parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).replace(place)
        if database is not None:
            # Last: as long as it is not there, restoring can begin anew.
            database.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(folder) / _DATABASE, database)
    return BackedUp(len(files), into_file, [])


def _files(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Return the files that go into a backup and their names in it, in order."""
    for room in ("attachments", "uploads", "layouts"):
        for path in sorted((settings.data_dir / room).rglob("*")):
            name = path.relative_to(settings.data_dir).as_posix()
            if path.is_file() and _is_known(name) and path.suffix != ".partial":
                yield path, name


def _is_known(name: str) -> bool:
    return bool(_ATTACHMENT.fullmatch(name) or _OTHERS.fullmatch(name))


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path, source: Path) -> None:
    attachment = _ATTACHMENT.fullmatch(name)
    if name != _DATABASE and not _is_known(name):
        raise _no_backup(source)
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as packed, place.open("xb") as file:
        shutil.copyfileobj(packed, file, _CHUNK)
    if attachment is not None and _hash_of(place) != attachment[2]:
        raise _no_backup(source)


def _copied_database(path: str, copy: Path) -> Path:
    """Copy a GeoPackage as it is at one moment, while others may write to it."""
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as made:
        live.backup(made)
        # Else what was copied waits for a log beside it that does not come along.
        made.execute("PRAGMA journal_mode=DELETE")
    return copy


def _hash_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _no_backup(source: Path) -> InputError:
    return InputError(
        N_(
            "%(file)s is no backup for this database, or it is damaged. Nothing was put in the"
            " folder."
        ),
        file=source.name,
    )
