"""Reports and sheets on their way out: what stands on all of them, and how they are sent."""

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import quote

from flask import Response
from flask_babel import get_locale
from flask_babel import gettext as _

from geo_tracker.db.imports import any_synthetic
from geo_tracker.reports.document import Block, Document
from geo_tracker.reports.document_docx import document_docx
from geo_tracker.reports.document_pdf import document_pdf
from geo_tracker.reports.document_xlsx import document_xlsx
from geo_tracker.web.context import read_session, services
from geo_tracker.web.register import register
from geo_tracker.web.texts import day

DocumentKind = Literal["pdf", "docx", "xlsx"]

MIMETYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def document(
    title: str, *, subtitle: str, blocks: Sequence[Block], is_wide: bool = False
) -> Document:
    """Return a report in the reader's language with what all of them carry.

    Parameters
    ----------
    title, subtitle : str
        What it is about: place, then what of it and for which days.
    blocks : sequence of Block
        What it says.
    is_wide : bool
        Whether its pages lie on their side.

    Returns
    -------
    Document
        Marked for internal use, with who makes the maps, the date of the data, and a notice where
        data is made up.
    """
    with read_session() as session:
        synthetic = any_synthetic(session)
    author = services().settings.map_author
    footer = [
        _("Internal use"),
        *([_("Map by %(name)s", name=author)] if author else []),
        _("Data as of %(day)s", day=day(register().data_on)),
    ]
    return Document(
        locale=str(get_locale()),
        title=title,
        subtitle=subtitle,
        mark=_("Internal use"),
        notice=synthetic_notice() if synthetic else "",
        footer=" · ".join(footer),
        page_words=_("Page {page} of {pages}"),
        blocks=blocks,
        is_wide=is_wide,
    )


def document_file(made: Document, kind: DocumentKind) -> bytes:
    """Return a report as a file of a kind."""
    if kind == "pdf":
        return document_pdf(made)
    if kind == "docx":
        return document_docx(made)
    signatures = _("Filled in by:                    Checked by:                    ")
    return document_xlsx(made, total=_("Sum"), signatures=signatures)


def sent_document(made: Document, kind: DocumentKind) -> Response:
    """Send a report; a PDF opens in the browser."""
    return sent(
        document_file(made, kind),
        MIMETYPES[kind],
        name=f"{made.title}.{kind}",
        disposition="inline" if kind == "pdf" else "attachment",
    )


def sent(content: bytes, mimetype: str, *, name: str, disposition: str) -> Response:
    """Send a document under a name of any script."""
    response = Response(content, mimetype=mimetype)
    shown_name = quote(file_name(name))
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{shown_name}"
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(name: str) -> str:
    """Return a name without signs that file systems refuse."""
    return "".join(sign for sign in name if sign.isprintable() and sign not in '/\\:*?"<>|')


def synthetic_notice() -> str:
    """Return what every page says of made-up data."""
    return str(
        _(
            "Synthetic data: boundaries, lineage, votes, projects and money are made up for "
            "demonstration, except where a publication is named."
        )
    )
