"""Scripts, styles and pictures, made small once and kept by browsers for a year."""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin
from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from geo_tracker.maps.page_files import JOINED, joined, joined_changed_at
from geo_tracker.web.answers import gzipped

_TEXTS = {".js", ".css", ".svg"}
_VENDOR = "vendor"
"""Folder of what others wrote, which is sent as they made it."""
_JOINED = "joined/"


def serve_static_files(app: Flask) -> None:
    """Send texts as gzip, and put a file's time into its address."""
    folder = Path(app.static_folder or "").resolve()

    def send(filename: str) -> ResponseReturnValue:
        if filename.startswith(_JOINED):
            return _send_joined(filename.removeprefix(_JOINED))
        answer = app.send_static_file(filename)
        # What asks for a part, or holds the file already, is answered as Flask does.
        if answer.status_code != 200 or Path(filename).suffix not in _TEXTS:
            return answer
        answer.vary.add("Accept-Encoding")
        if not request.accept_encodings.quality("gzip"):
            return answer
        file = folder / filename
        packed = Response(_packed(file, file.stat().st_mtime_ns), headers=answer.headers)
        answer.close()
        packed.headers["Content-Encoding"] = "gzip"
        packed.headers["Content-Length"] = str(packed.calculate_content_length())
        # Weak: the same text, not the same bytes as without compression.
        packed.set_etag(packed.get_etag()[0] or "", weak=True)
        return packed

    app.view_functions["static"] = send

    @app.url_defaults
    def add_time(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            file = folder / values["filename"]
            name = values["filename"].removeprefix(_JOINED)
            if values["filename"].startswith(_JOINED) and name in JOINED:
                values["v"] = joined_changed_at(name)
            elif file.is_file():
                values["v"] = int(file.stat().st_mtime)


def _send_joined(name: str) -> ResponseReturnValue:
    """Send what `page_files` joins, always as gzip: no browser is without."""
    if name not in JOINED:
        abort(404)
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return gzipped(_joined(name, joined_changed_at(name)), kind, caching="public, max-age=31536000")


@lru_cache(maxsize=8)
def _joined(name: str, _changed_at: int) -> bytes:
    return gzip.compress(_without_comments(joined(name), Path(name).suffix).encode(), mtime=0)


@lru_cache(maxsize=256)
def _packed(file: Path, _modified: int) -> bytes:
    content = file.read_bytes()
    if _VENDOR not in file.parts:
        content = _without_comments(content.decode(), file.suffix).encode()
    return gzip.compress(content, mtime=0)


def _without_comments(text: str, suffix: str) -> str:
    """Leave out of a script or style sheet what only its writers read: a quarter, compressed."""
    match suffix:
        case ".js":
            return str(rjsmin.jsmin(text))
        case ".css":
            return str(rcssmin.cssmin(text))
    return text
