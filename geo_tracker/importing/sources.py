"""A received file's layers as they are, before anything in them is judged."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
from pyogrio.errors import (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)

from geo_tracker.errors import InputError, UnusableLayerError
from geo_tracker.importing.archives import vector_files
from geo_tracker.importing.dbf import DbfTable, read_dbf
from geo_tracker.importing.encoding import TextEncoding, chosen_encoding, dbf_encoding
from geo_tracker.importing.geoparquet import columns_in, geometry_type
from geo_tracker.importing.kml import FURNITURE
from geo_tracker.importing.shapefiles import check_shapes
from geo_tracker.importing.signatures import check_signature
from geo_tracker.language import N_, Message

_ONE_LAYER = (".shp", ".geojson", ".fgb", ".parquet")
"""Files of a single layer, which goes by the file's name."""

UNREADABLE = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError)
"""What GDAL gives up with."""


@dataclass(frozen=True)
class SourceLayer:
    """A layer inside a file: what people call it, where it lies, what GDAL says about it."""

    title: str
    path: Path
    inner: str
    geometry_type: str | None

    @property
    def is_shapefile(self) -> bool:
        """Whether attributes come from a .dbf."""
        return self.path.suffix == ".shp"

    @property
    def may_hold_areas(self) -> bool:
        """Whether polygons can be in it, as far as its header tells."""
        kind = self.geometry_type
        return kind is not None and ("Polygon" in kind or kind in {"Unknown", "GeometryCollection"})


@dataclass(frozen=True)
class Columns:
    """A layer's columns, and the way to their values as text."""

    names: list[str]
    encoding: TextEncoding
    table: DbfTable | None = None


@contextmanager
def source_layers(path: Path) -> Iterator[list[SourceLayer]]:
    """Unpack a file into a passing folder and list the layers inside.

    Raises
    ------
    UnusableArchiveError
        If the file is no zip or has no layer inside.
    UnusableLayerError
        If a file inside cannot be opened, or holds tables only.
    """
    with tempfile.TemporaryDirectory(prefix="layers-") as folder:
        into = Path(folder)
        files = vector_files(path, into)
        layers = [layer for file in files for layer in layers_in(file)]
        yield _with_unique_titles(layers, into)


def chosen_layer(layers: list[SourceLayer], chosen: str | None) -> SourceLayer:
    """Return the layer a person chose, else the first that may hold areas.

    Raises
    ------
    InputError
        If there is no layer of that name.
    UnusableLayerError
        If no layer has a geometry column or none can hold areas.
    """
    titles = ", ".join(layer.title for layer in layers) or "–"
    candidates = [layer for layer in layers if chosen is None or layer.title == chosen]
    if chosen is not None and not candidates:
        raise InputError(
            N_("The file has no layer %(layer)s. It has: %(layers)s."), layer=chosen, layers=titles
        )
    for layer in candidates:
        if layer.may_hold_areas:
            return layer
    if all(layer.geometry_type is None for layer in candidates):
        raise UnusableLayerError(N_("%(layers)s has no geometry column."), layers=chosen or titles)
    raise UnusableLayerError(
        N_("%(layers)s has no areas, only points or lines."), layers=chosen or titles
    )


def columns_of(layer: SourceLayer, chosen: str | None) -> Columns:
    """Read the columns' names and settle the encoding.

    Raises
    ------
    InputError
        If the chosen encoding does not exist.
    UnusableLayerError
        If a shapefile lacks its .dbf or was cut off.
    """
    if not layer.is_shapefile:
        names = _column_names(layer)
        always = Message(N_("Files of this kind are always UTF-8."))
        return Columns(names, TextEncoding("utf-8", always))
    dbf = layer.path.with_suffix(".dbf")
    if not dbf.exists():
        raise UnusableLayerError(
            N_("%(file)s is missing, and with it all names and codes."), file=dbf.name
        )
    table = read_dbf(dbf)
    check_shapes(layer.path, rows=table.stated_records)
    cpg = layer.path.with_suffix(".cpg")
    stated = cpg.read_text("latin-1") if cpg.exists() else None
    encoding = chosen_encoding(chosen) if chosen else dbf_encoding(table, stated)
    return Columns(table.names(encoding.codec), encoding, table)


def _column_names(layer: SourceLayer) -> list[str]:
    if layer.path.suffix == ".parquet":
        return columns_in(layer.path)
    try:
        names = [str(name) for name in pyogrio.read_info(layer.path, layer=layer.inner)["fields"]]
    except (*UNREADABLE, CRSError, UnicodeDecodeError, UnboundLocalError) as error:
        raise unreadable(layer.path, error) from error
    if layer.path.suffix == ".kml":
        return [name for name in names if name.lower() not in FURNITURE]
    return names


def layers_in(file: Path) -> list[SourceLayer]:
    """List the layers of a single file.

    Raises
    ------
    UnusableLayerError
        If GDAL cannot open it.
    """
    check_signature(file)
    if file.suffix == ".shp":
        # The file's name is the layer; its geometry is known from the header without GDAL.
        return [SourceLayer(file.stem, file, file.stem, _shape_type(file))]
    if file.suffix == ".parquet":
        return [SourceLayer(file.stem, file, file.stem, geometry_type(file))]
    try:
        listed = pyogrio.list_layers(file)
    except UNREADABLE as error:
        raise unreadable(file, error) from error
    return [
        SourceLayer(
            file.stem if file.suffix in _ONE_LAYER else str(name), file, str(name), kind or None
        )
        for name, kind in listed
    ]


_SHAPE_TYPES = {1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint", 31: "Polygon"}


def _shape_type(shp: Path) -> str:
    with shp.open("rb") as file:
        header = np.frombuffer(file.read(36).ljust(36, b"\0"), dtype="<i4")
    # 5, 15 and 25 are polygons, with heights, with measures; 0 is a layer of empty shapes.
    code = int(header[8])
    return _SHAPE_TYPES.get(code if code == 31 else code % 10, "Unknown")


def _with_unique_titles(layers: list[SourceLayer], into: Path) -> list[SourceLayer]:
    titles = [layer.title for layer in layers]
    return [
        SourceLayer(
            f"{layer.path.relative_to(into).with_suffix('')}"
            + ("" if layer.path.suffix in _ONE_LAYER else f"/{layer.inner}"),
            layer.path,
            layer.inner,
            layer.geometry_type,
        )
        if titles.count(layer.title) > 1
        else layer
        for layer in layers
    ]


def unreadable(file: Path, error: Exception) -> UnusableLayerError:
    """Return what says that GDAL gives a file up."""
    return UnusableLayerError(
        N_("%(file)s cannot be read: %(reason)s"),
        file=file.name,
        reason=str(error).replace(str(file.parent), "").strip(),
    )
