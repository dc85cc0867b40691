"""Parts of layers tell the same as the whole, and what is estimated keeps its bound."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_tracker.crs import AREA_CRS
from geo_tracker.lineage import chords, comparison, parts
from geo_tracker.lineage.coarse import coarse_overlap_shares
from geo_tracker.lineage.comparison import compared_layers
from geo_tracker.lineage.hilbert import hilbert_positions
from geo_tracker.lineage.overlaps import overlap_shares
from geo_tracker.lineage.parts import parts_of
from geo_tracker.lineage.sizes import unit_sizes
from geo_tracker.packed import packed
from tests.lineage.test_overlaps import random_mosaic
from tests.lineage.test_reforms import NAMES, reform


def test_neighbours_along_the_curve_are_neighbours_on_the_ground() -> None:
    at = np.stack(np.meshgrid(np.arange(16), np.arange(16)), -1).reshape(-1, 2)
    order = np.argsort(hilbert_positions(at, [-0.5, -0.5, 15.5, 15.5]))
    assert np.abs(np.diff(at[order], axis=0)).sum(axis=1).tolist() == [1] * 255


def test_every_old_unit_is_in_one_part_with_all_that_it_meets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = random_mosaic(1, 300), random_mosaic(2, 200)
    monkeypatch.setattr(parts, "MOST_VERTICES", 200)
    old, new = (unit_sizes(layer, AREA_CRS) for layer in (before, after))
    found = list(parts_of(old, new))
    assert len(found) > 5
    assert np.sort(np.concatenate([part.old_at for part in found])).tolist() == list(range(300))
    assert max(len(part.new_at) for part in found) < 150
    for part in found:
        tree = shapely.STRtree(after.geometry.to_numpy())
        met = tree.query(before.geometry.to_numpy()[part.old_at], predicate="intersects")[1]
        assert np.isin(met, part.new_at).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_size_of_parts_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = reform(name)
    whole, agreeing = coarse_overlap_shares(known.before, known.after)
    monkeypatch.setattr(parts, "MOST_VERTICES", 5000)
    in_parts, also = coarse_overlap_shares(known.before, known.after)
    pd.testing.assert_frame_equal(whole, in_parts, check_exact=True)
    assert agreeing == also


@pytest.mark.parametrize("damage", ["none", "shifted", "axes swapped", "another CRS"])
@pytest.mark.parametrize("fewest", [1, 5000])
def test_packed_layers_tell_the_same(
    fewest: int, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "FEWEST_UNITS", fewest)
    monkeypatch.setattr(parts, "MOST_VERTICES", 5000)
    before, after = reform(NAMES[0]).before, reform(NAMES[0]).after
    if damage == "shifted":
        after = after.set_geometry(after.translate(500, 300))
    if damage == "axes swapped":
        turned = shapely.transform(after.geometry.to_numpy(), lambda xy: xy[:, ::-1])
        after = after.set_geometry(turned, crs=after.crs)
    if damage == "another CRS":
        after = after.to_crs(3857)
    one = compared_layers(before, after, correct_shift=True)
    other = compared_layers(packed(before), packed(after), correct_shift=True)
    assert one.displacement == other.displacement
    assert one.misplacement == other.misplacement
    for name in ("edges", "events", "shares"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def test_crossings_too_many_for_one_number_are_sorted_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = random_mosaic(1, 60), random_mosaic(2, 40)
    quick = coarse_overlap_shares(before, after)[0]
    monkeypatch.setattr(chords, "_KEY_BITS", 0)
    pd.testing.assert_frame_equal(quick, coarse_overlap_shares(before, after)[0], check_exact=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("crs", [4326, 3857, 6933])
def test_sizes_are_those_of_the_moved_outlines(name: str, crs: int) -> None:
    known = reform(name)
    found = unit_sizes(known.before.to_crs(crs), known.before.crs)
    moved = known.before.geometry
    # Edges that are straight in one CRS are bent in the other, and corners alone are moved.
    assert found.area_m2 == pytest.approx(moved.area.to_numpy(), rel=1e-3)
    assert found.length_m == pytest.approx(moved.length.to_numpy(), rel=5e-3)
    far = np.hypot(*(found.centre_m - moved.centroid.get_coordinates().to_numpy()).T)
    assert far.max() < 0.02 * np.sqrt(moved.area.max())


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_is_kept_by_estimated_shares(name: str) -> None:
    known = reform(name)
    errors = checked_errors(known.before, known.after)
    assert len(errors) > 200
    assert errors.max() <= 1


def checked_errors(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Series:
    """Return the errors of estimated shares, in multiples of the bound that they state."""
    pairs = ["from_id", "to_id"]
    found = coarse_overlap_shares(before, after)[0]
    found = found[~found["exact"]].set_index(pairs)
    right = overlap_shares(before, after).set_index(pairs)["share_of_from"].reindex(found.index)
    return (found["share_of_from"] - right.fillna(0)).abs() / found["share_error"].clip(lower=1e-9)
