"""Two layers made simpler together."""

import numpy as np
import pytest
import shapely

from geo_tracker.maps.shared_borders import simplified_together


def wavy(west: float, east: float) -> shapely.Polygon:
    """A village of a thousand metres with winding upper and lower borders and a winding side."""
    steps = np.arange(west, east + 1, 12.5)
    south = [(x, 3 * np.sin(x / 40)) for x in steps]
    north = [(x, 1000 + 3 * np.sin(x / 40)) for x in steps[::-1]]
    return shapely.Polygon([*south, *north])


BEFORE = np.array([wavy(0, 500), wavy(500, 1000), wavy(1000, 2000)], dtype=object)
AFTER = np.array([wavy(0, 1000), wavy(1000, 2000)], dtype=object)


def test_vertices_go_and_borders_of_both_layers_stay_one() -> None:
    before, after = simplified_together(BEFORE, AFTER, tolerance=20)
    assert shapely.get_num_coordinates(after).sum() < shapely.get_num_coordinates(AFTER).sum() / 3
    assert shapely.union_all(before[:2]).symmetric_difference(after[0]).area < 1e-6
    assert before[2].symmetric_difference(after[1]).area < 1e-6


def test_no_gap_opens_between_neighbours() -> None:
    _before, after = simplified_together(BEFORE, AFTER, tolerance=20)
    assert shapely.coverage_is_valid(after)
    assert shapely.area(after).sum() == pytest.approx(shapely.area(AFTER).sum(), rel=0.01)


def test_a_border_drawn_a_little_beside_another_becomes_one_with_it() -> None:
    shifted = shapely.transform(BEFORE, lambda xy: np.add(xy, [0.1, 0.05]))
    before, after = simplified_together(shifted, AFTER, tolerance=20)
    assert shapely.union_all(before[:2]).symmetric_difference(after[0]).area < 600
    assert shapely.coverage_is_valid(before)


def test_a_layer_that_is_empty_stays_empty() -> None:
    before, after = simplified_together(BEFORE[:0], AFTER, tolerance=20)
    assert len(before) == 0
    assert len(after) == 2
