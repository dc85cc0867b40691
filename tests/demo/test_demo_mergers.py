import numpy as np
import pandas as pd
import pytest

from geo_tracker.demo.mergers import drawn_groups, group_sizes, lineage
from geo_tracker.demo.reference import Reference


@pytest.fixture(scope="module")
def became(real_reference: Reference) -> pd.DataFrame:
    groups = drawn_groups(real_reference, np.random.default_rng(1))
    return lineage(real_reference, groups)


@pytest.mark.parametrize(("total", "groups"), [(5, 2), (6, 3), (40, 3), (3, 3)])
def test_group_sizes_use_up_all_villages(total: int, groups: int) -> None:
    sizes = group_sizes(total, groups, fixed_pair=False, rng=np.random.default_rng(3))
    assert len(sizes) == groups
    assert sum(sizes) == total
    assert min(sizes) >= min(2, total // groups)


def test_every_former_village_has_one_successor_in_its_own_town(
    became: pd.DataFrame, real_reference: Reference
) -> None:
    assert len(became) == 4432
    assert set(became["later_code"]) == set(real_reference.later.index)
    towns = became["later_code"].map(real_reference.later["town_code"])
    assert (towns == became["town_code"]).all()


def test_a_kept_code_stays_in_its_own_village(
    became: pd.DataFrame, real_reference: Reference
) -> None:
    kept = became[became.index.isin(real_reference.later.index)]
    assert (kept.index == kept["later_code"]).all()


def test_the_shape_is_near_the_published_one(became: pd.DataFrame) -> None:
    sizes = became.groupby("later_code").size()
    assert (sizes > 1).sum() == pytest.approx(915, rel=0.03)
    assert sizes[sizes > 1].sum() == pytest.approx(2507, rel=0.03)
    assert sizes[sizes > 1].isin([2, 3]).mean() > 0.7
    assert sizes.max() <= 7


def test_counties_without_change_stay_untouched(became: pd.DataFrame) -> None:
    still = became[became["county"].isin(["兰溪市", "东阳市"])]
    assert len(still) == 328 + 345
    assert (still["change"] == "").all()


def test_the_published_merger_is_exactly_those_two(became: pd.DataFrame) -> None:
    pair = became[became["later_code"] == "330784114200"]
    assert pair["name"].to_list() == ["倪宅村", "新川村"]
    assert pair["later_name"].to_list() == ["倪宅新村", "倪宅新村"]
    assert pair["change"].to_list() == ["新设合并", "新设合并"]
    assert became.index[became["is_cited"]].to_list() == ["330784114200", "330784114222"]


def test_a_change_is_named_by_what_happened_to_name_and_ground(became: pd.DataFrame) -> None:
    merged = became["constituents"] > 1
    assert set(became.loc[merged, "change"]) == {"新设合并", "并入"}
    assert set(became.loc[~merged, "change"]) <= {"", "更名", "代码变更"}
    absorbed = became[became["change"] == "并入"]
    survivors = became.loc[absorbed["later_code"]]
    assert (survivors["name"] == survivors["later_name"]).all()
