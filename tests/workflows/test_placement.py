"""A new layer is held against the villages stored, and what a person chooses is repeated."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_villages
from geo_tracker.db.models import ImportRun
from geo_tracker.gcj02 import gcj02_offset
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries
from geo_tracker.workflows.looking import look_again
from tests import samples
from tests.prepared import Prepare
from tests.workflows.work import done

ROWS = [(f"3307841142{i:02d}", f"村{i}村", "花街镇", i, i + 1) for i in range(12)]


def gpkg(folder: Path, layer: gpd.GeoDataFrame, name: str) -> Path:
    path = folder / f"{name}.gpkg"
    pyogrio.write_dataframe(layer, path)
    return path


@pytest.fixture
def stored(
    engine: sa.Engine, settings: Settings, tmp_path: Path, prepare: Prepare
) -> gpd.GeoDataFrame:
    """Store twelve villages; return them in degrees."""
    layer = samples.square_villages(ROWS)

    def store() -> None:
        path = gpkg(tmp_path, layer, "first")
        day = samples.BEFORE_ON
        run_import(
            engine,
            settings,
            receive_boundaries(engine, settings, path, file_name="a.gpkg", as_of_on=day),
        )

    prepare("twelve villages", store)
    return layer.to_crs(4490)


def shifted(layer: gpd.GeoDataFrame, way: Any) -> gpd.GeoDataFrame:
    return layer.set_geometry(shapely.transform(layer.geometry.to_numpy(), way), crs=layer.crs)


def previewed(engine: sa.Engine, settings: Settings, path: Path, **choices: Any) -> ImportRun:
    import_id = receive_boundaries(
        engine,
        settings,
        path,
        file_name=path.name,
        as_of_on=samples.AFTER_ON,
        choices=choices or None,
    )
    with reading(engine) as session:
        return session.get_one(ImportRun, import_id)


def gcj02(xy: Any) -> Any:
    return xy + np.column_stack(gcj02_offset(xy[:, 0], xy[:, 1]))


def test_a_layer_in_its_place_needs_no_word(
    engine: sa.Engine, settings: Settings, stored: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    run = previewed(engine, settings, gpkg(tmp_path, stored, "same"))
    assert run.preview["placement"] is None


@pytest.mark.parametrize("known_by", ["code", "name", "look"])
def test_gcj02_is_suspected_and_converted_when_chosen_and_stored_so(
    engine: sa.Engine,
    settings: Settings,
    stored: gpd.GeoDataFrame,
    tmp_path: Path,
    known_by: str,
) -> None:
    layer = shifted(stored, gcj02)
    if known_by != "code":
        layer["ZLDWDM"] = None
    if known_by == "look":
        layer["ZLDWMC"] = [f"别{i}村" for i in range(len(layer))]
    run = previewed(engine, settings, gpkg(tmp_path, layer, "gcj"))
    if known_by == "look":
        # Squares all look alike, which is no evidence for a shift.
        assert run.preview["placement"] is None
        return
    assert run.preview["placement"]["kind"] == "gcj02"
    assert run.preview["placement"]["text"]["values"]["count"] == "12"
    done(engine, settings, look_again(engine, run.id, choices={"gcj02": True}))
    with reading(engine) as session:
        again = session.get_one(ImportRun, run.id)
    assert again.preview["placement"] is None
    assert again.choices == {"gcj02": True}
    run_import(engine, settings, run.id)
    with reading(engine) as session:
        layers = [layer_villages(session, one.id) for one in layers_in_order(session)]
    first, second = (shapely.get_coordinates(one.geometry.to_numpy()) for one in layers)
    assert np.abs(first - second).max() < 1e-8


def test_a_stored_layer_in_gcj02_is_told_apart(
    engine: sa.Engine, settings: Settings, stored: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    def away(xy: Any) -> Any:
        return xy - np.column_stack(gcj02_offset(xy[:, 0], xy[:, 1]))

    run = previewed(engine, settings, gpkg(tmp_path, shifted(stored, away), "back"))
    assert run.preview["placement"]["kind"] == "gcj02_stored"


def test_a_common_shift_is_said_with_its_length_and_direction(
    engine: sa.Engine, settings: Settings, stored: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    east = shifted(stored, lambda xy: xy + np.array([100 / 97_500, 0]))
    run = previewed(engine, settings, gpkg(tmp_path, east, "east"))
    assert run.preview["placement"]["kind"] == "shift"
    values = run.preview["placement"]["text"]["values"]
    assert (values["metres"], values["direction"]["text"]) == ("100", "east")


def test_a_wrong_zone_is_said_and_the_right_one_proposed_with_a_picture(
    engine: sa.Engine, settings: Settings, stored: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    wrong = stored.to_crs(4549).set_crs(4548, allow_override=True)
    run = previewed(engine, settings, gpkg(tmp_path, wrong, "zone"))
    placed = run.preview["placement"]
    assert placed["kind"] == "away"
    assert placed["text"]["values"]["direction"]["text"] == "west"
    assert [proposal["crs"] for proposal in placed["proposals"]] == ["EPSG:4549"]
    assert (settings.uploads_dir / f"preview-{run.id}-proposal-0.svg").exists()


def test_without_a_system_the_stored_villages_decide(
    engine: sa.Engine, settings: Settings, stored: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    bare = stored.to_crs(4549)
    path = tmp_path / "bare.geojson"
    bare.set_crs(4326, allow_override=True).to_file(path)
    run = previewed(engine, settings, path)
    proposals = run.preview["crs_proposals"]
    assert len(proposals) == 21
    assert (proposals[0]["crs"], proposals[0]["fits"]) == ("EPSG:4549", True)
    assert [proposal["fits"] for proposal in proposals[1:]] == [False] * 20
    assert proposals[0]["where"]["text"] == "falls on the villages already stored"
    drawn = sorted(settings.uploads_dir.glob(f"preview-{run.id}-proposal-*.svg"))
    assert len(drawn) == 6
    done(engine, settings, look_again(engine, run.id, choices={"crs": "EPSG:4549"}))
    assert not sorted(settings.uploads_dir.glob(f"preview-{run.id}-proposal-*.svg"))


def test_in_an_empty_register_the_province_of_the_codes_decides(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "bare.geojson"
    samples.square_villages(ROWS).set_crs(4326, allow_override=True).to_file(path)
    first = previewed(engine, settings, path).preview["crs_proposals"][0]
    assert first["crs"] == "EPSG:4549"
    assert first["where"]["values"] == {"province": "浙江"}


def test_mending_that_was_accepted_is_repeated_when_the_layer_is_stored(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    layer = samples.square_villages(ROWS)
    shapes = layer.geometry.to_numpy().copy()
    # Both take a strip of their eastern neighbour's ground, 1 km long.
    for place, wide_m in ((0, 20), (5, 30)):
        west, south, east, north = shapely.bounds(shapes[place])
        shapes[place] = shapely.box(west, south, east + wide_m, north)
    path = gpkg(tmp_path, layer.set_geometry(shapes, crs=4549), "overlaps")
    run = previewed(engine, settings, path)
    ground = run.preview["ground"]
    found = {count["kind"]: (count["count"], count["area_m2"]) for count in ground["counts"]}
    assert found == {
        "overlap_strip": (1, pytest.approx(20_000, rel=0.01)),
        "overlap": (1, pytest.approx(30_000, rel=0.01)),
    }
    rows = {change["name"]: change["row"] for change in ground["changes"]}
    assert set(rows) == {"村0村", "村5村"}
    assert not any(change["made"] for change in ground["changes"])
    done(engine, settings, look_again(engine, run.id, choices={"repairs": [rows["村0村"]]}))
    with reading(engine) as session:
        again = session.get_one(ImportRun, run.id).preview["ground"]
    assert [change["name"] for change in again["changes"] if change["made"]] == ["村0村"]
    json.dumps(again)
    run_import(engine, settings, run.id)
    with reading(engine) as session:
        stored = layer_villages(session, layers_in_order(session)[0].id).set_index("name")
    overlaps = {
        name: stored.geometry[name].intersection(stored.geometry[other]).area * 111_320**2
        for name, other in (("村0村", "村1村"), ("村5村", "村6村"))
    }
    assert overlaps["村0村"] == pytest.approx(0, abs=1)
    assert overlaps["村5村"] == pytest.approx(30_000 / 0.875, rel=0.02)
