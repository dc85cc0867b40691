"""A workbook of 村庄, 合并对照, 表决, 项目 and 公布数 becomes records of the ledger."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.imports import existing_import
from geo_tracker.db.models import ImportRun
from geo_tracker.importing.tables import Sheet
from geo_tracker.language import N_
from geo_tracker.workflows.decided import decided_workbook, persons_words
from geo_tracker.workflows.files import stored_file
from geo_tracker.workflows.ledger import stored_projects, stored_published, stored_votes
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.register import stored_claims, stored_figures
from geo_tracker.workflows.tiles import build_tiles

_Storing = Callable[[Session, ImportRun, Sheet], tuple[Any, pd.DataFrame]]

_STORING: dict[str, _Storing] = {
    "villages": stored_figures,
    "mergers": stored_claims,
    "votes": stored_votes,
    "projects": stored_projects,
    "published": stored_published,
}


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
        with writing(engine) as session:
            store_sheets(session, existing_import(session, import_id), workbook.sheets)
    infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)


def store_sheets(session: Session, run: ImportRun, sheets: list[Sheet]) -> None:
    """Store the sheets of a workbook and publish its import; the caller commits."""
    results = []
    for sheet in sheets:
        counts, unmatched = _STORING[sheet.kind](session, run, sheet)
        results.append(
            {"kind": sheet.kind, "title": sheet.title}
            | asdict(counts)
            | {"unmatched": unmatched_rows(unmatched)}
            | {"chosen": persons_words(session, run, sheet)}
        )
    run.state = "published"
    run.published_at = now()
    run.result = {"sheets": results}


def unmatched_rows(unmatched: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows without a village as plain data: Excel row and reason."""
    return [
        {"row": int(row), "reason": reason.to_json() if reason is not None else None}
        for row, reason in unmatched["reason"].items()
    ]
