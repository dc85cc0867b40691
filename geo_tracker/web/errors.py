"""Errors as pages: one table maps each class to a status."""

from flask import Flask, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from geo_tracker.errors import (
    ClosedPeriodError,
    ConflictError,
    DamagedFileError,
    GeoTrackerError,
    InputError,
    NotAllowedError,
    NotFoundError,
    UnreachableError,
)
from geo_tracker.web.texts import shown

STATUS: dict[type[GeoTrackerError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    ConflictError: 409,
    InputError: 422,
    ClosedPeriodError: 409,
    UnreachableError: 502,
    # Gone for good: asking again does not help, unlike with an error of the program.
    DamagedFileError: 410,
    GeoTrackerError: 500,
}


def status_of(error: GeoTrackerError) -> int:
    """Return the HTTP status of an error, by its nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _page(code: int, title: str, text: str, advice: str) -> tuple[str, int]:
    page = render_template("errors/error.html", code=code, title=title, text=text, advice=advice)
    return page, code


def show_errors(app: Flask) -> None:
    """Answer every error with a page in the user's language."""

    @app.errorhandler(GeoTrackerError)
    def of_the_domain(error: GeoTrackerError) -> tuple[str, int]:
        return _page(
            status_of(error),
            _("That did not work"),
            shown(error.message),
            _("Nothing was changed. Go back, correct it and try again."),
        )

    @app.errorhandler(ClosedPeriodError)
    def of_a_closed_period(error: ClosedPeriodError) -> tuple[str, int]:
        # What was sent is kept, so that only the reason has to be added.
        kept = [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in ("csrf_token", "correction")
        ]
        page = render_template(
            "errors/closed.html",
            text=shown(error.message),
            kept=kept,
            lost_files=any(file.filename for file in request.files.values()),
        )
        return page, 409

    @app.errorhandler(CSRFError)
    def of_a_stale_form(error: CSRFError) -> tuple[str, int]:
        return _page(
            400,
            _("The form has expired"),
            _("The page was open for too long, or you signed in again elsewhere."),
            _("Load the page again and repeat what you did."),
        )

    @app.errorhandler(413)
    def of_size(error: HTTPException) -> tuple[str, int]:
        limit = (app.config["MAX_CONTENT_LENGTH"] or 0) // 1_000_000
        return _page(
            413,
            _("The file is too large"),
            _("Files of up to %(size)s MB can be uploaded.", size=limit),
            _("Split the file, or ask the administrator to raise the limit."),
        )

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        texts = {
            400: (_("That was not understood"), _("The request holds what no page here sends.")),
            404: (_("There is no such page"), _("Nothing is at %(path)s.", path=request.path)),
            405: (_("That is not possible here"), _("This address takes no such request.")),
            403: (_("Not allowed"), _("Your role does not permit this.")),
        }
        title, message = texts.get(
            code,
            (_("Something went wrong"), _("The program met an error and has written it down.")),
        )
        return _page(code, title, message, _("Go back to the overview, or try again later."))
