"""A layer of units of any country, as the comparison of two layers needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.archives import LAYER_SUFFIXES
from geo_tracker.importing.fields import FIELD_ALIASES, first_match, refuse_unknown
from geo_tracker.importing.polygons import repaired, with_polygons_only
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.sources import (
    SourceLayer,
    chosen_layer,
    columns_of,
    layers_in,
    raw_features,
    source_layers,
)
from geo_tracker.language import N_, Message

MOST_VERTICES = 5_000_000
"""A single outline with more is no unit but a mistake, and would take all memory to compare."""

_ID_ALIASES = ("uid", "unit_id", "id", "gid", "objectid", "fid")
_NAMED_IDS = 5


@dataclass(frozen=True)
class UnitLayer:
    """Units of one date, and what was met while reading them.

    ``units`` are valid (Multi)Polygons in the file's own CRS, indexed by ``unit_id`` (text,
    unique), with ``name`` and ``stat_code`` (text or None; the code is the id where the file
    calls it one).
    """

    units: gpd.GeoDataFrame
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
    raw, columns = _raw_units(path, id_column, name_column)
    if raw.crs is None:
        raise UnusableLayerError(
            N_("%(file)s does not state its coordinate system."), file=path.name
        )
    polygons = with_polygons_only(raw, report)
    if not len(polygons):
        raise UnusableLayerError(N_("%(file)s has no areas."), file=path.name)
    _refuse_monsters(polygons, path)
    units = repaired(polygons, report)
    if not len(units):
        raise UnusableLayerError(N_("%(file)s has no areas."), file=path.name)
    ids = _ids(units)
    units = units.assign(unit_id=ids, name=_texts(units, "name"))
    units["stat_code"] = ids if "id" in units else None
    joined = _joined(units[["unit_id", "name", "stat_code", "geometry"]], report, path)
    return UnitLayer(joined, columns.get("id"), columns.get("name"), report)


def _raw_units(
    path: Path, id_column: str | None, name_column: str | None
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    with _layers(path) as layers:
        layer = chosen_layer(layers, None)
        columns = columns_of(layer, None)
        wanted = _wanted(columns.names, id_column, name_column)
        return raw_features(layer, columns, wanted), wanted


@contextmanager
def _layers(path: Path) -> Iterator[list[SourceLayer]]:
    if path.suffix.lower() in {".zip", ".json", *LAYER_SUFFIXES}:
        with source_layers(path) as layers:
            yield layers
        return
    yield layers_in(path)


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


def _texts(units: gpd.GeoDataFrame, column: str) -> list[str | None]:
    if column not in units:
        return [None] * len(units)
    return [_text(value) for value in units[column].tolist()]


def _ids(units: gpd.GeoDataFrame) -> list[str]:
    if "id" not in units:
        return [str(row) for row in units.index]
    # A unit whose id is missing is still a unit: known by its row.
    return [
        known or f"row {row}" for known, row in zip(_texts(units, "id"), units.index, strict=True)
    ]


def _refuse_monsters(units: gpd.GeoDataFrame, path: Path) -> None:
    vertices = shapely.get_num_coordinates(units.geometry.to_numpy())
    if vertices.max() > MOST_VERTICES:
        raise UnusableLayerError(
            N_("%(file)s, row %(row)s: an outline of %(count)s vertices is none of a unit."),
            file=path.name,
            row=int(units.index[vertices.argmax()]),
            count=int(vertices.max()),
        )


def _joined(units: gpd.GeoDataFrame, report: ImportReport, path: Path) -> gpd.GeoDataFrame:
    repeated = units["unit_id"].duplicated(keep=False)
    rows = {}
    apart = []
    for unit_id, parts in units[repeated].groupby("unit_id", sort=False):
        shapes = parts.geometry.to_numpy()
        if not _hang_together(shapes):
            apart.append(str(unit_id))
            continue
        first = parts.iloc[0].copy()
        first["geometry"] = shapely.union_all(shapes)
        rows[parts.index[0]] = first
        report.add(
            "info",
            Message(
                N_("%(count)s rows have the same code and were joined."), {"count": len(parts)}
            ),
            row=int(parts.index[0]),
            value=unit_id,
        )
    if apart:
        raise UnusableLayerError(
            N_("%(file)s: rows of one id lie apart, so the id is not unique: %(ids)s."),
            file=path.name,
            ids=", ".join(apart[:_NAMED_IDS]) + (" …" if len(apart) > _NAMED_IDS else ""),
        )
    whole = units[~repeated]
    if rows:
        joined = gpd.GeoDataFrame(pd.DataFrame(rows).T, geometry="geometry", crs=units.crs)
        whole = pd.concat([whole, joined]).sort_index()
    return whole.set_index("unit_id")


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
