"""What an import changes or has changed, record by record: before it is stored, and afterwards."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from flask import Blueprint, Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.imports import existing_import
from geo_tracker.db.models import ImportRun
from geo_tracker.db.record_journal import Entry, Journal
from geo_tracker.db.records import village_places
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import chosen_code
from geo_tracker.web.import_result import run_values
from geo_tracker.web.page import paged
from geo_tracker.web.provenance import entered, provenance
from geo_tracker.web.record_words import field_word, record_word, value_text
from geo_tracker.web.texts import term
from geo_tracker.workflows.csv_files import csv_for_spreadsheets
from geo_tracker.workflows.sheet_plan import SHEET_TABLES

bp = Blueprint("import_changes", __name__, url_prefix="/imports")

_ACTIONS = ("added", "changed")
_SHOWN_FIELDS = 12


def compared_values(changes: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what ``templates/imports/_changes.html`` shows of one sheet, or None.

    Parameters
    ----------
    changes : dict or None
        As `compared_sheets` made it; None of previews that were made before there were any.
    """
    if changes is None:
        return None
    villages = village_names()
    lists = {
        part: [_record(record, villages) for record in changes[f"{part}_records"]]
        for part in ("added", "changed", "missing")
    }
    more = {part: changes[part] - len(records) for part, records in lists.items()}
    counts = {part: changes[part] for part in ("added", "changed", "unchanged", "missing")}
    return counts | {"area": _(", ").join(changes["area"]), "lists": lists, "more": more}


def _record(record: dict[str, Any], villages: dict[int, str]) -> dict[str, Any]:
    fields = record.get("fields", [])
    return {
        "record": record_word(record["table"]),
        "village": record["village"],
        "url": village_url(record["unit_id"]),
        "label": record["label"],
        "row": record["row"],
        "source": provenance(record["import_id"]),
        "fields": [
            {
                "name": field_text(field["field"], field["label"], field["table"]),
                "old": value_text(field["field"], field["old"], villages),
                "new": value_text(field["field"], field["new"], villages),
                **_giver(field),
            }
            for field in fields[:_SHOWN_FIELDS]
        ],
        "more_fields": max(0, len(fields) - _SHOWN_FIELDS),
    }


def _giver(field: dict[str, Any]) -> dict[str, Any]:
    """Return where an old value comes from: a file with who brought it, or a person alone."""
    username = field.get("username")
    if field["import_id"] is None and username is not None:
        return {"source": entered(username), "username": None}
    return {"source": provenance(field["import_id"]), "username": username}


def field_text(field: str, label: str | None, table: str) -> str:
    """Return a field's word; of a fund with its channel, the last part of its label."""
    word = field_word(field, table)
    return f"{label.rpartition(' · ')[2]}: {word}" if label else word


def village_url(unit_id: int | None) -> str | None:
    """Return the address of a village's page."""
    return None if unit_id is None else url_for("villages.show", unit_id=unit_id)


def village_names() -> dict[int, str]:
    """Return the names of all villages, as they were last; asked once a request."""
    names: dict[int, str] | None = g.get("village_names")
    if names is None:
        with read_session() as session:
            names = {unit_id: place.name for unit_id, place in village_places(session).items()}
        g.village_names = names
    return names


@bp.get("/<int:import_id>/changes")
def index(import_id: int) -> ResponseReturnValue:
    """List what a stored workbook added and changed, each record with the way to it."""
    run, rows = _changes(import_id)
    action, sheet = chosen_code("action", _ACTIONS), chosen_code("sheet", SHEET_TABLES)
    total = len(rows)
    if action:
        rows = rows[rows["action"] == action]
    if sheet:
        rows = rows[rows["sheet"] == sheet]
    page = paged(rows)
    names = village_names()
    return render_template(
        "imports/changes.html",
        run=run,
        filters={"action": action, "sheet": sheet},
        actions=[("added", _("Added")), ("changed", _("Changed"))],
        sheets=[(code, sheet_word(code)) for code in SHEET_TABLES],
        rows=[_shown_row(row, names) for row in page.rows.to_dict("records")],
        page=page,
        total=total,
        csv_url=url_for(".csv", import_id=import_id),
    )


@bp.get("/<int:import_id>/changes.csv")
def csv(import_id: int) -> Response:
    """Send all that a stored workbook added and changed as a table for spreadsheets."""
    _run, rows = _changes(import_id)
    names = village_names()
    shown = [_shown_row(row, names) for row in rows.to_dict("records")]
    columns = {
        "sheet": _("Sheet"),
        "row": _("Row"),
        "action": _("What was done"),
        "village": _("Village"),
        "record": _("Record"),
        "label": _("Name or date"),
        "field": _("Field"),
        "old": _("Old value"),
        "new": _("New value"),
    }
    table = pd.DataFrame(shown, columns=list(columns)).rename(columns=columns)
    answer = Response(csv_for_spreadsheets(table), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=changes-{import_id}.csv"
    return answer


def sheet_word(kind: str) -> str:
    """Return what a kind of sheet is called."""
    return term("published_figures" if kind == "published" else kind)


def _changes(import_id: int) -> tuple[dict[str, Any], pd.DataFrame]:
    with read_session() as session:
        run = existing_import(session, import_id)
        if run.kind != "records" or "journal" not in run.result:
            raise NotFoundError(N_("Of this import no list of changes was kept."))
        return run_values(run), pd.DataFrame(_rows(run), columns=_COLUMNS, dtype=object)


_COLUMNS = ["sheet", "action", "table", "row", "unit_id", "label", "field", "old", "new"]


def _rows(run: ImportRun) -> Iterator[tuple[Any, ...]]:
    """Give one row for each record added and each field changed, in the order of the file."""
    journal = Journal.from_json(run.result["journal"])
    for sheet, tables in SHEET_TABLES.items():
        of_sheet = [
            (entry, action, table)
            for table in tables
            for action, kept in (("added", journal.added), ("changed", journal.changed))
            for entry in kept.get(table, {}).values()
        ]
        for entry, action, table in sorted(of_sheet, key=_by_row):
            about = (table, entry.row, entry.unit_id, entry.label)
            if not entry.fields:
                yield (sheet, action, *about, None, None, None)
            for field, (old, new) in entry.fields.items():
                # A revised amount is a row of its own, and a change of its project.
                done = action if old is None else "changed"
                yield (sheet, done, *about, field, old, new)


def _by_row(row: tuple[Entry, str, str]) -> int:
    return row[0].row or 0


def _shown_row(row: dict[str, Any], villages: dict[int, str]) -> dict[str, Any]:
    unit_id = None if pd.isna(row["unit_id"]) else int(row["unit_id"])
    field = None if pd.isna(row["field"]) else row["field"]
    label = row["label"]
    return {
        "sheet": sheet_word(row["sheet"]),
        "row": None if pd.isna(row["row"]) else int(row["row"]),
        "action": _("Added") if row["action"] == "added" else _("Changed"),
        "is_new": row["action"] == "added",
        "village": villages.get(unit_id) if unit_id is not None else None,
        "url": village_url(unit_id),
        "record": record_word(row["table"]),
        "label": label,
        "record_url": url_for("projects.index", q=label.partition(" · ")[0])
        if row["sheet"] == "projects" and label
        else None,
        "field": field_word(field, row["table"]) if field else None,
        "old": value_text(field, row["old"], villages) if field else None,
        "new": value_text(field, row["new"], villages) if field else None,
    }
