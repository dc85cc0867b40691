"""Coordinates in the wrong place are recognised, and undone as a person chooses."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import CRS, Transformer

from geo_tracker.crs import in_crs
from geo_tracker.errors import InputError
from geo_tracker.gcj02 import gcj02_offset
from geo_tracker.importing.crs_guess import MissingCrsError, crs_proposals, distance_km, ranked
from geo_tracker.importing.crs_list import crs_families
from geo_tracker.importing.layers import LayerChoices, read_boundaries
from geo_tracker.importing.provinces import PROVINCES, province_of
from tests.importing.shapes import shapefile, villages, zipped

YONGKANG = (119.9, 28.7, 120.3, 29.1)


def moved(layer: gpd.GeoDataFrame, way: Any) -> gpd.GeoDataFrame:
    return layer.set_geometry(shapely.transform(layer.geometry.to_numpy(), way), crs=layer.crs)


def swapped(xy: Any) -> Any:
    return xy[:, ::-1]


def refused(path: Path) -> MissingCrsError:
    with pytest.raises(MissingCrsError) as caught:
        read_boundaries(path)
    return caught.value


def undone(path: Path) -> gpd.GeoDataFrame:
    """Return the features once the first proposal is taken."""
    first = ranked(refused(path).proposals, YONGKANG)[0]
    choices = LayerChoices(crs=first.crs, reading=first.reading)
    return read_boundaries(path, choices=choices).features


def is_right(features: gpd.GeoDataFrame) -> bool:
    """Say whether squares lie where `villages` draws them, to the centimetre."""
    true = in_crs(villages(), CRS.from_epsg(4490)).geometry.to_numpy()
    return bool((shapely.hausdorff_distance(features.geometry.to_numpy(), true) < 1e-7).all())


@pytest.mark.parametrize("stated", [4490, 4326, 4549, 4528])
def test_swapped_coordinates_are_found_whatever_system_is_stated(
    tmp_path: Path, stated: int
) -> None:
    layer = moved(villages().to_crs(stated), swapped)
    packed = zipped(shapefile(tmp_path, layer))
    error = refused(packed)
    assert "swapped" in str(error)
    assert all(proposal.reading == "swapped" for proposal in error.proposals)
    assert is_right(undone(packed))


@pytest.mark.parametrize("wrongly", [4549, 4548, 4550, 3857])
def test_degrees_taken_for_metres_and_made_degrees_again_are_brought_back(
    tmp_path: Path, wrongly: int
) -> None:
    back = Transformer.from_crs(wrongly, 4490, always_xy=True)
    degrees = villages().to_crs(4490)
    layer = moved(degrees, lambda xy: np.column_stack(back.transform(*xy.T)))
    packed = zipped(shapefile(tmp_path, layer))
    error = refused(packed)
    assert "projected twice" in str(error)
    assert f"unprojected:{wrongly}" in [proposal.reading for proposal in error.proposals]
    assert is_right(undone(packed))


def test_metres_taken_for_degrees_and_multiplied_again_are_brought_back(tmp_path: Path) -> None:
    packed = zipped(shapefile(tmp_path, moved(villages(), lambda xy: xy * 6378137 * np.pi / 180)))
    assert "projected twice" in str(refused(packed))
    assert is_right(undone(packed))


def test_metres_of_which_only_the_easting_is_left_cannot_be_undone(tmp_path: Path) -> None:
    # Web maps cut latitudes off at 85 degrees before they project.
    lost = moved(villages(), lambda xy: np.column_stack([xy[:, 0] * 111_319.49, xy[:, 1] + 2e7]))
    error = refused(zipped(shapefile(tmp_path, lost)))
    assert "cannot be undone" in str(error)
    assert error.proposals == []


def test_degrees_under_a_system_of_metres_are_proposed_as_degrees(tmp_path: Path) -> None:
    degrees = villages().to_crs(4490).set_crs(4549, allow_override=True)
    packed = zipped(shapefile(tmp_path, degrees))
    assert [p.crs for p in refused(packed).proposals] == ["EPSG:4490", "EPSG:4326"]
    assert is_right(undone(packed))


def test_a_reading_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    packed = zipped(shapefile(tmp_path, villages()))
    for reading in ("sideways", "unprojected", "unprojected:x"):
        with pytest.raises(InputError):
            read_boundaries(packed, choices=LayerChoices(reading=reading))


def test_a_layer_in_gcj02_is_converted_only_when_asked(tmp_path: Path) -> None:
    def shifted(xy: Any) -> Any:
        return xy + np.column_stack(gcj02_offset(xy[:, 0], xy[:, 1]))

    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(moved(villages().to_crs(4490), shifted), path)
    assert not is_right(read_boundaries(path).features)
    converted = read_boundaries(path, choices=LayerChoices(gcj02=True))
    assert is_right(converted.features)
    assert any("GCJ-02" in problem.message.text for problem in converted.report.problems)


def test_a_narrow_area_decides_among_all_systems_of_the_country() -> None:
    """Of every CGCS2000 zone, with and without zone number, and every place in it."""
    tried = right = 0
    members = dict(crs_families())["CGCS2000"]
    for code, name in members:
        crs = CRS.from_user_input(code)
        if crs.is_geographic:
            continue
        area = crs.area_of_use
        assert area is not None
        for lon in np.linspace(max(area.west, 74) + 0.3, min(area.east, 135) - 0.3, 3):
            for lat in (20, 25, 29, 34, 40, 47):
                box = shapely.box(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05)
                there = Transformer.from_crs(4490, crs, always_xy=True)
                raw = there.transform_bounds(*box.bounds)
                hint = (lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2)
                best = ranked(crs_proposals(raw), hint)[0]
                to = Transformer.from_crs(CRS.from_user_input(best.crs), 4490, always_xy=True)
                east, north = to.transform((raw[0] + raw[2]) / 2, (raw[1] + raw[3]) / 2)
                tried += 1
                right += abs(east - lon) < 0.01 and abs(north - lat) < 0.01
                assert distance_km(best.lon, best.lat, hint) == 0, name
    assert tried > 1000
    assert right == tried


def test_all_systems_of_chinese_surveys_are_listed() -> None:
    families = {
        title: [int(code[5:]) for code, _name in members] for title, members in crs_families()
    }
    assert sorted(families["CGCS2000"]) == [4490, *range(4491, 4555)]
    assert families["CGCS2000"][0] == 4490
    assert 4610 in families["Xian 1980"]
    assert len(families["Xian 1980"]) == 65
    assert {4214, 2437, 4555} <= set(families["Beijing 1954"])
    assert {4326, 3857, 32651} <= set(families["Others"])


def test_the_province_of_codes_is_known_where_nearly_all_agree() -> None:
    assert province_of(["330784114200", "330784114222.0", None, "x"]) == (
        "浙江",
        PROVINCES["33"][1],
    )
    assert province_of(["330784114200", "320784114222"]) is None
    assert province_of([None, ""]) is None
    assert len(PROVINCES) == 31
