"""Rates of votes by their own denominators, and what the law wants of a vote."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from geo_tracker.indicators.consent import consent_summary, consent_table, vote_rates

GOOD: dict[str, Any] = {
    "form": "villagers_meeting",
    "notice_on": date(2018, 11, 1),
    "held_on": date(2018, 11, 11),
    "eligible": 1000,
    "present": 501,
    "issued": 501,
    "returned": 501,
    "agree": 500,
    "oppose": 1,
    "abstain": 0,
    "invalid": 0,
}


def rated(*votes: dict[str, Any]) -> pd.DataFrame:
    """Rate votes that differ from a good one in what is given."""
    rows = pd.DataFrame([GOOD | vote for vote in votes])
    counts = [name for name in GOOD if name not in {"form", "notice_on", "held_on"}]
    rows[counts] = rows[counts].astype("Int64")
    return rows.join(vote_rates(rows))


def complaints(**changed: Any) -> list[str]:
    """Return what is not in order with a vote, in English."""
    found: list[str] = [check.text for check in rated(changed).at[0, "checks"]]
    return found


def test_present_and_eligible_are_different_denominators() -> None:
    vote = rated({}).iloc[0]
    assert vote["consent_of_present"] == pytest.approx(500 / 501)
    assert vote["consent_of_eligible"] == pytest.approx(0.5)
    assert vote["turnout"] == pytest.approx(0.501)
    assert vote["in_order"]


@pytest.mark.parametrize(
    ("form", "present", "is_quorate"),
    [
        ("villagers_meeting", 501, True),
        ("villagers_meeting", 500, False),
        ("household_representatives", 667, True),
        ("household_representatives", 666, False),
    ],
)
def test_the_quorum_is_over_half_or_two_thirds(form: str, present: int, is_quorate: bool) -> None:
    counts = {"present": present, "issued": present, "returned": present, "agree": present}
    found = complaints(form=form, oppose=0, **counts)
    assert any(text.startswith("no quorum") for text in found) is not is_quorate


def test_representatives_alone_cannot_decide_a_merger() -> None:
    assert any(
        "only representatives met" in text for text in complaints(form="villagers_representatives")
    )


@pytest.mark.parametrize(("day", "is_late"), [(1, False), (2, True)])
def test_notice_is_ten_days(day: int, is_late: bool) -> None:
    found = complaints(notice_on=date(2018, 11, day))
    assert any(text.startswith("notice only") for text in found) is is_late


@pytest.mark.parametrize(("agree", "passed"), [(251, True), (250, False)])
def test_a_vote_passes_on_over_half_of_those_present(agree: int, passed: bool) -> None:
    found = complaints(present=500, issued=500, returned=500, agree=agree, oppose=500 - agree)
    assert any(text.startswith("not passed") for text in found) is not passed


def test_ballots_must_add_up_and_be_no_more_than_voters() -> None:
    assert any("do not add up" in text for text in complaints(oppose=2))
    assert any("more ballots than voters" in text for text in complaints(issued=502))
    assert complaints() == []


def test_what_is_missing_is_neither_zero_nor_wrong() -> None:
    vote = rated({"agree": None, "oppose": None, "notice_on": None}).iloc[0]
    assert pd.isna(vote["consent_of_present"])
    assert not vote["unanimous"]
    assert vote["checks"] == []
    nobody = rated(
        {"eligible": 0, "present": 0, "issued": 0, "returned": 0, "agree": 0, "oppose": 0}
    )
    assert pd.isna(nobody.at[0, "consent_of_present"])
    assert not nobody.at[0, "unanimous"]


def test_a_summary_tells_the_mean_of_villages_from_the_share_of_voters() -> None:
    votes = rated(
        {"eligible": 100, "present": 100, "agree": 100, "oppose": 0},
        {"eligible": 2000, "present": 1000, "agree": 900, "oppose": 100},
        {"agree": None},
    )
    summary = consent_summary(votes)
    assert summary.count == 2
    assert summary.mean_of_rates == pytest.approx(0.95)
    assert summary.pooled == pytest.approx(1000 / 1100)
    assert summary.mean_of_eligible == pytest.approx((1 + 0.45) / 2)
    assert (summary.at_100_count, summary.share_at_100) == (1, 0.5)


def test_nearly_all_is_not_all() -> None:
    votes = rated({"eligible": 30000, "present": 20001, "agree": 20000, "oppose": 1})
    assert consent_summary(votes).at_100_count == 0


def test_no_votes_have_no_mean() -> None:
    summary = consent_summary(rated({"present": None}))
    assert (summary.count, summary.mean_of_rates, summary.pooled) == (0, None, None)


def test_a_group_is_summed_in_every_way_and_its_tail_told_apart() -> None:
    votes = rated(
        {"present": 100, "agree": 100, "eligible": 200},
        {"present": 300, "agree": 270, "eligible": 400},
        {"present": 10, "agree": 10, "eligible": 20},
    )
    table = consent_table(votes, pd.Series(["a", "a", "b"]))
    a = table.loc["a"]
    assert a["votes"] == 2
    assert a["mean_of_rates"] == pytest.approx((1 + 0.9) / 2)
    assert a["pooled"] == pytest.approx(370 / 400)
    assert a["turnout"] == pytest.approx(400 / 600)
    assert a["mean_of_eligible"] == pytest.approx((0.5 + 270 / 400) / 2)
    assert a["pooled_of_eligible"] == pytest.approx(370 / 600)
    assert (a["at_100"], a["share_at_100"]) == (1, 0.5)
    assert (a["lowest"], a["tail"], a["tail_count"]) == (pytest.approx(0.9), pytest.approx(0.9), 1)
    assert table.loc["b", "lowest"] == 1


def test_the_tail_is_the_worst_twentieth() -> None:
    votes = rated(*({"present": 100, "agree": agree} for agree in range(60, 100)))
    whole = consent_table(votes, pd.Series(0, index=votes.index)).loc[0]
    assert whole["tail_count"] == 2
    assert whole["tail"] == pytest.approx(0.605)


def test_groups_of_no_votes_make_no_rows() -> None:
    votes = rated({}).iloc[:0]
    assert consent_table(votes, pd.Series([], dtype=object)).empty
