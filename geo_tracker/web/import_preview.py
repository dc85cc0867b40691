"""What the preview of an import shows: layer, encoding, coordinate system, fields, problems."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from pyproj import CRS

from geo_tracker.config import Settings
from geo_tracker.db.models import ImportRun
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.language import N_
from geo_tracker.web.import_result import problem_groups, run_values
from geo_tracker.web.texts import shown
from geo_tracker.workflows.imports import preview_picture

_FIELDS = {
    "code": (N_("Code of the village"), "stat_code"),
    "name": (N_("Name of the village"), "name"),
    "town": (N_("Town"), "town"),
    "county": (N_("County"), "county"),
    "area": (N_("Stated area"), None),
}
_ENCODINGS = ["GB18030", "UTF-8", "Big5", "CP1252"]


@cache
def crs_options() -> list[tuple[str, str]]:
    """Return the coordinate systems to choose from: (``EPSG:4549``, name)."""
    zones = [*range(4534, 4555), *range(4513, 4534), *range(4502, 4513), *range(4491, 4502)]
    known = [4490, *zones, 4326, 3857]
    return [(f"EPSG:{code}", f"EPSG:{code} · {CRS.from_epsg(code).name}") for code in known]


def preview_values(run: ImportRun, settings: Settings) -> dict[str, Any]:
    """Return the values that ``templates/imports/preview.html`` names at its head."""
    preview = run.preview
    is_layer = run.kind == "boundaries"
    return {
        "run": run_values(run),
        "blocked": shown(preview.get("problem")) or None,
        "synthetic": run.source.synthetic,
        "problems": problem_groups(preview["report"]) if is_layer else [],
        "boundaries": _layer(run, settings) if is_layer and "layer" in preview else None,
        "choices": _choices(run) if is_layer else None,
        "sheets": [_sheet(sheet) for sheet in preview.get("sheets", [])],
        "skipped": preview.get("skipped", []),
    }


def _layer(run: ImportRun, settings: Settings) -> dict[str, Any]:
    preview = run.preview
    sample = preview["sample"]
    picture = preview_picture(settings, run.id)
    fields = [
        {
            "target": target,
            "label": _(label),
            "column": preview["fields"].get(target, ""),
            "sample": _first(row.get(column) for row in sample) if column else None,
        }
        for target, (label, column) in _FIELDS.items()
    ]
    names = ("count", "counties", "towns", "layer", "encoding", "columns")
    return {name: preview[name] for name in names} | {
        "crs": dict(crs_options()).get(preview["crs"], preview["crs"]),
        "encoding_evidence": shown(preview["encoding_evidence"]),
        "crs_evidence": shown(preview["crs_evidence"]),
        # Drawn by maps.preview, which puts no text of the file into it.
        "svg": Markup(picture.read_text(encoding="utf-8")) if picture.exists() else None,  # noqa: S704
        "fields": fields,
        "sample": [row | {"area_ha": _hectares(row["area_m2"])} for row in sample],
    }


def _first(values: Iterable[Any]) -> str | None:
    return next((str(value) for value in values if value is not None), None)


def _hectares(area_m2: float | None) -> float | None:
    return None if area_m2 is None else area_m2 / 10_000


def _choices(run: ImportRun) -> dict[str, Any]:
    proposals = [(code, f"{code} · {why}") for code, why in run.preview.get("crs_proposals", [])]
    proposed = {code for code, _why in proposals}
    others = [option for option in crs_options() if option[0] not in proposed]
    return {
        "layers": [(name, name) for name in run.preview.get("layer_names", [])],
        "encodings": [(name, name) for name in _ENCODINGS],
        "crs_options": [*proposals, *others],
        **{name: run.choices.get(name) for name in ("layer", "encoding", "crs")},
    }


def _sheet(sheet: dict[str, Any]) -> dict[str, Any]:
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
