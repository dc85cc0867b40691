"""A part of the Earth on a sheet of paper: projection, scale, north."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import atan2, ceil, degrees, floor, log10
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Geod

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, transformer, way_between
from geo_tracker.language import N_, Message

Bounds = tuple[float, float, float, float]

_GEOD = Geod(ellps="GRS80")
_ZONE_DEG = 3
"""Width of the zones that surveyors draw counties in."""

_WIDEST_ZONE_DEG = 6
"""What is wider than the widest zone in use is drawn in a projection of the whole country."""

_NICE = (1, 2, 5)


@dataclass(frozen=True)
class Paper:
    """A map frame and what of the Earth lies in it.

    Attributes
    ----------
    crs : CRS
        Plane CRS in metres.
    projection : Message
        Its name for the sheet.
    west, north : float
        The frame's upper left corner in the CRS.
    unit_per_mm : float
        Metres of the CRS to a millimetre.
    scale : int
        Denominator of the representative fraction, true in the middle of the frame.
    width_mm, height_mm : float
        Of the frame.
    """

    crs: CRS
    projection: Message
    west: float
    north: float
    unit_per_mm: float
    scale: int
    width_mm: float
    height_mm: float

    @property
    def box(self) -> Bounds:
        """The frame as west, south, east, north in the CRS."""
        east = self.west + self.width_mm * self.unit_per_mm
        south = self.north - self.height_mm * self.unit_per_mm
        return self.west, south, east, self.north

    @cached_property
    def bounds(self) -> Bounds:
        """What encloses the frame, as west, south, east, north in STORAGE_CRS."""
        back = transformer(self.crs, STORAGE_CRS)
        found: Bounds = back.transform_bounds(*self.box, densify_pts=31)
        return found

    @cached_property
    def footprint(self) -> shapely.Polygon:
        """The frame as a polygon in STORAGE_CRS; its edges are curved there."""
        frame = shapely.segmentize(shapely.box(*self.box), 50 * self.unit_per_mm)
        return shapely.transform(frame, way_between(self.crs, STORAGE_CRS), interleaved=False)

    @cached_property
    def north_deg(self) -> float:
        """Clockwise angle from the frame's upper edge to true north, in its middle."""
        west, south, east, north = self.box
        x, y = (west + east) / 2, (south + north) / 2
        lon, lat = way_between(self.crs, STORAGE_CRS)(x, y)
        x_north, y_north = way_between(STORAGE_CRS, self.crs)(lon, lat + 0.01)
        return degrees(atan2(x_north - x, y_north - y))

    def placed(self, shapes: Any) -> Any:
        """Return shapes of STORAGE_CRS in millimetres from the frame's upper left corner."""
        way = way_between(STORAGE_CRS, self.crs)

        def on_paper(lon: Any, lat: Any) -> tuple[Any, Any]:
            x, y = way(lon, lat)
            return (
                (np.asarray(x) - self.west) / self.unit_per_mm,
                (self.north - np.asarray(y)) / self.unit_per_mm,
            )

        return shapely.transform(shapes, on_paper, interleaved=False)


@dataclass(frozen=True)
class ScaleBar:
    """A bar of a round length.

    Attributes
    ----------
    length_mm : float
        On paper.
    length_m : int
        On the ground.
    """

    length_mm: float
    length_m: int

    @property
    def label(self) -> str:
        """The length with its unit, and nothing that reads otherwise in another language."""
        return f"{self.length_m / 1000:g} km" if self.length_m >= 1000 else f"{self.length_m} m"


def paper_for(bounds: Bounds, *, width_mm: float, height_mm: float, margin_mm: float = 0) -> Paper:
    """Return the paper on which a part of the Earth is as large as it can be.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in STORAGE_CRS.
    width_mm, height_mm : float
        Of the map's frame.
    margin_mm : float
        Left free within the frame.

    Returns
    -------
    Paper
        In the Gauss–Krüger zone of three degrees about the middle, as surveyors draw a county, or
        equal-area where no zone is wide enough. The scale's denominator has two digits and zeros.
    """
    west, _south, east, _north = bounds
    if east - west <= _WIDEST_ZONE_DEG:
        meridian = round((west + east) / 2 / _ZONE_DEG) * _ZONE_DEG
        crs = _zone(meridian)
        name = Message(
            N_("CGCS2000, Gauss–Krüger, central meridian %(meridian)s°"), {"meridian": meridian}
        )
    else:
        crs = AREA_CRS
        name = Message(N_("CGCS2000, Albers equal-area, parallels 25° and 47°, meridian 105°"))
    there = transformer(STORAGE_CRS, crs)
    left, bottom, right, top = there.transform_bounds(*bounds, densify_pts=31)
    x, y = (left + right) / 2, (bottom + top) / 2
    needed = max(
        (right - left) / (width_mm - 2 * margin_mm), (top - bottom) / (height_mm - 2 * margin_mm)
    )
    stretch = _stretch(crs, x, y)
    scale = _readable(max(needed, 0.1) / stretch * 1000)
    unit_per_mm = scale / 1000 * stretch
    return Paper(
        crs=crs,
        projection=name,
        west=x - width_mm / 2 * unit_per_mm,
        north=y + height_mm / 2 * unit_per_mm,
        unit_per_mm=unit_per_mm,
        scale=scale,
        width_mm=width_mm,
        height_mm=height_mm,
    )


def scale_bar(paper: Paper, *, longest_mm: float) -> ScaleBar:
    """Return the longest bar of 1, 2 or 5 times a power of ten metres that finds room."""
    most = longest_mm * paper.scale / 1000
    power = 10 ** floor(log10(most))
    metres = max(step * power for step in _NICE if step * power <= most)
    return ScaleBar(metres / paper.scale * 1000, round(metres))


@lru_cache(maxsize=64)
def _zone(meridian: int) -> CRS:
    return CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +ellps=GRS80 +units=m"
    )


def _stretch(crs: CRS, x: float, y: float) -> float:
    """Return how many metres of a CRS a metre of the ground is, eastwards at a point."""
    lon, lat = way_between(crs, STORAGE_CRS)([x - 500, x + 500], [y, y])
    _forth, _back, metres = _GEOD.inv(lon[0], lat[0], lon[1], lat[1])
    return 1000 / float(metres)


def _readable(scale: float) -> int:
    """Round a denominator up to two digits and zeros."""
    step: int = 10 ** max(0, floor(log10(scale)) - 1)
    return ceil(scale / step - 1e-9) * step
