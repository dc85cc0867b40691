"""Where a layer lies: its coordinate system settled, faults undone, brought to the storage CRS."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from geo_tracker.crs import STORAGE_CRS, in_crs
from geo_tracker.errors import InputError
from geo_tracker.gcj02 import from_gcj02
from geo_tracker.importing.crs_guess import (
    Bounds,
    MissingCrsError,
    are_degrees,
    are_swapped,
    crs_proposals,
    in_china,
)
from geo_tracker.importing.readings import read_as, said_of
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import N_, Message

_CANNOT_BE = N_("The coordinates cannot be in the coordinate system that was stated.")
_NO_COORDINATE = 1e8
_WIDEST_DEGREES = 5
"""The largest villages, on the western plateau, are 2 degrees wide; tiles of more never end."""

_OLD_DATUMS = ("xian 1980", "beijing 1954", "new beijing", "xian_1980", "beijing_1954")


def settled_crs(
    stated: CRS | None,
    *,
    chosen: str | None,
    stated_in: str,
    whole: Callable[[], gpd.GeoDataFrame],
) -> tuple[CRS, Message]:
    """Return the CRS of a layer and how it is known.

    Parameters
    ----------
    stated : CRS or None
        What its file says.
    chosen : str or None
        What a person chose: ``EPSG:4549``, ``4549`` or WKT.
    stated_in : str
        Where the file states it, such as ``.prj``.
    whole : callable
        Gives the layer with all its shapes as read, for the error's sake.

    Raises
    ------
    MissingCrsError
        If nothing states it.
    InputError
        If the chosen one does not exist or is no system for maps.
    """
    if chosen:
        try:
            crs = CRS.from_user_input(int(chosen) if chosen.strip().isdigit() else chosen)
        except CRSError as error:
            raise InputError(
                N_("There is no coordinate system called %(crs)s."), crs=chosen
            ) from error
        if not (crs.is_projected or crs.is_geographic):
            raise InputError(N_("%(crs)s is no system for maps."), crs=chosen)
        return crs, Message(N_("Chosen by a person."))
    if stated is not None and (stated.is_projected or stated.is_geographic):
        return stated, Message(N_("Stated in the file (%(place)s)."), {"place": stated_in})
    raise _missing_crs(whole(), N_("The layer does not state its coordinate system (.prj)."))


def read_otherwise(layer: gpd.GeoDataFrame, reading: str | None) -> gpd.GeoDataFrame:
    """Return a layer with a fault of its coordinates undone as a person chose; see `readings`."""
    if not reading:
        return layer
    shapes = shapely.transform(layer.geometry.to_numpy(), lambda xy: read_as(xy, reading))
    return layer.set_geometry(shapes, crs=layer.crs)


def note_reading(reading: str | None, report: ImportReport) -> None:
    """Say in which way coordinates were read otherwise."""
    said = said_of(reading) if reading else None
    if said is not None:
        report.add("info", said)


def crs_name(crs: CRS) -> str:
    """Return ``EPSG:4549`` where a CRS has such a code, else its WKT or name."""
    epsg = crs.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(crs.to_string())


def note_old_datum(crs: CRS, report: ImportReport) -> None:
    """Warn where a CRS can be brought to CGCS2000 only roughly."""
    names = f"{crs.name} {crs.datum.name if crs.datum else ''}".lower()
    if any(old in names for old in _OLD_DATUMS):
        report.add(
            "warning",
            Message(
                N_("%(crs)s can be brought to CGCS2000 only roughly: places may be metres off."),
                {"crs": crs.name},
            ),
        )


def in_storage(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Bring shapes to the storage CRS.

    Parameters
    ----------
    layer : GeoDataFrame
        Any geometry kind, in the CRS that was settled.

    Returns
    -------
    GeoDataFrame or None
        In `STORAGE_CRS`, index kept; None if one of them falls off the earth, so that this cannot
        be their CRS.
    """
    try:
        stored = in_crs(layer, STORAGE_CRS)
    except ProjError:
        return None
    bounds = shapely.bounds(stored.geometry.to_numpy())
    limits = np.array([180.0, 90.0, 180.0, 90.0])
    on_earth = np.isfinite(bounds).all() and (np.abs(bounds) <= limits).all()
    return stored if on_earth else None


def without_endless(layer: gpd.GeoDataFrame, report: ImportReport) -> gpd.GeoDataFrame:
    """Leave out shapes in `STORAGE_CRS` that are wider than any village, and note them."""
    west, south, east, north = shapely.bounds(layer.geometry.to_numpy()).T
    endless = _endless(west, south, east, north)
    report.add_rows(
        "error",
        Message(
            N_("The outline reaches over more than %(degrees)s degrees, as no village does."),
            {"degrees": _WIDEST_DEGREES},
        ),
        layer.index[endless],
    )
    return layer[~endless]


def check_place(
    rows: pd.Index,
    bounds: Any,
    *,
    crs: CRS,
    raw_bounds: Bounds,
    report: ImportReport,
    whole: Callable[[], gpd.GeoDataFrame],
) -> None:
    """Check that a layer lies in China, and note the shapes that do not.

    Parameters
    ----------
    rows : Index
        The shapes' rows in the file, one or more.
    bounds : array of float
        West, south, east and north of each in `STORAGE_CRS`.
    crs : CRS
        The one that was settled.
    raw_bounds : tuple of float
        Of all together, in that CRS.
    report : ImportReport
        Where shapes outside of China are noted.
    whole : callable
        Gives the layer with all its shapes as read, for the error's sake.

    Raises
    ------
    MissingCrsError
        If all fall outside of China, and in it when they are read as what they look like.
    """
    west, south, east, north = bounds.T
    outside = ~(in_china(west, south) & in_china(east, north))
    if outside.all() and _are_something_else(crs, raw_bounds):
        raise cannot_be(whole())
    outside &= ~_endless(west, south, east, north)
    if outside.any():
        report.add(
            "warning",
            Message(
                N_("%(count)s of %(total)s shapes lie outside of China, in %(crs)s."),
                {"count": int(outside.sum()), "total": len(rows), "crs": crs_name(crs)},
            ),
            row=rows[outside][0],
        )


def _endless(west: Any, south: Any, east: Any, north: Any) -> Any:
    return (east - west > _WIDEST_DEGREES) | (north - south > _WIDEST_DEGREES)


def converted_from_gcj02(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer in `STORAGE_CRS` brought back from GCJ-02, as a person chose."""

    def back(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return from_gcj02(lon, lat)

    shapes = shapely.transform(layer.geometry.to_numpy(), back, interleaved=False)
    return layer.set_geometry(shapes, crs=layer.crs)


def note_conversion(report: ImportReport) -> None:
    """Say that a layer was converted from GCJ-02."""
    report.add(
        "info", Message(N_("The layer was converted from GCJ-02, as chosen; good to about 1 m."))
    )


def _are_something_else(crs: CRS, raw: Bounds) -> bool:
    """Say whether coordinates outside of China are swapped, of another unit, or projected twice."""
    if are_degrees(raw) != crs.is_geographic:
        return bool(crs_proposals(raw))
    return any(proposal.reading for proposal in crs_proposals(raw))


def cannot_be(layer: gpd.GeoDataFrame) -> MissingCrsError:
    """Return what says that a layer, as read, cannot be in the CRS that was stated."""
    return _missing_crs(layer, _CANNOT_BE)


def _missing_crs(layer: gpd.GeoDataFrame, text: str) -> MissingCrsError:
    bounds = bounds_of(layer)
    proposals = crs_proposals(bounds)
    if are_swapped(bounds):
        text = N_("The coordinates are swapped: the northing or latitude comes first.")
    elif any(proposal.reading for proposal in proposals):
        text = N_("The coordinates were projected twice: degrees and metres were confused.")
    elif np.isfinite(bounds).all() and max(map(abs, bounds)) > _NO_COORDINATE and not proposals:
        text = N_(
            "The coordinates were projected twice, and this cannot be undone; ask for the original."
        )
    return MissingCrsError(text, proposals=proposals, layer=layer)


def bounds_of(layer: gpd.GeoDataFrame) -> Bounds:
    """Return west, south, east and north of a layer in its own units."""
    west, south, east, north = (float(edge) for edge in layer.total_bounds)
    return west, south, east, north
