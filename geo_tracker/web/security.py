"""What protects every response: a strict Content-Security-Policy and its companions."""

import secrets

from flask import Flask, Response, g


def csp_nonce() -> str:
    """Return the nonce of the response being made; templates write it, nothing else does."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def protect(app: Flask) -> None:
    """Send the protecting headers with every response of an application."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce

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
