"""Links, noise, and the name of each kind of change, on squares."""

from collections.abc import Mapping
from typing import Any

import pytest

from geo_tracker.lineage.events import classified_changes
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
        ({1: ("甲坑村", "1", WEST)}, {9: ("甲坑社区", "1", WEST)}, "to_community", None),
        ({1: ("甲坑社区", "1", WEST)}, {9: ("甲坑居委会", "1", WEST)}, "unchanged", None),
        ({1: ("甲坑社区", "1", WEST)}, {9: ("甲坑村", "1", WEST)}, "name_change", None),
        # Two spellings of one name.
        ({1: ("甲坑村委会", "1", WEST)}, {9: ("甲坑村民委员会", "1", WEST)}, "unchanged", None),
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
        # 新村 says that it is another village than the old one.
        (
            {1: ("甲坑村", "1", WEST), 2: ("乙坑村", "2", EAST)},
            {9: ("甲坑新村", "1", BOTH)},
            "fusion",
            None,
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
    assert events["residual_m2"].tolist() == pytest.approx([400 * 100, 400 * 100])


@pytest.mark.parametrize(
    ("drawn", "later", "residual_m2"),
    [((0, 0, 4, 4), (0, 0, 4, 3), 40_000), ((0, 0, 4, 3), (0, 0, 4, 4), -40_000)],
)
def test_a_coast_that_moved_changes_no_village(drawn: Box, later: Box, residual_m2: float) -> None:
    events, _links = changes(
        {1: ("甲", "1", drawn), 2: ("乙", "2", (4, 0, 8, 4))},
        {8: ("甲", "1", later), 9: ("乙", "2", (4, 0, 8, 4))},
    )
    kinds = ["unchanged", "unchanged", "one_layer_only"]
    assert events["event_type"].tolist() == kinds
    coast = events.iloc[2]
    # Ground of the earlier layer alone belongs to its village, of the later alone to the later.
    assert (coast["from_ids"], coast["to_ids"]) == (([1], []) if residual_m2 > 0 else ([], [8]))
    assert coast["residual_m2"] == pytest.approx(residual_m2)
    assert coast["confidence"] > 0.99
    assert not coast["needs_review"]


def test_a_coast_drawn_a_hair_apart_is_noise() -> None:
    # Four borders lie 2 m apart, and so does the coast.
    strips = {n: (f"村{n}", str(n), (n * 4, 0, n * 4 + 4, 4)) for n in range(5)}
    later = {n + 10: (f"村{n}", str(n), (n * 4 + 0.02, 0, n * 4 + 4.02, 4.02)) for n in range(5)}
    events, _links = changes(strips, later)
    assert set(events["event_type"]) == {"unchanged"}


def test_slivers_along_a_border_are_no_links() -> None:
    # The border between the two is drawn 2 m further east the second time.
    before = {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)}
    after = {8: ("甲", "1", (0, 0, 4.02, 4)), 9: ("乙", "2", (4.02, 0, 8, 4))}
    events, links = changes(before, after)
    assert list(zip(links["from_id"], links["to_id"], strict=True)) == [(1, 8), (2, 9)]
    assert events["event_type"].tolist() == ["unchanged", "unchanged"]


def test_a_part_that_moves_leaves_a_merger_the_merger_it_is() -> None:
    # 1 and 2 become 8; a strip of 2 goes to 9, which was 3.
    events, links = changes(
        {1: ("甲", "1", WEST), 2: ("乙", "2", EAST), 3: ("丙", "3", (8, 0, 12, 4))},
        {8: ("丁", "8", (0, 0, 7, 4)), 9: ("丙", "3", (7, 0, 12, 4))},
    )
    found = {event["event_type"]: event for event in events.to_dict("records")}
    assert found["fusion"]["from_ids"] == [1, 2]
    assert found["fusion"]["to_ids"] == [8]
    (moved,) = links[(links["from_id"] == 2) & (links["to_id"] == 9)].to_dict("records")
    (event,) = [event for event in events.to_dict("records") if event["event"] == moved["event"]]
    assert (event["from_ids"], event["to_ids"]) == ([2], [9])
    assert event["event_type"] == "rectification"


def test_a_village_torn_up_is_one_reallocation() -> None:
    events, _links = changes(
        {
            1: ("甲", "1", (0, 0, 6, 4)),
            2: ("乙", "2", (6, 0, 12, 4)),
            3: ("丙", "3", (0, 4, 12, 8)),
        },
        {
            7: ("乙", "2", (4, 0, 12, 4)),
            8: ("丙", "3", (2, 0, 4, 8)),
            9: ("丁", "9", (0, 0, 2, 8)),
            10: ("戊", "10", (4, 4, 12, 8)),
        },
    )
    torn = [event for event in events.to_dict("records") if 1 in event["from_ids"]]
    assert [event["event_type"] for event in torn] == ["reallocation"]


def test_ground_of_one_layer_only_is_a_class_of_its_own() -> None:
    events, links = changes(
        {1: ("甲", "1", WEST), 2: ("乙", "2", EAST)},
        {8: ("甲", "1", WEST), 9: ("海", "9", (8, 0, 12, 4))},
    )
    alone = events[events["event_type"] == "one_layer_only"].to_dict("records")
    assert [(event["from_ids"], event["to_ids"]) for event in alone] == [([2], []), ([], [9])]
    assert set(links["from_id"]) == {1}


def test_confidence_falls_where_the_halves_are_nearly_alike() -> None:
    _events, links = changes(
        {1: ("甲", "1", BOTH), 2: ("乙", "2", (0, 4, 8, 8))},
        {8: ("丙", "8", WEST), 9: ("丁", "9", EAST), 10: ("乙", "2", (0, 4, 8, 8))},
    )
    assert links["confidence"].between(0.5, 1).all()
    assert len(links) == 3


def test_without_overlaps_there_is_no_link() -> None:
    events, links = changes({1: ("甲", "1", WEST)}, {9: ("丙", "9", (20, 0, 24, 4))})
    assert set(events["event_type"]) == {"one_layer_only"}
    assert links.empty
