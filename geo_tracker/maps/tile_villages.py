"""The villages of a layer as tiles are cut from them: facts in memory, outlines where they fit."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_tracker.crs import STORAGE_CRS, TILE_CRS, way_between
from geo_tracker.packed import OutlineFile
from geo_tracker.parallel import in_threads

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]

FACTS = ("name", "code", "town_id", "county_id", "town", "county", "ground")
"""Columns that say what is shown of a village, beside its outline."""

_HELD = 20_000
"""Up to as many outlines are kept in memory, 2 kB each; of more, a passing file is made."""

_AT_ONCE = 4096


class Outlines(Protocol):
    """Polygons that are read where they are needed."""

    def shapes(self, at: Any) -> Geometries:
        """Return those at some positions (a slice or an array of int)."""


class HeldOutlines:
    """Polygons in memory."""

    def __init__(self, shapes: Geometries) -> None:
        self._shapes = shapes

    def shapes(self, at: Any) -> Geometries:
        """Return those at some positions."""
        found: Geometries = self._shapes[at]
        return found


def kept_outlines(batches: Iterable[Geometries], *, count: int) -> Outlines:
    """Keep polygons that come batch by batch: few in memory, many in a passing file."""
    if count <= _HELD:
        held = list(batches)
        return HeldOutlines(np.concatenate(held) if held else np.empty(0, dtype=object))
    packed = OutlineFile()
    for batch in batches:
        packed.add(shapely.to_wkb(batch))
    return packed


@dataclass(frozen=True)
class TileVillages:
    """The villages of a layer.

    Attributes
    ----------
    facts : DataFrame
        Indexed by unique positive ``unit_id``, rising; ``name`` and ``code`` (text, empty where
        unknown), ``town_id`` and ``county_id`` (integers, 0 where unknown; a town lies in one
        county), ``town`` and ``county`` (their names, the same for the same id), ``ground`` (a
        digest, equal for equal outlines).
    outlines : Outlines
        Polygon or MultiPolygon in ``TILE_CRS``, valid, in the order of the facts.
    bounds : array of shape (n, 4)
        West, south, east, north of each in ``TILE_CRS``.
    inside : array of shape (n, 2)
        A point of each.
    """

    facts: pd.DataFrame
    outlines: Outlines
    bounds: Floats
    inside: Floats

    @classmethod
    def of(cls, facts: pd.DataFrame, batches: Iterable[Geometries]) -> "TileVillages":
        """Take villages in.

        Parameters
        ----------
        facts : DataFrame
            As the attribute.
        batches : iterable of arrays
            Their outlines in ``STORAGE_CRS``, in the order of the facts, a batch at a time.
            Villages without one are left out.
        """
        bounds: list[Floats] = []
        inside: list[Floats] = []
        drawn: list[npt.NDArray[np.bool_]] = []

        def taken() -> Iterator[Geometries]:
            for batch in batches:
                has_area = ~(shapely.is_missing(batch) | shapely.is_empty(batch))
                shapes = in_threads(in_tile_crs, batch[has_area])
                drawn.append(has_area)
                bounds.append(shapely.bounds(shapes).reshape(-1, 4))
                points = shapely.point_on_surface(shapes)
                inside.append(shapely.get_coordinates(points).reshape(-1, 2))
                yield shapes

        outlines = kept_outlines(taken(), count=len(facts))
        kept = np.concatenate(drawn) if drawn else np.zeros(0, dtype=bool)
        return cls(
            facts[kept],
            outlines,
            np.concatenate(bounds) if bounds else np.empty((0, 4)),
            np.concatenate(inside) if inside else np.empty((0, 2)),
        )

    def chosen(self, at: Integers) -> "TileVillages":
        """Return some of the villages, by position."""
        held = HeldOutlines(self.outlines.shapes(at))
        return TileVillages(self.facts.iloc[at], held, self.bounds[at], self.inside[at])

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def ids(self) -> Integers:
        """Unit ids, rising."""
        ids: Integers = self.facts.index.to_numpy(dtype=np.int64)
        return ids

    @property
    def town_ids(self) -> Integers:
        """Town of each, 0 where unknown."""
        town_ids: Integers = self.facts["town_id"].to_numpy(dtype=np.int64)
        return town_ids

    @property
    def county_ids(self) -> Integers:
        """County of each, 0 where unknown."""
        county_ids: Integers = self.facts["county_id"].to_numpy(dtype=np.int64)
        return county_ids


def in_tile_crs(shapes: Geometries) -> Geometries:
    """Return polygons in ``STORAGE_CRS`` as valid ones in ``TILE_CRS``."""
    moved = shapely.transform(shapes, way_between(STORAGE_CRS, TILE_CRS), interleaved=False)
    broken = ~shapely.is_valid(moved)
    moved[broken] = shapely.make_valid(moved[broken])
    return np.asarray(moved, dtype=object)


def facts_key(facts: pd.DataFrame, *, edition: int) -> str:
    """Return a short hash of all that tiles show, for use in their address.

    Parameters
    ----------
    facts : DataFrame
        As for `TileVillages`, in any order.
    edition : int
        Counts changes of how tiles are cut.

    Returns
    -------
    str
        16 hexadecimal digits; equal only for equal ids, names, codes, towns, counties and grounds.
    """
    ordered = facts.sort_index()
    digest = hashlib.sha256(f"{edition}".encode())
    numbers = np.column_stack([ordered.index, ordered["town_id"], ordered["county_id"]])
    digest.update(np.ascontiguousarray(numbers, dtype=np.int64).tobytes())
    for column in ("name", "code", "town", "county", "ground"):
        digest.update(json.dumps(ordered[column].tolist()).encode())
    return digest.hexdigest()[:16]
