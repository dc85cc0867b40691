"""Borders keep their corners, both their neighbours, and what a part says the whole says, too."""

from typing import Any

import numpy as np
import pytest
import shapely

from geo_tracker.maps.borders import BorderLines, Borders
from tests.maps.squares import winding_board

BOARD = winding_board(6, 5).geometry.to_numpy()
IDS = np.arange(len(BOARD))
TOLERANCES = (0.0002, 0.001, 0.004)


def corners(shapes: Any, groups: Any = None) -> Any:
    lines = BorderLines.of(shapes)
    return lines.places[lines.degrees(np.arange(len(shapes)) if groups is None else groups) > 2]


def simplified(shapes: Any, tolerance: float, at: Any = None) -> Any:
    return (
        Borders.of(shapes, corners(shapes) if at is None else at).simplified(tolerance).outlines()
    )


def plain(*xy: tuple[float, float]) -> list[complex]:
    return sorted((complex(x, y) for x, y in xy), key=lambda place: (place.real, place.imag))


# Two fields and a third one over both.
FIELDS = np.array(
    [
        shapely.box(0, 0, 2, 2),
        shapely.box(2, 0, 4, 2),
        shapely.Polygon([(0, 2), (2, 2), (4, 2), (4, 4), (0, 4)]),
    ]
)


def test_corners_are_where_three_borders_meet() -> None:
    assert corners(FIELDS).tolist() == plain((0, 2), (2, 0), (2, 2), (4, 2))


def test_a_line_within_a_group_is_no_border() -> None:
    assert corners(FIELDS, np.array([7, 7, 8])).tolist() == plain((0, 2), (4, 2))
    assert corners(FIELDS, np.array([7, 7, 7])).tolist() == []


def test_an_outline_that_touches_a_border_at_one_point_lies_on_it() -> None:
    board = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)])
    lines = BorderLines.of(board)
    groups = np.array([1, 1, 1, 1, 1, 1, 2, 1, 1])  # the upper left one is another group
    digests = lines.digests(lines.degrees(groups), count=9)
    assert digests[4] != 0
    inner = BorderLines.of(board).degrees(np.zeros(9, dtype=int))
    assert lines.digests(inner, count=9)[4] == 0


def test_a_digest_tells_where_a_border_runs_and_parts_add_up_to_it() -> None:
    lines = BorderLines.of(FIELDS)
    one = lines.degrees(np.array([1, 1, 2]))
    other = lines.degrees(np.array([1, 2, 2]))
    assert lines.digests(one, count=3)[0] != lines.digests(other, count=3)[0]
    left = lines.places.real < 1
    parts = [lines.digests(np.where(side, one, 0), count=3) for side in (left, ~left)]
    assert (parts[0] + parts[1] == lines.digests(one, count=3)).all()


def test_outlines_taken_apart_and_put_together_are_the_same() -> None:
    ring = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    islands = shapely.MultiPolygon([shapely.box(20, 0, 22, 2), shapely.box(30, 0, 32, 2)])
    shapes = np.array([ring, shapely.box(3, 3, 6, 6), islands, *FIELDS], dtype=object)
    assert shapely.equals(Borders.of(shapes, corners(shapes)).outlines(), shapes).all()


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_no_gap_opens_and_nothing_overlaps(tolerance: float) -> None:
    rough = simplified(BOARD, tolerance)
    assert shapely.get_num_coordinates(rough).sum() < shapely.get_num_coordinates(BOARD).sum()
    assert shapely.coverage_is_valid(rough)
    assert shapely.area(rough).sum() == pytest.approx(shapely.union_all(rough).area)
    assert shapely.union_all(rough).interiors[:] == []


def test_a_gap_would_be_found() -> None:
    apart = shapely.simplify(BOARD, TOLERANCES[-1])
    assert not shapely.coverage_is_valid(apart)


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_a_border_moves_no_further_than_the_tolerance(tolerance: float) -> None:
    moved = shapely.hausdorff_distance(simplified(BOARD, tolerance), BOARD)
    assert 0 < moved.max() <= tolerance * 1.0001


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_a_part_gives_what_the_whole_gives(tolerance: float) -> None:
    whole = simplified(BOARD, tolerance)
    middle = 2 * 6 + 2
    around = np.flatnonzero(shapely.touches(BOARD, BOARD[middle]) | (middle == IDS))
    part = simplified(BOARD[around], tolerance)
    assert shapely.equals_exact(part[around == middle], whole[middle]).all()


def test_where_rings_begin_and_which_way_they_turn_does_not_matter() -> None:
    def other(shape: Any) -> Any:
        xy = shapely.get_coordinates(shape)[:-1]
        return shapely.Polygon(np.roll(xy, 7, axis=0)[::-1])

    turned = np.array([other(shape) for shape in BOARD])
    assert shapely.equals(simplified(BOARD, 0.002), simplified(turned, 0.002)).all()


def test_an_island_and_the_hole_it_lies_in_stay_the_same() -> None:
    circle = shapely.Point(5, 5).buffer(2)
    sea = shapely.box(0, 0, 10, 10) - circle
    land, around = simplified(np.array([circle, sea]), 0.3)
    assert shapely.get_num_coordinates(land) < 20
    assert shapely.Polygon(around.interiors[0]).equals(land)


def test_what_is_narrower_than_the_tolerance_goes_and_so_do_its_holes() -> None:
    sliver = shapely.box(0, 0, 10, 0.1)
    speck = shapely.box(50, 50, 50.1, 50.1) - shapely.box(50.04, 50.04, 50.06, 50.06)
    field = shapely.box(20, 0, 30, 10)
    gone, small, kept = simplified(np.array([sliver, speck, field], dtype=object), 1.0)
    assert gone is None
    assert small is None
    assert kept.equals(field)


def test_of_several_parts_the_large_ones_stay() -> None:
    both = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 20.1, 0.1)])
    (left,) = simplified(np.array([both], dtype=object), 1.0)
    assert left.equals(shapely.box(0, 0, 10, 10))


def test_nothing_at_all_gives_nothing() -> None:
    none = np.empty(0, dtype=object)
    assert len(corners(none)) == 0
    assert len(simplified(none, 1.0)) == 0
