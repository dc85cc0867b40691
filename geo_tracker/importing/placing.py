"""Where a layer lies: its coordinate system settled, faults undone, brought to the storage CRS."""

import geopandas as gpd
import numpy as np
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
    layer: gpd.GeoDataFrame, *, chosen: str | None, stated_in: str
) -> tuple[CRS, Message]:
    """Return the CRS of a layer and how it is known.

    Parameters
    ----------
    layer : GeoDataFrame
        As read, with the CRS of its file or none.
    chosen : str or None
        What a person chose: ``EPSG:4549``, ``4549`` or WKT.
    stated_in : str
        Where the file states it, such as ``.prj``.

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
    crs = layer.crs
    if crs is not None and (crs.is_projected or crs.is_geographic):
        return crs, Message(N_("Stated in the file (%(place)s)."), {"place": stated_in})
    raise _missing_crs(layer, N_("The layer does not state its coordinate system (.prj)."))


def read_otherwise(
    layer: gpd.GeoDataFrame, reading: str | None, report: ImportReport
) -> gpd.GeoDataFrame:
    """Return a layer with a fault of its coordinates undone as a person chose; see `readings`."""
    if not reading:
        return layer
    shapes = shapely.transform(layer.geometry.to_numpy(), lambda xy: read_as(xy, reading))
    said = said_of(reading)
    if said is not None:
        report.add("info", said)
    return layer.set_geometry(shapes, crs=layer.crs)


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


def in_storage(layer: gpd.GeoDataFrame, report: ImportReport) -> gpd.GeoDataFrame:
    """Bring a layer to the storage CRS.

    Parameters
    ----------
    layer : GeoDataFrame
        Any geometry kind, in the CRS that was settled, indexed by the row in the file.
    report : ImportReport
        Where shapes outside of China are noted.

    Returns
    -------
    GeoDataFrame
        In `STORAGE_CRS`, index kept.

    Raises
    ------
    MissingCrsError
        If the coordinates cannot be in the CRS: they fall off the earth; or they all fall
        outside of China, and in it when they are read as what they look like.
    """
    try:
        stored = in_crs(layer, STORAGE_CRS)
    except ProjError as error:
        raise _missing_crs(layer, _CANNOT_BE) from error
    bounds = shapely.bounds(stored.geometry.to_numpy())
    west, south, east, north = bounds.T
    limits = np.array([180.0, 90.0, 180.0, 90.0])
    if not (np.isfinite(bounds).all() and (np.abs(bounds) <= limits).all()):
        raise _missing_crs(layer, _CANNOT_BE)
    outside = ~(in_china(west, south) & in_china(east, north))
    if outside.all() and _are_something_else(layer.crs, bounds_of(layer)):
        raise _missing_crs(layer, _CANNOT_BE)
    endless = (east - west > _WIDEST_DEGREES) | (north - south > _WIDEST_DEGREES)
    report.add_rows(
        "error",
        Message(
            N_("The outline reaches over more than %(degrees)s degrees, as no village does."),
            {"degrees": _WIDEST_DEGREES},
        ),
        stored.index[endless],
    )
    outside &= ~endless
    if outside.any():
        report.add(
            "warning",
            Message(
                N_("%(count)s of %(total)s shapes lie outside of China, in %(crs)s."),
                {"count": int(outside.sum()), "total": len(stored), "crs": crs_name(layer.crs)},
            ),
            row=stored.index[outside][0],
        )
    return stored[~endless]


def converted_from_gcj02(layer: gpd.GeoDataFrame, report: ImportReport) -> gpd.GeoDataFrame:
    """Return a layer in `STORAGE_CRS` brought back from GCJ-02, as a person chose, and say so."""

    def back(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return from_gcj02(lon, lat)

    shapes = shapely.transform(layer.geometry.to_numpy(), back, interleaved=False)
    report.add(
        "info", Message(N_("The layer was converted from GCJ-02, as chosen; good to about 1 m."))
    )
    return layer.set_geometry(shapes, crs=layer.crs)


def _are_something_else(crs: CRS, raw: Bounds) -> bool:
    """Say whether coordinates outside of China are swapped, of another unit, or projected twice."""
    if are_degrees(raw) != crs.is_geographic:
        return bool(crs_proposals(raw))
    return any(proposal.reading for proposal in crs_proposals(raw))


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
