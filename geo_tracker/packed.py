"""Layers of many units, whose outlines lie in a passing file and are read where they are needed."""

import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

_AT_ONCE = 4096
_BETWEEN_BYTES = 16_384
"""As many are read and thrown away rather than asked for anew."""


class _PassingFile:
    """Bytes in a file without a name, which is gone with the last who knows of it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="outlines-")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._lock = Lock()

    def append(self, content: bytes) -> int:
        """Write at the end; return where."""
        with self._lock:
            at = self._file.seek(0, os.SEEK_END)
            self._file.write(content)
        return at

    def read(self, at: int, count: int) -> bytes:
        """Return some bytes."""
        with self._lock:
            self._file.seek(at)
            return self._file.read(count)

    def __getstate__(self) -> str:
        # By way of a name, which whoever unpickles takes away: as bytes all would be in memory.
        with (
            self._lock,
            tempfile.NamedTemporaryFile(prefix="outlines-", delete=False) as named,
        ):
            self._file.seek(0)
            shutil.copyfileobj(self._file, named, 1 << 20)
        return named.name

    def __setstate__(self, name: str) -> None:
        _PassingFile.__init__(self)
        with Path(name).open("rb") as named:
            shutil.copyfileobj(named, self._file, 1 << 20)
        Path(name).unlink()


class OutlineFile:
    """Outlines as WKB in a passing file; threads may ask at once, one of them adds.

    Parameters
    ----------
    wkb : array of bytes, optional
        The first ones; emptied while they are written: never are both whole.

    Notes
    -----
    Where one is pickled the file goes along under a name, until it is unpickled, once.
    """

    def __init__(self, wkb: Any = ()) -> None:
        self._file = _PassingFile()
        self._starts, self._ends = np.empty((2, 0), dtype=np.int64)
        self.add(wkb)

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, wkb: Any) -> None:
        """Add outlines behind the others; emptied while they are written."""
        for first in range(0, len(wkb), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            ends = np.cumsum(np.fromiter(map(len, wkb[some]), dtype=np.int64))
            at = self._file.append(b"".join(wkb[some]))
            self._starts = np.concatenate([self._starts, at + np.r_[0, ends[:-1]]])
            self._ends = np.concatenate([self._ends, at + ends])
            wkb[some] = None

    def with_more(self, wkb: Any) -> "OutlineFile":
        """Return these outlines and further ones behind them, in the same file."""
        more = self.taken(slice(None))
        more.add(wkb)
        return more

    def taken(self, at: Any) -> "OutlineFile":
        """Return the outlines at some positions, in the same file."""
        some = OutlineFile.__new__(OutlineFile)
        some._file, some._starts, some._ends = self._file, self._starts[at], self._ends[at]
        return some

    def wkb(self, at: Any) -> Any:
        """Return the outlines at some positions as an array of WKB."""
        starts, ends = self._starts[at], self._ends[at]
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
        wkb = np.empty(len(starts), dtype=object)
        # What lies near in the file is read together, with the little between.
        breaks = np.flatnonzero(starts[1:] - ends[:-1] > _BETWEEN_BYTES) + 1
        for first, last in pairwise([0, *breaks.tolist(), len(starts)]):
            if first == last:
                continue
            begin = int(starts[first])
            read = self._file.read(begin, int(ends[last - 1]) - begin)
            cuts = zip(
                (starts[first:last] - begin).tolist(),
                (ends[first:last] - begin).tolist(),
                strict=True,
            )
            wkb[order[first:last]] = [read[start:end] for start, end in cuts]
        return wkb

    def shapes(self, at: Any) -> Any:
        """Return the outlines at some positions."""
        return shapely.from_wkb(self.wkb(at))


@dataclass(frozen=True)
class PackedLayer:
    """Units in memory without their outlines, which take 2 kB each there as shapes.

    Attributes
    ----------
    facts : DataFrame
        Everything but the outlines, one row per unit.
    outlines : OutlineFile
        Valid polygons in the order of the rows.
    crs : CRS
        Theirs.
    total_bounds : array of float
        West, south, east, north of all.
    """

    facts: pd.DataFrame
    outlines: OutlineFile
    crs: CRS
    total_bounds: Any

    def __len__(self) -> int:
        return len(self.outlines)

    def __getitem__(self, column: str) -> pd.Series:
        return self.facts[column]

    @property
    def index(self) -> pd.Index:
        """What units are known by."""
        return self.facts.index

    def unpacked(self) -> gpd.GeoDataFrame:
        """Return the layer with all outlines in memory."""
        shapes = np.empty(len(self), dtype=object)
        for at in range(0, len(self), _AT_ONCE):
            some = slice(at, at + _AT_ONCE)
            shapes[some] = self.outlines.shapes(some)
        return gpd.GeoDataFrame(self.facts, geometry=shapes, crs=self.crs)


Layer: TypeAlias = gpd.GeoDataFrame | PackedLayer


def packed(layer: gpd.GeoDataFrame) -> PackedLayer:
    """Return a layer with its outlines in a file; the layer itself stays as it is."""
    facts = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    wkb = shapely.to_wkb(layer.geometry.to_numpy())
    return PackedLayer(facts, OutlineFile(wkb), layer.crs, layer.total_bounds)


def shapes_at(layer: Layer, at: Any) -> Any:
    """Return the outlines at some positions of a layer (a slice, or an array of int)."""
    if isinstance(layer, PackedLayer):
        return layer.outlines.shapes(at)
    return layer.geometry.to_numpy()[at]


def taken(layer: Layer, at: Any) -> Layer:
    """Return the units at some positions of a layer (an array of int), in its own order of them."""
    if isinstance(layer, PackedLayer):
        return replace(layer, facts=layer.facts.iloc[at], outlines=layer.outlines.taken(at))
    return layer.iloc[at]


def unpacked(layer: Layer) -> gpd.GeoDataFrame:
    """Return a layer with all its outlines in memory."""
    return layer.unpacked() if isinstance(layer, PackedLayer) else layer
