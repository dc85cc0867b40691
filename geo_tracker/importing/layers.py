"""A file of village boundaries as received becomes one checked layer and a report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_tracker.bounded import Tell, nobody
from geo_tracker.crs import STORAGE_CRS
from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.attributes import with_attributes
from geo_tracker.importing.crossings import Crossing
from geo_tracker.importing.crs_guess import Bounds
from geo_tracker.importing.damaged_text import DamagedText, look_at_texts
from geo_tracker.importing.encoding import TextEncoding
from geo_tracker.importing.features import Features, feature_pieces, raw_features
from geo_tracker.importing.fields import SYNTHETIC_MARK, fields_of
from geo_tracker.importing.ground import CheckedGround, checked_ground
from geo_tracker.importing.outlines import AT_ONCE, Outlines, outlines_of
from geo_tracker.importing.placing import (
    crs_name,
    note_conversion,
    note_old_datum,
    note_reading,
    read_otherwise,
    settled_crs,
)
from geo_tracker.importing.polygons import dissolved, stated_against_measured
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.sources import chosen_layer, columns_of, source_layers
from geo_tracker.language import N_, Message
from geo_tracker.memory import give_back_after
from geo_tracker.packed import PackedLayer

FACTS = [
    *("stat_code", "land_code", "name", "town", "county", "town_code", "county_code"),
    *("stated_area_m2", "area_m2", "parts", "row"),
]
"""Columns of `BoundaryLayer.villages`."""


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
    filled : sequence of (longitude, latitude)
        A place in each large gap that is given to the village with the longest border to it.
    left_out : sequence of int
        Villages that are not to be in the layer, by their first row in the file.
    """

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    reading: str | None = None
    gcj02: bool = False
    mend_text: bool = False
    repairs: Sequence[int] | Literal["all"] = ()
    filled: Sequence[tuple[float, float]] = ()
    left_out: Sequence[int] = ()


@dataclass(frozen=True)
class BoundaryLayer:
    """One layer of villages, how it was understood and what was wrong with it.

    ``villages`` are valid (Multi)Polygons in `STORAGE_CRS`, packed, with a RangeIndex and the
    columns

    - ``stat_code`` (12 digits), ``land_code`` (19 digits), ``name``, ``town``, ``county``,
      ``town_code`` (9 digits), ``county_code`` (6 digits): text or None;
    - ``stated_area_m2``: float or NaN; ``area_m2``: measured in `AREA_CRS`;
    - ``parts``: rows of the file joined to the village, 1 or more; ``row``: the first of them.

    ``raw_bounds`` are west, south, east, north in the file's own coordinates. ``ground`` is what
    `checked_ground` found before anything was mended, with what was; None if nobody asked.
    ``crossings`` are outlines that were mended because they crossed themselves, empty if nobody
    asked, and ``left_out``
    ``row``, ``code`` and ``name`` of the villages that a person left out.
    """

    layer_names: list[str]
    layer: str
    encoding: str
    encoding_evidence: Message
    crs: str
    crs_evidence: Message
    columns: list[str]
    fields: dict[str, str]
    villages: PackedLayer
    synthetic: bool
    damaged: DamagedText
    raw_bounds: Bounds
    ground: CheckedGround | None
    crossings: list[Crossing]
    left_out: list[dict[str, Any]]
    report: ImportReport

    @property
    def features(self) -> gpd.GeoDataFrame:
        """The villages with all their outlines in memory, unpacked at every call."""
        return self.villages.unpacked()


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
        Whether to look for overlaps and gaps, and to keep what mending did to outlines that
        crossed themselves; needless to store a layer.
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
    read = _read(path, choices, with_ground=with_ground, tell=tell)
    encoding, fields, outlines = read.encoding, read.fields, read.outlines
    if not len(outlines.rows):
        raise UnusableLayerError(N_("The layer %(layer)s has no areas."), layer=read.layer)
    if len(read.layer_names) > 1:
        report.add(
            "info",
            Message(
                N_("The file has %(count)s layers; %(layer)s was read."),
                {"count": len(read.layer_names), "layer": read.layer},
            ),
        )
    if encoding.contradiction is not None:
        report.add("warning", encoding.contradiction)
    tell(Message(N_("Checking codes and names")))
    damaged = look_at_texts(read.facts, fields, report, mend=choices.mend_text)
    note_reading(choices.reading, report)
    note_old_datum(read.crs, report)
    report.problems += outlines.report.problems
    if choices.gcj02:
        note_conversion(report)
    facts = read.facts.loc[outlines.rows]
    villages = dissolved(
        PackedLayer(
            with_attributes(facts, fields, report).assign(area_m2=outlines.areas_m2),
            outlines.file,
            STORAGE_CRS,
            outlines.total_bounds,
        ),
        report,
    )
    villages.facts["row"] = villages.index
    villages, left_out = _without(villages, choices.left_out, report, layer=read.layer)
    stated_against_measured(villages.facts, report)
    villages, ground = _looked_at_ground(
        villages, choices, report, with_ground=with_ground, tell=tell
    )
    return BoundaryLayer(
        layer_names=read.layer_names,
        layer=read.layer,
        encoding=encoding.name,
        encoding_evidence=encoding.evidence,
        crs=crs_name(read.crs),
        crs_evidence=read.crs_evidence,
        columns=read.columns,
        fields=fields,
        villages=replace(villages, facts=villages.facts[FACTS].reset_index(drop=True)),
        synthetic="synthetic" in facts and bool((facts["synthetic"] == SYNTHETIC_MARK).all()),
        damaged=damaged,
        raw_bounds=outlines.raw_bounds,
        ground=ground,
        crossings=outlines.crossings,
        left_out=left_out,
        report=report,
    )


@dataclass(frozen=True)
class _Read:
    """A layer read to its end: ``facts`` of all rows as the file has them, and the outlines."""

    layer_names: list[str]
    layer: str
    encoding: TextEncoding
    columns: list[str]
    fields: dict[str, str]
    crs: CRS
    crs_evidence: Message
    facts: pd.DataFrame
    outlines: Outlines


def _read(path: Path, choices: LayerChoices, *, with_ground: bool, tell: Tell) -> _Read:
    tell(Message(N_("Unpacking the file and finding out its encoding")))
    with source_layers(path) as layers:
        layer = chosen_layer(layers, choices.layer)
        columns = columns_of(layer, choices.encoding)
        fields = fields_of(columns.names, choices.fields)

        def whole() -> gpd.GeoDataFrame:
            return read_otherwise(raw_features(layer, columns, fields), choices.reading)

        tell(Message(N_("Reading the villages and checking their outlines")))
        pieces = feature_pieces(layer, columns, fields, at_once=AT_ONCE)
        first = next(pieces)
        crs, crs_evidence = settled_crs(
            first.crs,
            chosen=choices.crs,
            stated_in=".prj" if layer.is_shapefile else layer.path.suffix,
            whole=whole,
        )
        facts: list[pd.DataFrame] = []

        def with_facts_kept() -> Iterator[Features]:
            for piece in chain([first], pieces):
                facts.append(piece.facts)
                yield piece

        outlines = outlines_of(
            with_facts_kept(),
            crs,
            reading=choices.reading,
            gcj02=choices.gcj02,
            with_crossings=with_ground,
            whole=whole,
        )
        return _Read(
            layer_names=[found.title for found in layers],
            layer=layer.title,
            encoding=columns.encoding,
            columns=columns.names,
            fields=fields,
            crs=crs,
            crs_evidence=crs_evidence,
            facts=pd.concat(facts),
            outlines=outlines,
        )


def _looked_at_ground(
    villages: PackedLayer,
    choices: LayerChoices,
    report: ImportReport,
    *,
    with_ground: bool,
    tell: Tell,
) -> tuple[PackedLayer, CheckedGround | None]:
    """Look for overlaps and gaps where that was asked for, and mend what was accepted."""
    if not (with_ground or choices.repairs or choices.filled):
        return villages, None
    tell(Message(N_("Looking for overlaps and gaps")))
    # Edges of all villages together are the largest thing on the way.
    give_back_after(len(villages))
    try:
        return checked_ground(villages, report, repairs=choices.repairs, filled=choices.filled)
    except shapely.GEOSException:
        # Outlines may be so odd that GEOS gives up; they can be stored as they are all the same.
        if choices.repairs or choices.filled:
            raise
        report.add("warning", Message(N_("Overlaps and gaps could not be looked for.")))
        return villages, None


def _without(
    villages: PackedLayer, left_out: Sequence[int], report: ImportReport, *, layer: str
) -> tuple[PackedLayer, list[dict[str, Any]]]:
    """Leave out the villages of some rows, as a person chose; say which they were."""
    if not left_out:
        return villages, []
    known = set(villages.index)
    report.add_rows(
        "warning",
        Message(N_("No village begins in this row; none was left out for it.")),
        [row for row in left_out if row not in known],
    )
    gone = villages.index.isin(list(left_out))
    report.add_rows(
        "warning", Message(N_("The village was left out, as chosen.")), villages.index[gone]
    )
    if gone.all():
        raise UnusableLayerError(N_("The layer %(layer)s has no areas."), layer=layer)
    named = villages.facts.loc[gone, ["row", "stat_code", "name"]].astype(object)
    named = named.rename(columns={"stat_code": "code"})
    return (
        replace(
            villages,
            facts=villages.facts[~gone],
            outlines=villages.outlines.taken(np.flatnonzero(~gone)),
        ),
        named.where(named.notna(), None).to_dict("records"),
    )
