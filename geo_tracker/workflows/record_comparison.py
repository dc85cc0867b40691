"""What a planned import would change, as plain data for its preview: counts and lists."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from geo_tracker.db.history import import_people, logged_changes, logged_steps
from geo_tracker.db.record_journal import journals_of, plain_value
from geo_tracker.db.record_plan import FOLLOWUP_TABLES, PROJECT_TABLES
from geo_tracker.db.records import Planned, VillagePlace, village_places
from geo_tracker.importing.report import ImportReport
from geo_tracker.workflows.record_plan import RecordPlan
from geo_tracker.workflows.sheet_plan import Missing, SheetPlan
from geo_tracker.workflows.undo_projects import fund_field

SHOWN_RECORDS = 100
"""Records a preview lists of each kind; all are counted."""


def with_problems(report: ImportReport, more: ImportReport) -> ImportReport:
    """Return a report with the problems of another one behind its own."""
    return ImportReport([*report.problems, *more.problems])


def plan_digest(plan: RecordPlan) -> str:
    """Return a digest of what a plan does: equal for plans that do the same.

    Whether records are made up is left out: the planner may say so after looking.
    """
    digest = hashlib.sha256()
    for one in plan.planned:
        fields = {
            name: [plain_value(old), plain_value(new)]
            for name, (old, new) in one.fields.items()
            if name != "synthetic"
        }
        is_new = one.action == "added"
        if is_new or fields:
            # The id of a record that is added says only when it was.
            record_id = None if is_new else one.record_id
            facts = [one.table, one.action, record_id, one.unit_id, one.row, fields]
            digest.update(json.dumps(facts, sort_keys=True).encode("ascii"))
    return digest.hexdigest()


def compared_sheets(session: Session, plan: RecordPlan) -> list[dict[str, Any]]:
    """Return for each sheet what it would change.

    Returns
    -------
    list of dict
        ``added``, ``changed``, ``unchanged`` (rows), ``missing`` (records), ``area`` (names);
        of each the first `SHOWN_RECORDS`: ``added_records``, ``changed_records``,
        ``missing_records``, as dicts with ``table``, ``record_id``, ``unit_id``, ``village``,
        ``label``, ``row``; changed ones with ``fields``: ``table``, ``field``, ``label``, ``old``,
        ``new``, ``import_id`` and ``username`` of who gave the old value.
    """
    places = village_places(session)
    sheets = [_compared(sheet, places) for sheet in plan.sheets]
    _name_givers(session, [r for sheet in sheets for r in sheet["changed_records"]])
    return sheets


def _compared(sheet: SheetPlan, places: dict[int, VillagePlace]) -> dict[str, Any]:
    rows: dict[int | None, list[Planned]] = defaultdict(list)
    for one in sheet.planned:
        rows[one.row].append(one)
    added = [ones[0] for ones in rows.values() if _is_new(ones)]
    changed = [
        ones
        for ones in rows.values()
        if not _is_new(ones) and any(one.action != "unchanged" for one in ones)
    ]
    return asdict(sheet.counts) | {
        "missing": len(sheet.missing),
        "area": sheet.area,
        "added_records": [_named(one, places) for one in added[:SHOWN_RECORDS]],
        "changed_records": [
            _named(ones[0], places) | {"fields": list(_fields(ones))}
            for ones in changed[:SHOWN_RECORDS]
        ],
        "missing_records": [_named(one, places) for one in sheet.missing[:SHOWN_RECORDS]],
    }


def _is_new(ones: list[Planned]) -> bool:
    return ones[0].action == "added" and ones[0].parent is None


def _named(one: Planned | Missing, places: dict[int, VillagePlace]) -> dict[str, Any]:
    place = places.get(one.unit_id) if one.unit_id is not None else None
    return {
        "table": one.table,
        "record_id": one.record_id,
        "unit_id": one.unit_id,
        "village": place.name if place else None,
        "label": one.label,
        "row": one.row if isinstance(one, Planned) else None,
        "import_id": one.import_id,
    }


def _fields(ones: Iterable[Planned]) -> Iterable[dict[str, Any]]:
    for one in ones:
        for name, (old, new) in one.fields.items():
            yield {
                "table": one.table,
                "record_id": one.record_id,
                "field": name,
                "label": one.label if one.table == "fund" else None,
                "old": plain_value(old),
                "new": plain_value(new),
                "import_id": one.import_id,
            } | _logged_as(one, name)


def _logged_as(one: Planned, name: str) -> dict[str, Any]:
    """Return as what people's steps name a field of a project, of its channels, or its money."""
    if one.table not in PROJECT_TABLES:
        return {}
    project_id = (one.parent or one).record_id
    channel = one.values.get("channel") or (one.label or "").rpartition(" · ")[2]
    field = fund_field(channel, name) if one.table == "fund" else name
    return {"project_id": project_id, "logged_as": field}


def _name_givers(session: Session, records: list[dict[str, Any]]) -> None:
    """Write beside each old value which import or person gave it."""
    fields = [field for record in records for field in record["fields"]]
    stored = {(f["table"], f["record_id"]) for f in fields if f["record_id"] is not None}
    last: dict[tuple[str, int, str], Any] = {}
    first: dict[tuple[str, int], int] = {}
    for change in logged_changes(session, stored):
        record = (change.table_name, change.record_id)
        last[*record, change.field] = change
        first.setdefault(record, change.import_id)
    of_followup = {record for record in stored if record[0] in FOLLOWUP_TABLES}
    for step in logged_steps(session, of_followup) if of_followup else ():
        # Their own log knows what people did in the browser, too.
        names = [*step.fields, *(["state"] if step.from_state != step.to_state else [])]
        last |= {(step.table_name, step.record_id, name): step for name in names}
    by_person = _steps_about_projects(session, fields)
    people = import_people(session)
    journals = journals_of(session, set(first.values()))
    for field in fields:
        record = (field["table"], field["record_id"])
        told = by_person.get((field.pop("project_id", None), field.pop("logged_as", "")))
        if told is not None and told.value == field["old"]:
            field["import_id"], field["username"] = None, told.username
            continue
        given = last.get((*record, field["field"]))
        if given is not None:
            field["import_id"], field["username"] = given.import_id, given.username
            continue
        journal = journals.get(first[record]) if record in first else None
        entry = journal.changed[field["table"]].get(field["record_id"]) if journal else None
        if entry is not None:
            # Other fields were changed since: this one is as the record was added.
            field["import_id"] = entry.import_id
        field["username"] = people.get(field["import_id"])


class _Said(NamedTuple):
    value: Any
    username: str | None


def _steps_about_projects(
    session: Session, fields: Iterable[dict[str, Any]]
) -> dict[tuple[int | None, str], _Said]:
    """Return what people last said of fields of projects, and who."""
    projects = {("project", f["project_id"]) for f in fields if f.get("project_id") is not None}
    said = {}
    for step in logged_steps(session, projects) if projects else ():
        channel = step.fields.get("channel", [None, None])[1]
        for name, (_old, new) in step.fields.items():
            field = name if channel is None else fund_field(channel, name)
            said[step.record_id, field] = _Said(new, step.username)
    return said
