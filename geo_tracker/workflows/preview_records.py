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
from geo_tracker.workflows.records import unmatched_rows


def records_preview(
    engine: sa.Engine, settings: Settings, path: Path, as_of_on: date
) -> tuple[dict[str, Any], bool]:
    """Return what is understood of a file, and whether it says of itself that it is made up."""
    workbook = read_apart(settings, read_workbook, path)
    sheets = []
    with reading(engine) as session:
        for sheet in workbook.sheets:
            unmatched = unmatched_rows(sheet_matches(session, sheet, as_of_on=as_of_on))
            sheets.append(
                {
                    "kind": sheet.kind,
                    "title": sheet.title,
                    "header_row": sheet.header_row,
                    "columns": sheet.columns,
                    "unknown_columns": sheet.unknown_columns,
                    "rows": len(sheet.rows),
                    "report": shortened(sheet.report),
                    "unmatched": unmatched[:SHOWN_PROBLEMS],
                    "unmatched_count": len(unmatched),
                }
            )
    synthetic = bool(workbook.sheets) and all(
        sheet.synthetic for sheet in workbook.sheets if sheet.kind != "published"
    )
    return {"sheets": sheets, "skipped": workbook.skipped}, synthetic
