"""What sheets of problems, visits and incidents have in common when they are compared."""

from abc import abstractmethod
from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo_tracker.db.models import ChangeEvent, FollowupStep, LineageEdge
from geo_tracker.db.record_journal import plain_value
from geo_tracker.db.records import Planned, Record, StoredTable
from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.masking import masked
from geo_tracker.followup.problem_sheet import RowError, RowStep
from geo_tracker.importing.columns import LAYOUTS, SheetKind
from geo_tracker.importing.sheet_rows import as_read
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_
from geo_tracker.workflows.matching import is_synthetic, recorded_units
from geo_tracker.workflows.register import records_of
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, SheetPlan, SheetPlanner

NO_STEP: Mapping[str, Any] = dict.fromkeys(("from_state", "to_state", "round", "note"))


class Comparison:
    """One sheet against what is stored."""

    def __init__(self, known: KnownRecords, facts: FileFacts, sheet: Sheet) -> None:
        self.known, self.facts, self.sheet = known, facts, sheet
        self.planner = SheetPlanner(known, sheet)

    @cached_property
    def successors(self) -> set[tuple[int, int]]:
        """Pairs of a former village and the one that it went into."""
        rows = self.known.session.execute(
            sa.select(LineageEdge.from_unit_id, LineageEdge.to_unit_id)
            .join(ChangeEvent, ChangeEvent.id == LineageEdge.event_id)
            .where(ChangeEvent.status != "superseded")
        )
        return {(row[0], row[1]) for row in rows}

    def last_steps(self, table: str, *, actions: Collection[str] | None = None) -> dict[int, date]:
        """Return the day of the last step about each record; corrections have no place in it.

        ``actions``: of these only.
        """
        s = FollowupStep
        counts = s.action != "correct" if actions is None else s.action.in_(actions)
        rows = self.known.session.execute(
            sa.select(s.record_id, sa.func.max(s.happened_on))
            .where(s.table_name == table, counts)
            .group_by(s.record_id)
        )
        return {row[0]: row[1] for row in rows}

    def is_there(self, stored_unit: int, unit_id: int) -> bool:
        """Say whether a record of a village may be meant by a row that names another."""
        return stored_unit == unit_id or (stored_unit, unit_id) in self.successors

    def unit_of(self, record: Record | None, unit_id: int, *, is_former: bool) -> int:
        """Return the village to record a row on: a former one is kept where only the new is told.

        A row that names 倪宅新村 does not say that the problem was not in 新川村.
        """
        if record is None or is_former:
            return unit_id
        stored: int = record["unit_id"]
        return stored if self.is_there(stored, unit_id) else unit_id

    def not_in_the_future(self, row: Record, *columns: str) -> None:
        """Refuse days that have not come."""
        for column in columns:
            if row[column] is not None and row[column] > self.known.today:
                raise RowError(N_("A day in the future cannot be recorded."), column=column)

    def synthetic(self, row: Record, record: Record | None) -> bool:
        """Say whether a row's record is made up; of a known one only a stated basis says so."""
        if record is not None and not row.get("basis"):
            return bool(record["synthetic"])
        return is_synthetic(row.get("basis"), source_is_synthetic=self.facts.synthetic)

    def refuse(self, fault: Exception, row: Record) -> None:
        """Note why a row is left out."""
        message = fault.message  # type: ignore[attr-defined]
        target = getattr(fault, "column", None)
        column = self.sheet.columns.get(target) if target else None
        value = row.get(target) if column and target else None
        self.planner.problems.add(
            "error", message, row=row["row"], column=column, value=plain_value(value)
        )

    def add_correction(
        self, one: Planned, record: Record, fields: Mapping[str, Any], *, on: date | None = None
    ) -> None:
        """Log which fields of a known record a row corrects; without a day, today."""
        if fields:
            state = {name: record.get("state") for name in ("from_state", "to_state")}
            one.steps.insert(
                0,
                {
                    **NO_STEP,
                    **state,
                    "action": "correct",
                    "happened_on": on or self.known.today,
                    "round": record.get("handover_round"),
                    "note": self.facts.title[:1000],
                    "fields": {
                        name: [plain_value(old), plain_value(new)]
                        for name, (old, new) in fields.items()
                    },
                },
            )


class RowByRow(Comparison):
    """A sheet of which each row is compared by itself, in the order of the file.

    ``table`` is that of its records.
    """

    table: StoredTable

    def plan(self) -> SheetPlan:
        """Return what the sheet would do."""
        match = self.matched()
        for row, unit, former in zip(
            records_of(self.sheet.rows), match["unit_id"], match["is_former"], strict=True
        ):
            if pd.isna(unit):
                continue
            try:
                self.take(row | {"unit_id": int(unit), "is_former": bool(former)})
            except GeoTrackerError as fault:
                self.refuse(fault, row)
        area = self.planner.area.unit_ids
        missing = self.planner.missing(
            self.table,
            (record for record in self.table.records if record["unit_id"] in area),
            unit=lambda record: record["unit_id"],
            label=self.label,
        )
        return self.planner.plan(match[match["unit_id"].isna()], missing)

    def matched(self) -> pd.DataFrame:
        """Return the village of each row: ``unit_id``, ``reason``, ``is_former``."""
        return recorded_units(self.known.session, self.sheet)

    @abstractmethod
    def take(self, row: Record) -> None:
        """Plan what a row does, whose ``unit_id`` and ``is_former`` are known."""

    @abstractmethod
    def label(self, record: Record) -> str | None:
        """Return what tells a record from others of its village."""


def kept_texts(kind: SheetKind, values: Record, record: Record | None) -> None:
    """Let texts stay as stored where a file says them as it would read them.

    Full-width digits, blanks at the ends and line ends change on their way through a spreadsheet; a
    masked name stands for the name that it masks.
    """
    if record is None:
        return
    for target, column in LAYOUTS[kind].columns.items():
        if column.longest is None or target not in values or target not in record:
            continue
        stored = record[target]
        if stored is not None and values[target] in (stored, as_read(stored, column.longest)):
            values[target] = stored
        if target == "reporter" and stored and values[target] == masked(stored):
            values[target] = stored


def step_values(step: RowStep) -> Record:
    """Return a step of a problem as the log takes it."""
    return {
        **NO_STEP,
        "action": step.action,
        "happened_on": step.on,
        "from_state": step.from_state,
        "to_state": step.to_state,
        "round": step.round,
        "note": step.note,
        "fields": {n: pair for n, pair in step.fields.items() if not isinstance(pair[1], Planned)},
    }


def recorded_step(one: Planned, on: date, fields: Mapping[str, Any]) -> Record:
    """Return the step that records a visit or an incident anew."""
    return {
        **NO_STEP,
        "action": "record",
        "happened_on": on,
        "fields": {name: [None, plain_value(value)] for name, value in fields.items()},
    }
