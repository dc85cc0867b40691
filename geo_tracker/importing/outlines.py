"""The outlines of a layer on their way from the file to storage, some thousand at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_tracker.crs import areas_m2
from geo_tracker.importing.crossings import Crossing
from geo_tracker.importing.crs_guess import Bounds
from geo_tracker.importing.features import Features, shapes_of
from geo_tracker.importing.placing import (
    cannot_be,
    check_place,
    converted_from_gcj02,
    in_storage,
    read_otherwise,
    without_endless,
)
from geo_tracker.importing.polygons import repaired, with_polygons_only
from geo_tracker.importing.report import ImportReport, PieceReport
from geo_tracker.memory import give_back_after
from geo_tracker.packed import OutlineFile
from geo_tracker.parallel import in_turn

AT_ONCE = 1024
"""Outlines in a piece; a few pieces are in memory together."""


@dataclass(frozen=True)
class Outlines:
    """What a layer has of areas, valid and in `STORAGE_CRS`.

    Attributes
    ----------
    rows : Index
        Their rows in the file.
    file : OutlineFile
        (Multi)Polygons in two dimensions, in the order of the rows.
    areas_m2 : array of float
        Measured in `AREA_CRS`.
    total_bounds : array of float
        West, south, east, north of all.
    raw_bounds : tuple of float
        The same in the file's own coordinates, before anything but their reading was mended.
    report : ImportReport
        What was wrong, row by row.
    crossings : list of Crossing
        What mending did to outlines that crossed themselves, in order; empty if nobody asked.
    """

    rows: pd.Index
    file: OutlineFile
    areas_m2: Any
    total_bounds: Any
    raw_bounds: Bounds
    report: ImportReport
    crossings: list[Crossing]


def outlines_of(
    pieces: Iterable[Features],
    crs: CRS,
    *,
    reading: str | None,
    gcj02: bool,
    with_crossings: bool,
    whole: Callable[[], gpd.GeoDataFrame],
) -> Outlines:
    """Bring a layer's outlines to storage: placed, valid, measured.

    Parameters
    ----------
    pieces : iterable of Features
        The layer, one piece or more; any geometry kinds.
    crs : CRS
        The one that was settled.
    reading, gcj02
        As of `LayerChoices`.
    with_crossings : bool
        Whether to say what mending did to outlines that crossed themselves.
    whole : callable
        Gives the layer with all its shapes as read, for the error's sake.

    Returns
    -------
    Outlines
        Without rows that have no area, which may be all. Size and number of the pieces make no
        difference to it.

    Raises
    ------
    MissingCrsError
        If the coordinates cannot be in the CRS: they fall off the earth; or they all fall
        outside of China, and in it when they are read as what they look like.

    Notes
    -----
    Each outline is decoded, moved, looked at and written in one go, since a shape takes more
    memory than anything else that is known of a village.
    """

    def settled(piece: Features) -> _Piece | None:
        drawn = gpd.GeoDataFrame(index=piece.facts.index, geometry=shapes_of(piece.wkb), crs=crs)
        return _settled(read_otherwise(drawn, reading), gcj02=gcj02, with_crossings=with_crossings)

    file = OutlineFile()
    found: list[_Piece] = []
    areas, mended = PieceReport(), PieceReport()
    for piece in in_turn(settled, pieces):
        if piece is None:
            raise cannot_be(with_polygons_only(whole().set_crs(crs), ImportReport()))
        file.add(piece.wkb)
        areas.join(piece.areas)
        mended.join(piece.mended)
        found.append(piece)
    report = ImportReport()
    areas.tell(report)
    west, south, east, north = _around([piece.raw_bounds for piece in found]).tolist()
    bounds = np.concatenate([piece.bounds for piece in found])
    if len(bounds):
        check_place(
            found[0].polygons.append([piece.polygons for piece in found[1:]]),
            bounds,
            crs=crs,
            raw_bounds=(west, south, east, north),
            report=report,
            whole=lambda: with_polygons_only(whole().set_crs(crs), ImportReport()),
        )
    mended.tell(report)
    give_back_after(len(bounds))
    return Outlines(
        rows=found[0].rows.append([piece.rows for piece in found[1:]]),
        file=file,
        areas_m2=np.concatenate([piece.areas_m2 for piece in found]),
        total_bounds=_around([piece.total_bounds for piece in found]),
        raw_bounds=(west, south, east, north),
        report=report,
        crossings=[crossing for piece in found for crossing in piece.crossings],
    )


@dataclass(frozen=True)
class _Piece:
    """Some outlines: the polygons with their bounds in storage, and of these what is usable."""

    polygons: pd.Index
    raw_bounds: Any
    bounds: Any
    rows: pd.Index
    wkb: Any
    areas_m2: Any
    total_bounds: Any
    areas: PieceReport
    mended: PieceReport
    crossings: list[Crossing]


def _settled(drawn: gpd.GeoDataFrame, *, gcj02: bool, with_crossings: bool) -> _Piece | None:
    """Return outlines as they are stored; None if one of them falls off the earth."""
    areas, mended = PieceReport(), PieceReport()
    polygons = with_polygons_only(drawn, areas)
    stored = in_storage(polygons)
    if stored is None:
        return None
    placed = without_endless(stored, areas)
    if gcj02:
        placed = converted_from_gcj02(placed)
    crossings: list[Crossing] = []
    whole = repaired(placed, mended, crossings=crossings if with_crossings else None)
    return _Piece(
        polygons=polygons.index,
        raw_bounds=polygons.total_bounds,
        bounds=shapely.bounds(stored.geometry.to_numpy()),
        rows=whole.index,
        wkb=shapely.to_wkb(whole.geometry.to_numpy()),
        areas_m2=areas_m2(whole),
        total_bounds=whole.total_bounds,
        areas=areas,
        mended=mended,
        crossings=crossings,
    )


def _around(bounds: list[Any]) -> Any:
    """Return the bounds of bounds; those of nothing are NaN and do not count."""
    west, south, east, north = np.array(bounds).T
    lowest, highest = np.fmin.reduce, np.fmax.reduce
    return np.array([lowest(west), lowest(south), highest(east), highest(north)])
