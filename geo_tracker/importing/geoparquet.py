"""GeoParquet, which GDAL's wheel does not read: layers, columns and shapes by way of pyarrow."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_

MAX_COLUMN_BYTES = 3 * 1024**3
"""Most that the columns of one file may unpack to."""

_LONGITUDE_FIRST = CRS.from_user_input("OGC:CRS84")


def geometry_type(path: Path) -> str | None:
    """Return what kind of shapes the file says it holds; None for a table without shapes.

    Raises
    ------
    UnusableLayerError
        If the file is no Parquet or damaged.
    """
    about = _about(path)
    if about is None:
        return None
    kinds = about["columns"][about["primary_column"]].get("geometry_types") or ["Unknown"]
    polygons = [kind for kind in kinds if "Polygon" in kind]
    return str((polygons or kinds)[0])


def columns_in(path: Path) -> list[str]:
    """Return the names of the columns that hold no shapes."""
    about = _about(path) or {"columns": {}}
    schema = pq.read_schema(path)
    return [
        field.name
        for field in schema
        if field.name not in about["columns"] and not pa.types.is_nested(field.type)
    ]


def read_parquet(path: Path, columns: list[str]) -> tuple[pd.DataFrame, Any, CRS | None]:
    """Return the columns by row from 0, shapes as WKB (None where a row has none), and the CRS.

    Raises
    ------
    UnusableLayerError
        If the file is damaged, or unpacks to more than `MAX_COLUMN_BYTES`.
    """
    about = _about(path)
    if about is None:
        raise UnusableLayerError(N_("%(layers)s has no geometry column."), layers=path.stem)
    shapes = str(about["primary_column"])
    try:
        table = pq.read_table(path, columns=[*columns, shapes], partitioning=None)
        described = about["columns"][shapes]
        if str(described.get("encoding", "WKB")).upper() == "WKB":
            encoded = table[shapes].to_numpy(zero_copy_only=False).astype(object)
        else:
            drawn = gpd.GeoDataFrame.from_arrow(table.select([shapes])).geometry.to_numpy()
            encoded = shapely.to_wkb(drawn)
        facts = table.select(columns).to_pandas()
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error
    # A missing CRS means longitude and latitude; one that is null says that it is not known.
    crs = described.get("crs", _LONGITUDE_FIRST)
    try:
        return facts, np.asarray(encoded), None if crs is None else CRS.from_user_input(crs)
    except CRSError:
        return facts, np.asarray(encoded), None


def _about(path: Path) -> dict[str, Any] | None:
    """Return the file's own description of its shapes, None where there is none."""
    try:
        meta = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error
    size = sum(meta.row_group(at).total_byte_size for at in range(meta.num_row_groups))
    if size > MAX_COLUMN_BYTES:
        raise UnusableLayerError(
            N_("%(file)s is too large: unpacked it has %(size)s MB."),
            file=path.name,
            size=size // 1024**2,
        )
    stated = (meta.metadata or {}).get(b"geo")
    try:
        about: dict[str, Any] | None = json.loads(stated) if stated else None
        if about is not None and about["primary_column"] not in about["columns"]:
            return None
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error
    return about


def _unreadable(path: Path, error: Exception) -> UnusableLayerError:
    lines = str(error).strip().splitlines()
    return UnusableLayerError(
        N_("%(file)s cannot be read: %(reason)s"),
        file=path.name,
        reason=(lines[0] if lines else type(error).__name__).replace(str(path.parent), ""),
    )
