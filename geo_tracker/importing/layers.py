"""A file of village boundaries as received becomes one checked layer and a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import geopandas as gpd

from geo_tracker.bounded import Tell, nobody
from geo_tracker.crs import areas_m2
from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.attributes import with_attributes
from geo_tracker.importing.crs_guess import Bounds
from geo_tracker.importing.damaged_text import DamagedText, look_at_texts
from geo_tracker.importing.fields import SYNTHETIC_MARK, fields_of
from geo_tracker.importing.ground import CheckedGround, checked_ground
from geo_tracker.importing.placing import (
    bounds_of,
    converted_from_gcj02,
    crs_name,
    in_storage,
    note_old_datum,
    read_otherwise,
    settled_crs,
)
from geo_tracker.importing.polygons import (
    dissolved,
    repaired,
    stated_against_measured,
    with_polygons_only,
)
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.sources import chosen_layer, columns_of, raw_features, source_layers
from geo_tracker.language import N_, Message

MOST_CHECKED = 20_000
"""A city has a quarter of that; in many more the look for overlaps and gaps takes minutes."""

COLUMNS = [
    *("stat_code", "land_code", "name", "town", "county", "town_code", "county_code"),
    *("stated_area_m2", "area_m2", "parts", "row", "geometry"),
]
"""Columns of `BoundaryLayer.features`."""


@dataclass(frozen=True)
class LayerChoices:
    """What a planner changed in the preview; None or empty leaves it to the program.

    Attributes
    ----------
    layer, encoding, crs : str or None
        Which layer of the file, the encoding of its text, its coordinate system.
    fields : mapping
        Target (code, name, town, county, area) → column, or "" for none.
    reading : str or None
        Fault of the coordinates to undo; see `readings`.
    gcj02 : bool
        Whether to convert from GCJ-02.
    mend_text : bool
        Whether to mend texts that were stored in a wrong encoding.
    repairs : "all" or sequence of int
        Villages whose ground is mended as proposed, by their first row in the file.
    """

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    reading: str | None = None
    gcj02: bool = False
    mend_text: bool = False
    repairs: Sequence[int] | Literal["all"] = ()


@dataclass(frozen=True)
class BoundaryLayer:
    """One layer of villages, how it was understood and what was wrong with it.

    ``features`` are valid (Multi)Polygons in `STORAGE_CRS` with a RangeIndex and the columns

    - ``stat_code`` (12 digits), ``land_code`` (19 digits), ``name``, ``town``, ``county``,
      ``town_code`` (9 digits), ``county_code`` (6 digits): text or None;
    - ``stated_area_m2``: float or NaN; ``area_m2``: measured in `AREA_CRS`;
    - ``parts``: rows of the file joined to the village, 1 or more; ``row``: the first of them.

    ``raw_bounds`` are west, south, east, north in the file's own coordinates. ``ground`` is what
    `checked_ground` found before anything was mended, with what was; None if nobody asked.
    """

    layer_names: list[str]
    layer: str
    encoding: str
    encoding_evidence: Message
    crs: str
    crs_evidence: Message
    columns: list[str]
    fields: dict[str, str]
    features: gpd.GeoDataFrame
    synthetic: bool
    damaged: DamagedText
    raw_bounds: Bounds
    ground: CheckedGround | None
    report: ImportReport


def read_boundaries(
    path: Path,
    *,
    choices: LayerChoices = LayerChoices(),
    with_ground: bool = False,
    tell: Tell = nobody,
) -> BoundaryLayer:
    """Read village boundaries from a file of any kind that `archives` knows.

    Parameters
    ----------
    path : Path
        The file as received; it is not changed.
    choices : LayerChoices
        What a person has settled.
    with_ground : bool
        Whether to look for overlaps and gaps, among `MOST_CHECKED` villages at most; needless to
        store a layer as it is.
    tell : callable
        Told what is being done.

    Returns
    -------
    BoundaryLayer
        Every code occurs once in it.

    Raises
    ------
    UnusableArchiveError
        If the file is no zip, is damaged, or has no layer inside.
    UnusableLayerError
        If the layer is cut off, has no attributes, no rows or no areas.
    MissingCrsError
        If the CRS is not stated or cannot be right; carries proposals.
    InputError
        If a choice names a layer, encoding, CRS, target or column that does not exist.
    """
    report = ImportReport()
    tell(Message(N_("Unpacking the file and finding out its encoding")))
    with source_layers(path) as layers:
        layer = chosen_layer(layers, choices.layer)
        columns = columns_of(layer, choices.encoding)
        fields = fields_of(columns.names, choices.fields)
        tell(Message(N_("Reading the villages and finding out their coordinate system")))
        raw = raw_features(layer, columns, fields)
    names = [found.title for found in layers]
    if len(names) > 1:
        report.add(
            "info",
            Message(
                N_("The file has %(count)s layers; %(layer)s was read."),
                {"count": len(names), "layer": layer.title},
            ),
        )
    if columns.encoding.contradiction is not None:
        report.add("warning", columns.encoding.contradiction)
    stated_in = ".prj" if layer.is_shapefile else layer.path.suffix
    damaged = look_at_texts(raw, fields, report, mend=choices.mend_text)
    raw = read_otherwise(raw, choices.reading, report)
    crs, crs_evidence = settled_crs(raw, chosen=choices.crs, stated_in=stated_in)
    note_old_datum(crs, report)
    polygons = with_polygons_only(raw.set_crs(crs, allow_override=True), report)
    if not len(polygons):
        raise UnusableLayerError(N_("The layer %(layer)s has no areas."), layer=layer.title)
    raw_bounds = bounds_of(polygons)
    tell(Message(N_("Checking outlines, codes and names")))
    stored = repaired(in_storage(polygons, report), report)
    if choices.gcj02:
        stored = converted_from_gcj02(stored, report)
    if not len(stored):
        raise UnusableLayerError(N_("The layer %(layer)s has no areas."), layer=layer.title)
    synthetic = "synthetic" in stored and bool((stored["synthetic"] == SYNTHETIC_MARK).all())
    villages = dissolved(with_attributes(stored, fields, report), report)
    villages["area_m2"] = areas_m2(villages)
    villages["row"] = villages.index
    stated_against_measured(villages, report)
    ground = None
    if choices.repairs or (with_ground and len(villages) <= MOST_CHECKED):
        tell(Message(N_("Looking for overlaps and gaps")))
        villages, ground = checked_ground(villages, report, repairs=choices.repairs)
    elif with_ground:
        report.add(
            "info",
            Message(
                N_("Overlaps and gaps were not looked for: more than %(count)s villages."),
                {"count": MOST_CHECKED},
            ),
        )
    return BoundaryLayer(
        layer_names=names,
        layer=layer.title,
        encoding=columns.encoding.name,
        encoding_evidence=columns.encoding.evidence,
        crs=crs_name(crs),
        crs_evidence=crs_evidence,
        columns=columns.names,
        fields=fields,
        features=villages[COLUMNS].reset_index(drop=True),
        synthetic=synthetic,
        damaged=damaged,
        raw_bounds=raw_bounds,
        ground=ground,
        report=report,
    )
