"""What the coordinates of a layer say about a coordinate system that is missing or wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS

from geo_tracker.crs import STORAGE_CRS, transformer
from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.readings import AS_THEY_ARE, SWAPPED, TWICE, UNPROJECTED, read_as

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""

CHINA_LON_LAT = (73.0, 3.0, 136.0, 54.0)
"""Rough box of the country in degrees: west, south, east, north."""

CENTRAL_MERIDIAN_ZONES = range(4534, 4555)
"""CGCS2000 in 3-degree zones without a zone number, from 75 to 135 degrees east."""

_NORTHING = (3e5, 6.2e6)
_ZONE_EASTING = (1e5, 9e5)
_METRES_PER_ZONE_NUMBER = 1e6
_MERCATOR_M = (8.1e6, 15.2e6)
_PREFIXED_3_DEGREE = range(25, 46)
_PREFIXED_6_DEGREE = range(13, 24)
_NOBODYS_M = 1e8
"""No system of metres has coordinates as large; the zone number 45 makes 45,900,000."""
_NEAR_EQUATOR_DEGREES = 0.01
_KM_PER_DEGREE = 111.32


@dataclass(frozen=True)
class Proposal:
    """A way to understand a layer's coordinates, and where its middle would then fall.

    Attributes
    ----------
    crs : str
        ``EPSG:4549``.
    crs_name : str
        The system's own name, the same in any language.
    reading : str
        How the coordinates are read before they are in that system; see `readings`.
    lon, lat : float
        Middle of the layer in `STORAGE_CRS`, in degrees.
    """

    crs: str
    crs_name: str
    reading: str
    lon: float
    lat: float


class MissingCrsError(UnusableLayerError):
    """A layer whose coordinate system is not stated, or cannot be the stated one.

    Attributes
    ----------
    proposals : list of Proposal
        The likelier first; empty when nothing fits.
    layer : GeoDataFrame or None
        The shapes as the file has them, for a picture of where they would fall, and ``code``
        where the file has one.
    """

    def __init__(
        self,
        text: str,
        *,
        proposals: list[Proposal],
        layer: gpd.GeoDataFrame | None = None,
        **values: Any,
    ) -> None:
        super().__init__(text, **values)
        self.proposals = proposals
        self.layer = layer


def crs_proposals(bounds: Bounds) -> list[Proposal]:
    """Propose ways to understand coordinates from their magnitude.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in the layer's own, unknown units.

    Returns
    -------
    list of Proposal
        A zone-prefixed easting leaves one system; an unprefixed one leaves every central
        meridian of the country, from west to east. Only coordinates that fit no system as they
        are get proposals to read them otherwise: swapped, or projected once too often.
    """
    if not np.isfinite(bounds).all():
        return []
    found = [
        proposal
        for epsg in _systems(*bounds)
        if (proposal := _proposal(epsg, AS_THEY_ARE, bounds)) is not None
    ]
    return found or list(_read_otherwise(bounds))


def ranked(proposals: list[Proposal], area: Bounds | None) -> list[Proposal]:
    """Return proposals with those first that fall into, or nearest to, an area in degrees."""
    if area is None:
        return proposals
    middle = ((area[0] + area[2]) / 2, (area[1] + area[3]) / 2)

    def away(proposal: Proposal) -> tuple[float, float]:
        # Outside of the area first; inside of it, and of a wide one, nearer to its middle.
        return (
            round(distance_km(proposal.lon, proposal.lat, area)),
            round(distance_km(proposal.lon, proposal.lat, (*middle, *middle)), -1),
        )

    return sorted(proposals, key=away)


def distance_km(lon: float, lat: float, area: Bounds) -> float:
    """Return how far a place lies from a box in degrees, roughly; 0 inside of it."""
    west, south, east, north = area
    across = max(west - lon, 0.0, lon - east) * cos(radians(lat))
    return hypot(across, max(south - lat, 0.0, lat - north)) * _KM_PER_DEGREE


def are_swapped(bounds: Bounds) -> bool:
    """Say whether the first coordinate is the northing (X in Chinese surveying) or latitude."""
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        return False
    return not _systems(*bounds) and bool(_systems(south, west, north, east))


def are_degrees(bounds: Bounds) -> bool:
    """Say whether coordinates can be degrees at all."""
    west, south, east, north = bounds
    return max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90


def in_china(lon: Any, lat: Any) -> Any:
    """Say of longitudes and latitudes in degrees whether they lie in the country's rough box."""
    west, south, east, north = CHINA_LON_LAT
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _systems(west: float, south: float, east: float, north: float) -> list[int]:
    if are_degrees((west, south, east, north)):
        inside = in_china(np.array([west, east]), np.array([south, north])).all()
        return [4490, 4326] if inside else []
    if not (_NORTHING[0] < south and north < _NORTHING[1]):
        return []
    # Web Mercator eastings of the country look like those of the western 6-degree zones.
    mercator = [3857] if west > _MERCATOR_M[0] and east < _MERCATOR_M[1] else []
    zone, easting = divmod((west + east) / 2, _METRES_PER_ZONE_NUMBER)
    if not _ZONE_EASTING[0] < easting < _ZONE_EASTING[1]:
        return mercator
    if zone in _PREFIXED_3_DEGREE:
        return [4488 + int(zone)]
    if zone in _PREFIXED_6_DEGREE:
        return [4478 + int(zone), *mercator]
    return list(CENTRAL_MERIDIAN_ZONES) if zone == 0 else mercator


def _read_otherwise(bounds: Bounds) -> Iterator[Proposal]:
    west, south, east, north = bounds
    readings = [SWAPPED]
    if max(abs(west), abs(east)) > _NOBODYS_M:
        readings.append(TWICE)
    if are_degrees(bounds) and max(abs(south), abs(north)) < _NEAR_EQUATOR_DEGREES:
        # Degrees that were taken for metres and brought to degrees end up beside the equator,
        # west of the central meridian by the false easting, or at 0° from Web Mercator.
        readings += [f"{UNPROJECTED}:{epsg}" for epsg in (*CENTRAL_MERIDIAN_ZONES, 3857)]
    for reading in readings:
        xy = read_as(np.array([[west, south], [east, north]]), reading)
        if np.isfinite(xy).all():
            (west_, south_), (east_, north_) = np.sort(xy, axis=0).tolist()
            for epsg in _systems(west_, south_, east_, north_)[: 1 if ":" in reading else None]:
                proposal = _proposal(epsg, reading, (west_, south_, east_, north_))
                if proposal is not None:
                    yield proposal


def _proposal(epsg: int, reading: str, bounds: Bounds) -> Proposal | None:
    west, south, east, north = bounds
    crs = CRS.from_epsg(epsg)
    to_degrees = transformer(crs, STORAGE_CRS)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    if not in_china(lon, lat):
        return None
    return Proposal(f"EPSG:{epsg}", crs.name, reading, round(lon, 4), round(lat, 4))
