"""Geometries as the bytes that a GeoPackage holds."""

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from geo_tracker.crs import STORAGE_CRS

SRID: int = STORAGE_CRS.to_epsg(min_confidence=100) or 0
_POLYGON = struct.pack("<BI", 1, 3)
_MULTIPOLYGON_OF_ONE = struct.pack("<BII", 1, 6, 1)
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


def geopackage_blobs(geometries: Any) -> list[bytes | None]:
    """Return GeoPackage blobs (header with x/y envelope, then WKB) for an array of geometries."""
    geometries = np.asarray(geometries, dtype=object)
    return boxed_blobs(shapely.to_wkb(geometries), shapely.bounds(geometries))


def boxed_blobs(wkbs: Iterable[bytes | None], bounds: Any) -> list[bytes | None]:
    """Return GeoPackage blobs for shapes that are WKB already, and their bounds (NaN: empty)."""
    boxed = struct.Struct("<2sBBi4d").pack
    blobs: list[bytes | None] = []
    for wkb, (x0, y0, x1, y1) in zip(wkbs, bounds.tolist(), strict=True):
        if wkb is None:
            blobs.append(None)
        elif x0 != x0:  # noqa: PLR0124 - NaN
            blobs.append(struct.pack("<2sBBi", b"GP", 0, 0x11, SRID) + wkb)
        else:
            blobs.append(boxed(b"GP", 0, 0x03, SRID, x0, x1, y0, y1) + wkb)
    return blobs


def as_multipolygon(wkb: bytes) -> bytes:
    """Return a polygon's WKB as that of a MultiPolygon of one; any other as it is."""
    if wkb[:5] != _POLYGON:
        return wkb
    return _MULTIPOLYGON_OF_ONE + wkb


def wkb_of(blob: bytes | None) -> bytes | None:
    """Return the WKB inside a GeoPackage blob; plain WKB passes through."""
    if blob is None:
        return None
    blob = bytes(blob)
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :] if blob[:2] == b"GP" else blob
