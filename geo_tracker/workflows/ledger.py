"""Sheets about what followed: votes and published figures; projects have a file of their own."""

import pandas as pd

from geo_tracker.db.models import PublishedFigure, Vote
from geo_tracker.importing.cells import meeting_form
from geo_tracker.importing.tables import Sheet
from geo_tracker.importing.votes import short_notice
from geo_tracker.workflows.matching import former_units, is_synthetic, kept_basis
from geo_tracker.workflows.register import records_of
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords, SheetPlan, SheetPlanner

_VOTE_FIELDS = (
    *("form", "notice_on", "held_on", "eligible", "present", "issued", "returned"),
    *("agree", "oppose", "abstain", "invalid", "basis"),
)
_PUBLISHED_FIELDS = (
    *("indicator", "before", "after", "value", "unit", "as_of_on", "publisher", "source"),
)


def planned_votes(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan one vote per former village and day."""
    match = former_units(known.session, sheet, code="former_code", name="former_name")
    table = known.table(Vote, ("unit_id", "held_on"))
    stated = {name for name in _VOTE_FIELDS if name in sheet.columns} | {"synthetic"}
    planner = SheetPlanner(known, sheet)
    for row, unit in zip(records_of(sheet.rows), match["unit_id"], strict=True):
        if pd.isna(unit):
            continue
        unit_id, day = int(unit), row["held_on"]
        if not planner.is_first((unit_id, day), row):
            continue
        short = short_notice(row, needed=known.rules_of(day.year).notice_days)
        if short is not None:
            column = sheet.columns.get("notice_on")
            planner.problems.add("warning", short, row=row["row"], column=column)
        values = {name: row.get(name) for name in _VOTE_FIELDS}
        values["form"] = meeting_form(row.get("form"))
        values["synthetic"] = is_synthetic(row.get("basis"), source_is_synthetic=facts.synthetic)
        values |= {"unit_id": unit_id, "row": row["row"]}
        values["basis"] = kept_basis(values["basis"], table.by_key.get((unit_id, day)))
        one = table.compared(
            values, stated=stated, row=row["row"], unit_id=unit_id, label=day.isoformat()
        )
        planner.take(unit_id, one)
    area = planner.area.unit_ids
    missing = planner.missing(
        table,
        (record for record in table.records if record["unit_id"] in area),
        unit=lambda record: record["unit_id"],
        label=lambda record: record["held_on"].isoformat(),
    )
    return planner.plan(match[match["unit_id"].isna()], missing)


def planned_published(known: KnownRecords, facts: FileFacts, sheet: Sheet) -> SheetPlan:
    """Plan published figures, which stand beside the register's own."""
    table = known.table(PublishedFigure, ("indicator", "publisher"))
    stated = {name for name in _PUBLISHED_FIELDS if name in sheet.columns}
    planner = SheetPlanner(known, sheet)
    publishers: set[str] = set()
    for row in records_of(sheet.rows):
        values = {name: row.get(name) for name in _PUBLISHED_FIELDS}
        publisher = values["publisher"] = row.get("publisher") or facts.title
        publishers.add(publisher)
        if planner.is_first((row["indicator"], publisher), row):
            about = {"row": row["row"], "label": row["indicator"]}
            planner.take(None, table.compared(values, stated=stated, **about))
    missing = planner.missing(
        table,
        (record for record in table.records if record["publisher"] in publishers),
        unit=lambda _record: None,
        label=lambda record: record["indicator"],
    )
    return planner.plan(pd.DataFrame({"reason": []}), missing, area=sorted(publishers))
