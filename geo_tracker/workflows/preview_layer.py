"""What is understood of a file of boundaries, as plain data for its preview."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo_tracker.bounded import Tell
from geo_tracker.config import Settings
from geo_tracker.db.models import ImportRun
from geo_tracker.importing.crs_guess import MissingCrsError
from geo_tracker.importing.layers import BoundaryLayer, LayerChoices, read_boundaries
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import N_, Message
from geo_tracker.maps.preview import layer_svg
from geo_tracker.workflows.corrections import changes_of
from geo_tracker.workflows.files import read_apart, under_its_name
from geo_tracker.workflows.placement_check import (
    known_area,
    placement,
    shown_proposals,
)
from geo_tracker.workflows.preview_ground import ground_preview
from geo_tracker.workflows.preview_report import Looked, shortened
from geo_tracker.workflows.progress import Progress

SHOWN_ROWS = 8


def layer_preview(
    engine: sa.Engine, settings: Settings, run: ImportRun, progress: Progress
) -> Looked:
    """Return what is understood of an import's file, read with the choices that are wanted.

    Raises
    ------
    InputError
        If the file cannot be used that way.
    NotFoundError
        If it is gone.
    """
    choices = run.preview["wanted"]
    area = known_area(engine, run.as_of_on)
    try:
        with under_its_name(settings, run.source) as path:
            layer, ground, drawn = read_apart(
                settings, _drawn, path, tell=progress.say, choices=LayerChoices(**choices)
            )
    except MissingCrsError as missing:
        progress.at(N_("Drawing the ways to understand the coordinates"))
        proposals, pictures = shown_proposals(missing, area)
        understood = {
            "problem": missing.message.to_json(),
            "crs_proposals": proposals,
            "report": shortened(ImportReport()),
        }
        return Looked(understood, choices, pictures=pictures)
    progress.at(N_("Comparing with what is stored"))
    changes = changes_of(engine, run.as_of_on, layer.villages)
    placed, pictures = placement(layer, area)
    found = {"placement": placed, "ground": ground, "changes": changes}
    return Looked(_understood(layer) | found, choices, layer.synthetic, pictures | drawn)


def _drawn(
    path: Path, *, choices: LayerChoices, tell: Tell
) -> tuple[BoundaryLayer, dict[str, Any] | None, dict[str, str]]:
    """Read a layer and draw it where all its outlines may take memory: in a process that ends.

    Returns
    -------
    BoundaryLayer
        Without what was found of its ground, which may be large.
    dict or None
        That, as `ground_preview` tells it.
    dict
        SVG by name.
    """
    layer = read_boundaries(path, choices=choices, with_ground=True, tell=tell)
    tell(Message(N_("Drawing the preview")))
    ground: dict[str, Any] | None = None
    pictures: dict[str, str] = {}
    if layer.ground is not None:
        ground, pictures = ground_preview(layer, layer.ground)
    pictures["outline"] = layer_svg(layer.villages)
    return replace(layer, ground=None, crossings=[]), ground, pictures


def _understood(layer: BoundaryLayer) -> dict[str, Any]:
    features = layer.villages.facts
    columns = ["stat_code", "name", "town", "county", "area_m2", "stated_area_m2"]
    sample = features[columns].head(SHOWN_ROWS).astype(object)
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
        "counties": _distinct(features, "county"),
        "towns": _distinct(features, "town"),
        "sample": sample.where(sample.notna(), None).to_dict("records"),
        "damaged": asdict(layer.damaged),
        "report": shortened(layer.report),
    }


def _distinct(villages: pd.DataFrame, place: str) -> int | None:
    """Return how many places villages lie in, by their codes, else by name; None if unknown."""
    counts = (villages[column].nunique() for column in (f"{place}_code", place))
    return next((int(count) for count in counts if count), None)
