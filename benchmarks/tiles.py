"""Tiles: cutting them, an edit's own, one against PostGIS, and a nation's memory.

Cutting and edits are measured on the demonstration city. The tile with most bytes is cut
from the stored outlines by ours and by ``ST_AsMVT`` of PostGIS on the same outlines in the same
projection, made simpler to the same tolerance, with an index; left out where there is no PostGIS.

Run with ``python -m benchmarks.tiles``; with ``--large`` for the memory at 690,000 villages, which
are imported first, each step in a process of its own.
"""

import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa

from benchmarks.importing import import_once, line, run_of
from benchmarks.large_layer import zipped_layer
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading, writing
from geo_tracker.db.geometry import within_box
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_facts, layer_outlines
from geo_tracker.db.models import DrawnVillage, VillageVersion
from geo_tracker.db.schema import migrate
from geo_tracker.maps.pyramid import build_pyramid
from geo_tracker.maps.tile_cutting import positions_by_tile, tiles_of_zoom
from geo_tracker.maps.tile_grid import tile_corner, tile_width_m
from geo_tracker.maps.tile_layers import Chosen, Joined, tolerance_m
from geo_tracker.maps.tile_villages import TileVillages
from geo_tracker.workflows.demo import DEMO_FOLDER, build_demo
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import build_tiles
from tests.postgres import PostgresCluster

RUNS = 5
CUT_MS, EDIT_MS, WORST_KB, PEAK_MB = 1.2, 250, 200, 1500
LARGE = 690_000
EDITS = 15


def cut(engine: sa.Engine, layer_id: int, path: Path) -> tuple[float, float]:
    """Draw a layer; return milliseconds a village, by the clock and of processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    with reading(engine) as session:
        facts = layer_facts(session, layer_id)
        villages = TileVillages.of(facts, layer_outlines(session, layer_id))
        build_pyramid(path, villages, progress=lambda done, total: None)
    count = len(villages) / 1000
    return (time.perf_counter() - clock) / count, (time.process_time() - processor) / count


def edits(engine: sa.Engine, settings: Settings, layer_id: int) -> list[float]:
    """Move a corner of villages and their neighbours; return how long the tiles took, ms."""
    rng = np.random.default_rng(4)
    with reading(engine) as session:
        ids = layer_facts(session, layer_id).index.to_numpy()
    took = []
    for unit in rng.choice(ids, EDITS, replace=False).tolist():
        with writing(engine) as session:
            drawn = sa.select(DrawnVillage).join(
                VillageVersion, VillageVersion.id == DrawnVillage.id
            )
            drawn = drawn.where(VillageVersion.layer_id == layer_id)
            village = session.scalars(drawn.where(VillageVersion.unit_id == unit)).one()
            corner = shapely.get_coordinates(village.geom)[1]
            near = within_box(VillageVersion.geom, VillageVersion.id, *corner, *corner)
            for one in session.scalars(drawn.where(near)).all():
                one.geom = moved(one.geom, corner)
                one.ground = f"edited {unit}"
        begun = time.perf_counter()
        build_tiles(engine, settings, Progress())
        took.append(1000 * (time.perf_counter() - begun))
    return took


def moved(shape: shapely.MultiPolygon, corner: Any) -> shapely.MultiPolygon:
    """Return an outline with one of its corners, should it have it, some 30 m further east."""

    def at(xy: Any) -> Any:
        return xy + (xy == corner).all(axis=1)[:, None] * (0.0003, 0.0)

    return shapely.transform(shape, at)


def worst_tile(path: Path) -> tuple[int, int, int, int]:
    """Return z, x, y and compressed bytes of the largest tile of a file."""
    with closing(sqlite3.connect(path)) as store:
        z, x, row, size = store.execute(
            "SELECT zoom_level, tile_column, tile_row, length(tile_data) FROM tiles"
            " ORDER BY length(tile_data) DESC LIMIT 1"
        ).fetchone()
    return z, x, (1 << z) - 1 - row, size


class OneTile:
    """The outlines of a layer in the projection of tiles, of which one tile is cut."""

    def __init__(self, engine: sa.Engine, layer_id: int, tile: tuple[int, int, int]) -> None:
        with reading(engine) as session:
            facts = layer_facts(session, layer_id)
            villages = TileVillages.of(facts, layer_outlines(session, layer_id))
        self.villages = villages
        self.z, self.x, self.y = tile
        self._layer = Joined.of(villages, step=lambda: None)

    def ours(self) -> bytes:
        """Cut it as for a tile file: found by bounds, made simpler, cut, written."""
        members = positions_by_tile(self.villages.bounds, z=self.z)[self.x, self.y]
        nothing = np.empty(0, dtype=np.int64)
        chosen = Chosen(members, nothing, nothing)
        for z, outlines, _labels in chosen.at_zooms(self._layer, [self.z]):
            for x, y, layers in tiles_of_zoom(outlines[:1], [], z=z, within=(z, self.x, self.y)):
                if (x, y) == (self.x, self.y):
                    return layers[0]
        raise LookupError("no such tile")

    def store(self, connection: sa.Connection) -> None:
        """Give PostGIS the same outlines."""
        connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
        connection.execute(
            sa.text("CREATE TABLE v (id bigint, name text, code text, geom geometry(Geometry, 0))")
        )
        shapes = self.villages.outlines.shapes(slice(None))
        facts = self.villages.facts
        rows = zip(
            facts.index.tolist(), facts["name"], facts["code"], shapely.to_wkb(shapes), strict=True
        )
        connection.execute(
            sa.text("INSERT INTO v VALUES (:id, :name, :code, ST_GeomFromWKB(:wkb))"),
            [{"id": i, "name": n, "code": c, "wkb": w} for i, n, c, w in rows],
        )
        connection.execute(sa.text("CREATE INDEX ON v USING gist (geom)"))
        connection.commit()
        connection.execute(sa.text("ANALYZE v"))

    def theirs(self, connection: sa.Connection) -> bytes:
        """Have PostGIS cut it."""
        west, north = tile_corner(self.z, self.x, self.y)
        width = tile_width_m(self.z)
        margin = width / 64
        said = {"west": west, "north": north, "east": west + width, "south": north - width}
        said |= {"margin": margin, "tolerance": tolerance_m(self.z)}
        query = sa.text(
            "SELECT ST_AsMVT(t, 'villages', :extent, 'shape', 'id') FROM ("
            " SELECT id, " + ("name, code, " if self.z >= 11 else "") + "ST_AsMVTGeom("
            "  ST_SimplifyPreserveTopology(geom, :tolerance),"
            "  ST_MakeBox2D(ST_Point(:west, :south), ST_Point(:east, :north)),"
            "  :extent, :extent / 64, true) AS shape"
            " FROM v WHERE geom && ST_MakeEnvelope("
            "  :west - :margin, :south - :margin, :east + :margin, :north + :margin, 0)) t"
        )
        extent = 4096 if self.z >= 11 else 1024
        found = connection.execute(query, said | {"extent": extent}).scalar_one()
        return bytes(found)


def against_postgis(engine: sa.Engine, layer_id: int, tile: tuple[int, int, int]) -> None:
    """Cut one tile by both, in turn."""
    one = OneTile(engine, layer_id, tile)
    with (
        tempfile.TemporaryDirectory() as folder,
        PostgresCluster(Path(folder)) as cluster,
    ):
        peer = sa.create_engine(cluster.url("template"))
        with peer.connect() as connection:
            one.store(connection)
            pairs = []
            for number in range(RUNS + 1):
                start = time.perf_counter()
                mine = one.ours()
                between = time.perf_counter()
                theirs = one.theirs(connection)
                pair = (1000 * (between - start), 1000 * (time.perf_counter() - between))
                if number:
                    pairs.append(pair)
        peer.dispose()
    print(f"tile {tile} cut from the outlines: ours {len(mine)} bytes, theirs {len(theirs)}")
    print(line("ours, ms", [ours for ours, _ in pairs]))
    print(line("ST_AsMVT, ms", [theirs_ms for _, theirs_ms in pairs]))
    print(line("ratio", [ours / theirs_ms for ours, theirs_ms in pairs]), "aim ≤ 1")


def city() -> None:
    """Print what is measured on the demonstration city."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        engine = make_engine(settings.url)
        migrate(engine)
        build_demo(engine, settings, DEMO_FOLDER, say=lambda message: None)
        with reading(engine) as session:
            layers = [(layer.id, layer.tiles_key) for layer in layers_in_order(session)]
        for layer_id, key in layers:
            path = settings.tiles_dir / f"{key}.mbtiles"
            runs = [cut(engine, layer_id, Path(folder) / "cut.mbtiles") for _ in range(RUNS)]
            with reading(engine) as session:
                count = len(layer_facts(session, layer_id))
            print(f"tiles of {count:,} villages, {path.stat().st_size / 1e6:.1f} MB")
            print(line("ms a village", [clock for clock, _ in runs]), f"aim ≤ {CUT_MS}")
            print(line("  of processor time", [processor for _, processor in runs]))
            z, x, y, size = worst_tile(path)
            print(f"largest tile {z}/{x}/{y}: {size / 1000:.0f} kB, aim ≤ {WORST_KB}")
        if shutil.which("postgres") or list(Path("/usr/lib/postgresql").glob("*/bin")):
            against_postgis(engine, layer_id, (z, x, y))
        print(line("tiles of an edit, ms", edits(engine, settings, layer_id)), f"aim ≤ {EDIT_MS}")
        engine.dispose()


def large() -> None:
    """Print what tiles of many villages take."""
    with tempfile.TemporaryDirectory() as folder:
        module = [sys.executable, "-m", "benchmarks.tiles"]
        run_of([*module, "import", folder])
        run = run_of([*module, "draw", folder])
        (path,) = (Settings(data_dir=Path(folder) / "data").tiles_dir).glob("*.mbtiles")
        print(f"tiles of {LARGE:,} villages, {path.stat().st_size / 1e6:.0f} MB, one run")
        print(f"ms a village {1000 * run.clock / LARGE:.2f}; peak {run.peak_mb:.0f} MB,", end=" ")
        print(f"aim ≤ {PEAK_MB}")
        z, x, y, size = worst_tile(path)
        print(f"largest tile {z}/{x}/{y}: {size / 1000:.0f} kB, aim ≤ {WORST_KB}")


def main(what: list[str]) -> None:
    """Measure what was asked for."""
    match what:
        case ["import", folder]:
            file = zipped_layer(Path(folder) / "large.zip", LARGE)
            import_once(file, Path(folder))
        case ["draw", folder]:
            settings = Settings(data_dir=Path(folder) / "data")
            build_tiles(make_engine(settings.url), settings, Progress())
        case ["--large"]:
            large()
        case _:
            city()


if __name__ == "__main__":
    main(sys.argv[1:])
