"""Projects with shapes and the base map, as the map asks for them."""

from pathlib import Path

import geopandas as gpd
import shapely
import sqlalchemy as sa
from flask import Flask

from geo_tracker.config import Settings
from geo_tracker.web.context import Services
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_records
from tests import samples
from tests.web.conftest import bring_county
from tests.web.visitors import visitor


def test_a_layer_of_projects_brings_lines_and_areas(
    engine: sa.Engine, settings: Settings, empty: Flask, tmp_path: Path
) -> None:
    bring_county(engine, settings, tmp_path)
    road = shapely.LineString([(120.031, 28.931), (120.034, 28.936)])
    field = shapely.box(120.031, 28.931, 120.033, 28.932)
    layer = gpd.GeoDataFrame(
        {
            "编号": ["R1", "A1"],
            "项目名称": ["道路硬化", "文化广场"],
            "新村": ["倪宅新村"] * 2,
            "乡镇": ["花街镇"] * 2,
        },
        geometry=[road, field],
        crs=4490,
    )
    path = tmp_path / "roads.gpkg"
    layer.to_file(path)
    import_id = receive_records(
        engine, settings, path, file_name=path.name, as_of_on=samples.RECORDS_ON
    )
    viewer = visitor(empty, "planner")
    run_import(engine, settings, import_id)
    found = viewer.get("/map/projects.json").get_json()
    columns = ("id", "name", "lat", "lon", "unit", "light", "kind", "stage")
    assert {len(found[name]) for name in columns} == {2}
    assert found["kind"] == [-1, -1]
    shapes = {
        found["name"][found["id"].index(int(key))]: value for key, value in found["shapes"].items()
    }
    assert shapes["道路硬化"]["type"] == "LineString"
    assert shapes["文化广场"]["type"] == "Polygon"
    assert shapely.geometry.shape(shapes["道路硬化"]).equals_exact(road, 1e-5)


def test_the_page_names_a_base_map_only_where_one_is_set(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    assert '"basemap":{' not in viewer.page("/map/")
    services: Services = county.extensions["geo_tracker"]
    set_one = Settings(
        data_dir=services.settings.data_dir,
        secret_key="test",
        basemap_url="http://tiles.intranet/{z}/{x}/{y}?tk={key}",
        basemap_key="s3cret",
        basemap_attribution="天地图",
    )
    county.extensions["geo_tracker"] = Services(services.engine, set_one, services.worker)
    page = viewer.page("/map/")
    assert '"basemap":{"url":"/basemap/{z}/{x}/{y}"' in page
    assert "s3cret" not in page
    assert "tiles.intranet" not in page


def test_the_base_map_is_for_those_who_signed_in(county: Flask) -> None:
    answer = county.test_client().get("/basemap/1/0/0")
    assert answer.status_code == 302
    assert visitor(county, "viewer").get("/basemap/1/0/0").status_code == 404
