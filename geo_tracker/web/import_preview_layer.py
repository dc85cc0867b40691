"""What the preview of boundaries shows: layer, encoding, coordinate system, fields."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from pyproj import CRS

from geo_tracker.config import Settings
from geo_tracker.db.models import ImportRun
from geo_tracker.language import N_
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


def layer_values(run: ImportRun, settings: Settings) -> dict[str, Any]:
    """Return what was understood of a layer."""
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


def layer_choices(run: ImportRun) -> dict[str, Any]:
    """Return what a planner may change before the layer is read again."""
    proposals = [(code, f"{code} · {why}") for code, why in run.preview.get("crs_proposals", [])]
    proposed = {code for code, _why in proposals}
    others = [option for option in crs_options() if option[0] not in proposed]
    return {
        "layers": [(name, name) for name in run.preview.get("layer_names", [])],
        "encodings": [(name, name) for name in _ENCODINGS],
        "crs_options": [*proposals, *others],
        **{name: run.choices.get(name) for name in ("layer", "encoding", "crs")},
    }
