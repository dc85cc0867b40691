"""Shapefiles that GDAL would read in part without a word: checked before they are opened."""

from pathlib import Path
from typing import Any

import numpy as np

from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_

_HEADER_BYTES = 100
_WORD_BYTES = 2
_RECORD_HEADER_BYTES = 8


def check_shapes(shp: Path, *, rows: int) -> None:
    """Check that every row of the attribute table has its whole shape in the .shp file.

    A missing .shx, the index of the shapes, is written anew.

    Parameters
    ----------
    shp : Path
        The .shp file, in a folder of our own.
    rows : int
        Records of the .dbf.

    Raises
    ------
    UnusableLayerError
        If the .shp was cut off; says how many shapes are missing.
    """
    size = shp.stat().st_size
    if size < _HEADER_BYTES:
        raise _cut(shp, missing=rows, count=rows)
    with shp.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    stated = int.from_bytes(header[24:28], "big") * _WORD_BYTES
    shx = shp.with_suffix(".shx")
    if shx.exists():
        offsets, lengths = _indexed(shx)
    else:
        offsets, lengths = _walked(shp)
        _write_index(shx, header, offsets, lengths)
    whole = int(((offsets + _RECORD_HEADER_BYTES + lengths) <= size).sum())
    expected = max(rows, len(offsets))
    if whole < expected or stated > size:
        raise _cut(shp, missing=max(0, expected - whole), count=expected)


def _cut(shp: Path, *, missing: int, count: int) -> UnusableLayerError:
    return UnusableLayerError(
        N_("%(file)s is cut off: the shapes of %(missing)s of %(count)s features are missing."),
        file=shp.name,
        missing=missing,
        count=count,
    )


def _indexed(shx: Path) -> tuple[Any, Any]:
    """Return offsets and content lengths in bytes from the index."""
    index = shx.read_bytes()[_HEADER_BYTES:]
    words = np.frombuffer(index[: len(index) // 8 * 8], dtype=">i4").astype(np.int64)
    pairs = words.reshape(-1, 2) * _WORD_BYTES
    return pairs[:, 0], pairs[:, 1]


def _walked(shp: Path) -> tuple[Any, Any]:
    """Return offsets and content lengths in bytes by going from shape to shape."""
    content = np.memmap(shp, dtype=np.uint8, mode="r")
    offsets, lengths = [], []
    at = _HEADER_BYTES
    while at + _RECORD_HEADER_BYTES <= len(content):
        length = int.from_bytes(content[at + 4 : at + 8].tobytes(), "big") * _WORD_BYTES
        offsets.append(at)
        lengths.append(length)
        at += _RECORD_HEADER_BYTES + length
    return np.array(offsets, dtype=np.int64), np.array(lengths, dtype=np.int64)


def _write_index(shx: Path, header: bytes, offsets: Any, lengths: Any) -> None:
    pairs = np.column_stack([offsets, lengths]) // _WORD_BYTES
    words = (_HEADER_BYTES + pairs.size * 4) // _WORD_BYTES
    shx.write_bytes(
        header[:24] + words.to_bytes(4, "big") + header[28:] + pairs.astype(">i4").tobytes()
    )
