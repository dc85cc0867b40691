"""Lines find the same links as whole intersections, and say what they only estimated."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_tracker.crs import AREA_CRS
from geo_tracker.lineage import comparison
from geo_tracker.lineage.chords import estimated_overlaps, line_spacing_m, lines_over
from geo_tracker.lineage.coarse import coarse_overlap_shares
from geo_tracker.lineage.comparison import compared_layers
from geo_tracker.lineage.overlaps import overlap_shares
from tests.lineage.squares import NORTH_M
from tests.lineage.test_reforms import NAMES, pairs, reform, successors


def boxes(*bounds: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*box) for box in bounds])


def estimated(old: np.ndarray, new: np.ndarray, spacing: float) -> pd.DataFrame:
    """Estimate in a plane whose units are metres."""
    lines = lines_over(shapely.total_bounds([*old, *new]), (spacing, spacing))
    found = estimated_overlaps(old, new, lines)
    chord_m = found[["wide", "high"]].fillna(spacing).min(axis=1)
    areas = found.rename(columns={"shared": "shared_m2", "found": "found_m2"})
    return areas.assign(chord_m=chord_m)


def test_lines_measure_boxes_nearly_right() -> None:
    old = boxes((0, 0, 1000, 1000), (1000, 0, 2000, 1000))
    new = boxes((0, 0, 1300, 1000), (1300, 0, 2000, 1000))
    found = estimated(old, new, 50).set_index(["from_at", "to_at"])
    assert found.index.tolist() == [(0, 0), (1, 0), (1, 1)]
    assert found["shared_m2"].tolist() == pytest.approx([1e6, 3e5, 7e5], rel=0.06)
    assert found["chord_m"].tolist() == pytest.approx([1000, 300, 700], rel=0.06)
    assert found["found_m2"].tolist() == pytest.approx([1e6, 1e6, 1e6], rel=0.06)


def test_a_sliver_shows_its_width_whichever_way_it_runs() -> None:
    upright, lying = boxes((0, 0, 20, 1000)), boxes((0, 0, 1000, 20))
    for sliver in (upright, lying):
        (found,) = estimated(sliver, boxes((0, 0, 1000, 1000)), 50).to_dict("records")
        assert found["chord_m"] == pytest.approx(20)


def test_holes_and_islands_are_no_ground() -> None:
    holed = shapely.box(0, 0, 1000, 1000) - shapely.box(300, 300, 700, 700)
    islands = shapely.union(holed, shapely.box(2000, 0, 2500, 1000))
    (found,) = estimated(np.array([islands]), boxes((0, 0, 3000, 1000)), 10).to_dict("records")
    assert found["shared_m2"] == pytest.approx(1e6 - 160_000 + 500_000, rel=0.02)


def test_estimates_are_right_on_average() -> None:
    rng = np.random.default_rng(3)
    points = shapely.points(rng.uniform(0, 50_000, (400, 2)))
    old = shapely.buffer(points, rng.uniform(300, 900, 400))
    new = shapely.affinity.translate(shapely.GeometryCollection(list(old)), 40, -25)
    new = np.array(list(new.geoms))
    exact = shapely.area(shapely.intersection(old, new))
    found = estimated(old, new, line_spacing_m(shapely.area(old)))
    own = found[found["from_at"] == found["to_at"]].set_index("from_at")["shared_m2"]
    ratio = own.reindex(range(400)).to_numpy() / exact
    assert ratio.mean() == pytest.approx(1, abs=0.005)
    assert np.abs(ratio - 1).max() < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_real_reforms_have_the_same_links(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = reform(name)
    whole = compared_layers(known.before, known.after)
    monkeypatch.setattr(comparison, "FEWEST_UNITS", 1)
    coarse = compared_layers(known.before, known.after)
    assert known.links <= pairs(coarse.edges)
    assert successors(coarse.edges) == successors(whole.edges)
    assert pairs(coarse.edges) <= pairs(whole.edges)
    # What is said to have moved was measured, not estimated.
    assert coarse.edges.loc[~coarse.edges["is_main"], "exact"].all()
    both = whole.edges.merge(coarse.edges, on=["from_id", "to_id"], suffixes=("", "_coarse"))
    assert (both["share_of_from"] - both["share_of_from_coarse"]).abs().max() < 0.02
    measured = both[both["exact_coarse"]]
    assert measured["shared_m2_coarse"].to_numpy() == pytest.approx(
        measured["shared_m2"].to_numpy()
    )


def test_what_is_estimated_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    known = reform("no2019_2020")
    monkeypatch.setattr(comparison, "FEWEST_UNITS", 1)
    edges = compared_layers(known.before, known.after).edges
    texts = [message.values.get("ground", message).text for message in edges["evidence"]]
    told = ["estimated" in text for text in texts]
    assert told == (~edges["exact"]).tolist()
    assert any(told)
    asked = compared_layers(known.before, known.after, exact=True).edges
    assert asked["exact"].all()


def test_a_village_no_line_crosses_is_measured_whole() -> None:
    west = np.arange(0, 40_000, 1000)
    shapes = [shapely.box(x, NORTH_M, x + 1000, NORTH_M + 1000) for x in west]
    # A village of 5 m × 5 m in a corner, between two lines.
    tiny = shapely.box(-5, NORTH_M + 990, 0, NORTH_M + 995)
    layer = gpd.GeoDataFrame(geometry=[*shapes, tiny], crs=AREA_CRS, index=range(41))
    shares, agreeing = coarse_overlap_shares(layer, layer)
    whole = overlap_shares(layer, layer)
    whole = whole[whole["shared_m2"] > 0]
    found = shares.set_index(["from_id", "to_id"])["shared_m2"].to_dict()
    assert found == pytest.approx(whole.set_index(["from_id", "to_id"])["shared_m2"].to_dict())
    assert agreeing > 0
