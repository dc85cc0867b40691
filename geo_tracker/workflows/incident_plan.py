"""The sheet of incidents: 舆情, 信访, 案件."""

from collections import defaultdict
from typing import Any

from geo_tracker.db.models import Incident
from geo_tracker.db.record_journal import plain_value
from geo_tracker.db.records import Planned, Record
from geo_tracker.followup.problem_sheet import RowError
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_
from geo_tracker.workflows.followup_plan import NO_STEP, RowByRow, kept_texts, recorded_step
from geo_tracker.workflows.record_numbers import numbered_record
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, SheetPlan

_FIELDS = ("kind", "happened_on", "summary", "about_merger")


def planned_incidents(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan incidents: known by the number that an export gave, else by kind, day, place and words.

    A row may close an incident; it neither opens one again nor moves the day it was closed on.
    """
    return _Incidents(known, facts, sheet).plan()


class _Incidents(RowByRow):
    def __init__(self, known: KnownRecords, facts: FileFacts, sheet: Sheet) -> None:
        super().__init__(known, facts, sheet)
        self.table = known.table(Incident)
        self.by_id = {record["id"]: record for record in self.table.records}
        self.alike: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        for record in self.table.records:
            self.alike[_key(record)].append(record)

    def label(self, record: Record) -> str:
        return str(record["happened_on"].isoformat())

    def take(self, row: Record) -> None:
        self.not_in_the_future(row, "happened_on", "closed_on")
        record = self._known(row)
        if not self.planner.is_first(record["id"] if record else (*_key(row), row["unit_id"]), row):
            return
        closed_on = self._closed_on(row, record)
        unit_id = self.unit_of(record, row["unit_id"], is_former=row["is_former"])
        values = {name: row[name] for name in _FIELDS}
        values |= {"unit_id": unit_id, "synthetic": self.synthetic(row, record)}
        kept_texts("incidents", values, record)
        about = {
            "row": row["row"],
            "unit_id": unit_id,
            "label": values["happened_on"].isoformat(),
        }
        if record is None:
            one = Planned(
                self.table.name,
                values=values | {"closed_on": closed_on, "version": 1, "row": row["row"]},
                **about,
            )
            said = {name: values[name] for name in (*_FIELDS, "unit_id")}
            one.steps = [recorded_step(one, values["happened_on"], said)]
        else:
            stated = {name for name in _FIELDS if name in self.sheet.columns}
            one = self.table.compared(
                values | {"closed_on": closed_on},
                stated=stated | {"unit_id", "synthetic", "closed_on"},
                record=record,
                **about,
            )
            corrected = {n: pair for n, pair in one.fields.items() if n != "closed_on"}
            self.add_correction(one, record, corrected)
        before = record["closed_on"] if record else None
        if closed_on is not None and before is None:
            fields = {"closed_on": [None, plain_value(closed_on)]}
            one.steps.append(
                {**NO_STEP, "action": "close", "happened_on": closed_on, "fields": fields}
            )
        if record is None:
            one.values["version"] = len(one.steps)
        elif one.fields:
            one.values["version"] = record["version"] + len(one.steps)
        self.planner.take(unit_id, one)

    def _closed_on(self, row: Record, record: Record | None) -> Any:
        stated, stored = row["closed_on"], record["closed_on"] if record else None
        if stored is not None and stated not in (None, stored):
            raise RowError(
                N_(
                    "The row says %(stated)s, but %(stored)s is recorded; an import does not"
                    " change what was logged."
                ),
                column="closed_on",
                stated=stated.isoformat(),
                stored=stored.isoformat(),
            )
        closed_on = stated or stored
        if closed_on is not None and closed_on < row["happened_on"]:
            raise RowError(
                N_("It happened on %(day)s; it cannot have been closed before."),
                column="closed_on",
                day=row["happened_on"].isoformat(),
            )
        return closed_on

    def _known(self, row: Record) -> Record | None:
        record = numbered_record("incident", row["incident_no"], self.by_id)
        if record is not None:
            place = self.is_there(record["unit_id"], row["unit_id"])
            if not place and record["happened_on"] != row["happened_on"]:
                raise RowError(
                    N_("%(number)s is the number of another record."),
                    column="incident_no",
                    number=row["incident_no"],
                )
            return record
        alike = self.alike.get(_key(row), [])
        return next((a for a in alike if self.is_there(a["unit_id"], row["unit_id"])), None)


def _key(incident: Record) -> tuple[Any, ...]:
    return tuple(incident[name] for name in ("kind", "happened_on", "summary"))
