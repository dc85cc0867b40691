"""A planner's layer of projects, read as a table."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_tracker.errors import InputError
from geo_tracker.importing.tables import read_workbook

ROAD = shapely.LineString([(120.03, 28.9), (120.04, 28.91)])
SQUARE = shapely.box(120.03, 28.9, 120.031, 28.901)


def projects(crs: int | None = 4490) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "项目名称": ["道路硬化", "文化广场", "无图"],
            "新村": ["倪宅新村"] * 3,
            "预算(万元)": [12.5, 3, 1],
        },
        geometry=[ROAD, SQUARE, None],
        crs=crs,
    )


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_attributes_are_columns_and_each_row_has_its_shape(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"项目{suffix}"
    projects().to_file(path)
    (sheet,) = read_workbook(path).sheets
    assert sheet.kind == "projects"
    by_name = sheet.rows.set_index("name")
    assert by_name.loc["道路硬化", "shape"].equals_exact(ROAD, 1e-8)
    assert by_name.loc["文化广场", "shape"].normalize().equals_exact(SQUARE.normalize(), 1e-8)
    assert by_name.loc["无图", "shape"] is None
    assert str(by_name.loc["道路硬化", "budget_yuan"]) == "125000.00"


def test_metres_are_brought_to_degrees(tmp_path: Path) -> None:
    path = tmp_path / "projects.gpkg"
    projects().to_crs(4549).to_file(path)
    (sheet,) = read_workbook(path).sheets
    found = sheet.rows.set_index("name").loc["道路硬化", "shape"]
    assert found.equals_exact(ROAD, 1e-7)


def test_a_layer_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "projects.gpkg"
    projects(None).to_file(path)
    with pytest.raises(InputError):
        read_workbook(path)
