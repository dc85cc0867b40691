"""What protects every response: a strict Content-Security-Policy and its companions."""

import secrets
from typing import Any

from flask import Flask, Response, abort, g, request
from werkzeug.routing import IntegerConverter, Map


class RecordNumber(IntegerConverter):
    """Numbers of records in addresses; one that no database can hold names nothing (404)."""

    def __init__(self, url_map: Map, **limits: Any) -> None:
        super().__init__(url_map, **{"max": 2**31 - 1, **limits})


def csp_nonce() -> str:
    """Return the nonce of the response being made; templates write it, nothing else does."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def protect(app: Flask) -> None:
    """Send the protecting headers with every response of an application."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.url_map.converters["int"] = RecordNumber

    @app.before_request
    def refuse_null() -> None:
        # No database keeps it in a text, and nobody can type it.
        for values in (request.args, request.form):
            if any("\0" in text for _name, text in values.items(multi=True)):
                abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        script = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
        response.headers.setdefault(
            "Content-Security-Policy",
            "; ".join(
                (
                    "default-src 'none'",
                    f"script-src {script}",
                    "style-src 'self'",
                    # Leaflet and the share bars place things by style attributes.
                    "style-src-attr 'unsafe-inline'",
                    "img-src 'self' data:",
                    "connect-src 'self'",
                    "font-src 'self'",
                    "form-action 'self'",
                    "base-uri 'none'",
                    "frame-ancestors 'none'",
                )
            ),
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        return response
