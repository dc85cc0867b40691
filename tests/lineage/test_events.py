"""Links, noise, and the name of each kind of change, on squares."""

from collections.abc import Mapping
from typing import Any

import pytest

from geo_tracker.lineage.events import LinkFloors, classified_changes, real_links
from geo_tracker.lineage.overlaps import overlap_shares
from tests.lineage.squares import Box, layer

Villages = Mapping[int, tuple[str, str, Box]]

WEST, EAST, BOTH = (0, 0, 4, 4), (4, 0, 8, 4), (0, 0, 8, 4)


def changes(before: Villages, after: Villages) -> tuple[Any, Any]:
    """Return events and links between two layers of squares."""
    old, new = layer(before), layer(after)
    return classified_changes(overlap_shares(old, new), old, new)


@pytest.mark.parametrize(
    ("before", "after", "event_type", "survivor"),
    [
        ({1: ("甲", "1", WEST)}, {9: ("甲", "1", WEST)}, "unchanged", None),
        ({1: ("甲", "1", WEST)}, {9: ("丙", "1", WEST)}, "name_change", None),
        ({1: ("甲", "1", WEST)}, {9: ("甲", "9", WEST)}, "identifier_change", None),
        ({1: ("甲", "1", WEST)}, {9: ("甲", "1", (0, 0, 4, 3))}, "rectification", None),
        (
            {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)},
            {9: ("丙", "9", BOTH)},
            "fusion",
            None,
        ),
        (
            {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)},
            {9: ("甲", "1", BOTH)},
            "integration",
            1,
        ),
        # The name stays and the code does not: a new village of the old name.
        (
            {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)},
            {9: ("甲", "9", BOTH)},
            "fusion",
            None,
        ),
        (
            {1: ("甲", "1", BOTH)},
            {8: ("丙", "8", WEST), 9: ("丁", "9", EAST)},
            "scission",
            None,
        ),
        (
            {1: ("甲", "1", BOTH)},
            {8: ("甲", "1", WEST), 9: ("丁", "9", EAST)},
            "extraction",
            None,
        ),
        (
            {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)},
            {8: ("甲", "1", (0, 0, 5, 4)), 9: ("乙", "2", (5, 0, 8, 4))},
            "rectification",
            None,
        ),
        (
            {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)},
            {8: ("丙", "8", (0, 0, 2, 4)), 9: ("丁", "9", (2, 0, 8, 4))},
            "reallocation",
            None,
        ),
    ],
)
def test_each_kind_of_change_has_its_name(
    before: Villages, after: Villages, event_type: str, survivor: int | None
) -> None:
    events, links = changes(before, after)
    (event,) = events.to_dict("records")
    assert event["event_type"] == event_type
    assert event["from_ids"] == sorted(before)
    assert event["to_ids"] == sorted(after)
    if survivor is None:
        assert events["survivor_id"].isna().all()
    else:
        assert events["survivor_id"].tolist() == [survivor]
    assert set(links["event"]) == {event["event"]}
    assert set(links["method"]) == {"geometry"}


def test_separate_groups_are_separate_events() -> None:
    events, links = changes(
        {1: ("甲", "1", WEST), 2: ("乙", "2", EAST), 3: ("丙", "3", (8, 0, 12, 4))},
        {8: ("丁", "8", BOTH), 9: ("丙", "3", (8, 0, 12, 4))},
    )
    assert sorted(events["event_type"]) == ["fusion", "unchanged"]
    assert len(links) == 3


def test_what_the_old_had_and_the_new_lack_is_the_residual() -> None:
    events, _links = changes({1: ("甲", "1", WEST)}, {9: ("甲", "1", (0, 0, 4, 3))})
    assert events["residual_m2"].tolist() == pytest.approx([400 * 100])


def test_slivers_along_a_border_are_no_links() -> None:
    # The border between the two is drawn 2 m further east the second time.
    before = {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)}
    after = {8: ("甲", "1", (0, 0, 4.02, 4)), 9: ("乙", "2", (4.02, 0, 8, 4))}
    events, links = changes(before, after)
    assert list(zip(links["from_id"], links["to_id"], strict=True)) == [(1, 8), (2, 9)]
    assert events["event_type"].tolist() == ["unchanged", "unchanged"]


def test_a_link_needs_its_share_but_the_largest_of_a_village_always_counts() -> None:
    old = layer({1: ("甲", "1", (0, 0, 10, 10))})
    new = layer({8: ("丙", "8", (0, 0, 9.9, 10)), 9: ("丁", "9", (9.9, 0, 30, 10))})
    shares = overlap_shares(old, new)
    # Village 9 lies to 0.5 % in the old one, and nowhere else.
    assert set(real_links(shares)["to_id"]) == {8, 9}
    third = layer({2: ("乙", "2", (10, 0, 30, 10)), **{1: ("甲", "1", (0, 0, 10, 10))}})
    shares = overlap_shares(third, new)
    assert sorted(zip(shares["from_id"], shares["to_id"], strict=True)) == [(1, 8), (1, 9), (2, 9)]
    links = real_links(shares)
    assert sorted(zip(links["from_id"], links["to_id"], strict=True)) == [(1, 8), (2, 9)]
    generous = real_links(shares, floors=LinkFloors(share=0.004, times_noise=0.5))
    assert len(generous) == 3


def test_confidence_is_the_larger_share_and_low_confidence_wants_a_person() -> None:
    events, links = changes(
        {1: ("甲", "1", BOTH)}, {8: ("甲", "1", WEST), 9: ("丁", "9", (4, 0, 12, 4))}
    )
    by_new = links.set_index("to_id")["confidence"]
    assert by_new[8] == pytest.approx(1)
    assert by_new[9] == pytest.approx(0.5)
    assert events["confidence"].tolist() == pytest.approx([0.5])
    assert events["needs_review"].tolist() == [True]


def test_no_overlaps_make_no_events() -> None:
    events, links = changes({1: ("甲", "1", WEST)}, {9: ("丙", "9", (20, 0, 24, 4))})
    assert events.empty
    assert links.empty
    assert "survivor_id" in events
