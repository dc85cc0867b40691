"""Packed layers are the layers they were made of."""

import pickle
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo_tracker.packed import Layer, packed, shapes_at, unpacked


def circles() -> gpd.GeoDataFrame:
    shapes = shapely.buffer(shapely.points(np.arange(9) / 3, 0.1), 0.2)
    return gpd.GeoDataFrame({"name": list("abcdefghi")}, geometry=shapes, crs=4490)


@pytest.mark.parametrize("at", [slice(2, 5), np.array([7, 0, 7]), slice(0, 0)])
@pytest.mark.parametrize("made", [circles(), packed(circles())], ids=["plain", "packed"])
def test_outlines_are_found_by_position(made: Layer, at: object) -> None:
    expected = circles().geometry.to_numpy()[at]
    assert shapely.equals_identical(shapes_at(made, at), expected).all()


def test_a_layer_unpacked_is_the_layer() -> None:
    layer = packed(circles())
    assert len(layer) == 9
    assert layer["name"].tolist() == list("abcdefghi")
    assert layer.index.equals(circles().index)
    assert_geodataframe_equal(unpacked(layer), circles())
    assert unpacked(circles()).equals(circles())


def test_a_packed_layer_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    layer = packed(circles())
    assert list(tmp_path.iterdir()) == []
    assert layer.unpacked().area.sum() > 0


def test_some_outlines_and_further_ones_leave_the_others_as_they_are() -> None:
    shapes = circles().geometry.to_numpy()
    outlines = packed(circles()).outlines
    some = outlines.taken(np.array([3, 1]))
    more = some.with_more(shapely.to_wkb(shapes[[8]]))
    assert [len(outlines), len(some), len(more)] == [9, 2, 3]
    assert shapely.equals_identical(more.shapes(slice(None)), shapes[[3, 1, 8]]).all()
    assert shapely.equals_identical(outlines.shapes(slice(None)), shapes).all()


def test_a_packed_layer_that_is_sent_on_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sent = pickle.dumps(packed(circles()))
    assert len(list(tmp_path.iterdir())) == 1
    assert_geodataframe_equal(pickle.loads(sent).unpacked(), circles())
    assert list(tmp_path.iterdir()) == []
