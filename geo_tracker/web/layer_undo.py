"""What undoing an import of boundaries means, as the page that asks shows it."""

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from geo_tracker.db.models import ImportRun
from geo_tracker.web.context import services
from geo_tracker.web.import_result import run_values
from geo_tracker.web.texts import shown
from geo_tracker.workflows.undoing import Undoing, what_undoing_means


def layer_page(_session: Session, run: ImportRun) -> str:
    """Return the page that says what undoing means, and asks."""
    meaning = what_undoing_means(services().engine, run.id)
    return render_template(
        "imports/undo_layer.html", run=run_values(run), **meaning_values(meaning)
    )


def meaning_values(meaning: Undoing) -> dict[str, Any]:
    """Return the values that ``templates/imports/undo_layer.html`` names at its head."""
    hanging = meaning.hanging
    return {
        "refusal": shown(meaning.refusal) or None,
        "villages": meaning.villages,
        "restores": None if meaning.restores is None else meaning.restores[1],
        "restores_id": None if meaning.restores is None else meaning.restores[0],
        "goes": meaning.goes,
        "goes_count": meaning.goes_count,
        "records": [
            {"kind": kind, "count": count, "import_id": number, "title": meaning.titles[number]}
            for (kind, number), count in hanging.by_import.items()
        ]
        + [
            {"kind": kind, "count": count, "import_id": None, "title": None}
            for kind, count in hanging.by_hand.items()
        ],
        "decisions": hanging.decisions,
        "names": hanging.names,
    }
