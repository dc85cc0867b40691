"""Tiles follow the layers, first whole, then where something changed; alike on both databases."""

import os
import sqlite3
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading, writing
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_facts, layer_outlines
from geo_tracker.db.models import DrawnVillage, Place, StoredLayer
from geo_tracker.maps.pyramid import EDITION, build_pyramid
from geo_tracker.maps.tile_file import edition_of
from geo_tracker.maps.tile_villages import TileVillages, facts_key
from geo_tracker.workflows import tiles
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import accept, receive_boundaries
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import KEPT_SECONDS, build_tiles
from tests import samples
from tests.postgres import PostgresCluster
from tests.prepared import Prepare

ROWS = [(f"3307841142{n:02d}", f"第{n}村", f"第{n // 10}镇", n, n + 1) for n in range(30)]


def rows_with(number: int, **changed: Any) -> list[Any]:
    names = ("code", "name", "town", "west", "east")
    return [
        tuple({**dict(zip(names, row, strict=True)), **(changed if at == number else {})}.values())
        for at, row in enumerate(ROWS)
    ]


def moved_border(xy: Any) -> Any:
    """Move the border between two villages in the middle by 300 m."""
    x, y = xy.T
    return np.stack([np.where(x == samples._EAST + 15_000, x + 300, x), y], axis=1)


def bring(
    engine: sa.Engine,
    settings: Settings,
    folder: Path,
    rows: list[Any],
    name: str,
    way: Any = lambda xy: xy,
    as_of_on: date = samples.AFTER_ON,
) -> None:
    villages = samples.square_villages(rows)
    villages = villages.set_geometry(shapely.transform(villages.geometry.to_numpy(), way))
    file = samples.zipped_shapefile(villages, folder / f"{name}.zip")
    import_id = receive_boundaries(engine, settings, file, file_name=file.name, as_of_on=as_of_on)
    if name in {"first", "earlier"}:
        run_import(engine, settings, import_id)
    else:
        job = accept(engine, import_id, drops_missing=False)
        assert worker_for(engine, settings).run(job) is None


def shown(engine: sa.Engine, settings: Settings) -> Path:
    with reading(engine) as session:
        (layer,) = layers_in_order(session)
    return settings.tiles_dir / f"{layer.tiles_key}.mbtiles"


def content(path: Path) -> set[tuple[Any, ...]]:
    with sqlite3.connect(path) as store:
        return set(store.execute("SELECT * FROM tiles"))


def cut_anew(engine: sa.Engine, path: Path) -> Path:
    with reading(engine) as session:
        (layer,) = layers_in_order(session)
        villages = TileVillages.of(
            layer_facts(session, layer.id), layer_outlines(session, layer.id)
        )
    build_pyramid(path, villages, progress=lambda *_: None)
    return path


@pytest.fixture
def first(engine: sa.Engine, settings: Settings, tmp_path: Path, prepare: Prepare) -> Path:
    """Have the first layer stored and drawn; return its tiles."""
    prepare("thirty villages", lambda: bring(engine, settings, tmp_path, ROWS, "first"))
    return shown(engine, settings)


def test_a_correction_of_one_village_renews_its_own_tiles(
    engine: sa.Engine,
    settings: Settings,
    first: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("all tiles are cut")

    with monkeypatch.context() as patch:
        patch.setattr(tiles, "build_pyramid", never)
        bring(engine, settings, tmp_path, rows_with(14, name="另名村"), "second")
        bring(engine, settings, tmp_path, rows_with(14, name="另名村"), "third", moved_border)
    edited = shown(engine, settings)
    assert content(edited) == content(cut_anew(engine, tmp_path / "anew.mbtiles"))
    assert 0 < len(content(edited) - content(first)) < len(content(edited)) / 2


def test_tiles_of_before_stay_for_open_maps_and_go_with_time(
    engine: sa.Engine, settings: Settings, first: Path, tmp_path: Path
) -> None:
    bring(engine, settings, tmp_path, rows_with(3, name="另名村"), "second")
    assert first.exists()
    long_ago = time.time() - KEPT_SECONDS - 1
    left = settings.tiles_dir / "0123456789abcdef.mbtiles.1234abcd.part"
    left.touch()
    for file in settings.tiles_dir.iterdir():
        os.utime(file, (long_ago, long_ago))
    build_tiles(engine, settings, Progress())
    assert list(settings.tiles_dir.iterdir()) == [shown(engine, settings)]


def test_tiles_that_an_earlier_program_cut_are_cut_anew(
    engine: sa.Engine, settings: Settings, first: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(first) as store:
        store.execute("DELETE FROM metadata WHERE name = 'edition'")
        store.execute("UPDATE tiles SET tile_data = x''")
    bring(engine, settings, tmp_path, rows_with(3, name="另名村"), "second")
    now = content(shown(engine, settings))
    assert now == content(cut_anew(engine, tmp_path / "anew.mbtiles"))


def made_old(engine: sa.Engine, settings: Settings) -> list[Path]:
    """Let all layers show tiles that an earlier program drew; return their files."""
    files = []
    with writing(engine) as session:
        for layer in session.scalars(sa.select(StoredLayer).order_by(StoredLayer.as_of_on)):
            facts = layer_facts(session, layer.id)
            now = settings.tiles_dir / f"{layer.tiles_key}.mbtiles"
            layer.tiles_key = facts_key(facts, edition=EDITION - 1)
            files.append(settings.tiles_dir / f"{layer.tiles_key}.mbtiles")
            now.rename(files[-1])
            with sqlite3.connect(files[-1]) as store:
                store.execute(f"UPDATE metadata SET value = {EDITION - 1} WHERE name = 'edition'")
                store.execute("DROP TABLE villages")
    return files


def all_shown(engine: sa.Engine, settings: Settings) -> list[Path]:
    with reading(engine) as session:
        keys = [layer.tiles_key for layer in layers_in_order(session)]
    return [settings.tiles_dir / f"{key}.mbtiles" for key in keys]


@pytest.fixture
def two_layers(engine: sa.Engine, settings: Settings, tmp_path: Path) -> list[set[Any]]:
    """Layers of two dates; what their tiles show."""
    bring(engine, settings, tmp_path, ROWS, "first")
    bring(engine, settings, tmp_path, ROWS[::2], "earlier", as_of_on=samples.BEFORE_ON)
    return [content(file) for file in all_shown(engine, settings)]


def test_what_an_earlier_program_drew_is_drawn_anew_layer_by_layer(
    engine: sa.Engine, settings: Settings, two_layers: list[set[Any]]
) -> None:
    old = made_old(engine, settings)
    assert tiles.renew_tiles(engine, settings)
    assert [file in old for file in all_shown(engine, settings)] == [True, False]
    assert not tiles.renew_tiles(engine, settings)
    found = all_shown(engine, settings)
    assert not set(found) & set(old)
    assert [content(file) for file in found] == two_layers


def test_tiles_that_are_damaged_or_gone_are_drawn_anew(
    engine: sa.Engine, settings: Settings, two_layers: list[set[Any]]
) -> None:
    first, second = all_shown(engine, settings)
    first.write_bytes(b"no tiles at all" * 300)
    second.unlink()
    assert tiles.renew_tiles(engine, settings)
    assert not tiles.renew_tiles(engine, settings)
    assert [content(file) for file in all_shown(engine, settings)] == two_layers


def test_nothing_is_drawn_where_all_is_as_this_program_draws_it(
    engine: sa.Engine,
    settings: Settings,
    two_layers: list[set[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing is to be drawn")

    monkeypatch.setattr(tiles, "_build", never)
    assert not tiles.renew_tiles(engine, settings)


def test_an_import_waits_for_no_layer_that_it_does_not_change(
    engine: sa.Engine, settings: Settings, two_layers: list[set[Any]], tmp_path: Path
) -> None:
    old = made_old(engine, settings)
    bring(engine, settings, tmp_path, rows_with(3, name="另名村"), "third")
    found = all_shown(engine, settings)
    assert found[0] == old[0]
    assert content(found[1]) not in two_layers
    assert not tiles.renew_tiles(engine, settings)
    assert content(all_shown(engine, settings)[0]) == two_layers[0]


@pytest.mark.slow
def test_the_worker_draws_anew_what_an_earlier_program_drew(
    engine: sa.Engine, settings: Settings, two_layers: list[set[Any]]
) -> None:
    made_old(engine, settings)
    environment = os.environ | {
        "GEO_TRACKER_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "geo_tracker", "worker"], env=environment
    ) as worker:
        deadline = time.monotonic() + 40
        done = False
        while not done and time.monotonic() < deadline:
            time.sleep(0.3)
            files = all_shown(engine, settings)
            done = all(file.exists() and edition_of(file) == EDITION for file in files)
        worker.terminate()
    assert [content(file) for file in all_shown(engine, settings)] == two_layers


def test_facts_of_villages_name_town_and_county_where_they_are_known(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    bring(engine, settings, tmp_path, ROWS, "first")
    with writing(engine) as session:
        (layer,) = layers_in_order(session)
        first = session.scalars(sa.select(DrawnVillage).order_by(DrawnVillage.unit_id)).first()
        assert first is not None
        first.town_id = first.stat_code = None
        layer_id, first_id = layer.id, first.unit_id
        counties = {
            town.id: (town.id, town.parent.id, town.parent.name)
            for town in session.scalars(sa.select(Place))
            if town.parent
        }
        expected = {
            one.unit_id: counties[one.town_id] if one.town_id else (0, 0, "")
            for one in session.scalars(sa.select(DrawnVillage))
        }
    with reading(engine) as session:
        facts = layer_facts(session, layer_id)
        nothing = layer_facts(session, layer_id + 1)
    found = zip(facts["town_id"], facts["county_id"], facts["county"], strict=True)
    assert dict(zip(facts.index, found, strict=True)) == expected
    assert facts.index.is_monotonic_increasing
    assert facts.loc[first_id, ["code", "town"]].tolist() == ["", ""]
    assert (facts["town"] != "").sum() == len(facts) - 1
    assert len(nothing) == 0
    assert nothing.dtypes.equals(facts.dtypes)


@pytest.mark.postgis
@pytest.mark.slow
def test_both_databases_give_the_same_tiles_to_the_byte(
    tmp_path: Path, empty_geopackage: Path, postgres: PostgresCluster
) -> None:
    found = []
    with postgres.copied_database() as url:
        for number, database in enumerate(("", url)):
            folder = tmp_path / str(number)
            folder.mkdir()
            if not database:
                (folder / "tracker.gpkg").write_bytes(empty_geopackage.read_bytes())
            settings = Settings(data_dir=folder, database_url=database, secret_key="test")
            engine = make_engine(settings.url)
            bring(engine, settings, folder, ROWS, "first")
            bring(engine, settings, folder, rows_with(14, name="另名村"), "second", moved_border)
            found.append(shown(engine, settings))
            engine.dispose()
    assert found[0].name == found[1].name
    assert content(found[0]) == content(found[1])
