"""What is understood of a file of boundaries, as plain data for its preview."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo_tracker.importing.crs_guess import MissingCrsError
from geo_tracker.importing.layers import BoundaryLayer, LayerChoices, read_boundaries
from geo_tracker.importing.report import ImportReport
from geo_tracker.maps.preview import preview_svg
from geo_tracker.workflows.preview_report import shortened

SHOWN_ROWS = 8


def layer_preview(
    path: Path,
    choices: dict[str, Any],
    *,
    changes: Callable[[gpd.GeoDataFrame], dict[str, Any] | None],
) -> tuple[dict[str, Any], bool]:
    """Return what is understood of a file, and whether it says of itself that it is made up.

    ``changes`` tells what its villages would change in a layer that is stored.
    """
    try:
        layer = read_boundaries(path, choices=LayerChoices(**choices))
    except MissingCrsError as missing:
        return (
            {
                "problem": missing.message.to_json(),
                "crs_proposals": [list(proposal) for proposal in missing.proposals],
                "report": shortened(ImportReport()),
            },
            False,
        )
    return _understood(layer) | {"changes": changes(layer.features)}, layer.synthetic


def _understood(layer: BoundaryLayer) -> dict[str, Any]:
    features = layer.features
    columns = ["stat_code", "name", "town", "county", "area_m2"]
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
        "counties": int(features["county"].nunique()),
        "towns": int(features["town_code"].nunique()),
        "sample": sample.where(sample.notna(), None).to_dict("records"),
        "report": shortened(layer.report),
        "svg": preview_svg(features.geometry),
    }
