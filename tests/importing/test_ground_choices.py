"""What is left to a person: large gaps, equal outlines, villages that would lose too much."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity

from geo_tracker.errors import UnusableLayerError
from geo_tracker.importing.borders import borders_of
from geo_tracker.importing.ground import CheckedGround, checked_ground
from geo_tracker.importing.ground_checks import ground_check
from geo_tracker.importing.ground_gaps import covered_ground
from geo_tracker.importing.ground_repair import left_to_a_person, proposed_changes
from geo_tracker.importing.layers import BoundaryLayer, LayerChoices, read_boundaries
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import translate
from geo_tracker.packed import PackedLayer, packed
from tests.importing.shapes import SOUTH_M, WEST_M, shapefile, square, villages, zipped
from tests.importing.test_ground import board, box, layer

# A lake of 25 ha between a village to its west, which has most of its shore, and one to its east.
WEST = box(0, 0, 1000, 1000).difference(box(500, 250, 1000, 750))
EAST = box(1000, 0, 2000, 1000)


def checked(
    *shapes: Any, repairs: Any = (), spots: tuple[tuple[float, float], ...] = ()
) -> tuple[PackedLayer, CheckedGround, ImportReport]:
    drawn = layer(*shapes)
    report = ImportReport()
    stored = packed(drawn.assign(row=np.arange(len(drawn)) + 1))
    return *checked_ground(stored, report, repairs=repairs, filled=spots), report


def spot_in(ground: CheckedGround, place: int = 0) -> tuple[float, float]:
    point = shapely.point_on_surface(ground.check.problems[place].shape)
    return round(point.x, 6), round(point.y, 6)


def said(report: ImportReport) -> list[str]:
    return [translate(problem.message, "en") for problem in report.problems]


def test_a_large_gap_is_filled_by_choice_only_and_not_with_all_the_rest() -> None:
    same, ground, _ = checked(WEST, EAST, repairs="all")
    assert [problem.kind for problem in ground.check.problems] == ["gap"]
    assert ground.made == []
    assert same["area_m2"].to_list() == pytest.approx([750_000, 1_000_000], rel=1e-3)
    whole, chosen, report = checked(WEST, EAST, spots=(spot_in(ground),))
    assert chosen.filled == {0}
    assert whole["area_m2"].to_list() == pytest.approx([1_000_000, 1_000_000], rel=1e-3)
    assert ground_check(whole).problems == []
    (problem,) = [problem for problem in report.problems if "mended" in problem.message.text]
    assert problem.row == 1
    assert float((problem.value or "").replace(",", "")) == pytest.approx(250_000, rel=1e-3)


def test_a_village_takes_a_large_gap_and_is_mended_otherwise_too() -> None:
    narrow = box(-1015, 0, -15, 1000)
    drawn, ground, _ = checked(WEST, EAST, narrow)
    by_kind = {problem.kind: place for place, problem in enumerate(ground.check.problems)}
    assert set(by_kind) == {"gap", "gap_open"}
    (change,) = ground.proposed
    assert change.gains_m2 == pytest.approx(15_000, rel=1e-3)
    lake = spot_in(ground, by_kind["gap"])
    whole, chosen, _ = checked(WEST, EAST, narrow, repairs="all", spots=(lake,))
    assert ground_check(whole).problems == []
    total = drawn["area_m2"].sum() + 15_000 + 250_000
    assert whole["area_m2"].sum() == pytest.approx(total, rel=1e-3)
    assert sum(change.gains_m2 for change in chosen.made) == pytest.approx(265_000, rel=1e-3)


@pytest.mark.parametrize("spot", [(120.0, 10.0), (120.002, 28.92)])
def test_where_there_is_no_large_gap_nothing_is_filled_and_that_is_said(
    spot: tuple[float, float],
) -> None:
    drawn = layer(*board(2, 1))
    whole, ground, report = checked(*board(2, 1), spots=(spot,))
    assert ground.filled == frozenset()
    assert whole["area_m2"].to_list() == pytest.approx(drawn["area_m2"].to_list())
    assert any("there is no large gap; nothing was filled there" in text for text in said(report))


def test_a_village_of_which_nothing_is_proposed_stays_and_that_is_said() -> None:
    _, ground, report = checked(*board(2, 1), repairs=[2, 77])
    assert ground.made == []
    noted = [
        problem for problem in report.problems if "Nothing is proposed" in problem.message.text
    ]
    assert [problem.row for problem in noted] == [2, 77]


def test_each_place_without_a_proposal_has_its_reason() -> None:
    twins = (box(5000, 0, 6000, 1000), box(5000, 0, 6000, 1000))
    # The larger of these two would lose three quarters.
    half = (box(8000, 0, 9000, 1000), box(8250, 0, 9200, 1000))
    drawn = layer(WEST, EAST, *twins, *half)
    check = ground_check(drawn)
    reasons = left_to_a_person(check, proposed_changes(drawn, check))
    assert {check.problems[place].kind: reason for place, reason in reasons.items()} == {
        "duplicate": "twin",
        "gap": "large",
        "overlap": "half",
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_villages_cover_is_drawn_from_a_few_edges_as_from_all_outlines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = board(8, 8)
    for place in rng.choice(64, 5, replace=False):
        shapes[place] = shapely.affinity.translate(shapes[place], *rng.normal(0, 30, 2))
    gone = set(rng.choice(64, 3, replace=False).tolist())
    drawn = layer(*(shape for place, shape in enumerate(shapes) if place not in gone))
    outlines = drawn.geometry.to_numpy()
    borders = borders_of(drawn)
    assert 0 < len(borders.odd) < len(drawn)
    even = np.delete(borders.areas, borders.odd).sum()
    tree = shapely.STRtree(outlines)
    covered = covered_ground(outlines, tree, borders.odd, even_area=float(even))
    assert covered is not None
    ground = shapely.union_all(covered.ground).difference(shapely.union_all(covered.closed))
    other = ground.symmetric_difference(shapely.union_all(outlines))
    assert other.area < 1e-14


def test_a_layer_in_a_file_is_looked_at_as_one_in_memory() -> None:
    rng = np.random.default_rng(1)
    shapes = [shapely.affinity.translate(shape, *rng.normal(0, 2, 2)) for shape in board(6, 6)]
    drawn = layer(*shapes)
    one, other = ground_check(drawn), ground_check(packed(drawn))
    assert len(one.problems) > 20
    assert one.counts() == other.counts()
    assert [p.villages for p in one.problems] == [p.villages for p in other.problems]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_lies_over_whatever_all_villages_stay_and_are_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size_m = rng.choice([20, 500, 8000])
    # On a coarse grid, so that corners and edges meet.
    rings = [rng.integers(0, 9, (rng.integers(3, 9), 2)) * size_m / 8 for _ in range(9)]
    drawn = [
        shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)
        for ring in rings
    ]
    shapes = [shapely.affinity.translate(shape, WEST_M, SOUTH_M) for shape in drawn]
    usable = [shape for shape in shapes if shape.is_valid and shape.area > 0]
    _, ground, _ = checked(*usable)
    spots = tuple(
        spot_in(ground, place)
        for place, reason in left_to_a_person(ground.check, ground.proposed).items()
        if reason == "large"
    )
    mended, _, _ = checked(*usable, repairs="all", spots=spots)
    whole = mended.unpacked()
    assert len(whole) == len(usable)
    assert whole.is_valid.all()
    assert (whole["area_m2"] > 0).all()


def twins(folder: Path, *left_out: int) -> BoundaryLayer:
    """Two villages with one outline and a third one beside them, read without some."""
    drawn = villages(
        ["甲村", "乙村", "丙村"],
        ["330784114200", "330784114201", "330784114202"],
        [square(0), square(0), square(1)],
    )
    file = zipped(shapefile(folder, drawn))
    return read_boundaries(file, choices=LayerChoices(left_out=left_out), with_ground=True)


def test_one_of_two_villages_with_one_outline_is_left_out_by_choice(tmp_path: Path) -> None:
    both = twins(tmp_path / "both")
    assert both.ground is not None
    assert both.ground.check.counts()["duplicate"][0] == 1
    assert both.features["name"].to_list() == ["甲村", "乙村", "丙村"]
    one = twins(tmp_path / "one", 2)
    assert one.ground is not None
    assert one.ground.check.problems == []
    assert one.features["name"].to_list() == ["甲村", "丙村"]
    assert one.features["row"].to_list() == [1, 3]
    assert one.left_out == [{"row": 2, "code": "330784114201", "name": "乙村"}]
    assert "The village was left out, as chosen." in said(one.report)


def test_a_row_that_no_village_begins_in_leaves_none_out(tmp_path: Path) -> None:
    layer = twins(tmp_path, 9)
    assert len(layer.villages) == 3
    assert layer.left_out == []
    assert "No village begins in this row; none was left out for it." in said(layer.report)


def test_not_all_villages_can_be_left_out(tmp_path: Path) -> None:
    with pytest.raises(UnusableLayerError):
        twins(tmp_path, 1, 2, 3)
