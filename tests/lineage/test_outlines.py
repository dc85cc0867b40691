"""Rings are told apart in one array of vertices."""

import numpy as np
import pytest
import shapely

from geo_tracker.lineage.outlines import outlines, scaled_lengths

SQUARE = shapely.box(0, 0, 4, 4)
HOLED = SQUARE - shapely.box(1, 1, 2, 2)
HOLE_AT_ITS_FIRST_VERTEX = shapely.Polygon(
    [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)], [[(0, 0), (2, 1), (1, 2), (0, 0)]]
)
REPEATED = shapely.Polygon([(0, 0), (0, 0), (4, 0), (4, 4), (0, 0)])
SINGLE = shapely.MultiPolygon([SQUARE])
ISLANDS = shapely.union(HOLED, shapely.box(9, 9, 10, 10))
EMPTY = shapely.Polygon()


@pytest.mark.parametrize("seed", range(5))
def test_rings_end_where_shapely_says(seed: int) -> None:
    kinds = [SQUARE, HOLED, HOLE_AT_ITS_FIRST_VERTEX, REPEATED, SINGLE, ISLANDS, EMPTY]
    shapes = np.array(kinds * 3, dtype=object)
    np.random.default_rng(seed).shuffle(shapes)
    found = outlines(shapes)
    _kind, xy, offsets = shapely.to_ragged_array(shapes)
    assert found.xy.T.tolist() == xy.tolist()
    assert found.ring_ends.tolist() == (offsets[0][1:] - 1).tolist()
    assert np.bincount(found.owner).tolist()[-1] == shapely.get_num_coordinates(shapes[-1]) or (
        shapely.is_empty(shapes[-1])
    )
    assert scaled_lengths(shapes, np.ones((len(shapes), 2))) == pytest.approx(
        shapely.length(shapes)
    )


def test_lengths_count_each_axis_by_its_own_scale() -> None:
    scale = np.array([[2.0, 1.0], [1.0, 3.0]])
    assert scaled_lengths(np.array([SQUARE, SQUARE]), scale).tolist() == [24, 32]
