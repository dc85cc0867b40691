"""Who needs a person, and in what order."""

from typing import Any

import pandas as pd
import pytest

from geo_tracker.lineage.review import bulk_candidates, bulk_stamp, by_consequence, review_cases

EDGE = {
    "event_type": "fusion", "status": "proposed", "said_by_geometry": True,
    "said_by_table": False, "conflict": False, "share_of_from": 1.0, "confidence": 0.95,
    "decision_id": None,
}  # fmt: skip
NO_DECISION = pd.DataFrame({"from_unit_id": [], "kind": [], "superseded_at": []})


def edges(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([EDGE | row | {"edge_id": i} for i, row in enumerate(rows, start=1)])


def link(former: int, later: int, **values: Any) -> dict[str, Any]:
    return {"from_unit_id": former, "to_unit_id": later} | values


def decisions(*rows: tuple[int, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"from_unit_id": unit, "kind": kind, "superseded_at": None} for unit, kind in rows]
    )


@pytest.mark.parametrize(
    ("links", "state", "reasons"),
    [
        ([link(1, 9)], "undoubted", []),
        ([link(1, 9, status="effective")], "agreed", []),
        ([link(1, 9, confidence=0.89)], "open", ["low_confidence"]),
        ([link(1, 9, event_type="reallocation")], "open", ["reallocation"]),
        ([link(1, 9, event_type="reallocation", status="effective")], "agreed", []),
        ([link(1, 9, conflict=True, confidence=0.5)], "open", ["conflict"]),
        ([link(1, 1), link(1, 9)], "undoubted", []),
    ],
)
def test_what_is_doubtful_is_said(
    links: list[dict[str, Any]], state: str, reasons: list[str]
) -> None:
    case = review_cases(edges(*links), NO_DECISION).loc[1]
    assert (case["state"], case["reasons"]) == (state, reasons)


def test_a_village_without_a_successor_needs_a_person() -> None:
    case = review_cases(edges(link(1, 9)), NO_DECISION, pd.Index([1, 2])).loc[2]
    assert (case["state"], case["reasons"], case["confidence"]) == ("open", ["no_successor"], 0)
    rejected = review_cases(edges(link(1, 9)), decisions((2, "reject")), pd.Index([2]))
    assert rejected.at[2, "state"] == "decided"


def test_what_table_alone_says_against_the_ground_is_not_proposed() -> None:
    by_table = {"said_by_geometry": False, "said_by_table": True, "share_of_from": None}
    rivals = [link(1, 8, conflict=True, **by_table), link(1, 9, conflict=True)]
    assert review_cases(edges(*rivals), NO_DECISION).at[1, "proposed"] == [9]
    alone = review_cases(edges(link(1, 8, **by_table)), NO_DECISION)
    assert alone.at[1, "proposed"] == [8]


def test_a_rival_counts_against_a_link_that_ground_and_table_name() -> None:
    rival = {"said_by_geometry": False, "said_by_table": True, "conflict": True}
    case = review_cases(
        edges(link(1, 9, said_by_table=True, confidence=1.0), link(1, 8, confidence=0.45, **rival)),
        NO_DECISION,
    ).loc[1]
    assert (case["confidence"], case["proposed"]) == (pytest.approx(0.55), [9])


@pytest.mark.parametrize(
    ("words", "decided_on", "state"),
    [
        ([(1, "accept")], 1, "decided"),
        ([(1, "note")], None, "open"),
        ([(1, "accept"), (1, "note")], 1, "decided"),
        ([(1, "reopen")], None, "open"),
        # The link came up after the decision.
        ([(1, "accept")], None, "open"),
    ],
)
def test_a_decision_closes_a_case_until_something_new_is_found(
    words: list[tuple[int, str]], decided_on: int | None, state: str
) -> None:
    doubtful = edges(link(1, 9, confidence=0.5, decision_id=decided_on))
    assert review_cases(doubtful, decisions(*words)).at[1, "state"] == state


def test_the_order_is_what_a_mistake_would_cost() -> None:
    cases = review_cases(
        edges(
            link(1, 9, confidence=0.5),
            link(2, 9, confidence=0.8),
            link(3, 9, confidence=0.5),
            link(4, 9, confidence=0.7),
        ),
        NO_DECISION,
    )
    people = pd.Series({1: 100, 2: 1000, 3: None, 4: 300, 5: 300}, dtype="Int64")
    budget = pd.Series({1: 10_000_000, 2: 10_000_000, 3: 0, 4: None}, dtype="Int64")
    ordered, stake = by_consequence(cases, people, budget)
    assert stake == (300, 10_000_000)
    # 10 thousand yuan × people × doubt; 3 has a budget of zero, 4 the median of the budgets.
    assert ordered["consequence"].to_dict() == pytest.approx({2: 2000, 4: 900, 1: 500, 3: 0})
    assert list(ordered.index) == [2, 4, 1, 3]
    assert ordered["people"].isna().to_dict() == {1: False, 2: False, 3: True, 4: False}


def test_what_is_known_of_nobody_is_left_out_and_equals_go_by_confidence() -> None:
    cases = review_cases(edges(link(1, 9, confidence=0.8), link(2, 9, confidence=0.5)), NO_DECISION)
    nothing = pd.Series({1: None, 2: None}, dtype="Int64")
    ordered, stake = by_consequence(cases, nothing, nothing)
    assert stake == (None, None)
    assert ordered["consequence"].to_dict() == pytest.approx({2: 0.5, 1: 0.2})
    zero = pd.Series({1: 0, 2: 0}, dtype="Int64")
    assert list(by_consequence(cases, zero, nothing)[0].index) == [2, 1]


def test_only_what_nothing_speaks_against_is_accepted_together() -> None:
    cases = review_cases(
        edges(
            link(1, 9, confidence=0.85),
            link(2, 9, confidence=0.8),
            link(3, 9, confidence=0.95, conflict=True),
            link(4, 9, status="effective"),
            link(5, 9),
            link(6, 9, decision_id=7),
        ),
        decisions((6, "accept")),
        pd.Index([7]),
    )
    assert list(bulk_candidates(cases, above=0.85).index) == [1, 5]
    assert list(bulk_candidates(cases, above=0.0).index) == [1, 2, 5]
    stamps = {bulk_stamp(bulk_candidates(cases, above=above)) for above in (0.0, 0.8, 0.85, 1.0)}
    assert len(stamps) == 3


def test_no_links_are_no_cases() -> None:
    empty = edges(link(1, 9)).iloc[:0]
    assert review_cases(empty, NO_DECISION).empty
    assert bulk_candidates(review_cases(empty, NO_DECISION), above=0).empty
