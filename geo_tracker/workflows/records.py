"""A workbook of planners' sheets becomes records of the ledger."""

from dataclasses import asdict
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.imports import existing_import, stored_imports
from geo_tracker.db.models import ImportRun
from geo_tracker.db.record_journal import Journal
from geo_tracker.db.record_plan import last_step, prepared_writes, records_locked, records_stamp
from geo_tracker.db.writes import Writes
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_
from geo_tracker.workflows.decided import decided_workbook, persons_words
from geo_tracker.workflows.files import stored_file
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.record_comparison import plan_digest
from geo_tracker.workflows.record_plan import of_followup, planned_records
from geo_tracker.workflows.sheet_plan import FileFacts
from geo_tracker.workflows.tiles import build_tiles

_ATTEMPTS = 3
"""How often a plan is made without the write lock before it is made with it."""


def publish_records(
    engine: sa.Engine, settings: Settings, import_id: int, progress: Progress
) -> None:
    """Read an accepted workbook again and store all its sheets in one transaction.

    Rows whose village is not known are left out and listed in the import's result. When the
    workbook says who merged into whom, lineage is inferred anew.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        published = run.state == "published"
        path = None if published else stored_file(settings, run.source)
        name, choices = run.source.file_name, run.choices
    if path is not None:
        progress.at(N_("Reading and checking the file"))
        workbook = decided_workbook(path, file_name=name, choices=choices)
        progress.at(N_("Storing %(count)s rows"), count=sum(len(s.rows) for s in workbook.sheets))
        store_sheets(engine, import_id, workbook.sheets)
    infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)


def store_sheets(engine: sa.Engine, import_id: int, sheets: list[Sheet]) -> None:
    """Store the sheets of a workbook and publish its import.

    What is to be done is planned while others may write. Only carrying it out takes the write
    lock; where the records have changed since, it is planned again.
    """
    followup = of_followup(sheets)
    for attempt in range(_ATTEMPTS):
        with reading(engine) as session:
            stamp, writes = _prepared(session, import_id, sheets)
        with writing(engine) as session:
            records_locked(session, followup=followup)
            if records_stamp(session, followup=followup) != stamp:
                if attempt + 1 < _ATTEMPTS:
                    continue
                _stamp, writes = _prepared(session, import_id, sheets)
            writes.run(session)
            return


def facts_of(run: ImportRun) -> FileFacts:
    """Return what holds for all rows of an import's file."""
    return FileFacts(run.as_of_on, run.source.title, run.source.synthetic, run.user_id)


def _prepared(
    session: Session, import_id: int, sheets: list[Sheet]
) -> tuple[tuple[Any, ...], Writes]:
    """Return what storing an import writes, and the stamp it holds for."""
    run = existing_import(session, import_id)
    step = last_step(session)
    plan = planned_records(session, facts_of(run), sheets)
    writes = prepared_writes(session, plan.planned, run_id=run.id, user_id=run.user_id)
    result = {
        "sheets": [
            {"kind": sheet.kind, "title": sheet.title}
            | asdict(sheet.counts)
            | {"unmatched": unmatched_rows(sheet.unmatched)}
            | {"chosen": persons_words(session, run, read)}
            for sheet, read in zip(plan.sheets, sheets, strict=True)
        ],
        "journal": Journal.of(plan.planned).to_json(),
        # Moments are kept to the second; which of two imports came later must be certain.
        "sequence": stored_imports(session),
        # What people did afterwards has a later step.
        "last_step": step,
        "differs": run.preview.get("digest") not in (None, plan_digest(plan)),
    }
    writes.import_run(run.id, result=result, state="published", published_at=now())
    return plan.stamp, writes


def unmatched_rows(unmatched: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows without a village as plain data: Excel row and reason."""
    return [
        {"row": int(row), "reason": reason.to_json() if reason is not None else None}
        for row, reason in unmatched["reason"].items()
    ]
