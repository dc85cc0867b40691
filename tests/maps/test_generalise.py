import numpy as np
import pytest
import shapely

from geo_tracker.maps.generalise import dissolved, is_coverage, simplified

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


@pytest.mark.parametrize("fields", [FIELDS, OVERLAPPING])
def test_joined_fields_are_one_without_inner_border(fields: np.ndarray) -> None:
    keys, (whole,) = dissolved(fields, np.array([4, 4]), coverage=is_coverage(fields))
    assert keys.tolist() == [4]
    assert whole.equals(shapely.box(0, 0, 20, 10))


def test_an_unknown_key_joins_nothing() -> None:
    keys, joined = dissolved(FIELDS, np.array([0, 9]), coverage=True)
    assert keys.tolist() == [9]
    assert joined[0].equals(RIGHT)


def test_no_key_at_all_gives_nothing() -> None:
    keys, joined = dissolved(FIELDS, np.array([0, 0]), coverage=True)
    assert len(keys) == len(joined) == 0


def test_a_sliver_between_fields_does_not_show_in_the_whole() -> None:
    apart = np.array([shapely.box(0, 0, 10, 10), shapely.box(10.3, 0, 20, 10)], dtype=object)
    _, (whole,) = dissolved(apart, np.array([1, 1]), coverage=False)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
