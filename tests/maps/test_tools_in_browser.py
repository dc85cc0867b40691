"""What the map's tools say, against those who know: PROJ, and our own GCJ-02."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pyproj import Geod, Transformer

from geo_tracker.config import ROOT
from geo_tracker.gcj02 import gcj02_offset
from tests.browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPTS = ROOT / "geo_tracker" / "static"
GEOD = Geod(ellps="WGS84")
PLACES = [(120.03, 28.93), (74.1, 39.2), (134.9, 48.3), (109.6, 18.2)]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.add_script_tag(path=SCRIPTS / "vendor" / "leaflet" / "leaflet.js")
        page.evaluate("window.geoTracker = { addMapPart: () => {} }")
        for name in ("dom", "measure", "coordinates", "basemap"):
            page.add_script_tag(path=SCRIPTS / "js" / "map" / f"{name}.js")
        yield page


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("step", [0.0005, 0.02, 0.5])
def test_lengths_are_those_of_the_ellipsoid(
    page: Page, lon: float, lat: float, step: float
) -> None:
    ends = [{"lng": lon, "lat": lat}, {"lng": lon + step, "lat": lat + step / 3}]
    found = page.evaluate("([a, b]) => geoTracker.distanceM(a, b)", ends)
    _to, _from, metres = GEOD.inv(lon, lat, lon + step, lat + step / 3)
    assert found == pytest.approx(metres, rel=1e-4)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("step", [0.0005, 0.02, 0.1])
def test_areas_are_those_of_the_ellipsoid(page: Page, lon: float, lat: float, step: float) -> None:
    ring = [(lon, lat), (lon + step, lat + step / 5), (lon + step / 2, lat + step)]
    found = page.evaluate("geoTracker.areaM2", [{"lng": x, "lat": y} for x, y in ring])
    area, _around = GEOD.polygon_area_perimeter([x for x, _ in ring], [y for _, y in ring])
    assert found == pytest.approx(abs(area), rel=1e-3)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_metres_are_those_of_the_zone(page: Page, lon: float, lat: float) -> None:
    found = page.evaluate("geoTracker.gaussKruger", {"lng": lon, "lat": lat})
    central = round(lon / 3) * 3
    assert found["central"] == central
    to_zone = Transformer.from_crs(4490, 4534 + (central - 75) // 3, always_xy=True)
    easting, northing = to_zone.transform(lon, lat)
    assert found["easting"] == pytest.approx(easting, abs=0.01)
    assert found["northing"] == pytest.approx(northing, abs=0.01)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_a_base_map_in_gcj_02_is_off_by_what_the_importer_says(
    page: Page, lon: float, lat: float
) -> None:
    found = page.evaluate("geoTracker.toGcj02", {"lng": lon, "lat": lat})
    east, north = gcj02_offset(lon, lat)
    assert found["lng"] == pytest.approx(lon + float(east), abs=1e-9)
    assert found["lat"] == pytest.approx(lat + float(north), abs=1e-9)
