"""GCJ-02, the shifted coordinates of Chinese web maps: how far they lie off, and the way back."""

from typing import Any

import numpy as np

_ELLIPSOID_M, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
"""Krasovsky's ellipsoid, which the published offset is computed on."""

_ROUNDS = 6


def gcj02_offset(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Return how far GCJ-02 moves places, in degrees of longitude and latitude.

    Parameters
    ----------
    lon, lat : float or array of float
        True longitudes and latitudes in degrees, in China.

    Notes
    -----
    The formula as published by those who derived it; it is good to about a metre.
    """
    east_m, north_m = _metres(lon - 105.0, lat - 35.0)
    sine = np.sin(np.radians(lat))
    magic = 1 - _ECCENTRICITY * sine * sine
    root = np.sqrt(magic)
    along = _ELLIPSOID_M / root * np.cos(np.radians(lat)) * np.pi
    up = _ELLIPSOID_M * (1 - _ECCENTRICITY) / (magic * root) * np.pi
    return east_m * 180 / along, north_m * 180 / up


def from_gcj02(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Return the true longitudes and latitudes of places given in GCJ-02, good to a millimetre.

    Parameters
    ----------
    lon, lat : float or array of float
        GCJ-02 coordinates in degrees.
    """
    true_lon, true_lat = lon, lat
    for _round in range(_ROUNDS):
        # The offset hardly changes over its own length, so that each round gains two digits.
        east, north = gcj02_offset(true_lon, true_lat)
        true_lon, true_lat = lon - east, lat - north
    return true_lon, true_lat


def _metres(x: Any, y: Any) -> tuple[Any, Any]:
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + _ripple(x, x)
    east = east + (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + _ripple(x, y)
    north = north + (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    return east, north


def _ripple(x: Any, y: Any) -> Any:
    fine = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    return fine + (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
