"""Tiles served before the application, to those whom it let through a moment ago.

A map asks for dozens of tiles at once. The application looks up who asks for each of them, which
takes ten times as long as reading the tile.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from geo_tracker.errors import NotFoundError
from geo_tracker.web.answers import FOR_EVER
from geo_tracker.web.tiles import TILE_TYPE, opened

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

KNOWN_SECONDS = 10
"""Who was blocked meanwhile reads tiles for so long."""

_MOST_KNOWN = 1000
_TILE = re.compile(r"/tiles/([0-9a-f]{16})/(\d{1,2})/(\d{1,6})/(\d{1,6})\.mvt")
_ALWAYS = [
    ("Cache-Control", FOR_EVER),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
]


class TileDoor:
    """Answers for immutable tiles; all else, and whoever is not known, goes to the application.

    Parameters
    ----------
    application : WSGI application
        Decides who may read a tile: who got one (200 or 204) may read others for a while.
    tiles_dir : Path
        Folder of the tile files.
    """

    def __init__(self, application: "WSGIApplication", tiles_dir: "Path") -> None:
        self._application = application
        self._tiles_dir = tiles_dir
        self._known: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        asked = _TILE.fullmatch(environ["PATH_INFO"])
        if asked is None or environ["REQUEST_METHOD"] != "GET":
            return self._application(environ, start_response)
        who = (environ.get("HTTP_COOKIE", ""), environ.get("QUERY_STRING", ""))
        if self._known.get(who, 0.0) > time.monotonic():
            key, z, x, y = asked.groups()
            try:
                file = opened(self._tiles_dir / f"{key}.mbtiles")
            except NotFoundError:
                return self._application(environ, start_response)
            return _answer(file.tile(int(z), int(x), int(y)), start_response)

        def noting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status.startswith(("200", "204")):
                self._note(who)
            return start_response(status, headers, *rest)

        return self._application(environ, noting)

    def _note(self, who: tuple[str, str]) -> None:
        self._known[who] = time.monotonic() + KNOWN_SECONDS
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


def _answer(content: bytes | None, start_response: "StartResponse") -> Iterable[bytes]:
    if content is None:
        start_response("204 No Content", list(_ALWAYS))
        return []
    headers = [
        ("Content-Type", TILE_TYPE),
        ("Content-Encoding", "gzip"),
        ("Content-Length", str(len(content))),
        *_ALWAYS,
    ]
    start_response("200 OK", headers)
    return [content]
