"""No sequence of actions leads a problem where it must not go."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_tracker.errors import ConflictError, GeoTrackerError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import (
    ACTIONS,
    ANSWERS,
    SATISFACTIONS,
    STATES,
    Actor,
    Situation,
    after_action,
    possible_actions,
)

PLANNER, OTHER = Actor(1, "planner"), Actor(2, "planner")
HANDLER = Actor(3, "handler", "交通局")
ACTORS = (
    *(PLANNER, OTHER, HANDLER, Actor(4, "handler", "水利局"), Actor(5, "viewer")),
    *(Actor(6, "handler"), Actor(7, "admin"), Actor(None, "planner")),
)

# Written down a second time, from the domain's own words.
EDGES = {
    ("registered", "assigned"),
    ("assigned", "accepted"),
    ("accepted", "in_progress"),
    ("in_progress", "claimed_fixed"),
    ("claimed_fixed", "confirmed_fixed"),
    ("claimed_fixed", "assigned"),
    ("confirmed_fixed", "closed"),
    *(
        (state, end)
        for state in ("registered", "assigned", "accepted", "in_progress")
        for end in ("duplicate", "not_ours", "cannot_fix")
    ),
}
FULL: dict[str, Any] = {
    "lead_unit": "交通局",
    "due_on": "2020-02-01",
    "note": "x",
    "duplicate_of_id": 9,
}

steps = st.lists(
    st.tuples(
        st.sampled_from(list(ACTIONS)),
        st.sampled_from(ACTORS),
        st.sampled_from((*ANSWERS, "perhaps", "")),
        st.sampled_from((*SATISFACTIONS, "", None)),
        st.sets(st.sampled_from(list(FULL))),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(steps)
def test_whatever_people_do_a_problem_only_goes_along_the_edges(taken: list[Any]) -> None:
    here, claims = Situation(), set()
    for action, actor, answer, satisfaction, left_out in taken:
        brought = {name: value for name, value in FULL.items() if name not in left_out}
        brought |= {"answer": answer, "satisfaction": satisfaction}
        possible = action in possible_actions(here, actor)
        try:
            there = after_action(here, action, actor, brought)
        except (ConflictError, NotAllowedError):
            assert not possible
            continue
        except InputError:
            assert possible
            continue
        assert possible
        assert actor.role != "viewer"
        assert there.state in STATES
        assert there.state == here.state or (here.state, there.state) in EDGES
        again = here.state == "claimed_fixed" and there.state == "assigned"
        assert there.round == here.round + (again or there.round == 1 > here.round)
        assert (there.round > 0) == (there.lead_unit is not None)
        if here.suspended:
            assert there.state in (here.state, "duplicate", "not_ours", "cannot_fix")
        if action == "claim":
            claims = {actor.user_id}
        if action == "revisit":
            assert actor.user_id is None or actor.user_id not in claims
        if there.state == "confirmed_fixed" != here.state:
            assert answer == "fixed"
            assert satisfaction in ("satisfied", "basically_satisfied")
        here = there


def at(state: str, **more: Any) -> Situation:
    return Situation(state=state, round=1, lead_unit="交通局", **more)


@pytest.mark.parametrize(
    ("answer", "satisfaction", "state", "round_"),
    [
        ("fixed", "satisfied", "confirmed_fixed", 1),
        ("fixed", "basically_satisfied", "confirmed_fixed", 1),
        ("fixed", "dissatisfied", "assigned", 2),
        ("half_fixed", "satisfied", "assigned", 2),
        ("not_fixed", "", "assigned", 2),
    ],
)
def test_the_residents_answer_decides(
    answer: str, satisfaction: str, state: str, round_: int
) -> None:
    given_ = FULL | {"answer": answer, "satisfaction": satisfaction}
    there = after_action(at("claimed_fixed"), "revisit", PLANNER, given_)
    assert (there.state, there.round) == (state, round_)


def test_who_says_that_it_is_fixed_cannot_confirm_it() -> None:
    claimed = after_action(at("in_progress"), "claim", PLANNER, FULL)
    with pytest.raises(NotAllowedError, match="somebody else"):
        after_action(claimed, "revisit", PLANNER, FULL | {"answer": "fixed"})
    assert "revisit" in possible_actions(claimed, OTHER)


def test_a_handler_only_does_the_work_of_his_own_office() -> None:
    assert possible_actions(at("assigned"), HANDLER) == ("accept",)
    assert possible_actions(at("assigned"), replace(HANDLER, office="水利局")) == ()
    assert possible_actions(at("claimed_fixed"), HANDLER) == ()


def test_what_is_suspended_waits() -> None:
    assert "claim" not in possible_actions(at("in_progress", suspended=True), PLANNER)
    resumed = after_action(at("in_progress", suspended=True), "resume", PLANNER, {})
    assert resumed == at("in_progress")


@pytest.mark.parametrize("lacking", ["lead_unit", "due_on"])
def test_nothing_is_handed_over_to_nobody_or_for_no_day(lacking: str) -> None:
    with pytest.raises(InputError):
        after_action(
            Situation(), "assign", PLANNER, {k: v for k, v in FULL.items() if k != lacking}
        )


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(GeoTrackerError):
        after_action(at("assigned"), "reopen", PLANNER, FULL)
