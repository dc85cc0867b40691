"""Ground that two villages have or none, on squares of one kilometre."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity

from geo_tracker.crs import STORAGE_CRS, in_crs
from geo_tracker.importing.borders import borders_of
from geo_tracker.importing.ground_checks import ground_check
from geo_tracker.importing.ground_problems import GroundCheck, measured_m2
from geo_tracker.importing.ground_repair import proposed_changes, repaired_ground
from geo_tracker.packed import packed
from tests.importing.shapes import SOUTH_M, WEST_M


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in metres from the corner, with a vertex every 250 m so that borders bend."""
    rectangle = shapely.box(WEST_M + west, SOUTH_M + south, WEST_M + east, SOUTH_M + north)
    return shapely.segmentize(rectangle, 250.0)


def layer(*shapes: Any) -> gpd.GeoDataFrame:
    """Return shapes in metres as a layer as it is stored."""
    stored = in_crs(gpd.GeoDataFrame(geometry=list(shapes), crs=4549), STORAGE_CRS)
    return stored.assign(area_m2=measured_m2(stored.geometry.to_numpy()))


def board(columns: int = 4, rows: int = 4) -> list[Any]:
    return [
        box(1000 * x, 1000 * y, 1000 * (x + 1), 1000 * (y + 1))
        for y in range(rows)
        for x in range(columns)
    ]


def found(check: GroundCheck) -> list[tuple[str, tuple[int, ...], int]]:
    return [(p.kind, p.villages, round(p.area_m2, -1)) for p in check.problems]  # type: ignore[misc]


def mended(villages: gpd.GeoDataFrame, *accepted: int) -> gpd.GeoDataFrame:
    check = ground_check(villages)
    wanted = accepted or tuple(change.village for change in proposed_changes(villages, check))
    stored, _made = repaired_ground(packed(villages), check, wanted)
    whole = stored.unpacked()
    assert stored.total_bounds == pytest.approx(whole.total_bounds)
    assert len(whole) == len(villages)
    assert whole.is_valid.all()
    assert set(whole.geom_type) <= {"Polygon", "MultiPolygon"}
    assert whole["area_m2"].to_numpy() == pytest.approx(measured_m2(whole.geometry.to_numpy()))
    return whole


def test_only_villages_at_the_rim_of_a_clean_layer_have_unshared_border() -> None:
    # All but the four in the middle.
    assert set(borders_of(layer(*board())).odd) == set(range(16)) - {5, 6, 9, 10}


def test_an_edge_is_shared_whatever_way_round_its_rings_go() -> None:
    turned = [shape.reverse() if place % 3 else shape for place, shape in enumerate(board())]
    assert set(borders_of(layer(*turned)).odd) == set(range(16)) - {5, 6, 9, 10}


def test_a_clean_layer_has_no_problems() -> None:
    check = ground_check(layer(*board()))
    assert (check.problems, check.too_fine) == ([], 0)


def test_a_corner_that_only_one_neighbour_has_is_no_problem() -> None:
    # 3 km of border with a corner in the middle of the neighbour's edge.
    villages = layer(box(0, 0, 1000, 2000), box(1000, 0, 2000, 900), box(1000, 900, 2000, 2000))
    assert found(ground_check(villages)) == []


def test_an_overlap_is_measured_and_goes_to_the_smaller_village() -> None:
    villages = layer(box(0, 0, 1100, 1000), box(1000, 0, 1900, 1000))
    check = ground_check(villages)
    assert found(check) == [("overlap", (0, 1), 100_000)]
    (change,) = proposed_changes(villages, check)
    assert (change.village, change.gains_m2) == (0, 0)
    assert change.loses_m2 == pytest.approx(1e5, rel=1e-3)
    whole = mended(villages)
    assert whole["area_m2"].to_list() == pytest.approx([1e6, 9e5], rel=1e-3)
    assert ground_check(whole).problems == []


def test_a_border_drawn_twice_leaves_strips_and_gaps_and_mending_leaves_none() -> None:
    east = shapely.Polygon(
        [(WEST_M + x, SOUTH_M + y) for x, y in
         [(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1004, 750), (996, 500), (1003, 250)]]
    )  # fmt: skip
    villages = layer(box(0, 0, 1000, 1000), east)
    check = ground_check(villages)
    assert set(check.counts()) == {"overlap_strip", "gap_strip"}
    total = villages["area_m2"].sum()
    doubled = sum(p.area_m2 for p in check.problems if p.kind == "overlap_strip")
    nobodys = sum(p.area_m2 for p in check.problems if p.kind == "gap_strip")
    whole = mended(villages)
    assert ground_check(whole).problems == []
    assert whole["area_m2"].sum() == pytest.approx(total - doubled + nobodys, abs=0.5)


def test_a_gap_goes_to_the_village_with_the_longest_border_to_it() -> None:
    villages = layer(
        box(0, 0, 3000, 1000), box(0, 1000, 1000, 1010), box(1200, 1000, 3000, 1010),
        box(0, 1010, 3000, 2000),
    )  # fmt: skip
    check = ground_check(villages)
    ((kind, around, area),) = found(check)
    assert (kind, sorted(around), area) == ("gap_strip", [0, 1, 2, 3], 2000)
    (change,) = proposed_changes(villages, check)
    assert change.village == around[0]
    assert change.village in {0, 3}
    assert ground_check(mended(villages)).problems == []


def test_a_hole_with_nothing_in_it_is_told_from_an_enclave() -> None:
    ring = box(0, 0, 1000, 1000).difference(box(400, 400, 450, 450))
    empty = layer(ring)
    assert found(ground_check(empty)) == [("hole", (0,), 2500)]
    assert mended(empty)["area_m2"].to_list() == pytest.approx([1e6], rel=1e-3)
    filled = layer(ring, box(400, 400, 450, 450))
    check = ground_check(filled)
    assert found(check) == [("enclave", (1, 0), 2500)]
    assert proposed_changes(filled, check) == []


def test_a_lake_is_a_gap_that_is_given_to_nobody() -> None:
    ring = box(0, 0, 3000, 3000).difference(box(1000, 1000, 1500, 1500))
    lake = layer(ring)
    check = ground_check(lake)
    assert found(check) == [("hole", (0,), 250_000)]
    assert proposed_changes(lake, check) == []


def test_a_village_drawn_over_another_keeps_its_ground_and_is_never_swallowed() -> None:
    # A village of 4 m², the smallest thing in the layer, on the ground of a large one.
    villages = layer(box(0, 0, 1000, 1000), box(500, 500, 502, 502))
    check = ground_check(villages)
    assert [(p.kind, p.villages) for p in check.problems] == [("inside", (0, 1))]
    whole = mended(villages)
    assert whole["area_m2"].to_list() == pytest.approx([1e6 - 4, 4], rel=1e-3)
    assert shapely.equals(whole.geometry[1], villages.geometry[1])
    assert [p.kind for p in ground_check(whole).problems] == ["enclave"]


def test_a_sliver_of_a_village_between_others_stays() -> None:
    villages = layer(box(0, 0, 1000, 1000), box(999.5, 0, 1001, 1000), box(1000.5, 0, 2000, 1000))
    whole = mended(villages)
    assert whole["area_m2"][1] == pytest.approx(villages["area_m2"][1], rel=1e-6)
    assert ground_check(whole).problems == []


def test_of_two_villages_with_one_outline_nobody_is_changed() -> None:
    villages = layer(*board(2, 1), box(0, 0, 1000, 1000))
    check = ground_check(villages)
    assert found(check) == [("duplicate", (0, 2), 1_000_000)]
    assert proposed_changes(villages, check) == []


def test_only_what_is_accepted_is_changed() -> None:
    villages = layer(
        box(0, 0, 1050, 1000), box(1000, 0, 1900, 1000),
        box(5000, 0, 6050, 1000), box(6000, 0, 6900, 1000),
    )  # fmt: skip
    whole = mended(villages, 2)
    assert [(p.kind, p.villages) for p in ground_check(whole).problems] == [("overlap", (0, 1))]
    assert shapely.equals_exact(
        whole.geometry[[0, 1]].to_numpy(), villages.geometry[[0, 1]].to_numpy()
    ).all()


def test_an_overlap_that_nobody_accepted_stays_beside_one_that_was() -> None:
    villages = layer(
        box(0, 0, 1050, 1000), box(1000, 0, 1900, 1000), box(1890, 0, 3200, 1000),
    )  # fmt: skip
    whole = mended(villages, 0)
    assert [p.villages for p in ground_check(whole).problems] == [(1, 2)]


def test_what_is_finer_than_drawing_is_counted_only() -> None:
    check = ground_check(layer(box(0, 0, 1000.05, 1000), box(1000, 0, 2000, 1000)))
    assert (check.problems, check.too_fine) == ([], 1)


@pytest.mark.parametrize("seed", range(6))
def test_a_layer_whose_villages_are_all_shifted_a_little_is_whole_after_mending(seed: int) -> None:
    rng = np.random.default_rng(seed)

    drawn = [shapely.affinity.translate(shape, *rng.normal(0, 3, 2)) for shape in board()]
    villages = layer(*drawn)
    check = ground_check(villages)
    assert len(check.problems) > 10
    whole = mended(villages)
    changed = {change.village for change in proposed_changes(villages, check)}
    untouched = [place for place in range(16) if place not in changed]
    assert whole["area_m2"][untouched].to_list() == pytest.approx(
        villages["area_m2"][untouched].to_list(), rel=1e-6
    )
    left = ground_check(whole)
    assert sum(p.area_m2 for p in left.problems) < 0.01 * sum(p.area_m2 for p in check.problems)


def test_places_do_not_depend_on_the_order_of_rows() -> None:
    shapes = [*board(3, 3), box(500, 500, 700, 700)]
    (plain,) = ground_check(layer(*shapes)).problems
    (turned,) = ground_check(layer(*shapes[::-1])).problems
    assert (plain.kind, turned.kind) == ("inside", "inside")
    assert {9 - village for village in turned.villages} == set(plain.villages)
    assert turned.area_m2 == pytest.approx(plain.area_m2)


def test_of_too_many_odd_villages_the_western_ones_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geo_tracker.importing.ground_checks.MOST_ODD", 2)
    west = [box(0, 0, 1000, 1000), box(900, 0, 2000, 1000)]
    east = [box(3000, 0, 4000, 1000), box(3900, 0, 5000, 1000)]
    villages = layer(*east, *west)
    for some in (villages, packed(villages)):
        check = ground_check(some)
        assert found(check) == [("overlap", (2, 3), 100_000)]
        assert (check.too_odd, check.looked_at) == (4, 2)


def test_ground_of_a_village_that_is_not_looked_at_is_no_hole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    around = box(0, 0, 5000, 5000) - box(2000, 2000, 3000, 3000)
    villages = layer(around, box(2010, 2010, 2990, 2990))
    assert [problem.kind for problem in ground_check(villages).problems] == ["gap_strip", "enclave"]
    monkeypatch.setattr("geo_tracker.importing.ground_checks.MOST_ODD", 1)
    check = ground_check(villages)
    assert (check.problems, check.too_odd, check.looked_at) == ([], 2, 1)
