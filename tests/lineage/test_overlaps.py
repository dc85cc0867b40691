"""Shared ground, against geopandas' overlay and against squares checked in the head."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_tracker.crs import AREA_CRS, STORAGE_CRS
from geo_tracker.errors import UnusableLayerError
from geo_tracker.lineage.overlaps import overlap_shares
from tests.lineage.squares import NORTH_M, layer


def meeting(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs that share ground."""
    shares = overlap_shares(before, after)
    return shares[shares["shared_m2"] > 0]


def test_squares_share_what_can_be_checked_in_the_head() -> None:
    before = layer({1: ("甲", "1", (0, 0, 4, 2)), 2: ("乙", "2", (4, 0, 8, 2))})
    after = layer({7: ("丙", "7", (0, 0, 5, 2)), 8: ("丁", "8", (5, 0, 8, 2))})
    shares = meeting(before, after).set_index(["from_id", "to_id"]).sort_index()
    assert shares.index.tolist() == [(1, 7), (2, 7), (2, 8)]
    assert shares["shared_m2"].tolist() == pytest.approx([80_000, 20_000, 60_000])
    assert shares["share_of_from"].tolist() == pytest.approx([1, 0.25, 0.75])
    assert shares["share_of_to"].tolist() == pytest.approx([0.8, 0.2, 1])
    # 2·area/perimeter: 400 m × 200 m, 100 m × 200 m, 300 m × 200 m.
    assert shares["thickness_m"].tolist() == pytest.approx([400 / 3, 200 / 3, 120])


def random_mosaic(seed: int, count: int) -> gpd.GeoDataFrame:
    """Cut a square of 10 km into Voronoi cells."""
    points = np.random.default_rng(seed).uniform(0, 10_000, (count, 2))
    points[:, 1] += NORTH_M
    square = shapely.box(0, NORTH_M, 10_000, NORTH_M + 10_000)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=square)
    )
    return gpd.GeoDataFrame(
        geometry=shapely.intersection(cells, square), crs=AREA_CRS, index=range(100, 100 + count)
    )


def test_all_pairs_agree_with_geopandas_overlay() -> None:
    before, after = random_mosaic(1, 60), random_mosaic(2, 40)
    expected = gpd.overlay(
        before.rename_axis("from_id").reset_index(), after.rename_axis("to_id").reset_index()
    )
    expected = expected.assign(shared_m2=expected.area).set_index(["from_id", "to_id"])
    found = meeting(before, after).set_index(["from_id", "to_id"])
    # Pieces under a square millimetre come and go with the order of computing.
    pairs = expected.index[expected["shared_m2"] > 1e-6]
    assert pairs.isin(found.index).all()
    assert found.loc[~found.index.isin(pairs), "shared_m2"].max() < 1e-6 or len(found) == len(pairs)
    difference = found.loc[pairs, "shared_m2"] - expected.loc[pairs, "shared_m2"]
    assert difference.abs().max() < 1e-6


def test_shares_of_a_village_that_is_covered_add_up_to_one() -> None:
    shares = overlap_shares(random_mosaic(3, 50), random_mosaic(4, 50))
    for side, share in (("from_id", "share_of_from"), ("to_id", "share_of_to")):
        assert shares.groupby(side)[share].sum().to_numpy() == pytest.approx(1)
    assert shares[["share_of_from", "share_of_to"]].to_numpy().max() <= 1


def test_neighbours_that_only_touch_are_told_and_share_nothing() -> None:
    before = layer({1: ("甲", "1", (0, 0, 2, 2))})
    after = layer({7: ("丙", "7", (0, 0, 2, 2)), 8: ("丁", "8", (2, 0, 4, 2))})
    shares = overlap_shares(before, after).set_index("to_id")
    assert shares["shared_m2"].to_dict() == pytest.approx({7: 40_000, 8: 0})
    assert shares["thickness_m"].to_dict() == pytest.approx({7: 100, 8: 0})


def test_layers_may_have_different_coordinate_systems_and_stay_as_they_are() -> None:
    before = layer({1: ("甲", "1", (0, 0, 4, 2))})
    after = layer({7: ("丙", "7", (0, 0, 2, 2)), 8: ("丁", "8", (2, 0, 4, 2))}).to_crs(STORAGE_CRS)
    kept = before.copy(), after.copy()
    shares = overlap_shares(before, after)
    assert shares["share_of_from"].tolist() == pytest.approx([0.5, 0.5], rel=1e-4)
    pd.testing.assert_frame_equal(before, kept[0])
    pd.testing.assert_frame_equal(after, kept[1])


def test_a_layer_without_coordinate_system_is_refused() -> None:
    before = layer({1: ("甲", "1", (0, 0, 4, 2))})
    with pytest.raises(UnusableLayerError):
        overlap_shares(before, before.set_crs(None, allow_override=True))


def test_layers_that_do_not_meet_share_nothing() -> None:
    before = layer({1: ("甲", "1", (0, 0, 1, 1))})
    shares = overlap_shares(before, layer({2: ("乙", "2", (5, 5, 6, 6))}))
    assert shares.empty
    measured = ["shared_m2", "share_of_from", "share_of_to", "thickness_m"]
    shape = ["thickest_m", "compactness", "thinner_m"]
    assert list(shares) == ["from_id", "to_id", *measured, *shape, "place"]
