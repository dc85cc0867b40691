"""What is understood of a file of boundaries, as plain data for its preview."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.importing.crs_guess import MissingCrsError
from geo_tracker.importing.layers import BoundaryLayer, LayerChoices, read_boundaries
from geo_tracker.importing.report import ImportReport
from geo_tracker.maps.preview import preview_svg
from geo_tracker.workflows.corrections import changes_of
from geo_tracker.workflows.files import read_apart
from geo_tracker.workflows.placement_check import (
    KnownArea,
    known_area,
    placement,
    shown_proposals,
)
from geo_tracker.workflows.preview_ground import ground_preview
from geo_tracker.workflows.preview_report import shortened

SHOWN_ROWS = 8


def layer_preview(
    engine: sa.Engine,
    settings: Settings,
    path: Path,
    choices: Mapping[str, Any],
    *,
    as_of_on: date,
) -> tuple[dict[str, Any], bool]:
    """Return what is understood of a file, and whether it says of itself that it is made up.

    ``pictures`` holds SVG by name, to be kept apart.
    """
    area = known_area(engine, as_of_on)
    try:
        layer, outline = read_apart(settings, _drawn, path, choices=LayerChoices(**choices))
    except MissingCrsError as missing:
        proposals, pictures = shown_proposals(missing, area)
        return (
            {
                "problem": missing.message.to_json(),
                "crs_proposals": proposals,
                "report": shortened(ImportReport()),
                "pictures": pictures,
            },
            False,
        )
    changes = changes_of(engine, as_of_on, layer.villages)
    return _understood(layer, outline, area) | {"changes": changes}, layer.synthetic


def _drawn(path: Path, *, choices: LayerChoices) -> tuple[BoundaryLayer, str]:
    """Read a layer and draw it where all its outlines may take memory: in a process that ends."""
    layer = read_boundaries(path, choices=choices, with_ground=True)
    return layer, preview_svg(layer.features.geometry)


def _understood(layer: BoundaryLayer, outline: str, area: KnownArea | None) -> dict[str, Any]:
    features = layer.villages.facts
    columns = ["stat_code", "name", "town", "county", "area_m2"]
    sample = features[columns].head(SHOWN_ROWS).astype(object)
    placed, pictures = placement(layer, area)
    ground = None
    if layer.ground is not None:
        ground, ground_pictures = ground_preview(layer.ground, layer.report)
        pictures |= ground_pictures
    return {
        "layer_names": layer.layer_names,
        "layer": layer.layer,
        "encoding": layer.encoding,
        "encoding_evidence": layer.encoding_evidence.to_json(),
        "crs": layer.crs,
        "crs_evidence": layer.crs_evidence.to_json(),
        "columns": layer.columns,
        "fields": layer.fields,
        "count": len(features),
        "counties": int(features["county"].nunique()),
        "towns": int(features["town_code"].nunique()),
        "sample": sample.where(sample.notna(), None).to_dict("records"),
        "damaged": asdict(layer.damaged),
        "placement": placed,
        "ground": ground,
        "report": shortened(layer.report),
        "pictures": {"outline": outline, **pictures},
    }
