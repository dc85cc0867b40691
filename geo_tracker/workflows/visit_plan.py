"""The sheet of visits of service groups."""

from bisect import insort
from collections import defaultdict
from datetime import date
from typing import Any

from geo_tracker.db.models import Visit
from geo_tracker.db.records import Planned, Record
from geo_tracker.followup.problem_sheet import RowError
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_, Message
from geo_tracker.workflows.followup_plan import RowByRow, kept_texts, recorded_step
from geo_tracker.workflows.record_numbers import numbered_record
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, SheetPlan

MOST_PEOPLE = 1_000_000
_FIELDS = ("visited_on", "service_group", "leader", "enterprise", "people_served", "summary")


def planned_visits(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan visits: known by the number that an export gave, else by day, group and place.

    A new visit to a place that was visited shortly before or after is told of; it is stored.
    """
    return _Visits(known, facts, sheet).plan()


class _Visits(RowByRow):
    def __init__(self, known: KnownRecords, facts: FileFacts, sheet: Sheet) -> None:
        super().__init__(known, facts, sheet)
        self.table = known.table(Visit)
        self.by_id = {record["id"]: record for record in self.table.records}
        self.alike: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        self.days: dict[tuple[int, str | None], list[date]] = defaultdict(list)
        for record in self.table.records:
            self.alike[_key(record)].append(record)
            insort(self.days[record["unit_id"], record["enterprise"]], record["visited_on"])

    def label(self, record: Record) -> str:
        return str(record["visited_on"].isoformat())

    def take(self, row: Record) -> None:
        self.not_in_the_future(row, "visited_on")
        if row["people_served"] is not None and row["people_served"] > MOST_PEOPLE:
            raise RowError(
                N_("Give a number from %(least)s to %(most)s."),
                column="people_served",
                least="0",
                most=f"{MOST_PEOPLE:,}",
            )
        record = self._known(row)
        if not self.planner.is_first(record["id"] if record else _key(row), row):
            return
        unit_id = self.unit_of(record, row["unit_id"], is_former=row["is_former"])
        values = {name: row[name] for name in _FIELDS}
        values |= {"unit_id": unit_id, "synthetic": self.synthetic(row, record)}
        kept_texts("visits", values, record)
        about = {
            "row": row["row"],
            "unit_id": unit_id,
            "label": f"{values['visited_on'].isoformat()} · {values['service_group']}",
        }
        stated = {name for name in _FIELDS if name in self.sheet.columns}
        stated |= {"unit_id", "synthetic"}
        if record is None:
            self._warn_of_repeat(values, row)
            one = Planned(
                self.table.name, values=values | {"version": 1, "row": row["row"]}, **about
            )
            said = {name: values[name] for name in (*_FIELDS, "unit_id")}
            one.steps = [recorded_step(one, values["visited_on"], said)]
        else:
            one = self.table.compared(values, stated=stated, record=record, **about)
            self.add_correction(one, record, one.fields)
            if one.fields:
                one.values["version"] = record["version"] + 1
        self.planner.take(unit_id, one)

    def _known(self, row: Record) -> Record | None:
        record = numbered_record("visit", row["visit_no"], self.by_id)
        if record is not None:
            place = self.is_there(record["unit_id"], row["unit_id"])
            if not place and record["visited_on"] != row["visited_on"]:
                raise RowError(
                    N_("%(number)s is the number of another record."),
                    column="visit_no",
                    number=row["visit_no"],
                )
            return record
        alike = [
            other
            for unit in (row["unit_id"], *self._formers_of(row))
            for other in self.alike.get(_key(row | {"unit_id": unit}), [])
        ]
        # Two groups alike on one day to one place: what tells them apart is the rest.
        same = [a for a in alike if all(a[n] == row[n] for n in _FIELDS)]
        return next(iter([*same, *alike]), None)

    def _formers_of(self, row: Record) -> list[int]:
        if row["is_former"]:
            return []
        return [first for first, into in self.successors if into == row["unit_id"]]

    def _warn_of_repeat(self, values: Record, row: Record) -> None:
        on = values["visited_on"]
        days = self.days[values["unit_id"], values["enterprise"]]
        apart = self.known.rules_of(on.year).visit_repeat_days
        near = [day for day in days if abs((day - on).days) <= apart]
        if near:
            self.planner.problems.add(
                "warning",
                Message(
                    N_("The same place was visited on %(day)s, too, within %(days)s days."),
                    {"day": min(near, key=lambda day: abs(day - on)).isoformat(), "days": apart},
                ),
                row=row["row"],
                column=self.sheet.columns.get("visited_on"),
            )
        insort(days, on)


def _key(visit: Record) -> tuple[Any, ...]:
    return tuple(visit[n] for n in ("unit_id", "visited_on", "service_group", "enterprise"))
