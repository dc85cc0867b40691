"""Attribute tables of shapefiles, read as bytes so that the encoding can be decided first.

GDAL refuses a whole layer when one field or field name was cut in the middle of a UTF-8
character, which is what writers do at a field's end; this reader drops the half character.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_

_HEADER_BYTES = 32
_DELETED = ord("*")
_LONGEST_CHARACTER = 4


@dataclass(frozen=True)
class DbfField:
    """One field: its name as stored, its type letter, where it starts and how wide it is."""

    name: bytes
    kind: str
    start: int
    width: int


@dataclass(frozen=True)
class DbfTable:
    """A table whose records are still bytes.

    ``records`` has one row of bytes per record, deleted ones included, in file order, so that
    positions agree with the shapes. ``language_id`` is the header's LDID byte.
    """

    fields: list[DbfField]
    records: Any
    language_id: int
    stated_records: int

    @property
    def deleted(self) -> Any:
        """Boolean array: which records are marked as deleted."""
        return self.records[:, 0] == _DELETED

    def stored(self, field: DbfField, rows: Any = slice(None)) -> list[bytes]:
        """Return the bytes of a field without the padding, for all or some records."""
        return [_unpadded(cell) for cell in self._cells(field, rows)]

    def names(self, encoding: str) -> list[str]:
        """Return the names of the fields."""
        return [text_of(field.name, encoding).strip() for field in self.fields]

    def texts(self, field: DbfField, encoding: str, rows: Any = slice(None)) -> list[str | None]:
        """Return the values of a field as text, numbers too; empty ones are None."""
        stored = self._cells(field, rows)
        # Towns and counties repeat: each value is cleaned and decoded once.
        cells = list(dict.fromkeys(stored))
        texts = _decoded([_unpadded(cell) for cell in cells], encoding)
        decoded = {cell: text.strip() or None for cell, text in zip(cells, texts, strict=True)}
        return [decoded[cell] for cell in stored]

    def _cells(self, field: DbfField, rows: Any) -> list[bytes]:
        cells = np.ascontiguousarray(self.records[rows, field.start : field.start + field.width])
        values: list[bytes] = cells.view(f"S{field.width}").ravel().tolist()
        return values


def _unpadded(cell: bytes) -> bytes:
    return cell.split(b"\0", 1)[0].strip(b" ")


def read_dbf(path: Path) -> DbfTable:
    """Read the attribute table of a shapefile.

    Raises
    ------
    UnusableLayerError
        If the file is shorter than its header says, or no DBF.
    """
    content = np.fromfile(path, dtype=np.uint8)
    damaged = UnusableLayerError(
        N_("The attribute table %(file)s is damaged or incomplete."), file=path.name
    )
    if len(content) < _HEADER_BYTES:
        raise damaged
    header = content[:_HEADER_BYTES].tobytes()
    count = int.from_bytes(header[4:8], "little")
    start = int.from_bytes(header[8:10], "little")
    width = int.from_bytes(header[10:12], "little")
    fields = _fields(content[_HEADER_BYTES:start].tobytes())
    # A header that fits no record would let the slices below overlap or run dry.
    if width < 1 or start < _HEADER_BYTES or any(f.start + f.width > width for f in fields):
        raise damaged
    whole = max(0, len(content) - start) // width
    if whole < count:
        raise UnusableLayerError(
            N_("The attribute table %(file)s is cut off: %(missing)s of %(count)s rows missing."),
            file=path.name,
            missing=count - whole,
            count=count,
        )
    records = content[start : start + count * width].reshape(count, width)
    return DbfTable(fields, records, header[29], count)


def text_of(stored: bytes, encoding: str) -> str:
    """Decode a value; a character cut at the end is dropped, other bad bytes become �."""
    try:
        return stored.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start > len(stored) - _LONGEST_CHARACTER:
            return stored[: error.start].decode(encoding)
        return stored.decode(encoding, "replace")


def _decoded(values: list[bytes], encoding: str) -> list[str]:
    """Return `text_of` each value; of all at once where every one is whole."""
    try:
        texts = b"\n".join(values).decode(encoding).split("\n")
    except UnicodeDecodeError:
        texts = []
    # A value may have line ends of its own, or half a character that takes one for its other half.
    if len(texts) == len(values):
        return texts
    return [text_of(value, encoding) for value in values]


def _fields(described: bytes) -> list[DbfField]:
    fields = []
    start = 1
    for at in range(0, len(described) - 31, 32):
        if described[at] == 0x0D:
            break
        name = re.split(rb"\0", described[at : at + 11], maxsplit=1)[0]
        width = described[at + 16]
        fields.append(DbfField(name, chr(described[at + 11]), start, width))
        start += width
    return [field for field in fields if field.width]
