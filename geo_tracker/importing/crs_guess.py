"""What the coordinates of a layer say about its missing coordinate system."""

from typing import Any

import numpy as np
from pyproj import CRS, Transformer

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.errors import UnusableLayerError

CHINA_LON_LAT = (73.0, 3.0, 136.0, 54.0)
"""Rough box of the country in degrees: west, south, east, north."""

_NORTHING = (3e5, 6.2e6)
_ZONE_EASTING = (1e5, 9e5)
_METRES_PER_ZONE_NUMBER = 1e6
_MERCATOR_M = (8.1e6, 15.2e6)
_PREFIXED_3_DEGREE = range(25, 46)
_PREFIXED_6_DEGREE = range(13, 24)


class MissingCrsError(UnusableLayerError):
    """A layer whose coordinate system is not stated, or cannot be the stated one.

    Attributes
    ----------
    proposals : list of (str, str)
        ``("EPSG:4549", why)``, the likelier first; empty when nothing fits. ``why`` is the name
        of the system and where the middle of the layer would fall, the same in any language.
    """

    def __init__(self, text: str, *, proposals: list[tuple[str, str]], **values: Any) -> None:
        super().__init__(text, **values)
        self.proposals = proposals


def crs_proposals(bounds: tuple[float, float, float, float]) -> list[tuple[str, str]]:
    """Propose coordinate systems from the magnitude of coordinates.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in the layer's own, unknown units.

    Returns
    -------
    list of (str, str)
        See `MissingCrsError.proposals`. A zone-prefixed easting leaves one system; an
        unprefixed one leaves every central meridian of the country, from west to east.
    """
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        return []
    middle = ((west + east) / 2, (south + north) / 2)
    described = [_described(epsg, middle) for epsg in _candidates(west, south, east, north)]
    return [proposal for proposal in described if proposal is not None]


def are_swapped(bounds: tuple[float, float, float, float]) -> bool:
    """Say whether the first coordinate is the northing (X in Chinese surveying) or latitude."""
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        return False
    return not _candidates(*bounds) and bool(_candidates(south, west, north, east))


def in_china(lon: Any, lat: Any) -> Any:
    """Say of longitudes and latitudes in degrees whether they lie in the country's rough box."""
    west, south, east, north = CHINA_LON_LAT
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _candidates(west: float, south: float, east: float, north: float) -> list[int]:
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
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
    return list(range(4534, 4555)) if zone == 0 else mercator


def _described(epsg: int, middle: tuple[float, float]) -> tuple[str, str] | None:
    crs = CRS.from_epsg(epsg)
    lon, lat = Transformer.from_crs(crs, STORAGE_CRS, always_xy=True).transform(*middle)
    if not in_china(lon, lat):
        return None
    return f"EPSG:{epsg}", f"{crs.name}, {lon:.2f}°E {lat:.2f}°N"
