"""Livelihood projects go only where a way leads, whatever is tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.livelihood import (
    EDGES,
    LIVELIHOOD_STATES,
    livelihood_after,
    needs_reason,
    next_states,
)


@given(st.lists(st.tuples(st.sampled_from([*LIVELIHOOD_STATES, "x"]), st.sampled_from(["", "因"]))))
def test_no_sequence_reaches_a_state_but_by_its_ways(tries: list[tuple[str, str]]) -> None:
    state: str | None = None
    for to, reason in tries:
        before = state
        try:
            state = livelihood_after(state, to, reason=reason)
        except (ConflictError, InputError):
            continue
        assert state == to
        assert to in EDGES[before]
        assert reason or not needs_reason(before, to)


def test_the_way_from_candidate_to_assessment_has_six_states() -> None:
    way: list[str | None] = [None]
    while next_states(way[-1]):
        way.append(next_states(way[-1])[0])
    assert way[1:] == ["candidate", "voted", "published", "under_way", "done", "assessed"]


@pytest.mark.parametrize("state", LIVELIHOOD_STATES)
def test_nothing_that_was_assessed_or_published_becomes_a_candidate_again(state: str) -> None:
    assert ("candidate" in next_states(state)) == (state == "not_chosen")
