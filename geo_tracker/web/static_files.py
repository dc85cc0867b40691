"""Scripts, styles and pictures of our own, compressed once and kept by browsers for a year."""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue

_TEXTS = {".js", ".css", ".svg"}


def serve_static_files(app: Flask) -> None:
    """Send texts as gzip, and put a file's time into its address."""
    folder = Path(app.static_folder or "").resolve()

    def send(filename: str) -> ResponseReturnValue:
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
            if file.is_file():
                values["v"] = int(file.stat().st_mtime)


@lru_cache(maxsize=256)
def _packed(file: Path, _modified: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)
