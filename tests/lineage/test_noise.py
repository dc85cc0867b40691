"""Noise is told from change by its thickness, on borders drawn apart on purpose."""

import numpy as np
import pandas as pd
import pytest

from geo_tracker.lineage.links import real_links
from geo_tracker.lineage.noise import FLOOR_M, border_noise, local_noise


def log_normal(median_m: float, spread: float, count: int, *, seed: int = 1) -> np.ndarray:
    """Return thicknesses of noise."""
    return median_m * np.exp(np.random.default_rng(seed).normal(0, spread, count))


@pytest.mark.parametrize("median_m", [0.2, 3.0, 90.0])
def test_median_and_spread_are_found_again(median_m: float) -> None:
    noise = border_noise(log_normal(median_m, 0.7, 5000), touching=0)
    assert noise.median_m == pytest.approx(median_m, rel=0.05)
    assert noise.spread == pytest.approx(0.7, rel=0.1)
    assert noise.count == 5000


def test_a_few_true_transfers_do_not_raise_the_noise() -> None:
    slivers = log_normal(2.0, 0.6, 900)
    with_transfers = border_noise(np.concatenate([slivers, np.full(50, 800.0)]), touching=0)
    assert with_transfers.median_m == pytest.approx(2.0, rel=0.15)
    assert with_transfers.spread < 0.8


def test_borders_that_agree_to_the_vertex_have_the_least_noise() -> None:
    assert border_noise(np.array([30.0]), touching=500).median_m == FLOOR_M
    assert border_noise(np.array([]), touching=0).median_m == FLOOR_M


def test_false_alarms_fall_with_thickness_and_count_all_borders() -> None:
    noise = border_noise(log_normal(10.0, 0.5, 2001), touching=0)
    alarms = noise.false_alarms(np.array([10.0, 20.0, 100.0]), np.full(3, noise.median_m))
    assert alarms[0] == pytest.approx(1000, rel=0.05)
    assert alarms[0] > alarms[1] > alarms[2]
    assert alarms[2] < 0.1


def test_noise_is_measured_where_it_is() -> None:
    quiet, rough = log_normal(1.0, 0.3, 400), log_normal(40.0, 0.3, 400, seed=2)
    thickness = pd.Series(np.concatenate([quiet, rough]), index=range(100, 900))
    noise = border_noise(thickness, touching=0)
    around = local_noise(thickness, noise)
    assert around.index.equals(thickness.index)
    assert around.iloc[:350].median() == pytest.approx(noise.median_m)
    assert around.iloc[450:].median() > 10


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
        }
    )
    # Strips of two kilometres.
    lesser = own.assign(
        to_id=[(number + 1) % count for number in range(count)],
        shared_m2=lesser_m * 2000,
        share_of_from=lesser_m * 2000 / 4e6,
        share_of_to=lesser_m * 2000 / 4e6,
        thickness_m=lesser_m,
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
        from_id=900, to_id=[901, 902], shared_m2=[2e6 + lead_m2, 2e6], thickness_m=500.0
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
