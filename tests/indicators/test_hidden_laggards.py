"""Former villages that vanish inside the average, and who was overlooked."""

from collections.abc import Mapping

import pandas as pd
import pytest

from geo_tracker.indicators.hidden_laggards import (
    hidden_laggards,
    need_and_attention,
    spending_on_need,
)
from geo_tracker.indicators.lag_robustness import FIRM, NOT


def ranked(scores: Mapping[int, float | None]) -> pd.DataFrame:
    """Return former villages by their scores."""
    score = pd.Series(scores, dtype=float)
    rank = score.rank(method="min", ascending=False).astype("Int64")
    return pd.DataFrame({"score": score, "rank": rank})


# Twenty former villages, two in each of ten merged ones: 1 and 2 became 101, 3 and 4 102, …
FORMERS = ranked({at: 40.0 + at for at in range(1, 21)} | {1: 90.0, 19: 95.0})
MERGED = pd.Series({at: 100 + (at + 1) // 2 for at in range(1, 21)})
WHOLES = pd.Series({100 + at: 40.0 + at for at in range(1, 11)})


def test_a_planted_laggard_inside_a_good_merged_village_is_found() -> None:
    found = hidden_laggards(FORMERS, WHOLES, merged=MERGED)
    # 1 is second to last and its merged village the best; 19 is last, and its whole lags too.
    assert found.index[found["hidden"]].tolist() == [1]
    assert found.loc[1, ["siblings", "best_sibling", "gap"]].tolist() == [1, 2, 48.0]
    assert found.loc[1, "merged_score"] == 41.0


def test_all_that_are_planted_are_found_and_no_other() -> None:
    scores = {at: 50.0 - at / 100 for at in range(1, 101)}
    planted = {5: 80.0, 17: 81.0, 33: 82.0, 49: 83.0}
    merged = pd.Series({at: (at + 3) // 4 for at in scores})
    wholes = pd.Series(dict.fromkeys(range(1, 26), 30.0))
    found = hidden_laggards(ranked(scores | planted), wholes, merged=merged)
    worst = set(ranked(scores | planted)["rank"].nsmallest(10).index)
    assert set(planted) <= worst
    assert set(found.index[found["hidden"]]) == worst


def test_one_alone_and_one_unranked_have_no_sibling_to_compare_with() -> None:
    formers = ranked({1: 70.0, 2: None, 3: 60.0})
    merged = pd.Series({1: 101, 2: 101, 3: 102})
    found = hidden_laggards(formers, pd.Series({101: 50.0, 102: 40.0}), merged=merged)
    assert found["siblings"].tolist() == [0, 1, 0]
    assert found["gap"].isna().all()
    assert found["best_sibling"].isna().all()
    assert found["hidden"].tolist() == [False, False, False]


def test_the_best_sibling_has_no_better_one_and_no_gap() -> None:
    found = hidden_laggards(
        ranked({1: 70.0, 2: 20.0}), pd.Series({9: 45.0}), merged=pd.Series({1: 9, 2: 9})
    )
    assert found["gap"].tolist() == [50.0, 0.0]
    assert found["best_sibling"].isna().tolist() == [False, True]


def test_a_former_village_whose_merged_one_is_unknown_or_unranked_is_not_hidden() -> None:
    formers = ranked({1: 90.0, 2: 10.0})
    found = hidden_laggards(
        formers, pd.Series({9: None}, dtype=float), merged=pd.Series({1: None, 2: 9})
    )
    assert not found["hidden"].any()


def test_spending_that_reaches_firm_need_is_a_share_of_all() -> None:
    paid = pd.Series({1: 300, 2: 100, 3: None})
    standing = pd.Series({1: FIRM, 2: NOT, 3: FIRM})
    found = spending_on_need(paid, standing)
    assert (found.firm_fen, found.all_fen, found.share) == (300, 400, 0.75)
    assert spending_on_need(pd.Series([None]), pd.Series([FIRM])).share is None


def test_overlooked_is_who_needs_more_got_less_and_was_not_visited() -> None:
    villages = range(1, 7)
    found = need_and_attention(
        pd.Series([90, 80, 70, 20, 10, None], villages, dtype=float),
        pd.Series([0, 9000, 0, 9000, 9000, 0], villages),
        pd.Series([100, 100, 100, 100, 100, 100], villages),
        pd.Series([None, 400, 10, 20, 30, 400], villages, dtype=float),
    )
    # 2 got money, 3 was visited of late, 6 is not ranked.
    assert found.index[found["overlooked"]].tolist() == [1]
    assert found.loc[2, "paid_per_head_fen"] == pytest.approx(90)
