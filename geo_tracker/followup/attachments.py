"""Files that people bring to a record: which may come, what they are, and what they are called."""

import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from geo_tracker.errors import InputError, UnreadableFileError
from geo_tracker.followup.photos import PICTURES, picture_kind, stored_picture
from geo_tracker.followup.problem_states import FOLLOWERS, HANDLER, Actor
from geo_tracker.language import N_

TABLES: Final = ("vote", "project", "problem", "visit", "checklist_item")
"""Records that files are brought to."""

DOCUMENTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "pdf": ("application/pdf", (".pdf",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)),
    # WPS and ET write the same two formats under names of their own.
    "doc": ("application/msword", (".doc", ".wps")),
    "xls": ("application/vnd.ms-excel", (".xls", ".et")),
}
"""Kind → media type, and how names of such files end; the first where one ends otherwise."""

ALLOWED_ENDINGS: Final = (
    *(ending for _type, ending in PICTURES.values()),
    ".jpeg",
    *(ending for _type, endings in DOCUMENTS.values() for ending in endings),
)
INLINE: Final = frozenset(media_type for media_type, _ending in PICTURES.values())
"""Media types that a browser may show by itself: these files the program wrote itself."""

LONGEST_NAME: Final = 100
_LONGEST_STEM = 80
_MOST_PARTS = 5000
_ZIP, _PDF, _COMPOUND = b"PK\x03\x04", b"%PDF-", bytes.fromhex("d0cf11e0a1b11ae1")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%;]')
# Windows opens devices under these names, whatever their ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


@dataclass(frozen=True)
class CheckedFile:
    """What a file that was brought is.

    Attributes
    ----------
    media_type : str
        As it is served.
    file_name : str
        A harmless name that ends as files of its kind do.
    content : bytes or None
        What is stored in its place: a photo as written anew. None: the file as it came.
    thumbnail : bytes or None
        A small JPEG of a photo.
    has_place : bool
        Whether what is stored says where it was taken.
    taken_at : datetime or None
        When a photo was taken, as its camera says.
    """

    media_type: str
    file_name: str
    content: bytes | None = None
    thumbnail: bytes | None = None
    has_place: bool = False
    taken_at: datetime | None = None


def may_add(table: str, actor: Actor, *, lead_unit: str | None = None) -> bool:
    """Say whether somebody may bring a file to a record; ``lead_unit``: of a problem.

    Those who follow up may, to any; whoever handles problems to those his unit has in hand.
    """
    if actor.role in FOLLOWERS:
        return True
    handles = actor.role == HANDLER and table == "problem"
    return handles and actor.office is not None and actor.office == lead_unit


def may_remove(table: str, actor: Actor, *, user_id: int | None, lead_unit: str | None) -> bool:
    """Say whether somebody may remove a file that ``user_id`` brought: a handler only his own."""
    allowed = may_add(table, actor, lead_unit=lead_unit)
    return allowed and (actor.role in FOLLOWERS or actor.user_id == user_id)


def checked_file(path: Path, *, name: str, longest_side: int, keep_place: bool) -> CheckedFile:
    """Find out by its bytes what a file is, and write photos anew.

    Parameters
    ----------
    path : Path
        The file as it came; hostile until proven otherwise, so call this through `bounded`.
    name : str
        What its sender calls it.
    longest_side : int
        Most pixels along the longer side of a photo; larger ones are made smaller.
    keep_place : bool
        Whether a photo goes on telling where it was taken.

    Raises
    ------
    InputError
        If it is of no kind that may come, or holds macros.
    UnreadableFileError
        If it is damaged.
    """
    with path.open("rb") as file:
        head = file.read(32)
        picture = picture_kind(head)
        if picture is not None:
            media_type, ending = PICTURES[picture]
            made = stored_picture(
                path, picture, name=name, longest_side=longest_side, keep_place=keep_place
            )
            return CheckedFile(
                media_type,
                clean_name(name, (ending,)),
                made.content,
                made.thumbnail,
                made.has_place,
                made.taken_at,
            )
        kind = _document_kind(file, head, name)
    if kind is None:
        raise InputError(
            N_(
                "“%(name)s” cannot be taken in. Photos (jpg, png, webp) and documents (pdf, docx,"
                " xlsx, doc, xls, wps, et) can."
            ),
            name=shortened(name),
        )
    media_type, endings = DOCUMENTS[kind]
    return CheckedFile(media_type, clean_name(name, endings))


def clean_name(name: str, endings: tuple[str, ...]) -> str:
    """Return a name that is harmless in a page, a header and a folder of any system.

    Parameters
    ----------
    name : str
        As sent; some browsers send the whole path of the sender's disk.
    endings : tuple of str
        How it may end; otherwise it is made to end in the first.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Cf: signs that turn the direction of writing would show "gpj.exe" as "exe.jpg".
    seen = "".join(
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", last)
        if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or sign in "\t\n"
    )
    stem, dot, after = _NOT_IN_NAMES.sub("_", seen).rpartition(".")
    ending = f".{after}".strip().lower()
    if not dot:
        stem, ending = after, ""
    known = ending in {*ALLOWED_ENDINGS, ""}
    stem = " ".join((stem if known else f"{stem}.{after}").split())[:_LONGEST_STEM].strip(". ")
    if not stem or _DEVICES.match(stem.partition(".")[0]):
        stem = f"file {stem}".strip()
    same = ending in endings or (ending == ".jpeg" and ".jpg" in endings)
    return stem + (ending if same else endings[0])


def shortened(name: str) -> str:
    """Return as much of a name as a sentence holds."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return last if len(last) <= 40 else f"{last[:30]}…{last[-9:]}"


def _document_kind(file: BinaryIO, head: bytes, name: str) -> str | None:
    if head.startswith(_PDF):
        return "pdf"
    if head.startswith(_ZIP):
        return _of_zip(file, name)
    if head.startswith(_COMPOUND):
        return _of_compound_file(file, name)
    return None


def _of_zip(file: BinaryIO, name: str) -> str | None:
    """Return which office file a zip is; only its list of contents is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = {part.filename for part in archive.infolist()[:_MOST_PARTS]}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise damaged(name) from error
    if "[Content_Types].xml" not in parts:
        return None
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise _with_macros(name)
    if "word/document.xml" in parts:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in parts else None


def _of_compound_file(file: BinaryIO, name: str) -> str | None:
    """Return which office file of old an OLE2 file is, by the names in its directory."""
    file.seek(0)
    content = file.read()
    try:
        names = _directory(content)
    except (struct.error, ValueError) as error:
        raise damaged(name) from error
    if names & {"Macros", "_VBA_PROJECT_CUR", "VBA"}:
        raise _with_macros(name)
    if "WordDocument" in names:
        return "doc"
    return "xls" if names & {"Workbook", "Book"} else None


def _directory(content: bytes) -> set[str]:
    """Return the names in the directory of an OLE2 file, along its chain of sectors."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in {9, 12}:
        raise ValueError
    size = 1 << shift
    (sector,) = struct.unpack_from("<I", content, 48)
    tables = struct.unpack_from("<109I", content, 76)
    names: set[str] = set()
    per_table = size // 4
    most = len(content) // size
    for _step in range(most):
        if sector >= most:
            break
        start = (sector + 1) * size
        for entry in range(start, start + size, 128):
            (length,) = struct.unpack_from("<H", content, entry + 64)
            if 2 < length <= 64:
                names.add(content[entry : entry + length - 2].decode("utf-16-le", "replace"))
        table = tables[sector // per_table] if sector // per_table < len(tables) else most
        if table >= most:
            break
        (sector,) = struct.unpack_from("<I", content, (table + 1) * size + sector % per_table * 4)
    return names


def damaged(name: str) -> UnreadableFileError:
    """Return the error that tells that a file is damaged."""
    return UnreadableFileError(
        N_("“%(name)s” cannot be opened; it may be cut off or damaged."), name=shortened(name)
    )


def _with_macros(name: str) -> InputError:
    return InputError(
        N_("“%(name)s” holds macros. Save it without them and bring it again."),
        name=shortened(name),
    )
