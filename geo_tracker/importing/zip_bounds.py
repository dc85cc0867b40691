"""Zip files looked at before they are opened: no bombs, no links, no paths that climb out."""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from geo_tracker.errors import UnusableArchiveError
from geo_tracker.language import N_

MAX_MEMBERS = 10_000
"""Most files one archive may hold."""

_MAX_DIRECTORY_BYTES = MAX_MEMBERS * 600
"""Long Chinese names and all that writers note beside them."""

DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(OSError, EOFError, ValueError, LookupError, NotImplementedError, RuntimeError),
)
"""What `zipfile` raises for damage; RuntimeError for a member with a password."""

_END = b"PK\x05\x06"
_END_BYTES = 22
_END64 = b"PK\x06\x06"
_END64_LOCATOR = b"PK\x06\x07"
_END64_BYTES = 56
_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 65_535
_LARGEST_FILE = 2**62

_RATIO = 200
_RATIO_FROM_BYTES = 64 * 1024**2
"""Layers shrink to a tenth, empty columns to a hundredth; zeros alone to a thousandth."""


@contextmanager
def opened_zip(path: Path, *, max_bytes: int) -> Iterator[zipfile.ZipFile]:
    """Open a zip that does not say of itself that it is a trap.

    Parameters
    ----------
    path : Path
        The file as received.
    max_bytes : int
        Most that its members may unpack to.

    Raises
    ------
    UnusableArchiveError
        If it has too many members, unpacks to too much, holds links, or has paths that lead out
        of it. What it says may be a lie: whoever unpacks counts for himself.
    zipfile.BadZipFile
        If it is damaged.
    """
    _refuse_many_members(path, max_bytes)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        stated = sum(member.file_size for member in members)
        if stated > max_bytes or len(members) > MAX_MEMBERS:
            raise too_large(max_bytes)
        packed = path.stat().st_size
        if stated > _RATIO_FROM_BYTES and stated > _RATIO * packed:
            raise UnusableArchiveError(
                N_("%(file)s unpacks to %(times)s times its size, as only zip bombs do."),
                file=path.name,
                times=stated // max(packed, 1),
            )
        for member in members:
            _refuse_trap(member, path)
        yield archive


def too_large(max_bytes: int) -> UnusableArchiveError:
    """Return what is said of an archive that unpacks to too much."""
    return UnusableArchiveError(
        N_("The archive is too large: unpacked it may have %(limit)s MB and %(members)s files."),
        limit=max_bytes // 1024**2,
        members=MAX_MEMBERS,
    )


def _refuse_trap(member: zipfile.ZipInfo, path: Path) -> None:
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnusableArchiveError(
            N_("%(file)s holds a link (%(member)s) in place of a file."),
            file=path.name,
            member=member.filename,
        )
    if ".." in PurePosixPath(member.filename.replace("\\", "/")).parts:
        raise UnusableArchiveError(
            N_("%(file)s holds a file that would lie outside of it (%(member)s)."),
            file=path.name,
            member=member.filename,
        )


def _refuse_many_members(path: Path, max_bytes: int) -> None:
    """Refuse an archive for its number of members before its directory is read into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_BYTES - _LONGEST_COMMENT))
        tail_at, tail = file.tell(), file.read()
        at = tail.rfind(_END)
        if at < 0 or at + _END_BYTES > len(tail):
            raise zipfile.BadZipFile
        stated = [struct.unpack_from("<HI", tail, at + 10)]
        locator = at - _LOCATOR_BYTES
        if locator >= 0 and tail[locator : locator + 4] == _END64_LOCATOR:
            # Readers differ in whether they go where the locator points or look before it.
            for place in (
                struct.unpack_from("<Q", tail, locator + 8)[0],
                tail_at + locator - _END64_BYTES,
            ):
                stated += _stated_in_end64(file, place)
    if max(stated)[0] > MAX_MEMBERS or max(size for _count, size in stated) > _MAX_DIRECTORY_BYTES:
        raise too_large(max_bytes)


def _stated_in_end64(file: BinaryIO, place: int) -> list[tuple[int, int]]:
    """Return count and bytes of the directory, where there is such a record at a place."""
    if not 0 <= place < _LARGEST_FILE:
        return []
    file.seek(place)
    end64 = file.read(_END64_BYTES)
    if len(end64) < _END64_BYTES or not end64.startswith(_END64):
        return []
    count, size = struct.unpack_from("<QQ", end64, 32)
    return [(count, size)]
