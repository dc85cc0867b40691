"""Noise is told from change by its thickness and shape, on borders drawn apart on purpose."""

import numpy as np
import pandas as pd
import pytest

from geo_tracker.lineage.links import real_links
from geo_tracker.lineage.noise import FLOOR_M, BorderNoise, border_noise, rougher_places


def log_normal(median_m: float, spread: float, count: int, *, seed: int = 1) -> np.ndarray:
    """Return thicknesses of noise."""
    return median_m * np.exp(np.random.default_rng(seed).normal(0, spread, count))


def lesser(thickest_m: np.ndarray, *, compactness: float = 0.02) -> pd.DataFrame:
    """Return lesser overlaps of such thickness in villages two kilometres wide."""
    return pd.DataFrame(
        {"thickest_m": thickest_m, "compactness": compactness, "thinner_m": 1000.0},
        index=range(100, 100 + len(thickest_m)),
    )


def chance(noise: BorderNoise, thickness_m: float, compactness: float) -> float:
    return float(
        noise.real_chance(np.array([thickness_m]), np.array([compactness]), np.array([1000.0]))[0]
    )


@pytest.mark.parametrize("median_m", [0.2, 3.0, 40.0])
def test_the_scale_of_the_noise_is_found_again(median_m: float) -> None:
    noise = border_noise(lesser(log_normal(median_m, 0.7, 5000)), agreeing=0)
    assert noise.scale_m == pytest.approx(median_m * np.exp(0.7), rel=0.1)
    assert noise.shares[0] > 0.9
    assert noise.shares[2] < 0.001


def test_a_few_true_transfers_do_not_raise_the_noise() -> None:
    slivers, transfers = lesser(log_normal(2.0, 0.6, 900)), lesser(np.full(50, 300.0))
    both = pd.concat([slivers, transfers.assign(compactness=0.5)], ignore_index=True)
    noise = border_noise(both, agreeing=0)
    assert noise.scale_m == pytest.approx(2.0 * np.exp(0.6), rel=0.15)
    assert noise.shares[2] == pytest.approx(50 / 950, rel=0.2)


def test_borders_that_agree_to_the_vertex_have_the_least_noise() -> None:
    compact = lesser(np.array([30.0])).assign(compactness=0.5)
    noise = border_noise(compact, agreeing=500)
    assert noise.scale_m == FLOOR_M
    assert chance(noise, 30.0, 0.5) > 0.8
    assert border_noise(lesser(np.array([])), agreeing=0).scale_m == FLOOR_M


def test_where_nearly_all_borders_agree_transfers_are_not_taken_for_the_noise() -> None:
    rng = np.random.default_rng(4)
    transfers = lesser(np.exp(rng.uniform(np.log(30), np.log(400), 190)))
    noise = border_noise(transfers.assign(compactness=0.6), agreeing=7000)
    assert noise.scale_m == FLOOR_M
    assert all(chance(noise, thick, 0.6) > 0.9 for thick in (30.0, 100.0, 400.0))


def test_a_handful_of_borders_drawn_anew_leaves_slivers_and_no_links() -> None:
    # One border in a hundred was simplified: no common noise, and slivers of up to 15 m.
    rng = np.random.default_rng(5)
    slivers = lesser(rng.uniform(1, 15, 70), compactness=0.02)
    noise = border_noise(slivers, agreeing=7000)
    assert chance(noise, 12.0, 0.02) < 0.1
    assert chance(noise, 200.0, 0.6) > 0.9


def test_the_chance_rises_with_thickness_and_with_the_shape_of_land() -> None:
    noise = border_noise(lesser(log_normal(10.0, 0.5, 2001)), agreeing=0)
    by_thickness = [chance(noise, thick, 0.3) for thick in (5.0, 30.0, 60.0, 100.0, 400.0)]
    assert by_thickness == sorted(by_thickness)
    assert by_thickness[0] < 0.01
    assert by_thickness[-1] > 0.99
    by_shape = [chance(noise, 120.0, compact) for compact in (0.06, 0.2, 0.5)]
    assert by_shape == sorted(by_shape)


def test_a_shape_that_was_not_measured_speaks_for_nobody() -> None:
    noise = border_noise(lesser(log_normal(10.0, 0.5, 2001)), agreeing=0)
    low, high = chance(noise, 90.0, 0.02), chance(noise, 90.0, 0.5)
    assert low < chance(noise, 90.0, np.nan) < high


def test_noise_is_measured_where_it_is() -> None:
    quiet, rough = log_normal(1.0, 0.3, 400), log_normal(40.0, 0.3, 300, seed=2)
    places = lesser(np.concatenate([quiet, rough]))
    around = rougher_places(places)
    assert around.index.equals(places.index)
    assert around.iloc[:350].max() < 1.5
    assert around.iloc[450:].median() > 8
    assert (around >= 1).all()


def overlaps(lesser_m: np.ndarray) -> pd.DataFrame:
    """Return overlaps of villages two kilometres wide, each with its own and a lesser one."""
    count = len(lesser_m)
    own = pd.DataFrame(
        {
            "from_id": range(count),
            "to_id": range(count),
            "shared_m2": 4e6,
            "share_of_from": 0.98,
            "share_of_to": 0.98,
            "thickness_m": 990.0,
            "thickest_m": 990.0,
            "compactness": 1.0,
        }
    )
    # Strips of two kilometres.
    lesser = own.assign(
        to_id=[(number + 1) % count for number in range(count)],
        shared_m2=lesser_m * 2000,
        share_of_from=lesser_m * 2000 / 4e6,
        share_of_to=lesser_m * 2000 / 4e6,
        thickness_m=lesser_m,
        thickest_m=lesser_m,
        # A strip w × ℓ has 16·w·ℓ/(2·(w + ℓ))².
        compactness=4 * lesser_m * 2000 / (lesser_m + 2000) ** 2,
    )
    both = pd.concat([own, lesser], ignore_index=True)
    return both.assign(thinner_m=1000.0, place=[*range(count), *range(count)])


def test_thousands_of_slivers_are_no_links_and_a_thin_transfer_is_one() -> None:
    slivers = log_normal(3.0, 0.6, 20_000)
    slivers[777] = 150.0  # a strip of 7.5 % of the village
    links = real_links(overlaps(slivers))
    lesser = links[~links["is_main"]]
    assert (lesser["from_id"] == 777).any()
    assert lesser.loc[lesser["from_id"] == 777, "confidence"].iloc[0] > 0.99
    assert len(lesser) <= 4
    assert links["is_main"].sum() == 20_000


def test_where_borders_lie_far_apart_the_same_strip_is_noise() -> None:
    slivers = log_normal(60.0, 0.6, 20_000)
    slivers[777] = 150.0
    links = real_links(overlaps(slivers))
    assert 777 not in links.loc[~links["is_main"], "from_id"].tolist()


def test_an_order_of_rows_changes_nothing() -> None:
    shares = overlaps(log_normal(3.0, 0.6, 300))
    shuffled = shares.sample(frac=1, random_state=1)
    expected = real_links(shares)
    pd.testing.assert_frame_equal(real_links(shuffled).sort_index(), expected.sort_index())


def torn_in_halves(lead_m2: float) -> tuple[pd.DataFrame, tuple[pd.Series, pd.Series]]:
    """Return a village that two new ones share, the one of another name in the lead."""
    shares = overlaps(log_normal(30.0, 0.5, 500))
    halves = shares.iloc[[0, 0]].assign(
        from_id=900, to_id=[901, 902], shared_m2=[2e6 + lead_m2, 2e6], thickest_m=500.0
    )
    halves["share_of_from"] = halves["shared_m2"] / 4e6
    # The new ones are mostly somebody else's, so that they have larger overlaps of their own.
    others = halves.assign(from_id=[903, 904], shared_m2=9e6, share_of_from=0.9)
    both = pd.concat([shares, halves, others], ignore_index=True)
    names = pd.Series({900: "倪宅村"}), pd.Series({901: "双溪村", 902: "倪宅新村"})
    return both, names


def main_of_900(shares: pd.DataFrame, names: tuple[pd.Series, pd.Series] | None) -> list[int]:
    links = real_links(shares, names=names)
    mine = links[(links["from_id"] == 900) & links["is_main"]]
    return [int(to_id) for to_id in mine["to_id"]]


def test_a_name_decides_a_near_tie_and_never_clear_ground() -> None:
    shares, names = torn_in_halves(lead_m2=10_000)
    assert main_of_900(shares, None) == [901]
    assert main_of_900(shares, names) == [902]
    shares, names = torn_in_halves(lead_m2=800_000)
    assert main_of_900(shares, names) == [901]
