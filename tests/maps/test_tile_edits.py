"""An edit changes the tiles it must, and these are as if all had been cut anew."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_tracker.maps.pyramid import build_pyramid
from geo_tracker.maps.tile_edits import edit_pyramid
from geo_tracker.maps.tile_file import place_points, shown_villages
from tests.maps.squares import square, tile_villages, winding, winding_board

COLUMNS, ROWS = 12, 12
BOARD = winding_board(COLUMNS, ROWS)
INNER = 5 + 4 * COLUMNS  # in the middle of its town, ids from 1: see `winding_board`
Edit = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]


def content(path: Path) -> dict[tuple[int, int, int], bytes]:
    with sqlite3.connect(path) as store:
        return {(z, x, y): data for z, x, y, data in store.execute("SELECT * FROM tiles")}


def metadata(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as store:
        return dict(store.execute("SELECT * FROM metadata"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiles") / "board.mbtiles"
    build_pyramid(path, tile_villages(BOARD), progress=lambda *_: None)
    return path


def edited(path: Path, shown_in: Path, villages: gpd.GeoDataFrame) -> tuple[bool, set[int]]:
    """Edit; return whether that was the way, and the villages that were asked for."""
    asked: set[int] = set()

    def outlines_of(ids: list[int]) -> dict[int, Any]:
        asked.update(ids)
        return dict(villages.geometry.loc[ids].items())

    facts = tile_villages(villages).facts
    done = edit_pyramid(path, shown_in=shown_in, facts=facts, outlines_of=outlines_of)
    return done, asked


def moved_border(board: gpd.GeoDataFrame, ids: list[int], way: Callable[[Any], Any]) -> Any:
    board = board.copy()
    board.loc[ids, "geometry"] = shapely.transform(board.geometry.loc[ids].to_numpy(), way)
    return board


def shared_vertex(board: gpd.GeoDataFrame, one: int, other: int) -> Any:
    first, second = (shapely.get_coordinates(board.geometry.loc[n]) for n in (one, other))
    both = set(map(tuple, first)) & set(map(tuple, second))
    return np.array(sorted(both)[len(both) // 2])


def border_moves(one: int, other: int) -> Edit:
    """Two neighbours' common border is drawn otherwise in its middle."""

    def edit(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        at = shared_vertex(board, one, other)
        return moved_border(
            board,
            [one, other],
            lambda xy: np.where((xy == at).all(axis=1)[:, None], xy + 0.004, xy),
        )

    return edit


def corner_moves(number: int) -> Edit:
    """A corner, and all villages that meet there, is moved."""

    def edit(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        at = shapely.get_coordinates(board.geometry.loc[number])[0]
        meeting = [
            n
            for n, shape in board.geometry.items()
            if (shapely.get_coordinates(shape) == at).all(axis=1).any()
        ]
        return moved_border(
            board, meeting, lambda xy: np.where((xy == at).all(axis=1)[:, None], xy - 0.003, xy)
        )

    return edit


def no_longer_fits(number: int) -> Edit:
    """A village's corner alone is moved: it lies over one neighbour and parts from another."""

    def edit(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        at = shapely.get_coordinates(board.geometry.loc[number])[0]
        return moved_border(
            board, [number], lambda xy: np.where((xy == at).all(axis=1)[:, None], xy - 0.003, xy)
        )

    return edit


def merged(one: int, other: int) -> Edit:
    def edit(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        left = board.drop(index=other).copy()
        left.loc[one, "geometry"] = shapely.coverage_union_all(board.geometry.loc[[one, other]])
        return left

    return edit


def column_changes(number: int, column: str, value: Any) -> Edit:
    def edit(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        board = board.copy()
        board.loc[number, column] = value
        return board

    return edit


def town_is_renamed(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = (
        tile_villages(board)
        .facts["town"]
        .where(board["town_id"] != board.loc[INNER, "town_id"], "新名镇")
    )
    return board.assign(town=names)


def one_goes(number: int) -> Edit:
    return lambda board: board.drop(index=number)


def one_comes(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    new = board.loc[[COLUMNS * ROWS]].copy()
    new.index = pd.Index([900])
    new["geometry"] = winding(np.array([square(COLUMNS + 1, 2)]))
    return pd.concat([board, new])


def nothing_changes(board: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return board


EDITS = {
    "border within a town": border_moves(INNER, INNER + 1),
    "border between towns": border_moves(COLUMNS * 4 + 3, COLUMNS * 4 + 4),
    "corner within a town": corner_moves(INNER),
    "corner at the rim": corner_moves(1),
    "overlap within a town": no_longer_fits(INNER),
    "overlap between towns": no_longer_fits(COLUMNS * 4 + 4),
    "merger within a town": merged(INNER, INNER + 1),
    "merger across towns": merged(COLUMNS * 4 + 3, COLUMNS * 4 + 4),
    "another town": column_changes(INNER, "town_id", 77),
    "another town nearby": column_changes(COLUMNS * 4 + 3, "town_id", BOARD.loc[INNER, "town_id"]),
    "no town": column_changes(COLUMNS * 4 + 3, "town_id", 0),
    "a town's name": town_is_renamed,
    "another name": column_changes(INNER, "name", "新名村"),
    "another code": column_changes(INNER, "code", ""),
    "an outlier goes": one_goes(COLUMNS),
    "a village within goes": one_goes(INNER),
    "a village comes": one_comes,
    "nothing": nothing_changes,
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_file_is_as_if_all_had_been_cut_anew(
    name: str, whole: Path, tmp_path: Path
) -> None:
    after = EDITS[name](BOARD)
    done, _asked = edited(tmp_path / "edited.mbtiles", whole, after)
    build_pyramid(tmp_path / "anew.mbtiles", tile_villages(after), progress=lambda *_: None)
    assert done
    assert content(tmp_path / "edited.mbtiles") == content(tmp_path / "anew.mbtiles")
    assert metadata(tmp_path / "edited.mbtiles") == metadata(tmp_path / "anew.mbtiles")
    pd.testing.assert_frame_equal(
        *(shown_villages(tmp_path / f"{one}.mbtiles") for one in ("edited", "anew"))
    )
    for level in ("towns", "counties"):
        one, other = (place_points(tmp_path / f"{n}.mbtiles", level) for n in ("edited", "anew"))
        assert one == other
    if name != "nothing":
        assert content(tmp_path / "edited.mbtiles") != content(whole)


@pytest.mark.parametrize("seed", range(6))
def test_edits_by_chance_one_after_the_other_are_as_if_all_had_been_cut_anew(
    seed: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    board = winding_board(8, 7, seed=seed)
    build_pyramid(tmp_path / "0.mbtiles", tile_villages(board), progress=lambda *_: None)
    for turn in range(4):
        one = int(rng.choice(board.index))
        near = board.index[board.geometry.touches(board.geometry.loc[one])]
        kind = rng.integers(6)
        if kind == 0 and len(near):
            board = merged(one, int(rng.choice(near)))(board)
        elif kind == 1:
            board = corner_moves(one)(board)
        elif kind == 2:
            board = column_changes(one, "town_id", int(rng.choice(board["town_id"])))(board)
            board["county_id"] = board["town_id"] // 20 + 1
        elif kind == 3:
            board = one_goes(one)(board)
        elif kind == 4:
            board = no_longer_fits(one)(board)
        else:
            board = column_changes(one, "name", f"改名{turn}村")(board)
        done, _asked = edited(tmp_path / f"{turn + 1}.mbtiles", tmp_path / f"{turn}.mbtiles", board)
        assert done
    build_pyramid(tmp_path / "anew.mbtiles", tile_villages(board), progress=lambda *_: None)
    assert content(tmp_path / "4.mbtiles") == content(tmp_path / "anew.mbtiles")


def test_an_edit_within_a_town_looks_at_no_village_far_away(whole: Path, tmp_path: Path) -> None:
    _done, asked = edited(tmp_path / "e.mbtiles", whole, EDITS["border within a town"](BOARD))
    assert len(asked) <= 48 < COLUMNS * ROWS


def test_only_tiles_near_an_edit_change(whole: Path, tmp_path: Path) -> None:
    edited(tmp_path / "e.mbtiles", whole, EDITS["border within a town"](BOARD))
    before, after = content(whole), content(tmp_path / "e.mbtiles")
    changed = {tile for tile in before | after if before.get(tile) != after.get(tile)}
    finest = {tile for tile in before if tile[0] == 13}
    assert 0 < len(changed & finest) <= 4 < len(finest)


def test_a_whole_layer_edited_is_not_worth_it(whole: Path, tmp_path: Path) -> None:
    done, asked = edited(tmp_path / "e.mbtiles", whole, winding_board(COLUMNS, ROWS, seed=5))
    assert not done
    assert not asked
    assert not (tmp_path / "e.mbtiles").exists()
