import numpy as np
import pytest

from geo_tracker.maps.tile_grid import HALF_WORLD_M, pixel_m, tile_corner, tile_pairs, tile_width_m


def test_the_first_tile_is_the_whole_world() -> None:
    assert tile_corner(0, 0, 0) == (-HALF_WORLD_M, HALF_WORLD_M)
    assert tile_width_m(0) == 2 * HALF_WORLD_M


def test_a_tile_is_half_as_wide_one_zoom_further_and_512_pixels_on_screen() -> None:
    assert tile_width_m(3) == tile_width_m(2) / 2
    assert pixel_m(3) * 512 == pytest.approx(tile_width_m(3))


def test_a_feature_on_the_corner_of_four_tiles_is_in_all_of_them() -> None:
    around_the_middle = np.array([[-1.0, -1.0, 1.0, 1.0]])
    assert set(tile_pairs(around_the_middle, z=1).by_tile()) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_the_margin_reaches_over_the_border() -> None:
    east_of_it = np.array([[5.0, 5.0, 6.0, 6.0]])
    assert set(tile_pairs(east_of_it, z=1).by_tile()) == {(1, 0)}
    assert set(tile_pairs(east_of_it, z=1, margin_m=10).by_tile()) == {
        (0, 0), (0, 1), (1, 0), (1, 1),
    }  # fmt: skip


def test_features_of_a_tile_stand_in_rising_order() -> None:
    spots = np.array([[5.0, 5, 6, 6], [-6, 5, -5, 6], [7, 7, 8, 8]])
    found = {tile: members.tolist() for tile, members in tile_pairs(spots, z=1).by_tile().items()}
    assert found == {(1, 0): [0, 2], (0, 0): [1]}


def test_nothing_is_outside_the_grid() -> None:
    everywhere = np.array([[-1e9, -1e9, 1e9, 1e9]])
    assert len(tile_pairs(everywhere, z=2)) == 16
