"""What the preview of an import shows."""

from typing import Any

from geo_tracker.config import Settings
from geo_tracker.db.models import ImportRun
from geo_tracker.web.import_changes import compared_values
from geo_tracker.web.import_ground import ground_values
from geo_tracker.web.import_preview_layer import layer_choices, layer_values
from geo_tracker.web.import_preview_sheets import layout_names, sheet_values, unread_values
from geo_tracker.web.import_result import has_errors, problem_groups, refusal, run_values
from geo_tracker.web.layer_changes import change_values
from geo_tracker.web.texts import shown


def preview_values(run: ImportRun, settings: Settings) -> dict[str, Any]:
    """Return the values that ``templates/imports/preview.html`` names at its head."""
    preview = run.preview
    is_layer = run.kind == "boundaries"
    return {
        "run": run_values(run),
        "refusal": refusal(run),
        "blocked": shown(preview.get("problem")) or None,
        "said_below": any(sheet["fault"] for sheet in preview.get("unread", [])),
        "synthetic": run.source.synthetic,
        "problems": problem_groups(preview["report"]) if is_layer else [],
        "changes": change_values(run) if is_layer else None,
        "drops_missing": run.drops_missing,
        "boundaries": layer_values(run, settings) if is_layer and "layer" in preview else None,
        "choices": layer_choices(run, settings) if is_layer else None,
        "ground": ground_values(run, settings) if is_layer else None,
        "sheets": [
            sheet_values(sheet) | {"changes": compared_values(sheet.get("changes"))}
            for sheet in preview.get("sheets", [])
        ],
        "unread": [unread_values(sheet) for sheet in preview.get("unread", [])],
        "skipped": preview.get("skipped", []),
        "has_errors": has_errors(preview),
        **layout_names(run, settings),
    }
