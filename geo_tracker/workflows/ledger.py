"""Sheets about what followed: votes, projects with their money, and published figures."""

from decimal import Decimal
from typing import Any

import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import (
    Fund,
    ImportRun,
    Payment,
    Project,
    ProjectAmount,
    PublishedFigure,
    Vote,
)
from geo_tracker.db.records import Counts, upsert
from geo_tracker.importing.cells import meeting_form, stage
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.matching import former_units, is_synthetic, present_units
from geo_tracker.workflows.register import records_of

_VOTE_FIELDS = (
    *("form", "notice_on", "held_on", "eligible", "present", "issued", "returned"),
    *("agree", "oppose", "abstain", "invalid", "basis"),
)
_PROJECT_FIELDS = (
    *("project_no", "name", "kind", "stage", "planned_start_on", "planned_finish_on"),
    *("actual_start_on", "actual_finish_on", "progress", "reported_on", "basis"),
)
_AMOUNTS = {"estimate_yuan": "estimate", "budget_yuan": "budget", "contract_yuan": "contract"}


def stored_votes(session: Session, run: ImportRun, sheet: Sheet) -> tuple[Counts, pd.DataFrame]:
    """Store one vote per former village and day."""
    match = former_units(session, sheet, code="former_code", name="former_name")
    rows = [
        {name: row.get(name) for name in _VOTE_FIELDS}
        | {
            "form": meeting_form(row.get("form")),
            "unit_id": int(unit_id),
            "synthetic": is_synthetic(row.get("basis"), source_is_synthetic=run.source.synthetic),
            "row": row["row"],
        }
        for row, unit_id in zip(records_of(sheet.rows), match["unit_id"], strict=True)
        if not pd.isna(unit_id)
    ]
    counts, _ = upsert(session, Vote, rows, key=("unit_id", "held_on"), run=run)
    return counts, match[match["unit_id"].isna()]


def stored_projects(session: Session, run: ImportRun, sheet: Sheet) -> tuple[Counts, pd.DataFrame]:
    """Store projects, each with its amounts, funds and what was paid."""
    former = former_units(session, sheet, code="former_code", name="former_name")
    present = present_units(session, sheet, code="village_code", name="village_name")
    rows: list[dict[str, Any]] = []
    money: list[dict[str, Any]] = []
    known = former["unit_id"].notna() | present["unit_id"].notna()
    for row, former_id, unit_id in zip(
        records_of(sheet.rows), former["unit_id"], present["unit_id"], strict=True
    ):
        if pd.isna(former_id) and pd.isna(unit_id):
            continue
        lon, lat = row.get("lon"), row.get("lat")
        rows.append(
            {name: row.get(name) for name in _PROJECT_FIELDS}
            | {
                "stage": stage(row.get("stage")),
                "unit_id": None if pd.isna(unit_id) else int(unit_id),
                "former_unit_id": None if pd.isna(former_id) else int(former_id),
                "synthetic": is_synthetic(
                    row.get("basis"), source_is_synthetic=run.source.synthetic
                ),
                "row": row["row"],
                "geom": None if lon is None or lat is None else shapely.Point(lon, lat),
            }
        )
        money.append(row)
    counts, ids = upsert(
        session,
        Project,
        rows,
        key=("project_no", "name", "former_unit_id", "unit_id"),
        run=run,
        unit_field="former_unit_id",
    )
    _store_amounts(session, run, list(zip(ids, money, strict=True)))
    _store_funds(session, run, list(zip(ids, money, strict=True)))
    _store_payments(session, run, list(zip(ids, money, strict=True)))
    return counts, former[~known]


def _store_amounts(
    session: Session, run: ImportRun, projects: list[tuple[int, dict[str, Any]]]
) -> None:
    current = {
        (amount.project_id, amount.kind): amount
        for amount in session.scalars(sa.select(ProjectAmount).where(ProjectAmount.current))
    }
    fresh: list[dict[str, Any]] = []
    for project_id, row in projects:
        for column, kind in _AMOUNTS.items():
            stated: Decimal | None = row.get(column)
            known = current.get((project_id, kind))
            if stated is None or (known is not None and known.amount == stated):
                continue
            if known is not None:
                # A revised figure is a new row; the old one stays to be looked at.
                known.current = False
            fresh.append(
                {"project_id": project_id, "kind": kind, "amount": stated, "import_id": run.id}
            )
    if fresh:
        session.execute(sa.insert(ProjectAmount), fresh)


def _store_funds(
    session: Session, run: ImportRun, projects: list[tuple[int, dict[str, Any]]]
) -> None:
    rows = [
        {"project_id": project_id, "channel": channel, "planned": planned}
        for project_id, row in projects
        for channel, planned in row.get("channels") or []
    ]
    if rows:
        upsert(session, Fund, rows, key=("project_id", "channel"), run=run)


def _store_payments(
    session: Session, run: ImportRun, projects: list[tuple[int, dict[str, Any]]]
) -> None:
    paid: dict[int, Decimal] = {
        row.project_id: row.total
        for row in session.execute(
            sa.select(Payment.project_id, sa.func.sum(Payment.amount).label("total")).group_by(
                Payment.project_id
            )
        )
    }
    fresh = []
    for project_id, row in projects:
        stated = row.get("paid_yuan")
        difference = None if stated is None else stated - paid.get(project_id, Decimal(0))
        if difference:
            fresh.append(
                {
                    "project_id": project_id,
                    "paid_on": row.get("reported_on"),
                    "kind": "reported",
                    "amount": difference,
                    "import_id": run.id,
                }
            )
    if fresh:
        session.execute(sa.insert(Payment), fresh)


def stored_published(session: Session, run: ImportRun, sheet: Sheet) -> tuple[Counts, pd.DataFrame]:
    """Store published figures beside the register's own."""
    names = ("indicator", "before", "after", "value", "unit", "as_of_on", "publisher", "source")
    rows = [{name: row.get(name) for name in names} for row in records_of(sheet.rows)]
    for row in rows:
        row["publisher"] = row["publisher"] or run.source.title
    counts, _ = upsert(session, PublishedFigure, rows, key=("indicator", "publisher"), run=run)
    return counts, pd.DataFrame({"reason": []})
