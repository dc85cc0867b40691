"""The sources and the history of a village's records, in words."""

from decimal import Decimal
from typing import Any

import pandas as pd
from flask import url_for
from flask_babel import gettext as _

from geo_tracker.db.history import Rows, VillageHistory
from geo_tracker.db.models import Project
from geo_tracker.web.checklist_words import is_one_of_many, many_text
from geo_tracker.web.followup_words import step_note
from geo_tracker.web.money import or_none
from geo_tracker.web.provenance import provenance
from geo_tracker.web.record_words import field_word, record_word, value_text
from geo_tracker.web.register import Register
from geo_tracker.web.review_words import decision_text
from geo_tracker.web.story_words import step_words
from geo_tracker.web.texts import MISSING, day, term
from geo_tracker.workflows.undo_plan import REMOVED
from geo_tracker.workflows.undo_records import UNDONE


def source_rows(history: VillageHistory) -> list[dict[str, Any]]:
    """Return the imports a village's records come from, one row per kind of record."""
    return [
        {
            "source": provenance(row.import_id),
            "what": term(row.what),
            "as_of_on": row.as_of_on,
            "received_at": row.at,
            "username": row.username,
        }
        for row in history.imports
    ]


def history_rows(
    history: VillageHistory, held: Register, units: pd.DataFrame, *, here: int
) -> list[dict[str, Any]]:
    """Return what happened to a village's records, the newest first.

    Parameters
    ----------
    history : VillageHistory
        Of the village and its former ones.
    held : Register
        The register.
    units : DataFrame
        As `Register.units`.
    here : int
        The village whose page it is; changes of others are named.
    """
    rows = [
        *_import_rows(history.imports),
        *(_change_row(change, held, units, here) for change in history.changes),
        *_amount_rows(history.amounts),
        *(_event_row(event) for event in history.events),
        *_step_rows(history.steps, units, here),
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _row(
    at: Any,
    username: Any,
    text: str,
    import_id: Any = None,
    reason: Any = None,
    *,
    url: str | None = None,
) -> dict[str, Any]:
    known_id = or_none(import_id)
    return {
        "at": at,
        "username": username,
        "text": text,
        "url": url_for("imports.show", import_id=known_id) if known_id is not None else url,
        "reason": reason,
    }


def _step_rows(steps: Rows, units: pd.DataFrame, here: int) -> list[dict[str, Any]]:
    """Return steps as rows; those about items that came together make one."""
    many: dict[tuple[Any, ...], list[Any]] = {}
    names, rows = units["name"].to_dict(), []
    for row in steps:
        step = row.FollowupStep
        if is_one_of_many(step):
            together = step.import_id or step.at
            many.setdefault((step.unit_id, together, row.username), []).append(row)
        else:
            rows.append(_step_row(row, units, names, here))
    for some in many.values():
        first = some[0].FollowupStep
        text = _named(many_text(row.FollowupStep for row in some), first.unit_id, units, here)
        address = url_for("checklist.show", unit_id=first.unit_id)
        rows.append(_row(first.at, some[0].username, text, url=address))
    return rows


def _step_row(row: Any, units: pd.DataFrame, names: dict[int, str], here: int) -> dict[str, Any]:
    step = row.FollowupStep
    text, address = step_words(row, names)
    if step.table_name != Project.__tablename__:
        text = _named(text, step.unit_id, units, here)
    return _row(step.at, row.username, text, reason=step_note(step), url=address)


def _named(text: str, unit_id: int, units: pd.DataFrame, here: int) -> str:
    """Return a text with the name of the village before it where that is not the page's own."""
    if unit_id == here or unit_id not in units.index:
        return text
    return f"{units.at[unit_id, 'name']} · {text}"


def _import_rows(imports: Rows) -> list[dict[str, Any]]:
    brought: dict[int, list[Any]] = {}
    for row in imports:
        brought.setdefault(row.import_id, []).append(row)
    return [
        _row(
            rows[0].at,
            rows[0].username,
            _("Brought in: %(what)s", what=_(", ").join(term(row.what) for row in rows)),
            import_id,
        )
        for import_id, rows in brought.items()
    ]


def _event_row(event: Any) -> dict[str, Any]:
    text = _(
        "Change found: %(kind)s, from %(day)s (%(status)s)",
        kind=term(event.event_type),
        day=day(event.effective_on),
        status=term(event.status),
    )
    return _row(event.at, None, text)


def _change_row(change: Any, held: Register, units: pd.DataFrame, here: int) -> dict[str, Any]:
    if change.table_name == "lineage_decision":
        text = _decided_text(change, held, units)
    elif change.table_name == "lineage_edge":
        # As decisions were noted before they had a table of their own.
        text = _decision_text(change, held, units)
    else:
        text = _changed_text(change, units)
        if or_none(change.unit_id) not in (None, here) and change.unit_id in units.index:
            text = f"{units.at[change.unit_id, 'name']} · {text}"
    if change.reason == UNDONE:
        reason = str(_("The import was undone."))
    else:
        is_code = change.table_name == "village_version" and change.reason
        reason = term(change.reason) if is_code else change.reason
    return _row(change.at, change.username, text, change.import_id, reason)


def _changed_text(change: Any, units: pd.DataFrame) -> str:
    record = record_word(change.table_name)
    if change.field == REMOVED:
        gone = f"{record} ({change.old})" if change.old else record
        return str(_("%(record)s: removed", record=gone))
    names = units["name"].to_dict()
    text = _(
        "%(record)s: %(field)s was %(old)s, is %(new)s",
        record=record,
        field=field_word(change.field, change.table_name),
        old=value_text(change.field, change.old, names),
        new=value_text(change.field, change.new, names),
    )
    return str(text)


def _decided_text(change: Any, held: Register, units: pd.DataFrame) -> str:
    decided = held.decisions[held.decisions["decision_id"] == change.record_id]
    return decision_text(decided.to_dict("records")[0], units) if len(decided) else MISSING


def _decision_text(change: Any, held: Register, units: pd.DataFrame) -> str:
    edge = held.edges[held.edges["edge_id"] == change.record_id]
    former = units["name"].get(change.unit_id, MISSING)
    later = MISSING if edge.empty else units["name"].get(edge["to_unit_id"].iloc[0], MISSING)
    decided = (
        _("Decided: %(former)s became %(later)s", former=former, later=later)
        if change.new == "True"
        else _("Decided: %(former)s did not become %(later)s", former=former, later=later)
    )
    return str(decided)


def _amount_rows(amounts: Rows) -> list[dict[str, Any]]:
    known: dict[tuple[int, str], Decimal] = {}
    rows = []
    for row in amounts:
        before = known.get((row.project_id, row.kind))
        known[row.project_id, row.kind] = row.amount
        if before is None or row.import_id is None:
            # What people entered, their steps tell.
            continue
        text = _(
            "%(project)s: %(field)s was %(old)s, is %(new)s",
            project=row.project,
            field=field_word(row.kind),
            old=value_text("planned", str(before)),
            new=value_text("planned", str(row.amount)),
        )
        rows.append(_row(row.at, row.username, text, row.import_id))
    return rows
