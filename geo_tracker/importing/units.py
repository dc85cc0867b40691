"""A layer of units of any country, as the comparison of two layers needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.archives import LAYER_SUFFIXES
from geo_tracker.importing.features import encoded_features, shapes_of
from geo_tracker.importing.fields import FIELD_ALIASES, first_match, refuse_unknown
from geo_tracker.importing.polygons import (
    MOST_VERTICES,
    POLYGONAL,
    repaired,
    with_polygons_only,
)
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.sources import (
    SourceLayer,
    chosen_layer,
    columns_of,
    layers_in,
    source_layers,
)
from geo_tracker.language import N_, Message
from geo_tracker.memory import give_back
from geo_tracker.packed import Layer, OutlineFile, PackedLayer
from geo_tracker.parallel import each

MOST_UNPACKED = 50_000
"""Outlines of more units are kept in a file."""

_AT_ONCE = 4096
_ARCHIVES = (".zip", ".kmz", ".json", ".geoparquet")

_ID_ALIASES = ("uid", "unit_id", "id", "gid", "objectid", "fid")
_NAMED_IDS = 5


@dataclass(frozen=True)
class UnitLayer:
    """Units of one date, and what was met while reading them.

    ``units`` are valid (Multi)Polygons in the file's own CRS, indexed by ``unit_id`` (text,
    unique), with ``name`` and ``stat_code`` (text or None; the code is the id where the file
    calls it one). More than `MOST_UNPACKED` of them are packed.
    """

    units: Layer
    id_column: str | None
    name_column: str | None
    report: ImportReport


def read_units(
    path: Path, *, id_column: str | None = None, name_column: str | None = None
) -> UnitLayer:
    """Read units from any vector file that GDAL reads, or from a zip.

    Parameters
    ----------
    path : Path
        The file; it is not changed.
    id_column, name_column : str, optional
        Columns to take; found out where left out. Without any id rows are numbered from 1.

    Returns
    -------
    UnitLayer
        Rows of one id that touch are joined.

    Raises
    ------
    UnusableArchiveError, UnusableLayerError
        If there is no layer with areas in the file, no CRS, an outline too large to be one, or
        one id in places apart.
    InputError
        If a given column does not exist.
    """
    report = ImportReport()
    facts, wkb, crs, columns = _encoded_units(path, id_column, name_column)
    if crs is None:
        raise UnusableLayerError(
            N_("%(file)s does not state its coordinate system."), file=path.name
        )
    good, bounds = _made_valid(facts.index, wkb, crs, report, path)
    if not good.any():
        raise UnusableLayerError(N_("%(file)s has no areas."), file=path.name)
    facts, wkb = facts[good], wkb[good]
    ids = _ids(facts)
    units = pd.DataFrame({"unit_id": ids, "name": _texts(facts, "name")}, index=facts.index)
    units["stat_code"] = ids if "id" in facts else None
    kept = _joined(units, wkb, report, path)
    units, wkb = units[kept].set_index("unit_id"), wkb[kept]
    whole: Layer
    if len(units) > MOST_UNPACKED:
        whole = PackedLayer(units, OutlineFile(wkb), crs, bounds)
        give_back()
    else:
        whole = gpd.GeoDataFrame(units, geometry=shapely.from_wkb(wkb), crs=crs)
    return UnitLayer(whole, columns.get("id"), columns.get("name"), report)


def _encoded_units(
    path: Path, id_column: str | None, name_column: str | None
) -> tuple[pd.DataFrame, Any, CRS | None, dict[str, str]]:
    with _layers(path) as layers:
        layer = chosen_layer(layers, None)
        columns = columns_of(layer, None)
        wanted = _wanted(columns.names, id_column, name_column)
        read = encoded_features(layer, columns, wanted)
        return read.facts, read.wkb, read.crs, wanted


def _made_valid(
    rows: pd.Index, wkb: Any, crs: CRS, report: ImportReport, path: Path
) -> tuple[Any, Any]:
    """Make outlines valid, in place; return which rows are areas, and the bounds of them all.

    Outlines are decoded a few at a time, and only what is out of order is kept to be mended.
    """
    good = np.zeros(len(wkb), dtype=bool)
    bounds = np.empty((len(wkb), 4))

    def look(at: int) -> None:
        some = slice(at, at + _AT_ONCE)
        shapes = shapes_of(wkb[some])
        raised = shapely.has_z(shapes)
        if raised.any():
            shapes[raised] = shapely.force_2d(shapes[raised])
            wkb[some][raised] = shapely.to_wkb(shapes[raised])
        areas = np.isin(shapely.get_type_id(shapes), POLYGONAL) & ~shapely.is_empty(shapes)
        areas &= shapely.get_num_coordinates(shapes) <= MOST_VERTICES
        # Not of the others: of a monster that is refused it would take minutes.
        areas[areas] = shapely.is_valid(shapes[areas])
        good[some] = areas
        bounds[some] = shapely.bounds(shapes)

    each(look, range(0, len(wkb), _AT_ONCE))
    odd = ~good
    others = gpd.GeoDataFrame(index=rows[odd], geometry=shapes_of(wkb[odd]), crs=crs)
    _refuse_monsters(others, path)
    polygons = with_polygons_only(others, report)
    mended = repaired(polygons, report)
    at, shapes = rows.get_indexer(mended.index), mended.geometry.to_numpy()
    wkb[at], bounds[at], good[at] = shapely.to_wkb(shapes), shapely.bounds(shapes), True
    edges = np.where(good[:, None], bounds, np.nan)
    if not good.any():
        return good, edges[0]
    lower, upper = np.nanmin(edges[:, :2], axis=0), np.nanmax(edges[:, 2:], axis=0)
    return good, np.concatenate([lower, upper])


@contextmanager
def _layers(path: Path) -> Iterator[list[SourceLayer]]:
    if path.is_dir() or path.suffix.lower() not in {*_ARCHIVES, *LAYER_SUFFIXES}:
        yield layers_in(path)
        return
    with source_layers(path) as layers:
        yield layers


def _wanted(columns: list[str], id_column: str | None, name_column: str | None) -> dict[str, str]:
    given = {"id": id_column, "name": name_column}
    aliases = {"id": (*_ID_ALIASES, *FIELD_ALIASES["code"]), "name": FIELD_ALIASES["name"]}
    wanted = {}
    for target, chosen in given.items():
        if chosen:
            refuse_unknown(chosen, columns)
        column = chosen or first_match(columns, aliases[target])
        if column:
            wanted[target] = column
    return wanted


def _text(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _texts(units: pd.DataFrame, column: str) -> list[str | None]:
    if column not in units:
        return [None] * len(units)
    return [_text(value) for value in units[column].tolist()]


def _ids(units: pd.DataFrame) -> list[str]:
    if "id" not in units:
        return [str(row) for row in units.index]
    # A unit whose id is missing is still a unit: known by its row.
    return [
        known or f"row {row}" for known, row in zip(_texts(units, "id"), units.index, strict=True)
    ]


def _refuse_monsters(units: gpd.GeoDataFrame, path: Path) -> None:
    vertices = shapely.get_num_coordinates(units.geometry.to_numpy())
    if len(vertices) and vertices.max() > MOST_VERTICES:
        raise UnusableLayerError(
            N_("%(file)s, row %(row)s: an outline of %(count)s vertices is none of a unit."),
            file=path.name,
            row=int(units.index[vertices.argmax()]),
            count=int(vertices.max()),
        )


def _joined(units: pd.DataFrame, wkb: Any, report: ImportReport, path: Path) -> Any:
    """Join rows of one id that touch, in the first one's place; return which rows are left."""
    repeated = units["unit_id"].duplicated(keep=False).to_numpy()
    kept = ~repeated
    apart = []
    ids = units["unit_id"].set_axis(np.arange(len(units)))[repeated]
    for unit_id, at in ids.groupby(ids, sort=False).groups.items():
        shapes = shapely.from_wkb(wkb[at])
        if not _hang_together(shapes):
            apart.append(str(unit_id))
            continue
        kept[at[0]] = True
        wkb[at[0]] = shapely.to_wkb(shapely.union_all(shapes))
        report.add(
            "info",
            Message(N_("%(count)s rows have the same code and were joined."), {"count": len(at)}),
            row=int(units.index[at[0]]),
            value=unit_id,
        )
    if apart:
        raise UnusableLayerError(
            N_("%(file)s: rows of one id lie apart, so the id is not unique: %(ids)s."),
            file=path.name,
            ids=", ".join(apart[:_NAMED_IDS]) + (" …" if len(apart) > _NAMED_IDS else ""),
        )
    return kept


def _hang_together(shapes: Any) -> bool:
    """Say whether each part touches the rest, directly or by way of others."""
    left = list(shapes[1:])
    reached = shapes[0]
    while left:
        touching = shapely.intersects(left, reached)
        if not touching.any():
            return False
        reached = shapely.union_all(
            [reached, *(s for s, near in zip(left, touching, strict=True) if near)]
        )
        left = [shape for shape, near in zip(left, touching, strict=True) if not near]
    return True
