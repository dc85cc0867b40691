"""Towns and counties cover what their villages cover."""

import geopandas as gpd
import numpy as np
import shapely

from geo_tracker.maps.groups import counties_of, towns_of
from tests.maps.squares import chessboard, square, tile_villages, winding_board


def joined(villages: gpd.GeoDataFrame) -> tuple[dict[int, shapely.Geometry], ...]:
    layer = tile_villages(villages)
    towns = towns_of(layer)
    return tuple(
        dict(zip(groups.ids.tolist(), groups.outlines.shapes(slice(None)), strict=True))
        for groups in (towns, counties_of(layer, towns))
    )


def test_a_town_is_its_villages_without_inner_border() -> None:
    towns, counties = joined(chessboard())
    assert set(towns) == {1, 2, 3, 4}
    assert all(town.geom_type == "Polygon" and not town.interiors for town in towns.values())
    assert shapely.union_all(list(towns.values())).equals(counties[7])


def test_towns_have_the_vertices_of_their_villages() -> None:
    board = winding_board(6, 6)
    towns, counties = joined(board)
    known = set(
        map(tuple, shapely.get_coordinates(tile_villages(board).outlines.shapes(slice(None))))
    )
    for shape in (*towns.values(), *counties.values()):
        assert set(map(tuple, shapely.get_coordinates(shape))) <= known


def test_villages_whose_town_is_unknown_belong_to_their_county_alone() -> None:
    board = chessboard()
    board.loc[[1, 2], "town_id"] = 0
    towns, counties = joined(board)
    whole = shapely.union_all(tile_villages(board).outlines.shapes(slice(None)))
    assert counties[7].equals(whole)
    assert shapely.union_all(list(towns.values())).area < whole.area


def test_no_town_and_no_county_at_all_give_nothing() -> None:
    board = chessboard().assign(town_id=0, county_id=0)
    assert joined(board) == ({}, {})


def test_a_sliver_between_villages_does_not_show_in_their_town() -> None:
    board = chessboard(2, 1).assign(town_id=1)
    board.loc[2, "geometry"] = shapely.box(120.02 + 1e-7, 29, 120.04, 29.02)  # 1 cm apart
    towns, _counties = joined(board)
    assert towns[1].geom_type == "Polygon"
    assert not towns[1].interiors


def test_overlapping_villages_are_joined_all_the_same() -> None:
    board = chessboard()
    board.loc[1, "geometry"] = square(0, 0, side=0.025)
    towns, _counties = joined(board)
    assert np.isclose(
        towns[1].area,
        shapely.union_all(tile_villages(board).outlines.shapes(slice(0, 16, 4))).area,
        rtol=1e-3,
    )


def test_towns_known_to_fit_are_not_looked_through_again() -> None:
    layer = tile_villages(chessboard())
    found = towns_of(layer)
    as_known = towns_of(layer, fits=dict.fromkeys(found.ids.tolist(), True))
    assert shapely.equals_exact(
        as_known.outlines.shapes(slice(None)), found.outlines.shapes(slice(None)), tolerance=0
    ).all()
    # What is said is believed: these are joined on a grid.
    rough = towns_of(layer, fits={1: False, 3: False})
    assert found.rough.tolist() == []
    assert rough.rough.tolist() == [1, 3]
