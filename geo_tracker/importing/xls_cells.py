"""What the fast reader of xls files does not tell: how far cells reach, and errors of formulas.

The file is a small file system of sectors ([MS-CFB]); one of its streams holds the workbook as
records of two bytes kind, two bytes length, content ([MS-XLS]).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_WORKBOOK_STREAMS = {"workbook", "book"}
_BEGIN, _END, _SHEET = 0x0809, 0x000A, 0x0085
_PASSWORD = 0x002F
_FORMULA, _BOOLEAN_OR_ERROR = 0x0006, 0x0205
_MANY = {0x00BD, 0x00BE}
"""Records of several cells in a row: their last two bytes are the last column."""
_CELLS = {_FORMULA, _BOOLEAN_OR_ERROR, *_MANY, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x027E}
_LEAST_BYTES, _SMALL = 4096, 64
"""Streams shorter than this lie in sectors of 64 bytes."""
_NOT_A_SECTOR = 0xFFFFFFFA
_SECTORS_IN_HEAD = 109


@dataclass
class XlsSheet:
    """A worksheet: its rows and columns up to the last cell, and the errors of its formulas.

    ``errors`` maps (row, column), counted from 0, to ``#REF!``, ``#N/A`` ….
    """

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def xls_sheets(content: bytes) -> list[XlsSheet] | None:
    """Look through an xls file without making room for its cells.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    list of XlsSheet or None
        The worksheets in order; None where the file is not understood. A file protected by a
        password has none.
    """
    try:
        stream = _workbook_stream(content)
        if not stream:
            return None
        return [_sheet(stream, offset) for offset in _sheets(stream)]
    except (struct.error, IndexError):
        return None


def _workbook_stream(content: bytes) -> bytes:
    shift: int = struct.unpack_from("<H", content, 30)[0]
    tables: list[int] = []
    size = 1 << min(shift, 20)

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    tables += struct.unpack_from(f"<{_SECTORS_IN_HEAD}I", content, 76)
    more = struct.unpack_from("<I", content, 68)[0]
    while more < _NOT_A_SECTOR and len(tables) * size < len(content) * 2:
        numbers = struct.unpack(f"<{size // 4}I", sector(more))
        tables += numbers[:-1]
        more = numbers[-1]
    following: list[int] = []
    for number in tables:
        if number < _NOT_A_SECTOR:
            following += struct.unpack(f"<{size // 4}I", sector(number))

    def chain(first: int) -> bytes:
        return b"".join(sector(number) for number in _chain(first, following))

    folder = chain(struct.unpack_from("<I", content, 48)[0])
    entries = [folder[at : at + 128] for at in range(0, len(folder) - 127, 128)]
    for entry in entries:
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if name.casefold() not in _WORKBOOK_STREAMS:
            continue
        first, bytes_ = struct.unpack_from("<II", entry, 116)
        if bytes_ >= _LEAST_BYTES:
            return chain(first)[:bytes_]
        # Short streams lie in small sectors of their own, all in the first entry's stream.
        small = chain(struct.unpack_from("<I", entries[0], 116)[0])
        table = chain(struct.unpack_from("<I", content, 60)[0])
        places = _chain(first, struct.unpack(f"<{len(table) // 4}I", table))
        return b"".join(small[n * _SMALL : (n + 1) * _SMALL] for n in places)[:bytes_]
    return b""


def _chain(first: int, following: Sequence[int]) -> list[int]:
    """Return the numbers of the sectors of a stream; one that bites its tail ends there."""
    numbers: dict[int, None] = {}
    while first < _NOT_A_SECTOR and first not in numbers:
        numbers[first] = None
        first = following[first]
    return list(numbers)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(stream: bytes) -> list[int]:
    """Return where each worksheet begins."""
    offsets = []
    for kind, content in _records(stream, 0):
        if kind == _PASSWORD:
            return []
        if kind == _END:
            break
        if kind == _SHEET and content[5] == 0:
            offsets.append(struct.unpack_from("<I", content)[0])
    return offsets


def _sheet(stream: bytes, offset: int) -> XlsSheet:
    sheet, depth = XlsSheet(), 0
    for kind, content in _records(stream, offset):
        # A chart inside of a sheet has a beginning and an end of its own.
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 0:
            return sheet
        if kind not in _CELLS:
            continue
        row, column = struct.unpack_from("<HH", content)
        last = struct.unpack_from("<H", content, len(content) - 2)[0] if kind in _MANY else column
        sheet.rows = max(sheet.rows, row + 1)
        sheet.columns = max(sheet.columns, last + 1)
        code = None
        if kind == _BOOLEAN_OR_ERROR and content[7]:
            code = content[6]
        elif kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:
            code = content[8]
        if code in _ERRORS:
            sheet.errors[row, column] = _ERRORS[code]
    # Without its end the sheet was cut off.
    raise IndexError(offset)
