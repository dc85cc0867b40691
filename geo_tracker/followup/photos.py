"""Photos are written anew: upright, not too large, and without what else the camera noted."""

import io
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from PIL import ExifTags, Image, ImageOps

from geo_tracker.errors import TooHeavyError, UnreadableFileError
from geo_tracker.language import N_

PICTURES: Final = {
    "JPEG": ("image/jpeg", ".jpg"),
    "PNG": ("image/png", ".png"),
    "WEBP": ("image/webp", ".webp"),
}
"""Format → media type and ending."""

MOST_PIXELS: Final = 80_000_000
"""More than ordinary phones make; known from the head of a file, before anything is unpacked."""

THUMBNAIL_SIDE: Final = 320
_QUALITY = 85
_BEGINNINGS = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
_PLACE = (
    *(ExifTags.GPS.GPSLatitudeRef, ExifTags.GPS.GPSLatitude),
    *(ExifTags.GPS.GPSLongitudeRef, ExifTags.GPS.GPSLongitude),
)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class StoredPicture:
    """A photo as written anew, its thumbnail, and what it says of place and time."""

    content: bytes
    thumbnail: bytes
    has_place: bool
    taken_at: datetime | None


def picture_kind(head: bytes) -> str | None:
    """Return the format of a photo by its first bytes; None for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for kind, begin in _BEGINNINGS.items() if head.startswith(begin)), None)


def stored_picture(
    path: Path, kind: str, *, name: str, longest_side: int, keep_place: bool
) -> StoredPicture:
    """Write a photo anew.

    Parameters
    ----------
    path : Path
        The file; call this through `bounded`.
    kind : str
        A format of `PICTURES`; nothing else is tried.
    name : str
        What the file is called, for messages.
    longest_side : int
        Most pixels along the longer side.
    keep_place : bool
        Whether latitude and longitude stay; all else that the camera noted goes in any case.

    Raises
    ------
    TooHeavyError
        If it has more than `MOST_PIXELS`.
    UnreadableFileError
        If it is damaged or cut off.
    """
    try:
        with Image.open(path, formats=[kind]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many_pixels(name)
            # A JPEG is decoded at a fraction of its size where that is enough.
            opened.thumbnail((longest_side, longest_side))
            place, taken_at = _noted(opened)
            picture = _plain(ImageOps.exif_transpose(opened), kind)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(name) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UnreadableFileError(
            N_("“%(name)s” cannot be opened as a photo; it may be cut off or damaged."), name=name
        ) from error
    kept = place if keep_place else {}
    return StoredPicture(_written(picture, kind, kept), thumbnail_of(picture), bool(kept), taken_at)


def thumbnail_of(picture: Image.Image) -> bytes:
    """Return a small JPEG of a photo."""
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    return _written(small, "JPEG", {})


def thumbnail_of_file(path: Path) -> bytes:
    """Return a small JPEG of a photo that was written anew before."""
    with Image.open(path, formats=list(PICTURES)) as opened:
        return thumbnail_of(_plain(ImageOps.exif_transpose(opened), "PNG"))


def _plain(picture: Image.Image, kind: str) -> Image.Image:
    """Return a photo as plain colours, without anything that came with them."""
    see_through = kind != "JPEG" and picture.has_transparency_data
    plain = picture.convert("RGBA" if see_through else "RGB")
    # Comments, colour profiles, texts: writers of some formats would write them again.
    plain.info = {}
    return plain


def _written(picture: Image.Image, kind: str, place: dict[int, Any]) -> bytes:
    content = io.BytesIO()
    options: dict[str, Any] = {} if kind == "PNG" else {"quality": _QUALITY}
    if place:
        noted = Image.Exif()
        noted[ExifTags.IFD.GPSInfo] = place
        options["exif"] = noted.tobytes()
    picture.save(content, kind, optimize=True, **options)
    return content.getvalue()


def _noted(picture: Image.Image) -> tuple[dict[int, Any], datetime | None]:
    """Return the place (all four values or none) and the moment that a camera noted.

    What it noted may be broken without the photo being so: then it noted nothing.
    """
    try:
        exif = picture.getexif()
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        more = exif.get_ifd(ExifTags.IFD.Exif)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return {}, None
    return _place(gps), _moment(more)


def _place(gps: dict[int, Any]) -> dict[int, Any]:
    north, lat, east, lon = (gps.get(tag) for tag in _PLACE)
    if north not in ("N", "S") or east not in ("E", "W"):
        return {}
    for degrees in (lat, lon):
        if not isinstance(degrees, tuple) or len(degrees) != 3:
            return {}
        try:
            # 0/0 is how cameras say that they do not know.
            if not all(0 <= float(part) <= 180 for part in degrees):
                return {}
        except (TypeError, ValueError, ZeroDivisionError):
            return {}
    return dict(zip(_PLACE, (north, lat, east, lon), strict=True))


def _moment(noted: dict[int, Any]) -> datetime | None:
    day = str(noted.get(ExifTags.Base.DateTimeOriginal, ""))[:19]
    zone = str(noted.get(ExifTags.Base.OffsetTimeOriginal, ""))[:6]
    for text, layout in ((day + zone, "%Y:%m:%d %H:%M:%S%z"), (day, "%Y:%m:%d %H:%M:%S")):
        try:
            # Without a zone it is the server's: cameras and county are in one.
            moment = datetime.strptime(text, layout).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            continue
        return moment if _EARLIEST <= moment <= datetime.now(UTC) + timedelta(days=1) else None
    return None


def _too_many_pixels(name: str) -> TooHeavyError:
    return TooHeavyError(
        N_("“%(name)s” has more than %(count)s million pixels; it was refused."),
        name=name,
        count=MOST_PIXELS // 1_000_000,
    )
