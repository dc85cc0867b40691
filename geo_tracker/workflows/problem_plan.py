"""The sheet of problems: new ones with the way they went, known ones corrected or led forward."""

import re
from collections import defaultdict
from typing import Any, Final

import pandas as pd

from geo_tracker.db.models import Problem
from geo_tracker.db.records import Planned, Record
from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.problem_sheet import LEDGER_FIELDS, Led, RowError, led_by_row
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_, Message
from geo_tracker.workflows.followup_plan import Comparison, kept_texts, step_values
from geo_tracker.workflows.matching import recorded_units
from geo_tracker.workflows.register import records_of
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, Missing, SheetPlan

COUNTER_DIGITS: Final = 4
"""A number of so few characters counts the rows of one list; it is no problem's own."""

_DESCRIBED = ("source", "category", "content", "reporter", "helper_units", "lon", "lat")
_OF_DUPLICATE = re.compile(r"与\s*(\S+?)\s*(?:重复|相同)")
_NEW: Final[dict[str, Any]] = dict.fromkeys((*LEDGER_FIELDS, "outcome", "claimed_by_id"), None) | {
    "handover_round": 0
}


def planned_problems(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan problems: each row adds one, corrects a known one, leads it forward, or all of these.

    A problem is known by its number. A row without one, or with one that only counts rows, means
    the problem of its village that says the same and was registered on the same day; else it is
    new and gets the next number of its year. How a row leads a problem says `led_by_row`.
    """
    return _Problems(known, facts, sheet).plan()


class _Problems(Comparison):
    def __init__(self, known: KnownRecords, facts: FileFacts, sheet: Sheet) -> None:
        super().__init__(known, facts, sheet)
        self.table = known.table(Problem, ("problem_no",))
        self.by_id = {record["id"]: record for record in self.table.records}
        self.by_content: dict[str, list[Record]] = defaultdict(list)
        for record in self.table.records:
            self.by_content[record["content"]].append(record)
        self.last_on = self.last_steps(self.table.name)
        self.actor = Actor(facts.user_id, "planner")
        self.added: dict[str, Planned] = {}
        self.last_numbers: dict[int, int] = {}
        self.taken = {record["problem_no"] for record in self.table.records}

    def plan(self) -> SheetPlan:
        match = recorded_units(self.known.session, self.sheet)
        rows = [
            row | {"unit_id": int(unit), "is_former": bool(former)}
            for row, unit, former in zip(
                records_of(self.sheet.rows), match["unit_id"], match["is_former"], strict=True
            )
            if not pd.isna(unit)
        ]
        self.taken |= {number for row in rows if (number := _own_number(row))}
        # What a duplicate repeats may stand below it.
        for row in sorted(rows, key=lambda row: row["state"] == "duplicate"):
            try:
                self._take(row)
            except GeoTrackerError as fault:
                self.refuse(fault, row)
        self.planner.planned.sort(key=lambda one: one.row or 0)
        return self.planner.plan(match[match["unit_id"].isna()], self._missing())

    def _missing(self) -> list[Missing]:
        area = self.planner.area.unit_ids
        return self.planner.missing(
            self.table,
            (record for record in self.table.records if record["unit_id"] in area),
            unit=lambda record: record["unit_id"],
            label=lambda record: record["problem_no"],
        )

    def _take(self, row: Record) -> None:
        record = self._known(row)
        number = _own_number(row)
        key = record["id"] if record else number or (row["unit_id"], row["content"],
                                                     row["registered_on"])  # fmt: skip
        if not self.planner.is_first(key, row):
            return
        unit_id = self.unit_of(record, row["unit_id"], is_former=row["is_former"])
        described = self._described(row, record) | {"unit_id": unit_id}
        led = self._led(row, record)
        if record is None:
            one = self._new(row, described, led, number)
            self.added[one.values["problem_no"]] = one
        else:
            one = self._changed(row, described, led, record)
        self.planner.take(unit_id, one)

    def _known(self, row: Record) -> Record | None:
        number = _own_number(row)
        if number is not None:
            return self.table.by_key.get((number,))
        alike = [
            record
            for record in self.by_content.get(row["content"], [])
            if self.is_there(record["unit_id"], row["unit_id"])
            and row["registered_on"] in (None, record["registered_on"])
        ]
        if len(alike) > 1:
            raise RowError(
                N_("%(count)s problems of the village say the same; give the number."),
                column="problem_no",
                count=len(alike),
            )
        return alike[0] if alike else None

    def _described(self, row: Record, record: Record | None) -> Record:
        if (row["lon"] is None) != (row["lat"] is None):
            raise RowError(
                N_("A place on the map needs a longitude and a latitude in degrees."),
                column="lon" if row["lon"] is not None else "lat",
            )
        values = {name: row[name] for name in (*_DESCRIBED, "outcome")}
        values["synthetic"] = self.synthetic(row, record)
        kept_texts("problems", values, record)
        return values

    def _led(self, row: Record, record: Record | None) -> Led:
        says = {name: row.get(name) for name in (*LEDGER_FIELDS, "outcome")}
        says["handover_round"] = row["rounds"] or None
        says["duplicate_of_id"] = self._original(row, record)
        revisited_on = says["revisited_on"] or (record["revisited_on"] if record else None)
        if says["satisfaction"] is not None and revisited_on is None and says["answer"] is None:
            # Lists tell how satisfied people are at large; without a visit it is nobody's answer.
            says["satisfaction"] = None
            self.planner.problems.add(
                "warning",
                Message(
                    N_("Without a day of the revisit (回访日期) the satisfaction is not recorded.")
                ),
                row=row["row"],
                column=self.sheet.columns.get("satisfaction"),
            )
        if record is None:
            says["registered_on"] = (
                row["registered_on"] or row["assigned_on"] or self.facts.as_of_on
            )
        elif says["lead_unit"] is not None:
            texts = {"lead_unit": says["lead_unit"]}
            kept_texts("problems", texts, record)
            says |= texts
        last_on = self.last_on.get(record["id"]) if record else None
        return led_by_row(record, says, actor=self.actor, last_on=last_on, today=self.known.today)

    def _original(self, row: Record, record: Record | None) -> Any:
        """Return what a duplicate repeats: the stored problem's id, or the one of the same file."""
        if row["state"] != "duplicate":
            return None
        number = row["duplicate_no"]
        told = _OF_DUPLICATE.search(row["outcome"] or "")
        if number is None and told:
            number = told[1]
        if number is None:
            return record["duplicate_of_id"] if record else None
        original = self.table.by_key.get((number,))
        if original is not None:
            original = self.by_id.get(original["duplicate_of_id"], original)
        own = record["id"] if record else _own_number(row)
        if original is not None and original["id"] != own:
            return original["id"]
        added = self.added.get(number)
        if added is None or record is not None or added.values["state"] == "duplicate":
            raise RowError(
                N_("There is no such problem that this could be a duplicate of."),
                column="duplicate_no" if row["duplicate_no"] else "outcome",
            )
        return added

    def _new(self, row: Record, described: Record, led: Led, number: str | None) -> Planned:
        values = _NEW | led.values | described
        number = number or self._next_number(values["registered_on"].year)
        one = self.table.compared(
            values | {"problem_no": number, "version": len(led.steps), "row": row["row"]},
            stated=(),
            row=row["row"],
            unit_id=described["unit_id"],
            label=number,
        )
        one.steps = [step_values(step) for step in led.steps]
        return one

    def _next_number(self, year: int) -> str:
        """Return the next number of a year, as the browser's form gives them."""
        if year not in self.last_numbers:
            of_year = re.compile(rf"{year}-\d{{5}}")
            taken = (int(number[5:]) for number in self.taken if of_year.fullmatch(number))
            self.last_numbers[year] = max(taken, default=0)
        self.last_numbers[year] += 1
        return f"{year}-{self.last_numbers[year]:05d}"

    def _changed(self, row: Record, described: Record, led: Led, record: Record) -> Planned:
        columns = set(self.sheet.columns)
        stated = {name for name in _DESCRIBED if name in columns} | {"unit_id", "synthetic"}
        if not {"lon", "lat"} <= columns:
            stated -= {"lon", "lat"}
        # What was done is told by steps, too; an empty cell does not take it back.
        if described["outcome"] is None or "outcome" in led.values:
            del described["outcome"]
        else:
            stated.add("outcome")
        one = self.table.compared(
            described | led.values,
            stated=stated | set(led.values),
            row=row["row"],
            unit_id=described["unit_id"],
            label=record["problem_no"],
            record=record,
        )
        one.steps = [step_values(step) for step in led.steps]
        corrected = {n: pair for n, pair in one.fields.items() if n not in led.values}
        # On the day of the last step: else nobody could record what was done before the import.
        self.add_correction(one, record, corrected, on=self.last_on.get(record["id"]))
        if one.fields:
            one.values["version"] = record["version"] + len(one.steps)
        return one


def _own_number(row: Record) -> str | None:
    number: str | None = row["problem_no"]
    return number if number is not None and len(number) > COUNTER_DIGITS else None
