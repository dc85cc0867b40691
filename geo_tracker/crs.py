"""The coordinate systems in use, and the way between them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo_tracker.packed import Layer
from geo_tracker.parallel import in_threads

STORAGE_CRS = CRS.from_epsg(4490)
"""What the database holds: CGCS2000 longitude and latitude, valid for the whole country."""

AREA_CRS = CRS.from_proj4(
    "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs"
)
"""Where areas are measured: Albers equal-area for China on the CGCS2000 ellipsoid."""

TILE_CRS = CRS.from_epsg(3857)
"""What map tiles are cut in: Web Mercator."""

MU_M2 = 2000 / 3
"""Square metres of one mu (亩)."""


_CHINA = (73.0, 3.0, 136.0, 54.0)


def area_crs(layer: Layer) -> CRS:
    """Return a CRS in metres whose areas are true where a layer lies.

    Parameters
    ----------
    layer : GeoDataFrame or PackedLayer
        Any geometry kind, with a CRS.

    Returns
    -------
    CRS
        ``AREA_CRS`` within China, so that figures of different layers can be compared; elsewhere
        Lambert's azimuthal equal-area projection about the layer's middle.
    """
    west, south, east, north = layer.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return AREA_CRS
    to_degrees = transformer(layer.crs, CRS.from_epsg(4326))
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    if _CHINA[0] <= lon <= _CHINA[2] and _CHINA[1] <= lat <= _CHINA[3]:
        return AREA_CRS
    return CRS.from_proj4(
        f"+proj=laea +lat_0={lat:.6f} +lon_0={lon:.6f} +ellps=GRS80 +units=m +no_defs"
    )


def in_crs(layer: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Return the layer in another CRS, unchanged when it is there already.

    Parameters
    ----------
    layer : GeoDataFrame
        Any geometry kind, with a CRS.
    crs : CRS
        Where to.

    Returns
    -------
    GeoDataFrame
        Same index and columns.
    """
    if layer.crs == crs:
        return layer
    shapes = layer.geometry.to_numpy()
    if layer.crs is None or shapely.has_z(shapes).any():
        return layer.to_crs(crs)
    way = way_between(layer.crs, crs)

    def moved(part: Any) -> Any:
        return shapely.transform(part, way, interleaved=False)

    return layer.set_geometry(in_threads(moved, shapes), crs=crs)


def areas_m2(layer: gpd.GeoDataFrame) -> Any:
    """Return the area of each shape, measured in `AREA_CRS`.

    Parameters
    ----------
    layer : GeoDataFrame
        Polygons with a CRS.

    Returns
    -------
    array of float
        Square metres, in the order of the rows. No copy of all shapes is made for it.
    """
    way = way_between(layer.crs, AREA_CRS)

    def measured(part: Any) -> Any:
        return shapely.area(shapely.transform(part, way, interleaved=False))

    return in_threads(measured, layer.geometry.to_numpy())


@lru_cache(maxsize=64)
def transformer(from_crs: CRS, to_crs: CRS) -> Transformer:
    """Return what goes from one CRS to another, east before north.

    PROJ takes a tenth of a second to find a way, which is then kept.
    """
    return Transformer.from_crs(from_crs, to_crs, always_xy=True)


def way_between(from_crs: CRS, to_crs: CRS) -> Callable[..., Any]:
    """Return what takes arrays of x and y (east before north) to those of another CRS."""
    way: Callable[..., Any] = transformer(from_crs, to_crs).transform
    return way
