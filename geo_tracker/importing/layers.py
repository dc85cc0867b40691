"""A file of village boundaries as received becomes one checked layer and a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_tracker.crs import STORAGE_CRS, areas_m2, in_crs
from geo_tracker.errors import InputError, UnusableLayerError
from geo_tracker.importing.codes import NO_CODE, codes_of
from geo_tracker.importing.crs_guess import (
    MissingCrsError,
    are_swapped,
    crs_proposals,
    in_china,
)
from geo_tracker.importing.fields import SYNTHETIC_MARK, fields_of
from geo_tracker.importing.polygons import (
    dissolved,
    repaired,
    stated_against_measured,
    with_polygons_only,
)
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.sources import chosen_layer, columns_of, raw_features, source_layers
from geo_tracker.importing.values import tidy_text
from geo_tracker.language import N_, Message

COLUMNS = [
    *("stat_code", "land_code", "name", "town", "county", "town_code", "county_code"),
    *("stated_area_m2", "area_m2", "parts", "geometry"),
]
"""Columns of `BoundaryLayer.features`."""

_OLD_DATUMS = ("xian 1980", "beijing 1954", "new beijing", "xian_1980", "beijing_1954")


@dataclass(frozen=True)
class LayerChoices:
    """What a planner changed in the preview; None or empty leaves it to the program.

    ``fields`` maps a target (code, name, town, county, area) to a column, or to "" for none.
    """

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class BoundaryLayer:
    """One layer of villages, how it was understood and what was wrong with it.

    ``features`` are valid (Multi)Polygons in `STORAGE_CRS` with a RangeIndex and the columns

    - ``stat_code`` (12 digits), ``land_code`` (19 digits), ``name``, ``town``, ``county``,
      ``town_code`` (9 digits), ``county_code`` (6 digits): text or None;
    - ``stated_area_m2``: float or NaN; ``area_m2``: measured in `AREA_CRS`;
    - ``parts``: rows of the file joined to the village, 1 or more.
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
    report: ImportReport


def read_boundaries(path: Path, *, choices: LayerChoices = LayerChoices()) -> BoundaryLayer:
    """Read village boundaries from a zipped shapefile, a GeoPackage or a GeoJSON file.

    Parameters
    ----------
    path : Path
        The file as received; it is not changed.
    choices : LayerChoices
        What a person has settled.

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
    with source_layers(path) as layers:
        layer = chosen_layer(layers, choices.layer)
        columns = columns_of(layer, choices.encoding)
        fields = fields_of(columns.names, choices.fields)
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
    crs, crs_evidence = _settled_crs(raw, choices.crs, stated_in)
    if _is_old(crs):
        report.add(
            "warning",
            Message(
                N_("%(crs)s can be brought to CGCS2000 only roughly: places may be metres off."),
                {"crs": crs.name},
            ),
        )
    polygons = with_polygons_only(raw.set_crs(crs, allow_override=True), report)
    if not len(polygons):
        raise UnusableLayerError(N_("The layer %(layer)s has no areas."), layer=layer.title)
    stored = repaired(_in_storage(polygons, report), report)
    if not len(stored):
        raise UnusableLayerError(N_("The layer %(layer)s has no areas."), layer=layer.title)
    synthetic = "synthetic" in stored and bool((stored["synthetic"] == SYNTHETIC_MARK).all())
    villages = dissolved(_with_attributes(stored, fields, report), report)
    villages["area_m2"] = areas_m2(villages)
    stated_against_measured(villages, report)
    return BoundaryLayer(
        layer_names=names,
        layer=layer.title,
        encoding=columns.encoding.name,
        encoding_evidence=columns.encoding.evidence,
        crs=_crs_name(crs),
        crs_evidence=crs_evidence,
        columns=columns.names,
        fields=fields,
        features=villages[COLUMNS].reset_index(drop=True),
        synthetic=synthetic,
        report=report,
    )


def _settled_crs(
    layer: gpd.GeoDataFrame, chosen: str | None, stated_in: str
) -> tuple[CRS, Message]:
    if chosen:
        try:
            crs = CRS.from_user_input(int(chosen) if chosen.strip().isdigit() else chosen)
        except CRSError as error:
            raise InputError(
                N_("There is no coordinate system called %(crs)s."), crs=chosen
            ) from error
        if not (crs.is_projected or crs.is_geographic):
            raise InputError(N_("%(crs)s is no system for maps."), crs=chosen)
        return crs, Message(N_("Chosen by a person."))
    crs = layer.crs
    if crs is not None and (crs.is_projected or crs.is_geographic):
        return crs, Message(N_("Stated in the file (%(place)s)."), {"place": stated_in})
    raise _missing_crs(layer, N_("The layer does not state its coordinate system (.prj)."))


def _missing_crs(layer: gpd.GeoDataFrame, text: str) -> MissingCrsError:
    bounds = tuple(float(edge) for edge in layer.total_bounds)
    west, south, east, north = bounds
    if are_swapped((west, south, east, north)):
        text = N_("The coordinates are swapped: the northing or latitude comes first.")
    return MissingCrsError(text, proposals=crs_proposals((west, south, east, north)))


def _is_old(crs: CRS) -> bool:
    names = f"{crs.name} {crs.datum.name if crs.datum else ''}".lower()
    return any(old in names for old in _OLD_DATUMS)


def _crs_name(crs: CRS) -> str:
    epsg = crs.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(crs.to_string())


def _in_storage(layer: gpd.GeoDataFrame, report: ImportReport) -> gpd.GeoDataFrame:
    """Bring the layer to the storage CRS, and refuse coordinates that cannot be in its CRS."""
    stored = in_crs(layer, STORAGE_CRS)
    bounds = shapely.bounds(stored.geometry.to_numpy())
    west, south, east, north = bounds.T
    on_earth = np.isfinite(bounds).all() and np.abs(bounds).max() <= 180
    if not on_earth:
        raise _missing_crs(
            layer, N_("The coordinates cannot be in the coordinate system that was stated.")
        )
    outside = ~(in_china(west, south) & in_china(east, north))
    if outside.any():
        report.add(
            "warning",
            Message(
                N_("%(count)s of %(total)s shapes lie outside of China, in %(crs)s."),
                {"count": int(outside.sum()), "total": len(stored), "crs": _crs_name(layer.crs)},
            ),
            row=stored.index[outside][0],
        )
    return stored


def _with_attributes(
    layer: gpd.GeoDataFrame, fields: dict[str, str], report: ImportReport
) -> gpd.GeoDataFrame:
    """Return the layer with tidy attributes, and note what is missing or no code."""
    tidy = layer[["geometry"]].copy()
    tidy["stat_code"], tidy["land_code"] = _codes(layer, fields, report)
    for target in ("name", "town", "county"):
        tidy[target] = _texts(layer, target)
    if _looks_coded(tidy["town"]):
        report.add(
            "info",
            Message(N_("The town column holds codes, not names; it was left out.")),
            column=fields["town"],
        )
        tidy["town"] = _nothing(tidy)
    _note_missing(tidy["name"], "name", fields, report)
    tidy["town_code"], tidy["county_code"] = (
        _as_objects([code and code[:digits] for code in tidy["stat_code"]], tidy)
        for digits in (9, 6)
    )
    area = layer["area"] if "area" in layer else pd.Series(np.nan, index=layer.index)
    tidy["stated_area_m2"] = pd.to_numeric(area, errors="coerce").astype(float)
    return tidy


def _codes(layer: gpd.GeoDataFrame, fields: dict[str, str], report: ImportReport) -> Any:
    if "code" not in layer:
        report.add("warning", Message(N_("No column with village codes was recognised.")))
        return _nothing(layer), _nothing(layer)
    column = fields["code"]
    codes = codes_of(layer["code"].tolist())
    unread = np.array([code is None for code in codes])
    empty = np.array([code is NO_CODE for code in codes])
    report.add_rows(
        "warning",
        Message(N_("Not a village code of 12 or 19 digits; it was left out.")),
        layer.index[unread],
        column=column,
        values=layer["code"][unread],
    )
    report.add_rows(
        "warning", Message(N_("The village code is missing.")), layer.index[empty], column=column
    )
    from_land = sum(1 for code in codes if code and code.land)
    if from_land:
        report.add(
            "info",
            Message(
                N_("The first 12 of the 19 digits were taken as village code in %(count)s rows."),
                {"count": from_land},
            ),
            column=column,
        )
    return (
        _as_objects([code.stat if code else None for code in codes], layer),
        _as_objects([code.land if code else None for code in codes], layer),
    )


def _texts(layer: gpd.GeoDataFrame, target: str) -> pd.Series:
    if target not in layer:
        return _nothing(layer)
    # Towns and counties repeat.
    tidied = cache(tidy_text)
    return _as_objects([tidied(value) for value in layer[target].tolist()], layer)


def _looks_coded(towns: pd.Series) -> bool:
    known = towns.dropna()
    return len(known) > 0 and all(town.isascii() and town.isdigit() for town in known)


def _note_missing(
    values: pd.Series, target: str, fields: dict[str, str], report: ImportReport
) -> None:
    if target not in fields:
        report.add("warning", Message(N_("No column with village names was recognised.")))
        return
    report.add_rows(
        "warning",
        Message(N_("The village name is missing.")),
        values.index[values.isna()],
        column=fields[target],
    )


def _as_objects(values: list[Any], like: gpd.GeoDataFrame) -> pd.Series:
    """Return a column that keeps None; pandas' own text type would make it NaN."""
    return pd.Series(values, index=like.index, dtype=object)


def _nothing(like: gpd.GeoDataFrame) -> pd.Series:
    return _as_objects([None] * len(like), like)
