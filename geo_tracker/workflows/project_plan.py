"""The sheet of projects: each with its amounts, its funds and what was paid."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd
import shapely
import sqlalchemy as sa

from geo_tracker.db.models import Fund, Payment, Project, ProjectAmount
from geo_tracker.db.records import Planned, Record, is_same
from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.problem_sheet import RowError
from geo_tracker.importing.cells import stage
from geo_tracker.importing.payment_cells import PaymentCell
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_, Message
from geo_tracker.workflows.followup_plan import kept_texts
from geo_tracker.workflows.known_projects import KnownProjects
from geo_tracker.workflows.livelihood_plan import LivelihoodSteps, told_by_row
from geo_tracker.workflows.matching import (
    former_units,
    is_synthetic,
    kept_basis,
    present_units,
)
from geo_tracker.workflows.register import records_of
from geo_tracker.workflows.sheet_plan import (
    FileFacts,
    KnownRecords,
    Missing,
    SheetPlan,
    SheetPlanner,
)

_FIELDS = (
    *("project_no", "name", "kind", "stage", "planned_start_on", "planned_finish_on"),
    *("actual_start_on", "actual_finish_on", "progress", "reported_on", "basis"),
    *("owner_unit", "contractor"),
)
_AMOUNTS = {"estimate_yuan": "estimate", "budget_yuan": "budget", "contract_yuan": "contract"}
# What says which project a row is about is not taken away by an empty cell.
_IDENTITY = {"project_no", "unit_id", "former_unit_id"}


def planned_projects(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan projects with their money."""
    former = former_units(known.session, sheet, code="former_code", name="former_name")
    present = present_units(known.session, sheet, code="village_code", name="village_name")
    matched = former["unit_id"].notna() | present["unit_id"].notna()
    rows = [
        row | {"former_unit_id": _id(former_id), "unit_id": _id(unit_id)}
        for row, former_id, unit_id in zip(
            records_of(sheet.rows), former["unit_id"], present["unit_id"], strict=True
        )
    ]
    table = known.table(Project)
    planner = SheetPlanner(known, sheet)
    found = _found_projects(planner, known.projects, rows)
    stored = {record["id"]: record for record in table.records}
    money, livelihood = _Money(known), LivelihoodSteps(known, facts)
    for row, project_id in found:
        values = _values(row, facts)
        record = stored.get(project_id) if project_id is not None else None
        values["basis"] = kept_basis(values["basis"], record)
        kept_texts("projects", values, record)
        try:
            money.check(row, project_id)
            passed = told_by_row(row, record)
        except GeoTrackerError as fault:
            about = "payments" if isinstance(fault, RowError) else "livelihood_state"
            planner.problems.add(
                "error", fault.message, row=row["row"], column=sheet.columns.get(about)
            )
            continue
        unit_id = row["former_unit_id"] or row["unit_id"]
        one = table.compared(
            values,
            stated=_stated(sheet, values),
            row=row["row"],
            unit_id=unit_id,
            label=row["name"],
            record=record,
        )
        livelihood.lead(one, record, passed)
        planner.take(unit_id, one, *money.of_project(one, row))
    return planner.plan(former[~matched], _missing(planner, stored))


def _id(unit: Any) -> int | None:
    return None if pd.isna(unit) else int(unit)


def _found_projects(
    planner: SheetPlanner, projects: KnownProjects, rows: list[Record]
) -> list[tuple[Record, int | None]]:
    """Return each row that is taken with the id of its project, None for a new one.

    Rows with a number choose first, so that the order of the rows decides nothing.
    """
    taken = []
    for row in sorted(rows, key=lambda row: not row["project_no"]):
        if row["former_unit_id"] is None and row["unit_id"] is None:
            continue
        project = projects.found(row)
        if isinstance(project, Message):
            planner.problems.add("error", project, row=row["row"])
            continue
        if project is None:
            # A place of its own, so that a second row finds it.
            project = {name: row[name] for name in (*_IDENTITY, "name")} | {"id": None}
            projects.add(project)
        elif row["project_no"] and not project["project_no"]:
            projects.number(project, row["project_no"])
        if planner.is_first(project["id"] or ("new", id(project)), row):
            taken.append((row, project["id"], project))
    return [(row, project_id) for row, project_id, _kept in sorted(taken, key=_row_number)]


def _row_number(taken: tuple[Record, int | None, Record]) -> int:
    return int(taken[0]["row"])


def _values(row: Record, facts: FileFacts) -> Record:
    return {name: row.get(name) for name in _FIELDS} | {
        "stage": stage(row.get("stage")),
        "unit_id": row["unit_id"],
        "former_unit_id": row["former_unit_id"],
        "synthetic": is_synthetic(row.get("basis"), source_is_synthetic=facts.synthetic),
        # What livelihood projects are led to is added to these.
        "is_livelihood": False,
        "livelihood_state": None,
        "row": row["row"],
        "geom": _place(row.get("shape"), row.get("lon"), row.get("lat")),
    }


def _place(shape: Any, lon: float | None, lat: float | None) -> Any:
    """Return a project's shape; where none is given, the point of its coordinates."""
    if shape is not None:
        return shape
    return None if lon is None or lat is None else shapely.Point(lon, lat)


def _stated(sheet: Sheet, values: Record) -> set[str]:
    stated = {name for name in _FIELDS if name in sheet.columns} | {"synthetic"}
    columns = set(sheet.columns)
    if {"lon", "lat"} <= columns or "shape" in columns:
        stated.add("geom")
    return stated - _IDENTITY | {name for name in _IDENTITY if values[name] is not None}


def _missing(planner: SheetPlanner, stored: dict[int, Record]) -> list[Missing]:
    area = planner.area.unit_ids
    return planner.missing(
        planner.known.table(Project),
        (r for r in stored.values() if r["unit_id"] in area or r["former_unit_id"] in area),
        unit=lambda record: record["former_unit_id"] or record["unit_id"],
        label=lambda record: record["name"],
    )


class _Money:
    """The money of the stored projects, and what rows say of it."""

    def __init__(self, known: KnownRecords) -> None:
        self.known = known
        self.funds = known.table(Fund, ("project_id", "channel"))
        amounts = known.table(ProjectAmount, where=ProjectAmount.current.is_(True))
        self.amounts = {(a["project_id"], a["kind"]): a for a in amounts.records}
        paid = known.session.execute(
            sa.select(
                Payment.project_id, sa.func.sum(Payment.amount), sa.func.max(Payment.import_id)
            ).group_by(Payment.project_id)
        )
        self.paid: dict[int, tuple[Decimal, int]] = {row[0]: (row[1], row[2]) for row in paid}

    def of_project(self, project: Planned, row: Record) -> Iterator[Planned]:
        """Return what a row does to the money of its project."""
        yield from self._amounts(project, row)
        yield from self._funds(project, row)
        yield from self._payments(project, row)

    def _about(self, project: Planned) -> dict[str, Any]:
        return {"row": project.row, "unit_id": project.unit_id, "parent": project}

    def _amounts(self, project: Planned, row: Record) -> Iterator[Planned]:
        for column, kind in _AMOUNTS.items():
            stated: Decimal | None = row.get(column)
            known = self.amounts.get((project.record_id or 0, kind))
            if stated is None or (known is not None and is_same(known["amount"], stated)):
                continue
            yield Planned(
                "project_amount",
                label=project.label,
                values={"kind": kind, "amount": stated},
                fields={kind: (known["amount"] if known else None, stated)},
                import_id=known["import_id"] if known else None,
                replaces=known["id"] if known else None,
                **self._about(project),
            )

    def _funds(self, project: Planned, row: Record) -> Iterator[Planned]:
        channels: dict[str, Decimal | None] = {}
        for channel, planned in row.get("channels") or []:
            # One channel named twice gives both.
            known = channels.get(channel)
            channels[channel] = planned if known is None else known + (planned or 0)
        for channel, planned in channels.items():
            one = self.funds.compared(
                {"project_id": project.record_id, "channel": channel, "planned": planned},
                # A channel without an amount says that it gives, not that it gives nothing.
                stated={"planned"} if planned is not None else set(),
                row=project.row,
                unit_id=project.unit_id,
                label=f"{project.label} · {channel}",
            )
            one.parent = project
            if one.record_id is None:
                one.fields = {"planned": (None, planned)}
            yield one

    def check(self, row: Record, project_id: int | None) -> None:
        """Refuse single payments that cannot be, or that a known project did not have.

        Payments are only added to; whether one that a list of a known project tells is another or
        one that was taken down otherwise, only people know.

        Raises
        ------
        RowError
            If so.
        """
        told: list[PaymentCell] = row.get("payments") or []
        if any(payment.paid_on > self.known.today for payment in told):
            raise RowError(N_("A day in the future cannot be recorded."), column="payments")
        if project_id is None:
            total = sum((payment.amount for payment in told), Decimal(0))
            if row.get("paid_yuan") is not None and total > row["paid_yuan"]:
                raise RowError(
                    N_("The single payments are more than what is paid in all."), column="payments"
                )
            return
        left = Counter((p.paid_on, p.amount) for p in told) - self._single[project_id]
        if left:
            raise RowError(
                N_(
                    "%(day)s: this payment is not recorded. Of a project that is known, single"
                    " payments are recorded on its page."
                ),
                column="payments",
                day=min(left)[0].isoformat(),
            )

    @cached_property
    def _single(self) -> dict[int, Counter[tuple[date, Decimal]]]:
        """The payments of known projects that have a day."""
        p = Payment
        rows = self.known.session.execute(
            sa.select(p.project_id, p.paid_on, p.amount).where(p.paid_on.is_not(None))
        )
        found: dict[int, Counter[tuple[date, Decimal]]] = defaultdict(Counter)
        for row in rows:
            found[row.project_id][row.paid_on, row.amount] += 1
        return found

    def _payments(self, project: Planned, row: Record) -> Iterator[Planned]:
        stated: Decimal | None = row.get("paid_yuan")
        before, import_id = self.paid.get(project.record_id or 0, (None, None))
        single: list[PaymentCell] = row.get("payments") or []
        for payment in single if project.record_id is None else []:
            paid = (before or Decimal(0)) + payment.amount
            yield Planned(
                "payment",
                label=project.label,
                values={
                    "paid_on": payment.paid_on,
                    "kind": payment.kind,
                    "amount": payment.amount,
                    "note": payment.channel,
                },
                fields={"paid": (before, paid)},
                **self._about(project),
            )
            before = paid
        difference = None if stated is None else stated - (before or Decimal(0))
        if not difference:
            return
        yield Planned(
            "payment",
            label=project.label,
            values={
                "paid_on": row.get("reported_on"),
                "kind": "reported",
                "amount": difference,
                "note": None,
            },
            fields={"paid": (before, stated)},
            import_id=import_id,
            **self._about(project),
        )
