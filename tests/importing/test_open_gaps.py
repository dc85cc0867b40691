"""Narrow ground that opens at a layer's rim, and wide ground that is nobody's business."""

from typing import Any

import numpy as np
import pytest
import shapely

from geo_tracker.importing.ground_checks import ground_check
from geo_tracker.importing.ground_repair import proposed_changes
from tests.importing.shapes import SOUTH_M, WEST_M
from tests.importing.test_ground import board, box, found, layer, mended


def area(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(WEST_M + x, SOUTH_M + y) for x, y in corners])


def test_a_strip_between_two_villages_that_nothing_closes_is_found_and_mended() -> None:
    villages = layer(box(0, 0, 1000, 1000), box(1015, 0, 2000, 1000))
    check = ground_check(villages)
    assert found(check) == [("gap_open", (0, 1), 15_000)]
    (change,) = proposed_changes(villages, check)
    assert change.gains_m2 == pytest.approx(15_000, rel=1e-3)
    whole = mended(villages)
    assert ground_check(whole).problems == []
    assert whole["area_m2"].sum() == pytest.approx(villages["area_m2"].sum() + 15_000, rel=1e-6)
    # The mouths are straight and go from corner to corner.
    corners = shapely.get_coordinates(whole.geometry.to_numpy())
    drawn = {tuple(xy) for xy in shapely.get_coordinates(villages.geometry.to_numpy()).round(10)}
    assert {tuple(xy) for xy in corners.round(10)} < drawn


def test_a_strip_that_ends_at_a_third_village_is_found_once() -> None:
    villages = layer(
        box(0, 0, 1000, 1000), box(1008, 0, 2000, 1000), box(0, 1000, 2000, 2000),
    )  # fmt: skip
    ((kind, around, square_m),) = found(ground_check(villages))
    assert (kind, sorted(around), square_m) == ("gap_open", [0, 1, 2], 8000)
    assert ground_check(mended(villages)).problems == []


def test_a_border_that_was_drawn_twice_and_opens_towards_the_rim_is_closed() -> None:
    villages = layer(
        area((0, 0), (990, 0), (1000, 1000), (0, 1000)),
        area((995, 0), (2000, 0), (2000, 1000), (1000, 1000)),
    )
    assert found(ground_check(villages)) == [("gap_open", (0, 1), 2500)]
    whole = mended(villages)
    assert ground_check(whole).problems == []
    assert whole["area_m2"].sum() == pytest.approx(villages["area_m2"].sum() + 2500, rel=1e-5)


def test_a_funnel_is_closed_only_where_it_is_narrow() -> None:
    # 100 m wide at the rim, 0 at the end, 2 km long: a strip's width is reached after 400 m, and
    # the mouth lies a little before.
    villages = layer(
        area((0, 0), (950, 0), (1000, 2000), (0, 2000)),
        area((1050, 0), (2000, 0), (2000, 2000), (1000, 2000)),
    )
    (problem,) = ground_check(villages).problems
    assert problem.kind == "gap_open"
    assert 3000 < problem.area_m2 <= 4000
    again = ground_check(mended(villages))
    assert again.problems == []


BAY: list[Any] = [box(0, 0, 1000, 1000), box(1080, 0, 2000, 1000), box(0, 1000, 2000, 2000)]
CREEK: list[Any] = [box(0, 0, 1000, 1000).difference(box(500, 0, 508, 800)), box(1000, 0, 2000, 1)]
NOTCH: list[Any] = [box(0, 0, 1000, 1000), box(1015, 0, 2000, 1000), box(0, 20, 2000, 2000)]
HEADLANDS: list[Any] = [
    area((0, 0), (700, 0), (1000, 400), (0, 400)),
    area((1300, 0), (2000, 0), (2000, 400), (1000, 400)),
]


@pytest.mark.parametrize("shapes", [BAY, CREEK, NOTCH, HEADLANDS])
def test_a_bay_a_creek_and_a_coast_that_turns_are_no_gaps(shapes: list[Any]) -> None:
    kinds = {problem.kind for problem in ground_check(layer(*shapes)).problems}
    assert "gap_open" not in kinds


def test_a_village_apart_inside_of_a_gap_is_no_part_of_it() -> None:
    moat = box(0, 0, 3000, 3000).difference(box(1000, 1000, 1300, 1300))
    villages = layer(moat, box(1100, 1100, 1200, 1200))
    check = ground_check(villages)
    assert found(check) == [("gap", (0, 1), 80_000), ("enclave", (1, 0), 10_000)]


def test_two_whole_layers_in_one_overlap_everywhere() -> None:
    shapes = [*board(), *(shapely.transform(shape, lambda xy: xy + 500) for shape in board())]
    check = ground_check(layer(*shapes))
    # 3.5 × 3.5 km are drawn twice: each square of the one meets up to four of the other.
    assert check.counts()["overlap"][0] == 7 * 7
    assert sum(p.area_m2 for p in check.problems) == pytest.approx(3.5e3**2, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_no_open_gap_is_left_and_nothing_overlaps_after_mending(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cuts = 1000 * np.arange(5) + rng.uniform(-40, 40, (2, 5))
    apart = rng.uniform(0.5, 18, (2, 5))
    shapes = [
        area((cuts[0, i], 0), (cuts[0, i + 1] - apart[0, i], 0),
             (cuts[1, i + 1] - apart[1, i], 3000), (cuts[1, i], 3000))
        for i in range(4)
    ]  # fmt: skip
    villages = layer(*shapes)
    check = ground_check(villages)
    assert [problem.kind for problem in check.problems] == ["gap_open"] * 3
    whole = mended(villages)
    assert ground_check(whole).problems == []
    assert whole["area_m2"].sum() == pytest.approx(
        villages["area_m2"].sum() + sum(p.area_m2 for p in check.problems), abs=1
    )
    assert (whole["area_m2"] >= villages["area_m2"] - 0.1).all()
