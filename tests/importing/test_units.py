"""Layers of any country are read for comparison, and what cannot be compared is refused."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from geopandas.testing import assert_geodataframe_equal

from geo_tracker.errors import InputError, UnusableLayerError
from geo_tracker.importing import units
from geo_tracker.importing.units import read_units
from geo_tracker.packed import PackedLayer, unpacked


def layer(**columns: list[object]) -> gpd.GeoDataFrame:
    """Return squares in a row, one per value."""
    west = 600_000 + 1000 * np.arange(len(next(iter(columns.values()))))
    boxes = shapely.box(west, 6e6, west + 1000, 6.001e6)
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=25832)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".shp", ".kml"])
def test_files_of_many_kinds_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"units{suffix}"
    made = layer(uid=["a", "b"], name=["Ås", "Bø"])
    made.to_crs(4326 if suffix in {".kml", ".geojson"} else 25832).to_file(path)
    found = read_units(path)
    assert sorted(found.units["name"]) == ["Bø", "Ås"]
    if suffix != ".kml":  # KML keeps the id in its extended data under a name of its own
        assert sorted(found.units.index) == ["a", "b"]


def test_rows_of_one_id_that_touch_are_one_unit(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    layer(uid=["a", "a", "b"], name=["x", "x", "y"]).to_file(path)
    found = read_units(path)
    assert found.units.index.tolist() == ["a", "b"]
    assert unpacked(found.units).geometry["a"].area == pytest.approx(2e6)
    assert any("joined" in problem.message.text for problem in found.report.problems)


def test_rows_of_one_id_apart_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    layer(uid=["a", "b", "a"]).to_file(path)
    with pytest.raises(UnusableLayerError, match="not unique: a"):
        read_units(path)


def test_numbers_and_missing_ids_become_text(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    layer(code=[101.0, 102.0, np.nan], name=["x", None, " z "]).to_file(path)
    found = read_units(path)
    assert found.units.index.tolist() == ["101", "102", "row 3"]
    assert found.units["name"].dropna().tolist() == ["x", "z"]


def test_given_columns_are_taken_and_must_exist(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    layer(uid=["a", "b"], other=["c", "d"], label=["x", "y"]).to_file(path)
    found = read_units(path, id_column="other", name_column="label")
    assert found.units.index.tolist() == ["c", "d"]
    assert found.units["name"].tolist() == ["x", "y"]
    with pytest.raises(InputError, match="no column nothing"):
        read_units(path, id_column="nothing")


def test_without_an_id_rows_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    layer(label=["x", "y"]).to_file(path)
    assert read_units(path).units.index.tolist() == ["1", "2"]


def test_crossing_outlines_are_repaired_and_said(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    made = layer(uid=["a", "b"])
    made.loc[0, "geometry"] = shapely.Polygon(
        [(600_000, 6e6), (601_000, 6.001e6), (601_000, 6e6), (600_000, 6.001e6)]
    )
    made.to_file(path)
    found = read_units(path)
    assert unpacked(found.units).is_valid.all()
    assert any("repaired" in problem.message.text for problem in found.report.problems)


def test_a_layer_without_crs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    layer(uid=["a"]).set_crs(None, allow_override=True).to_file(path)
    with pytest.raises(UnusableLayerError, match="coordinate system"):
        read_units(path)


def test_points_and_empty_layers_are_refused(tmp_path: Path) -> None:
    points, empty = tmp_path / "points.gpkg", tmp_path / "empty.gpkg"
    made = layer(uid=["a", "b"])
    made.set_geometry(made.centroid).to_file(points)
    made.iloc[:0].to_file(empty)
    with pytest.raises(UnusableLayerError, match="no areas"):
        read_units(points)
    with pytest.raises(UnusableLayerError, match="empty"):
        read_units(empty)


def test_an_outline_too_large_to_be_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "MOST_VERTICES", 1000)
    path = tmp_path / "units.gpkg"
    made = layer(uid=["a", "b"])
    made.loc[1, "geometry"] = shapely.Point(601_500, 6.0005e6).buffer(400, quad_segs=300)
    made.to_file(path)
    with pytest.raises(UnusableLayerError, match="row 2: an outline of 1201 vertices"):
        read_units(path)


def test_text_called_gpkg_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "units.gpkg"
    path.write_text("hello")
    with pytest.raises(UnusableLayerError):
        read_units(path)


def damaged() -> gpd.GeoDataFrame:
    """Return units with all that can be wrong with single rows."""
    made = layer(uid=["a", "b", "c", "d", "a", "e", "f"], name=list("tuvwxyz"))
    shapes = made.geometry.to_numpy().copy()
    west, south, _east, _north = shapely.bounds(shapes).T
    shapes[1] = shapely.force_3d(shapes[1], 7)
    shapes[2] = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    shapes[3] = None
    shapes[4] = shapely.box(west[0], south[0] + 1000, west[0] + 1000, south[0] + 2000)
    shapes[5] = shapely.Point(-1e7, 0)
    shapes[6] = shapely.MultiPolygon([shapes[6], shapely.box(1, 1, 2, 2)])
    return made.set_geometry(gpd.GeoSeries(shapes, crs=made.crs))


def test_a_large_layer_is_packed_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "units.gpkg"
    damaged().to_file(path)
    found = read_units(path)
    monkeypatch.setattr(units, "MOST_UNPACKED", 4)
    monkeypatch.setattr(units, "_AT_ONCE", 2)
    whole = read_units(path)
    assert isinstance(whole.units, GeoDataFrame)
    monkeypatch.setattr(units, "MOST_UNPACKED", 3)
    packed = read_units(path)
    assert isinstance(packed.units, PackedLayer)
    assert packed.report == whole.report == found.report
    assert len(packed.report.problems) == 4
    assert whole.units.index.tolist() == ["a", "b", "c", "f"]
    assert_geodataframe_equal(whole.units, found.units)
    assert_geodataframe_equal(packed.units.unpacked(), found.units)
    assert packed.units.total_bounds.tolist() == found.units.total_bounds.tolist()
    assert whole.units.is_valid.all()
    assert not whole.units.has_z.any()
