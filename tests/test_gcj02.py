"""GCJ-02 is some hundred metres off, and the way back ends where it began."""

import numpy as np
import pytest

from geo_tracker.gcj02 import from_gcj02, gcj02_offset


def test_the_published_example_comes_out() -> None:
    # Tiananmen in WGS 84 and in GCJ-02, as coordtransform libraries document it.
    east, north = gcj02_offset(116.404, 39.915)
    assert 116.404 + east == pytest.approx(116.41024449916938, abs=1e-7)
    assert 39.915 + north == pytest.approx(39.91640428150164, abs=1e-7)


def test_all_over_the_country_it_is_some_hundred_metres() -> None:
    lon, lat = np.meshgrid(np.linspace(80, 130, 26), np.linspace(20, 50, 16))
    east, north = gcj02_offset(lon, lat)
    metres = np.hypot(east * 111_320 * np.cos(np.radians(lat)), north * 110_900)
    assert metres.min() > 10
    assert metres.max() < 1000


def test_there_and_back_is_less_than_a_millimetre() -> None:
    lon, lat = np.meshgrid(np.linspace(80, 130, 26), np.linspace(20, 50, 16))
    east, north = gcj02_offset(lon, lat)
    back_lon, back_lat = from_gcj02(lon + east, lat + north)
    assert np.abs(back_lon - lon).max() < 1e-9
    assert np.abs(back_lat - lat).max() < 1e-9
