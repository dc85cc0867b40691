"""What is understood of a workbook, as plain data for its preview."""

from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.importing.tables import read_workbook
from geo_tracker.workflows.files import read_apart
from geo_tracker.workflows.matching import sheet_matches
from geo_tracker.workflows.preview_report import SHOWN_PROBLEMS, shortened
from geo_tracker.workflows.record_comparison import compared_sheets, plan_digest, with_problems
from geo_tracker.workflows.record_plan import planned_records
from geo_tracker.workflows.records import unmatched_rows
from geo_tracker.workflows.sheet_plan import FileFacts


def records_preview(
    engine: sa.Engine, settings: Settings, path: Path, as_of_on: date, *, title: str
) -> tuple[dict[str, Any], bool]:
    """Return what is understood of a file, and whether it says of itself that it is made up.

    Parameters
    ----------
    engine : Engine
        The database; it is only read.
    settings : Settings
        The bounds of reading.
    path : Path
        The file as received.
    as_of_on : date
        The date its figures hold at, where rows name none.
    title : str
        What the file is called.
    """
    workbook = read_apart(settings, read_workbook, path)
    synthetic = bool(workbook.sheets) and all(
        sheet.synthetic for sheet in workbook.sheets if sheet.kind != "published"
    )
    sheets = []
    with reading(engine) as session:
        plan = planned_records(session, FileFacts(as_of_on, title, synthetic), workbook.sheets)
        compared = compared_sheets(session, plan)
        for sheet, planned, changes in zip(workbook.sheets, plan.sheets, compared, strict=True):
            unmatched = unmatched_rows(sheet_matches(session, sheet, as_of_on=as_of_on))
            sheets.append(
                {
                    "kind": sheet.kind,
                    "title": sheet.title,
                    "header_row": sheet.header_row,
                    "columns": sheet.columns,
                    "unknown_columns": sheet.unknown_columns,
                    "rows": len(sheet.rows) - len(planned.problems.errors),
                    "report": shortened(with_problems(sheet.report, planned.problems)),
                    "unmatched": unmatched[:SHOWN_PROBLEMS],
                    "unmatched_count": len(unmatched),
                    "changes": changes,
                }
            )
    preview = {"sheets": sheets, "skipped": workbook.skipped, "digest": plan_digest(plan)}
    return preview, synthetic
