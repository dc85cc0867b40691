import numpy as np
import pytest
import shapely

from geo_tracker.maps.generalise import is_coverage, simplified

# Two fields with a crooked border between them.
BORDER = [(10, 0), (10.4, 3), (9.7, 5), (10.2, 7), (10, 10)]
LEFT = shapely.Polygon([(0, 0), *BORDER, (0, 10)])
RIGHT = shapely.Polygon([(20, 0), (20, 10), *BORDER[::-1]])
FIELDS = np.array([LEFT, RIGHT], dtype=object)
OVERLAPPING = np.array([shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)], dtype=object)


def test_fields_that_share_their_border_are_a_coverage() -> None:
    assert is_coverage(FIELDS)
    assert not is_coverage(OVERLAPPING)


def test_a_bow_tie_is_no_coverage() -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert not is_coverage(np.array([bow_tie], dtype=object))


def test_no_gap_opens_when_a_shared_border_is_straightened() -> None:
    left, right = simplified(FIELDS, tolerance=3, coverage=True)
    assert shapely.get_num_coordinates(left) < shapely.get_num_coordinates(LEFT)
    assert left.area + right.area == pytest.approx(200)
    assert left.union(right).area == pytest.approx(200)


def test_polygons_that_do_not_fit_are_simplified_one_by_one() -> None:
    left, right = simplified(FIELDS, tolerance=1, coverage=False)
    assert left.equals(shapely.box(0, 0, 10, 10))
    assert right.equals(shapely.box(10, 0, 20, 10))
