"""Confidence keeps its word on damaged copies of real reforms."""

import pandas as pd
import pytest

from tests.lineage.damaged import calibration_error, damages, judged_links, reliability


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    # One of three, another way of generalising each time; the benchmark takes all of them.
    every = list(damages())
    some = [every[at + at // 3 % 3] for at in range(0, len(every), 3)]
    return pd.concat([judged_links(damage) for damage in some], ignore_index=True)


@pytest.mark.slow
def test_of_links_at_nine_tenths_nine_in_ten_are_right(judged: pd.DataFrame) -> None:
    known = judged[~judged["is_unlisted"]]
    assert calibration_error(known) <= 0.01
    sure = known[known["confidence"] >= 0.9]
    assert sure["is_right"].mean() >= 0.99
    # Links that no official table lists are most likely real; here they count as wrong.
    assert calibration_error(judged) <= 0.05


@pytest.mark.slow
def test_it_holds_for_parts_that_moved_alone(judged: pd.DataFrame) -> None:
    lesser = judged[~judged["is_first"] & ~judged["is_unlisted"]]
    assert len(lesser) > 300
    assert calibration_error(lesser) <= 0.05
    doubted = reliability(lesser).loc[:8]
    assert doubted["links"].sum() > 15
    assert lesser.loc[lesser["confidence"] < 0.9, "is_right"].mean() > 0.5


def test_the_error_is_the_mean_gap_between_word_and_truth() -> None:
    links = pd.DataFrame(
        {"confidence": [0.95] * 4 + [0.55] * 4, "is_right": [True] * 6 + [False] * 2}
    )
    # 0.95 said and all right, 0.55 said and half right.
    assert calibration_error(links) == pytest.approx(0.05)
    assert reliability(links)["links"].to_dict() == {5: 4, 9: 4}
