"""What was recorded in the last days, as the overview tells it."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from geo_tracker.db.columns import now
from geo_tracker.db.recent import imports_since, worked_on_since

DAYS = 7
_MOST_FILES = 4


def recent_rows(session: Session) -> list[dict[str, Any]]:
    """Return what happened in the last `DAYS` days.

    Returns
    -------
    list of dict
        ``text`` (translated), ``count`` (int or None), ``url``, ``at`` (moment or None),
        ``username`` (of a file; None for the command line).
    """
    since = now() - timedelta(days=DAYS)
    counts = worked_on_since(session, since)
    ledgers = {
        "problem": (_("problems worked on"), url_for("problems.index")),
        "checklist_item": (_("items of checklists worked on"), url_for("checklists.index")),
        "asset_fusion": (_("stages of assets recorded"), url_for("checklists.index")),
        "project": (_("projects led on or corrected"), url_for("projects.index")),
        "visit": (_("visits recorded or corrected"), url_for("visits.index")),
        "attachment": (_("photos and documents added or removed"), url_for("followup.show")),
        "incident": (_("incidents recorded or corrected"), url_for("incidents.index")),
        "policy": (_("policies registered or changed"), url_for("policies.index")),
        "policy_use": (_("uses of policies recorded"), url_for("policies.index")),
        "board_score": (_("peers scored on boards"), url_for("boards.index")),
        "board_todo": (_("to-dos of boards worked on"), url_for("board_todos.index")),
        "lag_review": (_("lagging villages decided about"), url_for("lag_reviews.index")),
    }
    rows = [
        {"text": text, "count": counts[table], "url": url, "at": None, "username": None}
        for table, (text, url) in ledgers.items()
        if table in counts
    ]
    return rows + [
        {
            "text": file.title,
            "count": None,
            "url": url_for("imports.show", import_id=file.id),
            "at": file.published_at,
            "username": file.username,
        }
        for file in imports_since(session, since, most=_MOST_FILES)
    ]
