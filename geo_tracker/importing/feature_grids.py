"""Layers as tables: a planner's layer of projects has attributes like any sheet, and shapes."""

import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.archives import LAYER_FILES
from geo_tracker.importing.features import raw_features
from geo_tracker.importing.grids import Grid, read_grids
from geo_tracker.importing.placing import settled_crs
from geo_tracker.importing.sources import columns_of, source_layers
from geo_tracker.language import N_

SHAPE_HEADER = "图形"
"""Header of the column of shapes that a layer's table gets."""

_BARE = (*LAYER_FILES, ".json", ".kmz", ".geoparquet")
_MOST_ROWS = 50_000
_DIGITS = 9
"""Of degrees: a tenth of a millimetre."""


def read_tables(path: Path, *, file_name: str | None = None) -> list[Grid]:
    """Read the sheets of a workbook, or the layers of a vector file as sheets with shapes.

    Parameters
    ----------
    path : Path
        The file.
    file_name : str, optional
        What its owner called it.

    Raises
    ------
    UnusableTableError
        If it is neither.
    InputError
        If a layer cannot be read or does not state its coordinate system.
    """
    if _is_vector(path):
        return _layers(path)
    return read_grids(path, file_name=file_name)


def _is_vector(path: Path) -> bool:
    if path.suffix.lower() in _BARE:
        return True
    if path.suffix.lower() != ".zip":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            # A workbook is a zip, too, and may have been given that name.
            return "[Content_Types].xml" not in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _layers(path: Path) -> list[Grid]:
    grids = []
    with source_layers(path) as layers:
        for layer in layers:
            if layer.geometry_type is None:
                continue
            columns = columns_of(layer, None)
            features = raw_features(layer, columns, {name: name for name in columns.names})
            if len(features) > _MOST_ROWS:
                raise UnusableTableError(
                    N_("The layer %(layer)s has more than %(count)s rows."),
                    layer=layer.title,
                    count=_MOST_ROWS,
                )
            crs, _evidence = settled_crs(
                features.crs,
                chosen=None,
                stated_in=".prj" if layer.is_shapefile else layer.path.suffix,
                whole=partial(_itself, features),
            )
            placed = features.set_crs(crs, allow_override=True).to_crs(STORAGE_CRS)
            shapes = shapely.force_2d(placed.geometry.to_numpy())
            texts = shapely.to_wkt(shapes, rounding_precision=_DIGITS)
            known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
            facts = features.drop(columns="geometry").astype(object)
            facts = facts.where(facts.notna(), None)
            cells: list[list[Any]] = [[*columns.names, SHAPE_HEADER]]
            for row, text in zip(
                facts[columns.names].itertuples(index=False, name=None),
                np.where(known, texts, None),
                strict=True,
            ):
                cells.append([*map(_cell, row), text])
            grids.append(Grid(layer.title, cells, []))
    if not grids:
        raise UnusableTableError(N_("The file has no layer with shapes."))
    return grids


def _itself(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return features


def _cell(value: object) -> object:
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
