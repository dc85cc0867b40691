"""Neighbours on a map have different colours."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_tracker.maps.group_colours import GROUP_COLOURS, neighbour_colours
from tests.maps.squares import chessboard


def touching(villages: gpd.GeoDataFrame) -> list[tuple[int, int]]:
    one, other = shapely.STRtree(villages.geometry).query(villages.geometry, predicate="touches")
    ids = villages.index
    return [(ids[i], ids[j]) for i, j in zip(one, other, strict=True)]


def cells(count: int, seed: int) -> gpd.GeoDataFrame:
    """Voronoi cells: as irregular as villages, without a gap between neighbours."""
    points = shapely.MultiPoint(np.random.default_rng(seed).random((count, 2)))
    shapes = shapely.get_parts(shapely.voronoi_polygons(points))
    return gpd.GeoDataFrame(geometry=shapes, index=range(100, 100 + len(shapes)), crs=4490)


@pytest.mark.parametrize("villages", [chessboard(), cells(400, 1), cells(400, 2)])
def test_villages_that_touch_have_different_colours(villages: gpd.GeoDataFrame) -> None:
    colours = neighbour_colours(villages)
    assert list(colours.index) == list(villages.index)
    assert colours.between(0, GROUP_COLOURS - 1).all()
    pairs = touching(villages)
    assert len(pairs) > len(villages)
    assert [pair for pair in pairs if colours[pair[0]] == colours[pair[1]]] == []


def test_every_colour_is_used_about_as_often() -> None:
    counts = neighbour_colours(cells(700, 3)).value_counts()
    assert len(counts) == GROUP_COLOURS
    assert counts.min() > 60


def test_the_same_villages_have_the_same_colours_every_time() -> None:
    assert neighbour_colours(cells(50, 4)).equals(neighbour_colours(cells(50, 4)))


def test_no_village_needs_no_colour() -> None:
    assert neighbour_colours(chessboard().iloc[:0]).empty
