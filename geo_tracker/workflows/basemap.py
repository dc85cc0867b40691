"""Tiles of a base map: the server asks its host for them, so that the key stays here."""

import hashlib
import re
import secrets
import urllib.request
from email.message import Message as Headers
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO

from geo_tracker.config import Settings
from geo_tracker.errors import NotFoundError, UnreachableError
from geo_tracker.language import N_

SECONDS = 5
MOST_BYTES = 2_000_000
MOST_KEPT = 20_000
"""Tiles on disk, some 400 MB; later ones are asked for every time."""

DEEPEST = 18
_KINDS = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}


def basemap_tile(settings: Settings, z: int, x: int, y: int) -> bytes:
    """Return a tile of the base map, from the disk if it was asked for before.

    Raises
    ------
    NotFoundError
        If no base map is set, or there can be no such tile.
    UnreachableError
        If its host does not answer, or not with a picture.
    """
    if not settings.basemap_url or z > DEEPEST or x >= 1 << z or y >= 1 << z:
        raise NotFoundError(N_("There is no base map here."))
    # Another base map is another folder; the key has no place in a file's name.
    folder = hashlib.sha256(settings.basemap_url.encode()).hexdigest()[:16]
    kept = settings.basemap_dir / folder / str(z) / f"{x}-{y}"
    if kept.is_file():
        return kept.read_bytes()
    content = _asked(settings, z, x, y)
    if next(_kept(settings.basemap_dir)) < MOST_KEPT:
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}.part")
        partial.write_bytes(content)
        partial.replace(kept)
    return content


def picture_kind(content: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; what its host says is not asked."""
    for kind, begin in _KINDS.items():
        if content.startswith(begin):
            return kind
    return None


@cache
def _kept(folder: Path) -> "count[int]":
    """Count on from how many tiles lie on the disk; they are looked through once."""
    return count(sum(1 for _ in folder.glob("*/*/*")))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A host that sends us elsewhere could send us to any machine of the intranet."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Headers,
        newurl: str,
    ) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _asked(settings: Settings, z: int, x: int, y: int) -> bytes:
    values = {"z": str(z), "x": str(x), "y": str(y), "key": settings.basemap_key}
    address = re.sub(r"\{(z|x|y|key)\}", lambda found: values[found[1]], settings.basemap_url)
    if not address.startswith(("http://", "https://")):
        raise NotFoundError(N_("There is no base map here."))
    asked = urllib.request.Request(address, headers={"User-Agent": "geo_tracker"})  # noqa: S310
    try:
        with _OPENER.open(asked, timeout=SECONDS) as answer:
            content: bytes = answer.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        # Without the reason: it may hold the address, and the address the key.
        raise UnreachableError(N_("The base map does not answer.")) from None
    if len(content) > MOST_BYTES or picture_kind(content) is None:
        raise UnreachableError(N_("The base map answers with something that is no picture."))
    return content
