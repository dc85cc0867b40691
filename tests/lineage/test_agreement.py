"""The table beside the ground: agreement, conflict, and what one of them does not know."""

import pandas as pd
import pytest

from geo_tracker.lineage.agreement import compared_with_table


def compared(links: list[tuple[int, int, float]], table: list[tuple[int, int]]) -> pd.DataFrame:
    """Compare pairs of the ground (with confidence) with pairs of the table."""
    ground = pd.DataFrame(links, columns=["from_id", "to_id", "confidence"])
    rows = pd.DataFrame(table, columns=["from_id", "to_id"])
    return compared_with_table(ground, rows).set_index(["from_id", "to_id"])


def test_agreement_raises_the_confidence() -> None:
    edge = compared([(1, 9, 0.8)], [(1, 9), (1, 9)]).loc[(1, 9)]
    assert (edge["said_by_geometry"], edge["said_by_table"], edge["conflict"]) == (
        True,
        True,
        False,
    )
    # Both wrong at once: 0.2 × 0.1.
    assert edge["confidence"] == pytest.approx(0.98)
    assert edge["reason"] is None
    assert not edge["needs_review"]


def test_both_sides_of_a_conflict_are_kept_and_say_why() -> None:
    found = compared([(1, 9, 0.9)], [(1, 8)])
    assert found["conflict"].tolist() == [True, True]
    assert found["needs_review"].all()
    assert found["confidence"].tolist() == pytest.approx([0.45, 0.45])
    ground, table = found.loc[(1, 9)], found.loc[(1, 8)]
    assert (ground["said_by_geometry"], ground["said_by_table"]) == (True, False)
    assert (table["said_by_geometry"], table["said_by_table"]) == (False, True)
    assert ground["reason"] != table["reason"]


def test_what_the_table_does_not_name_is_no_conflict() -> None:
    found = compared([(1, 9, 0.95), (2, 9, 0.6)], [(1, 9)])
    assert not found["conflict"].any()
    assert found.loc[(2, 9), "confidence"] == pytest.approx(0.6)
    assert found.loc[(2, 9), "needs_review"]


def test_a_village_without_boundary_follows_the_table() -> None:
    edge = compared([(1, 9, 0.95)], [(1, 9), (3, 9)]).loc[(3, 9)]
    assert (edge["said_by_geometry"], edge["said_by_table"], edge["conflict"]) == (
        False,
        True,
        False,
    )
    assert edge["confidence"] == pytest.approx(0.9)


def test_without_a_table_the_ground_stands_alone() -> None:
    found = compared([(1, 9, 0.95)], [])
    assert not found["conflict"].any()
    assert not found["said_by_table"].any()
    assert found["confidence"].tolist() == [0.95]
