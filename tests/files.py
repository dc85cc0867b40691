"""Photos and documents as people bring them, made for tests."""

import io
import random
import struct
import zipfile
from typing import Any

from PIL import ExifTags, Image

HERE: dict[int, Any] = {1: "N", 2: (28.0, 55.0, 12.5), 3: "E", 4: (120.0, 1.0, 3.0)}
"""28°55′12.5″N 120°01′03″E, as cameras note it."""


def photo(
    *,
    kind: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    place: dict[int, Any] | None = HERE,
    turned: int = 1,
    noisy: bool = False,
    **options: Any,
) -> bytes:
    """Return a photo, blue on the left and red on the right, with what a phone notes."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, 0, size[0] // 2, size[1]))
    if noisy:
        picture = Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Make] = "Serial 4711"
    exif[ExifTags.IFD.Exif] = {
        ExifTags.Base.DateTimeOriginal: "2026:03:01 10:11:12",
        ExifTags.Base.OffsetTimeOriginal: "+08:00",
    }
    if place is not None:
        exif[ExifTags.IFD.GPSInfo] = place
    content = io.BytesIO()
    picture.save(content, kind, exif=exif.tobytes(), **options)
    return content.getvalue()


def office_file(*parts: str) -> bytes:
    """Return a zip with the parts of an office file, all of them empty."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "")
    return content.getvalue()


def compound_file(*names: str) -> bytes:
    """Return an OLE2 file whose directory names some streams; there is nothing in them."""
    end, unused = 0xFFFFFFFE, 0xFFFFFFFF
    head = bytearray(512)
    head[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", head, 30, 9)
    # Sector 0 is the table of sectors, the directory begins in sector 1.
    struct.pack_into("<I", head, 48, 1)
    struct.pack_into("<109I", head, 76, 0, *[unused] * 108)
    entries = b""
    for name in names:
        text = name.encode("utf-16-le")
        entries += text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + bytes(62)
    sectors = -(-len(entries) // 512)
    chain = [0xFFFFFFFD, *range(2, sectors + 1), end]
    table = struct.pack("<128I", *chain, *[unused] * (128 - len(chain)))
    return bytes(head) + table + entries.ljust(sectors * 512, b"\0")
