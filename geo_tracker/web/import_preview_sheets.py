"""What the preview of a workbook shows: its sheets, their columns, problems and villages."""

from typing import Any

from geo_tracker.config import Settings
from geo_tracker.db.models import ImportRun
from geo_tracker.web.import_mapping import (
    column_word,
    mapping_values,
    open_village_values,
)
from geo_tracker.web.import_result import problem_groups
from geo_tracker.web.texts import shown
from geo_tracker.workflows.layout_files import remembered_layouts


def sheet_values(sheet: dict[str, Any]) -> dict[str, Any]:
    """Return what was understood of a sheet."""
    report = sheet["report"]
    kind = sheet["kind"]
    open_villages = open_village_values(sheet)
    undecided = {entry["row"] for entry in open_villages if entry["chosen"] is None}
    return {
        "title": sheet["title"],
        "kind": "published_figures" if kind == "published" else kind,
        "header_row": sheet["header_row"],
        "taken": sheet["rows"] - sheet["unmatched_count"],
        "left_out": report["rows_left_out"] + sheet["unmatched_count"],
        "columns": [
            {"target": column_word(kind, target), "column": column}
            for target, column in sheet["columns"].items()
        ],
        "unknown_columns": sheet["unknown_columns"],
        "problems": problem_groups(report),
        "unmatched": [
            {"row": row["row"], "text": shown(row["reason"])} for row in sheet["unmatched"]
        ],
        "unmatched_count": sheet["unmatched_count"],
        "mapping": mapping_values(sheet),
        "layout": sheet.get("layout") or None,
        "open_villages": open_villages,
        # Only the first rows are kept for choosing; the next ones come up once these are decided.
        "open_more": max(0, sheet["unmatched_count"] - len(undecided)),
        "can_choose": any(entry["options"] for entry in open_villages),
        "chosen_count": sum(entry["chosen"] is not None for entry in open_villages),
    }


def unread_values(sheet: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a sheet that was not read."""
    return {
        "title": sheet["title"],
        "fault": shown(sheet["fault"]) if sheet["fault"] else None,
        "mapping": mapping_values(sheet),
    }


def layout_names(run: ImportRun, settings: Settings) -> dict[str, Any]:
    """Return the suppliers whose layouts are remembered, and the one this file was read by."""
    if run.kind != "records":
        return {"suppliers": [], "supplier": None}
    used = [sheet["layout"] for sheet in run.preview.get("sheets", []) if sheet.get("layout")]
    return {
        "suppliers": [layout.supplier for layout in remembered_layouts(settings)],
        "supplier": used[0] if used else None,
    }
