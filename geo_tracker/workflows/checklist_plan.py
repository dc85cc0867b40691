"""The sheets of checklists and of former villages' assets."""

from collections import defaultdict
from typing import Any

import pandas as pd

from geo_tracker.db.models import AssetFusion, ChecklistItem
from geo_tracker.db.records import Planned, Record
from geo_tracker.followup.checklist_sheet import ITEM_FIELDS, LEADING, led_item
from geo_tracker.followup.problem_sheet import RowError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.sheet_rows import as_read
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_
from geo_tracker.workflows.followup_plan import NO_STEP, RowByRow, kept_texts, step_values
from geo_tracker.workflows.matching import former_units, present_units
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, SheetPlan

_OWNED = ("owner_unit", "owner_person", "due_on")
_LONGEST = LAYOUTS["checklists"].columns["text"].longest or 0
_SAID = ("stage", "since_on", "stays", "note")


def planned_checklists(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan items of checklists: known by village, domain and words.

    How a row leads an item says `led_item`. What is verified is not corrected by a list.
    """
    return _Checklists(known, facts, sheet).plan()


def planned_fusions(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan stages of former villages' assets: another stage, day, amount or note is a new record.

    Like the browser's form it leaves what was recorded before to be looked at.
    """
    return _Fusions(known, facts, sheet).plan()


class _Checklists(RowByRow):
    def __init__(self, known: KnownRecords, facts: FileFacts, sheet: Sheet) -> None:
        super().__init__(known, facts, sheet)
        self.table = known.table(ChecklistItem)
        self.alike: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        for record in self.table.records:
            self.alike[_key(record)].append(record)
        self.last_on = self.last_steps(self.table.name, actions=LEADING)
        self.actor = Actor(facts.user_id, "planner")
        self.merged = {into for first, into in self.successors if first != into}
        self.named: set[int] = set()

    def matched(self) -> pd.DataFrame:
        columns = {"code": "village_code", "name": "village_name"}
        return present_units(self.known.session, self.sheet, **columns).assign(is_former=False)

    def label(self, record: Record) -> str:
        return str(record["text"])

    def take(self, row: Record) -> None:
        if row["unit_id"] not in self.merged:
            raise RowError(
                N_("This village did not arise from a merger; only merged ones have a checklist."),
                column="village_name" if row["village_name"] else "village_code",
            )
        record = self._known(row)
        if not self.planner.is_first(record["id"] if record else _key(row), row):
            return
        values = {name: row[name] for name in (*_OWNED, "text", "evidence")}
        values["synthetic"] = self.synthetic(row, record)
        kept_texts("checklists", values, record)
        led = led_item(
            record,
            {name: row[name] for name in ITEM_FIELDS} | {"evidence": values["evidence"]},
            actor=self.actor,
            last_on=self.last_on.get(record["id"]) if record else None,
            on=self.facts.as_of_on,
            today=self.known.today,
        )
        about = {"row": row["row"], "unit_id": row["unit_id"], "label": values["text"]}
        if record is None:
            own = {"unit_id": row["unit_id"], "domain": row["domain"], "row": row["row"]}
            one = Planned(
                self.table.name,
                values=led.values
                | values
                | own
                | {"version": len(led.steps), "owner_unit": values["owner_unit"]},
                **about,
            )
            one.steps = [step_values(step) for step in led.steps]
        else:
            one = self._changed(record, values, led, about)
        self.planner.take(row["unit_id"], one)

    def _changed(self, record: Record, values: Record, led: Any, about: Record) -> Planned:
        stated = {name for name in _OWNED if name in self.sheet.columns} | {"synthetic"}
        if values["evidence"] is not None and "evidence" not in led.values:
            # What shows it is told by steps, too; an empty cell does not take it back.
            stated.add("evidence")
        one = self.table.compared(
            {name: new for name, new in values.items() if name != "text"} | led.values,
            stated=stated | set(led.values),
            record=record,
            **about,
        )
        one.steps = [step_values(step) for step in led.steps]
        corrected = {n: pair for n, pair in one.fields.items() if n not in led.values}
        if record["state"] == "verified" and set(corrected) - {"synthetic"}:
            raise RowError(
                N_("It is verified; send it back on its page before anything of it is corrected."),
                column=next(iter(sorted(corrected))),
            )
        self.add_correction(one, record, corrected, on=self.last_on.get(record["id"]))
        if one.fields:
            one.values["version"] = record["version"] + len(one.steps)
        return one

    def _known(self, row: Record) -> Record | None:
        """Return the item that a row means: of several alike the one that agrees most with it."""
        alike = self.alike.get(_key(row), [])
        if not alike:
            return None
        names = [n for n in (*_OWNED, *ITEM_FIELDS, "evidence") if n in self.sheet.columns]
        free = [record for record in alike if record["id"] not in self.named]
        found = max(free or alike, key=lambda record: sum(record[n] == row[n] for n in names))
        self.named.add(found["id"])
        return found


def _key(item: Record) -> tuple[Any, ...]:
    return item["unit_id"], item["domain"], as_read(item["text"], _LONGEST)


class _Fusions(RowByRow):
    def __init__(self, known: KnownRecords, facts: FileFacts, sheet: Sheet) -> None:
        super().__init__(known, facts, sheet)
        self.table = known.table(AssetFusion, where=AssetFusion.current.is_(True))
        self.current = {record["unit_id"]: record for record in self.table.records}
        self.formers = {first for first, into in self.successors if first != into}

    def matched(self) -> pd.DataFrame:
        columns = {"code": "former_code", "name": "former_name"}
        return former_units(self.known.session, self.sheet, **columns).assign(is_former=True)

    def label(self, record: Record) -> str:
        return str(record["since_on"].isoformat())

    def take(self, row: Record) -> None:
        if row["unit_id"] not in self.formers:
            raise RowError(
                N_("This village went into no other one; its assets are its own."),
                column="former_name" if row["former_name"] else "former_code",
            )
        self.not_in_the_future(row, "since_on")
        if not self.planner.is_first(row["unit_id"], row):
            return
        before = self.current.get(row["unit_id"])
        if row["stays_yuan"] is not None and row["stays_yuan"] < 0:
            raise RowError(N_("An amount cannot be negative."), column="stays_yuan")
        values = {
            "stage": row["stage"],
            "since_on": row["since_on"],
            "stays": row["stays_yuan"],
            "note": row["note"],
            "synthetic": self.synthetic(row, before),
        }
        about = {"row": row["row"], "unit_id": row["unit_id"], "label": self.label(values)}
        if before is not None:
            kept_texts("fusions", values, before)
            for column, name in (("stays_yuan", "stays"), ("note", "note")):
                if column not in self.sheet.columns:
                    values[name] = before[name]
            same = self.table.compared(values, stated=_SAID, record=before, **about)
            if not same.fields:
                self.planner.take(row["unit_id"], same)
                return
            if row["since_on"] < before["since_on"]:
                raise RowError(
                    N_("A stage since %(day)s is recorded; an earlier one does not follow it."),
                    column="since_on",
                    day=before["since_on"].isoformat(),
                )
        own = {"unit_id": row["unit_id"], "current": True, "row": row["row"]}
        one = Planned(
            self.table.name,
            values=values | own | {"recorded_by_id": self.facts.user_id},
            replaces=before["id"] if before else None,
            **about,
        )
        one.steps = [
            {
                **NO_STEP,
                "action": "record",
                "happened_on": values["since_on"],
                "to_state": values["stage"],
                "note": values["note"],
                "fields": {},
            }
        ]
        self.planner.take(row["unit_id"], one)
