"""A part of the Earth on paper: what the sheet says of its scale and north is true."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, way_between
from geo_tracker.maps.paper import Paper, paper_for, scale_bar

GEOD = Geod(ellps="GRS80")
WIDTH, HEIGHT = 318.0, 245.0

latitudes = st.floats(16, 53)
longitudes = st.floats(74, 134)
sizes = st.floats(0.004, 5.5)

quick = settings(deadline=None, max_examples=40)


def square(lon: float, lat: float, size: float) -> tuple[float, float, float, float]:
    return lon - size / 2, lat - size / 2, lon + size / 2, lat + size / 2


def metres_between(paper: Paper, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the way on the ground between two points of the frame, given in millimetres."""
    back = way_between(paper.crs, STORAGE_CRS)
    (lon, lat), (to_lon, to_lat) = (
        back(paper.west + x * paper.unit_per_mm, paper.north - y * paper.unit_per_mm)
        for x, y in (a, b)
    )
    return float(GEOD.inv(lon, lat, to_lon, to_lat)[2])


@quick
@given(lon=longitudes, lat=latitudes, size=sizes)
def test_a_scale_bar_is_as_long_as_it_says_at_any_latitude(
    lon: float, lat: float, size: float
) -> None:
    paper = paper_for(square(lon, lat, size), width_mm=WIDTH, height_mm=HEIGHT)
    bar = scale_bar(paper, longest_mm=62)
    middle = WIDTH / 2, HEIGHT / 2
    ends = (middle[0] - bar.length_mm / 2, middle[1]), (middle[0] + bar.length_mm / 2, middle[1])
    assert metres_between(paper, *ends) == pytest.approx(bar.length_m, rel=1e-3)
    assert 24 < bar.length_mm <= 62
    assert str(bar.length_m)[0] in "125"


@quick
@given(lon=longitudes, lat=latitudes, size=sizes)
def test_the_fraction_is_true_in_the_middle_of_the_sheet(
    lon: float, lat: float, size: float
) -> None:
    paper = paper_for(square(lon, lat, size), width_mm=WIDTH, height_mm=HEIGHT)
    millimetre = metres_between(paper, (WIDTH / 2 - 0.5, HEIGHT / 2), (WIDTH / 2 + 0.5, HEIGHT / 2))
    assert millimetre * 1000 == pytest.approx(paper.scale, rel=1e-3)
    assert len(str(paper.scale).rstrip("0")) <= 2


@quick
@given(lon=longitudes, lat=latitudes, size=sizes, margin=st.floats(0, 20))
def test_all_that_was_asked_for_lies_within_the_margin(
    lon: float, lat: float, size: float, margin: float
) -> None:
    bounds = square(lon, lat, size)
    paper = paper_for(bounds, width_mm=WIDTH, height_mm=HEIGHT, margin_mm=margin)
    corners = paper.placed(shapely.segmentize(shapely.box(*bounds), size / 20)).bounds
    west, north, east, south = corners
    assert west >= margin - 0.1
    assert north >= margin - 0.1
    assert east <= WIDTH - margin + 0.1
    assert south <= HEIGHT - margin + 0.1
    # No smaller than it has to be: two digits of the denominator cost a tenth at most.
    assert max((east - west) / (WIDTH - 2 * margin), (south - north) / (HEIGHT - 2 * margin)) > 0.88


@quick
@given(lon=longitudes, lat=latitudes, size=sizes)
def test_the_arrow_points_along_the_meridian(lon: float, lat: float, size: float) -> None:
    paper = paper_for(square(lon, lat, size), width_mm=WIDTH, height_mm=HEIGHT)
    back = way_between(paper.crs, STORAGE_CRS)
    west, south, east, north = paper.box
    here = back((west + east) / 2, (south + north) / 2)
    path = paper.placed(shapely.LineString([here, (here[0], here[1] + 0.001)]))
    (x, y), (to_x, to_y) = shapely.get_coordinates(path)
    turned = shapely.affinity.rotate(
        shapely.LineString([(x, y), (x, y - 1)]), paper.north_deg, origin=(x, y)
    )
    up_x, up_y = shapely.get_coordinates(turned)[1] - (x, y)
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    assert (up_x, up_y) == pytest.approx(((to_x - x) / length, (to_y - y) / length), abs=2e-3)


def test_a_county_is_drawn_in_its_zone_and_a_country_as_a_whole() -> None:
    county = paper_for((119.8, 28.7, 120.4, 29.1), width_mm=WIDTH, height_mm=HEIGHT)
    assert county.projection.values == {"meridian": 120}
    country = paper_for((74, 18, 134, 53), width_mm=WIDTH, height_mm=HEIGHT)
    assert country.crs == AREA_CRS


def test_a_bar_of_less_than_a_kilometre_is_in_metres() -> None:
    paper = paper_for(square(120, 29, 0.01), width_mm=WIDTH, height_mm=HEIGHT)
    assert scale_bar(paper, longest_mm=62).label == "200 m"


def test_the_footprint_is_the_frame_on_the_ground() -> None:
    paper = paper_for((119.8, 28.7, 120.4, 29.1), width_mm=WIDTH, height_mm=HEIGHT)
    frame = paper.placed(paper.footprint)
    assert frame.equals_exact(shapely.box(0, 0, WIDTH, HEIGHT), 1e-3) or (
        frame.symmetric_difference(shapely.box(0, 0, WIDTH, HEIGHT)).area < 0.1
    )
    west, south, east, north = paper.bounds
    assert shapely.box(west, south, east, north).buffer(1e-6).covers(paper.footprint)
