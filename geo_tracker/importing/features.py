"""The features of a received file's layer: shapes and wanted columns, whole or piece by piece."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import CRSError
from pyproj import CRS
from pyproj.exceptions import CRSError as NoCrsError

from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.geoparquet import read_parquet
from geo_tracker.importing.sources import UNREADABLE, Columns, SourceLayer, unreadable
from geo_tracker.language import N_
from geo_tracker.memory import give_back_after

_ROW_ENCODING = "ISO-8859-1"
"""Decodes any byte: for passes through GDAL in which no text matters."""

_READ_BY_NUMBER = (".shp", ".gdb", ".gpkg")
"""Files in which GDAL finds a feature by its number; of others it reads all before it."""

_READ_AT_ONCE = 4096

_SHAPES_AT_ONCE = 4096


@dataclass(frozen=True)
class Features:
    """Some rows of a layer in their order.

    Attributes
    ----------
    facts : DataFrame
        One column per target, as of `raw_features`; indexed by row in the file from 1.
    wkb : array of bytes
        The shapes, None where a row has none.
    crs : CRS or None
        The layer's own.
    """

    facts: pd.DataFrame
    wkb: Any
    crs: CRS | None


def raw_features(layer: SourceLayer, columns: Columns, wanted: dict[str, str]) -> gpd.GeoDataFrame:
    """Read shapes and the wanted columns.

    Parameters
    ----------
    layer, columns
        From `chosen_layer` and `columns_of`.
    wanted : dict
        Target → column.

    Returns
    -------
    GeoDataFrame
        One column per target, values as the file has them (text for shapefiles), in the
        layer's own CRS or none; indexed by row in the file from 1.

    Raises
    ------
    UnusableLayerError
        If GDAL cannot read the layer, or it has no rows.
    """
    read = encoded_features(layer, columns, wanted)
    return gpd.GeoDataFrame(
        {"geometry": _decoded(read.wkb), **read.facts}, index=read.facts.index, crs=read.crs
    )


def encoded_features(layer: SourceLayer, columns: Columns, wanted: dict[str, str]) -> Features:
    """Read shapes and the wanted columns, and leave the shapes as they come.

    Parameters and errors are those of `raw_features`.
    """
    return next(feature_pieces(layer, columns, wanted, at_once=None))


def feature_pieces(
    layer: SourceLayer, columns: Columns, wanted: dict[str, str], *, at_once: int | None
) -> Iterator[Features]:
    """Read shapes and the wanted columns piece by piece, and leave the shapes as they come.

    Parameters
    ----------
    layer, columns, wanted
        As for `raw_features`.
    at_once : int or None
        Rows of a piece; None makes all one piece.

    Yields
    ------
    Features
        One or more, each with one row or more.

    Raises
    ------
    UnusableLayerError
        As `raw_features`.
    """
    # By number GDAL counts deleted records as well; they are rare.
    by_number = layer.path.suffix in _READ_BY_NUMBER and not (
        columns.table is not None and columns.table.deleted.any()
    )
    most = _READ_AT_ONCE if by_number and at_once is not None else None
    done = 0
    while True:
        read, encoded, crs = _opened(
            layer,
            columns=[] if columns.table is not None else sorted(set(wanted.values())),
            encoding=_ROW_ENCODING if layer.is_shapefile else None,
            after=done,
            most=most,
        )
        rows = pd.RangeIndex(done + 1, done + len(encoded) + 1, name="row")
        facts = _facts(read, rows, columns, wanted)
        size = at_once or max(1, len(rows))
        for at in range(0, len(rows), size):
            some = slice(at, at + size)
            yield Features(facts[some], encoded[some], crs)
        done += len(rows)
        if most is None or len(rows) < most:
            break
    if not done:
        raise UnusableLayerError(N_("The layer %(layer)s is empty."), layer=layer.title)


def _facts(
    read: pd.DataFrame, index: pd.RangeIndex, columns: Columns, wanted: dict[str, str]
) -> pd.DataFrame:
    facts = pd.DataFrame(index=index)
    if columns.table is None:
        for target, column in wanted.items():
            facts[target] = read[column].set_axis(index)
        return facts
    # Deleted records have no feature, so features are found in the table by their number.
    rows = read.index.to_numpy()
    for target, column in wanted.items():
        field = columns.table.fields[columns.names.index(column)]
        texts = columns.table.texts(field, columns.encoding.codec, rows)
        facts[target] = pd.array(texts, dtype=object)
    return facts


def _opened(
    layer: SourceLayer, *, columns: list[str], encoding: str | None, after: int, most: int | None
) -> tuple[pd.DataFrame, Any, CRS | None]:
    """Return the columns by feature number, shapes as WKB, and the CRS; of some features."""
    if layer.path.suffix == ".parquet":
        return read_parquet(layer.path, columns)
    try:
        with warnings.catch_warnings():
            # GDAL's asides about ring order and the like; what matters is checked by us.
            warnings.simplefilter("ignore", RuntimeWarning)
            meta, rows, encoded, values = pyogrio.raw.read(
                layer.path,
                layer=layer.inner,
                columns=columns,
                encoding=encoding,
                skip_features=after,
                max_features=most,
                return_fids=True,
                datetime_as_string=True,
            )
        crs = CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    except (CRSError, NoCrsError, UnboundLocalError) as error:
        # pyogrio meets the last where GDAL cannot make out a .prj: as good as none.
        prj = layer.path.with_suffix(".prj")
        if not layer.is_shapefile or not prj.exists():
            raise unreadable(layer.path, error) from error
        prj.unlink()
        return _opened(layer, columns=columns, encoding=encoding, after=after, most=most)
    except (*UNREADABLE, UnicodeDecodeError) as error:
        raise unreadable(layer.path, error) from error
    read = pd.DataFrame(
        dict(zip(meta["fields"], values, strict=True)), index=pd.Index(rows, name="fid")
    )
    return read, encoded, crs


def shapes_of(wkb: Any) -> Any:
    """Return shapes for WKB; rings that are not closed are, and what is no shape is None."""
    try:
        return shapely.from_wkb(wkb)
    except shapely.errors.GEOSException:
        return shapely.from_wkb(wkb, on_invalid="fix")


def _decoded(encoded: Any) -> Any:
    """Return shapes for WKB, which is given up piece by piece: never are both whole in memory."""
    shapes = np.empty(len(encoded), dtype=object)
    for at in range(0, len(encoded), _SHAPES_AT_ONCE):
        some = slice(at, at + _SHAPES_AT_ONCE)
        shapes[some] = shapes_of(encoded[some])
        encoded[some] = None
    give_back_after(len(encoded))
    return shapes
