"""Where a fact comes from: the values of a source chip."""

from typing import Any

from flask import g
from flask_babel import gettext as _

from geo_tracker.db.history import import_origins
from geo_tracker.web.context import read_session
from geo_tracker.web.money import or_none
from geo_tracker.web.texts import term
from geo_tracker.workflows.matching import is_synthetic


def provenance(
    import_id: Any, *, sheet: str | None = None, row: Any = None, synthetic: Any = None
) -> dict[str, Any] | None:
    """Return the source chip of a fact, or None where its import is not known.

    Parameters
    ----------
    import_id : int or missing
        The import that brought the fact.
    sheet : str, optional
        Code of the sheet it stood on; a row number alone would not say where.
    row : int, optional
        Row of that sheet.
    synthetic : bool, optional
        Whether the fact is made up; otherwise the file as a whole decides.

    Returns
    -------
    dict or None
        ``title`` (file and sheet), ``sheet`` (its word, or None), ``row``, ``import_id``,
        ``synthetic``.
    """
    origins: dict[int, tuple[str, bool]] | None = g.get("import_origins")
    if origins is None:
        with read_session() as session:
            origins = g.import_origins = import_origins(session)
    known_id = or_none(import_id)
    if known_id is None or known_id not in origins:
        return None
    title, from_synthetic_file = origins[known_id]
    stated = or_none(synthetic)
    return {
        "title": f"{title} · {term(sheet)}" if sheet else title,
        "sheet": term(sheet) if sheet else None,
        "row": or_none(row),
        "import_id": known_id,
        "synthetic": from_synthetic_file if stated is None else bool(stated),
    }


def entered(username: str | None) -> dict[str, Any]:
    """Return the source chip of what somebody typed into a page of ours."""
    title = _("entered by %(who)s", who=username) if username else _("entered here")
    return {"title": title, "sheet": None, "row": None, "import_id": None, "synthetic": False}


def cited(basis: Any) -> str | None:
    """Return the publication a record's basis names, or None for none and for illustration."""
    stated = or_none(basis)
    return None if not stated or is_synthetic(stated, source_is_synthetic=True) else str(stated)
