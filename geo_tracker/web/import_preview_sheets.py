"""What the preview of a workbook shows: its sheets, their columns, problems and villages."""

from typing import Any

from flask_babel import get_locale

from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.web.import_result import problem_groups
from geo_tracker.web.texts import shown


def sheet_values(sheet: dict[str, Any]) -> dict[str, Any]:
    """Return what was understood of a sheet."""
    report = sheet["report"]
    kind = sheet["kind"]
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
    }


def column_word(kind: str, target: str) -> str:
    """Return what a column of a sheet is called: planners' commonest header, or its English."""
    column = LAYOUTS[kind].columns.get(target)  # type: ignore[index]
    if column is None or not str(get_locale()).startswith("zh"):
        return target.replace("_", " ")
    return column.aliases[0]
