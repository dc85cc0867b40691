"""Layers of many units, whose outlines lie in a passing file and are read where they are needed."""

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

CAN_PACK = hasattr(os, "pread")
"""Where files can be read by several threads at once, and outlive their names; not on Windows."""

_AT_ONCE = 4096
_BETWEEN_BYTES = 16_384
"""As many are read and thrown away rather than asked for anew."""


class OutlineFile:
    """Outlines as WKB in a file without a name, which is gone with the last who knows of it.

    Parameters
    ----------
    batches : iterable of sequences of bytes
        Taken one after the other, so that never all are in memory.
    """

    def __init__(self, batches: Iterable[Sequence[bytes]]) -> None:
        lengths: list[int] = []
        self._file, name = tempfile.mkstemp(prefix="outlines-")
        Path(name).unlink()
        weakref.finalize(self, os.close, self._file)
        with open(self._file, "wb", closefd=False) as file:
            for batch in batches:
                lengths.extend(map(len, batch))
                file.write(b"".join(batch))
        self._ends = np.cumsum(np.array(lengths, dtype=np.int64))
        self._starts = self._ends - lengths

    def __len__(self) -> int:
        return len(self._ends)

    def shapes(self, at: Any) -> Any:
        """Return the outlines at some positions; threads may ask at once."""
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
            read = os.pread(self._file, int(ends[last - 1]) - begin, begin)
            cuts = zip(
                (starts[first:last] - begin).tolist(),
                (ends[first:last] - begin).tolist(),
                strict=True,
            )
            wkb[order[first:last]] = [read[start:end] for start, end in cuts]
        return shapely.from_wkb(wkb)


def emptied(wkb: Any) -> Iterator[Any]:
    """Give an array of WKB batch by batch and empty it: never are it and its file both whole."""
    for at in range(0, len(wkb), _AT_ONCE):
        yield wkb[at : at + _AT_ONCE]
        wkb[at : at + _AT_ONCE] = None


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


def shapes_at(layer: Layer, at: Any) -> Any:
    """Return the outlines at some positions of a layer (a slice, or an array of int)."""
    if isinstance(layer, PackedLayer):
        return layer.outlines.shapes(at)
    return layer.geometry.to_numpy()[at]


def unpacked(layer: Layer) -> gpd.GeoDataFrame:
    """Return a layer with all its outlines in memory."""
    return layer.unpacked() if isinstance(layer, PackedLayer) else layer
