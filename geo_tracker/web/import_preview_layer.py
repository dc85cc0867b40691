"""What the preview of boundaries shows: layer, encoding, coordinate system, fields."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from geo_tracker.config import Settings
from geo_tracker.db.models import ImportRun
from geo_tracker.importing.crs_list import crs_families
from geo_tracker.importing.readings import SWAPPED, said_of
from geo_tracker.language import N_
from geo_tracker.web.crs_words import crs_word
from geo_tracker.web.import_ground import picture
from geo_tracker.web.texts import number, shown

_FIELDS = {
    "code": (N_("Code of the village"), "stat_code"),
    "name": (N_("Name of the village"), "name"),
    "town": (N_("Town"), "town"),
    "county": (N_("County"), "county"),
    "area": (N_("Stated area"), "stated_area_m2"),
}
_ENCODINGS = ["GB18030", "UTF-8", "Big5", "CP1252"]


def layer_values(run: ImportRun, settings: Settings) -> dict[str, Any]:
    """Return what was understood of a layer."""
    preview = run.preview
    sample = preview["sample"]
    fields = [
        {
            "target": target,
            "label": _(label),
            "column": preview["fields"].get(target, ""),
            "sample": _first(row.get(column) for row in sample),
        }
        for target, (label, column) in _FIELDS.items()
    ]
    names = ("count", "counties", "towns", "layer", "encoding", "columns")
    return {name: preview[name] for name in names} | {
        "crs": _crs_named(preview["crs"]),
        "encoding_evidence": shown(preview["encoding_evidence"]),
        "crs_evidence": shown(preview["crs_evidence"]),
        "svg": picture(settings, run.id, "outline"),
        "damaged": preview.get("damaged"),
        "placement": _placement(run, settings),
        "fields": fields,
        "sample": [row | {"area_ha": _hectares(row["area_m2"])} for row in sample],
    }


def _first(values: Iterable[Any]) -> str | None:
    found = next((value for value in values if value is not None), None)
    return f"{number(found, 1)} m²" if isinstance(found, float) else found


def _hectares(area_m2: float | None) -> float | None:
    return None if area_m2 is None else area_m2 / 10_000


def _crs_named(crs: str) -> str:
    names = {code: name for _family, members in crs_families() for code, name in members}
    return f"{crs} · {crs_word(names[crs])}" if crs in names else crs


def _placement(run: ImportRun, settings: Settings) -> dict[str, Any] | None:
    placed = run.preview.get("placement")
    if placed is None:
        return None
    return {
        "kind": placed["kind"],
        "text": shown(placed["text"]),
        "proposals": proposal_values(placed["proposals"], run, settings),
    }


def proposal_values(
    proposals: list[dict[str, Any]], run: ImportRun, settings: Settings
) -> list[dict[str, Any]]:
    """Return ways to understand coordinates as ``templates/imports/_crs.html`` names them."""
    # Ticked is only what is sure, and never another system than the one the file states.
    sure = "layer" not in run.preview and sum(proposal["fits"] for proposal in proposals) == 1
    return [
        {
            "value": f"{proposal['crs']}|{proposal['reading']}",
            "crs": proposal["crs"],
            "name": crs_word(proposal["crs_name"]),
            "where": shown(proposal["where"]),
            "reading": shown(said_of(proposal["reading"])),
            "svg": picture(settings, run.id, proposal["picture"]) if proposal["picture"] else None,
            "checked": sure and proposal["fits"],
            "fits": proposal["fits"],
        }
        for proposal in proposals
    ]


def layer_choices(run: ImportRun, settings: Settings) -> dict[str, Any]:
    """Return what a planner may change before the layer is read again."""
    reading = run.choices.get("reading") or ""
    readings = [("", _("as the file has them")), (SWAPPED, _("axes exchanged"))]
    if reading not in {"", SWAPPED}:
        readings.append((reading, shown(said_of(reading))))
    return {
        "layers": [(name, name) for name in run.preview.get("layer_names", [])],
        "encodings": [(name, name) for name in _ENCODINGS],
        "crs_families": [
            (_(family), [(code, f"{code} · {crs_word(name)}") for code, name in members])
            for family, members in crs_families()
        ],
        "proposals": proposal_values(run.preview.get("crs_proposals", []), run, settings),
        "readings": readings,
        "reading": reading,
        **{name: run.choices.get(name) for name in ("layer", "encoding", "crs")},
        **{name: bool(run.choices.get(name)) for name in ("gcj02", "mend_text")},
    }
