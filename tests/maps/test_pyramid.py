import gzip
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pytest
import shapely

from geo_tracker.errors import NotFoundError, UnusableLayerError
from geo_tracker.maps.pyramid import build_pyramid, pyramid_key
from geo_tracker.maps.tile_file import TileFile
from tests.maps.squares import chessboard, square, tile_villages

BOARD = chessboard()


def silent(done: int, total: int) -> None:
    pass


def built(path: Path, villages: gpd.GeoDataFrame = BOARD) -> TileFile:
    build_pyramid(path, tile_villages(villages), progress=silent)
    return TileFile(path)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> TileFile:
    return built(tmp_path_factory.mktemp("tiles") / "board.mbtiles")


def addresses(path_or_file: TileFile, z: int) -> list[tuple[int, int]]:
    """All tiles of the board at a zoom: 120–120.08° E, 29–29.08° N lie in few of them."""
    found = []
    width = 360 / 2**z
    first = int((120 + 180) / width) - 1
    for x in range(first, int((120.08 + 180) / width) + 2):
        # 29° N lies 0.416 of the world's height below its top.
        top = int(0.41 * 2**z)
        found += [(x, y) for y in range(top, top + max(4, 2**z // 80))]
    return [tile for tile in found if path_or_file.tile(z, *tile)]


def layers(tiles: TileFile, z: int, x: int, y: int) -> dict[str, Any]:
    content = tiles.tile(z, x, y)
    assert content is not None
    decoded: dict[str, Any] = mapbox_vector_tile.decode(gzip.decompress(content))
    return decoded


def ids_seen(tiles: TileFile, z: int, layer: str) -> set[int]:
    return {
        feature["id"]
        for tile in addresses(tiles, z)
        for feature in layers(tiles, z, *tile).get(layer, {"features": []})["features"]
    }


@pytest.mark.parametrize("z", [8, 10, 11, 13])
def test_every_village_is_on_the_map_from_zoom_8(board: TileFile, z: int) -> None:
    assert ids_seen(board, z, "villages") == set(range(1, 17))


@pytest.mark.parametrize("z", [6, 7, 8, 13])
def test_towns_and_the_county_are_on_the_map_from_zoom_6(board: TileFile, z: int) -> None:
    assert ids_seen(board, z, "towns") == {1, 2, 3, 4}
    assert ids_seen(board, z, "counties") == {7}


@pytest.mark.parametrize("z", [4, 5])
def test_further_out_there_are_counties_alone(z: int, tmp_path: Path) -> None:
    large = chessboard(20, 20)
    tiles = built(tmp_path / "large.mbtiles", large)
    assert ids_seen(tiles, z, "towns") == set()
    assert ids_seen(tiles, z, "counties") == {7}


def test_villages_are_not_drawn_under_zoom_8(board: TileFile) -> None:
    assert ids_seen(board, 7, "villages") == set()


def test_every_name_stands_in_exactly_one_tile(board: TileFile) -> None:
    names = [
        feature["properties"]["name"]
        for tile in addresses(board, 12)
        for feature in layers(board, 12, *tile).get("labels", {"features": []})["features"]
    ]
    assert sorted(names) == sorted(BOARD["name"])


def test_names_are_not_in_tiles_under_zoom_11(board: TileFile) -> None:
    assert ids_seen(board, 10, "labels") == set()


def test_villages_fill_their_towns_without_gap_at_every_zoom(board: TileFile) -> None:
    for z in (8, 11, 13):
        for tile in addresses(board, z):
            shown = layers(board, z, *tile)
            if "villages" not in shown:
                continue
            of_villages, of_towns = (
                [shapely.geometry.shape(f["geometry"]) for f in shown[name]["features"]]
                for name in ("villages", "towns")
            )
            assert sum(shape.area for shape in of_villages) == pytest.approx(
                shapely.union_all(of_towns).area, rel=1e-6
            )


def test_tiles_are_coarser_where_villages_are_small(board: TileFile) -> None:
    extents = {z: layers(board, z, *addresses(board, z)[0])["villages"]["extent"] for z in (10, 11)}
    assert extents == {10: 1024, 11: 4096}


def test_nothing_lies_beyond_the_margin_of_a_tile(board: TileFile) -> None:
    for tile in addresses(board, 13):
        for feature in layers(board, 13, *tile)["counties"]["features"]:
            west, south, east, north = shapely.geometry.shape(feature["geometry"]).bounds
            assert min(west, south) >= -64
            assert max(east, north) <= 4096 + 64


def test_the_file_says_what_it_holds(board: TileFile) -> None:
    said = board.metadata
    assert said.bounds == pytest.approx((120, 29, 120.08, 29.08))
    assert (said.minzoom, said.maxzoom, said.count) == (3, 13, 16)
    names = json.loads(gzip.decompress(board.names(0)))
    assert names["ids"] == list(range(1, 17))
    assert names["names"][0] == "第1村"
    assert json.loads(gzip.decompress(board.names(1))) == {"ids": [], "names": []}


def test_there_is_no_tile_beside_the_layer(board: TileFile) -> None:
    assert board.tile(13, 0, 0) is None


def test_tiles_can_be_read_from_many_threads(board: TileFile) -> None:
    tile = addresses(board, 13)[0]
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: board.tile(13, *tile), range(200)))
    assert len(answers) == 1


def test_the_file_is_mbtiles_with_rows_counted_from_the_south(tmp_path: Path) -> None:
    tiles = built(tmp_path / "board.mbtiles")
    x, y = addresses(tiles, 8)[0]
    with sqlite3.connect(tmp_path / "board.mbtiles") as store:
        rows = store.execute("SELECT tile_column, tile_row FROM tiles WHERE zoom_level = 8")
        assert (x, 2**8 - 1 - y) in rows.fetchall()


def test_overlapping_villages_are_drawn_all_the_same(tmp_path: Path) -> None:
    askew = BOARD.copy()
    askew.loc[1, "geometry"] = square(0, 0, side=0.025)
    tiles = built(tmp_path / "askew.mbtiles", askew)
    assert ids_seen(tiles, 13, "villages") == set(range(1, 17))
    assert ids_seen(tiles, 8, "counties") == {7}


def test_a_bow_tie_among_the_villages_does_not_stop_the_map(tmp_path: Path) -> None:
    broken = BOARD.copy()
    broken.loc[1, "geometry"] = shapely.Polygon(
        [(120, 29), (120.02, 29.02), (120.02, 29), (120, 29.02)]
    )
    assert ids_seen(built(tmp_path / "broken.mbtiles", broken), 13, "villages") == set(range(1, 17))


def test_villages_without_outline_are_left_out(tmp_path: Path) -> None:
    partly = BOARD.copy()
    partly.loc[[1, 2], "geometry"] = [None, shapely.Polygon()]
    assert built(tmp_path / "partly.mbtiles", partly).metadata.count == 14


def test_a_layer_without_any_outline_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    empty = BOARD.set_geometry([None] * 16, crs=BOARD.crs)
    with pytest.raises(UnusableLayerError):
        build_pyramid(tmp_path / "empty.mbtiles", tile_villages(empty), progress=silent)
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "board.mbtiles"
    path.write_bytes(b"old")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_pyramid(path, tile_villages(BOARD), progress=stop)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_progress_rises_to_its_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_pyramid(
        tmp_path / "b.mbtiles", tile_villages(BOARD), progress=lambda *step: seen.append(step)
    )
    done = [step[0] for step in seen]
    assert done == sorted(done)
    assert seen[-1][0] == seen[-1][1] == seen[0][1]


def test_equal_villages_give_equal_files_in_any_order(tmp_path: Path) -> None:
    built(tmp_path / "one.mbtiles")
    built(tmp_path / "two.mbtiles", BOARD.iloc[::-1])
    assert (tmp_path / "one.mbtiles").read_bytes() == (tmp_path / "two.mbtiles").read_bytes()


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        TileFile(tmp_path / "none.mbtiles")


def key(villages: gpd.GeoDataFrame) -> str:
    return pyramid_key(tile_villages(villages).facts)


def test_the_key_does_not_depend_on_the_order() -> None:
    facts = tile_villages(BOARD).facts
    assert pyramid_key(facts) == pyramid_key(facts.iloc[::-1])
    assert len(pyramid_key(facts)) == 16


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "另名"),
        ("code", "330784099999"),
        ("town_id", 4),
        ("county_id", 8),
        ("geometry", square(0, 0, side=0.0199)),
    ],
)
def test_the_key_changes_with_all_that_is_shown(column: str, value: Any) -> None:
    changed = BOARD.copy()
    changed.loc[1, column] = value
    assert key(changed) != key(BOARD)
