"""Small xls files, written record by record: no library of ours writes them."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_ERRORS = {"#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#N/A": 0x2A}
_SECTOR, _END_OF_CHAIN, _FREE, _TABLE = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


class FormulaError(str):
    """The error of a formula, such as ``#REF!``."""

    __slots__ = ()


def xls(path: Path, *, short: bool = False, **sheets: Sequence[Sequence[Any]]) -> Path:
    """Write an xls of sheets given as rows of texts, numbers and errors of formulas.

    A ``short`` one keeps its workbook in the small sectors that short streams have.
    """
    stream = _workbook(sheets)
    if short:
        assert len(stream) < 4096
        path.write_bytes(_small_container(stream))
    else:
        # Streams shorter than this would lie in small sectors.
        stream = stream.ljust(4096, b"\0")
        path.write_bytes(_container(stream + b"\0" * (-len(stream) % _SECTOR)))
    return path


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _workbook(sheets: dict[str, Any]) -> bytes:
    bodies = [_sheet(rows) for rows in sheets.values()]
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    begin += _record(0x0042, struct.pack("<H", 1200))
    names = [title.encode("utf-16-le") for title in sheets]
    listed = sum(4 + 8 + len(name) for name in names)
    offset = len(begin) + listed + 4
    entries = b""
    for name, body in zip(names, bodies, strict=True):
        entries += _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name) // 2, 1) + name)
        offset += len(body)
    return begin + entries + _record(0x000A, b"") + b"".join(bodies)


def _sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    width = max((len(row) for row in rows), default=0)
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if value is None:
                continue
            if isinstance(value, FormulaError):
                body += _record(0x0205, place + bytes([_ERRORS[str(value)], 1]))
            elif isinstance(value, str):
                text = value.encode("utf-16-le")
                body += _record(0x0204, place + struct.pack("<HB", len(value), 1) + text)
            else:
                body += _record(0x0203, place + struct.pack("<d", value))
    return body + _record(0x000A, b"")


def _container(stream: bytes) -> bytes:
    sectors = len(stream) // _SECTOR
    # Sector 0 is the table of sectors, 1 the folder, the workbook follows.
    table = [_TABLE, _END_OF_CHAIN, *range(3, sectors + 2), _END_OF_CHAIN]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0)
    head += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    folder = _entry("Root Entry", 5, 1, _END_OF_CHAIN, 0) + _entry(
        "Workbook", 2, _FREE, 2, len(stream)
    )
    return head + struct.pack(f"<{len(table)}I", *table) + folder.ljust(_SECTOR, b"\0") + stream


def _small_container(stream: bytes) -> bytes:
    small = len(stream.ljust(-(-len(stream) // 64) * 64, b"\0")) // 64
    sectors = -(-small * 64 // _SECTOR)
    # Sector 0 is the table, 1 the folder, 2 the table of small sectors, which follow.
    table = [_TABLE, _END_OF_CHAIN, _END_OF_CHAIN, *range(4, sectors + 3), _END_OF_CHAIN]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    small_table = [*range(1, small), _END_OF_CHAIN]
    small_table += [_FREE] * (_SECTOR // 4 - len(small_table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, _END_OF_CHAIN, 0)
    head += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    folder = _entry("Root Entry", 5, 1, 3, small * 64) + _entry(
        "Workbook", 2, _FREE, 0, len(stream)
    )
    tables = struct.pack("<128I", *table), struct.pack("<128I", *small_table)
    parts = [tables[0], folder.ljust(_SECTOR, b"\0"), tables[1]]
    return head + b"".join(parts) + stream.ljust(sectors * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )
