"""Answers that are compressed once, and how long browsers keep them."""

from flask import Response

FOR_EVER = "private, max-age=31536000, immutable"
"""For what an address with a hash gives: other content has another address."""


def gzipped(content: bytes, kind: str, *, caching: str) -> Response:
    """Return an answer of bytes that are compressed already; no browser is without gzip."""
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = caching
    return answer
