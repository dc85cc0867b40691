"""Items of a checklist: done by one, verified by another."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_tracker.errors import ConflictError, GeoTrackerError, InputError, NotAllowedError
from geo_tracker.followup.checklist import (
    ACTIONS,
    DOMAINS,
    STATES,
    TEMPLATE,
    ItemSituation,
    after_item_action,
    possible_item_actions,
    template_item,
)
from geo_tracker.followup.problem_states import Actor

LI, WANG = Actor(1, "planner"), Actor(2, "planner")
HANDLER = Actor(3, "handler", "财政所")
EDGES = {
    ("open", "done"),
    ("done", "verified"),
    ("done", "open"),
    ("verified", "open"),
    ("open", "not_applicable"),
    ("not_applicable", "open"),
}


def test_every_domain_has_an_item_and_every_item_a_domain() -> None:
    items = [template_item(line) for line in TEMPLATE]
    assert {item.domain for item in items} == set(DOMAINS.values())
    assert template_item("规划｜编制规划|365").due_after(date(2019, 1, 1)) == date(2020, 1, 1)


@pytest.mark.parametrize(
    "line",
    ["", "班子", "班子|x", "花园|x|3", "班子||3", "班子|x|soon", "班子|x|3|4", "班子|x|9999"],
)
def test_a_line_that_is_no_item_is_refused(line: str) -> None:
    with pytest.raises(InputError):
        template_item(line)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(ACTIONS)),
            st.sampled_from([LI, WANG, HANDLER, Actor(4, "viewer"), Actor(5, "handler")]),
            st.sampled_from(["", " ", "文件"]),
        ),
        max_size=20,
    )
)
def test_whatever_people_do_nobody_verifies_his_own_work(taken: list[Any]) -> None:
    here, doer = ItemSituation(owner_unit="财政所"), None
    for action, actor, note in taken:
        possible = action in possible_item_actions(here, actor)
        try:
            there = after_item_action(here, action, actor, {"note": note})
        except (ConflictError, NotAllowedError):
            assert not possible
            continue
        except InputError:
            assert possible
            continue
        assert possible
        assert there.state in STATES
        assert there.state == here.state or (here.state, there.state) in EDGES
        if action == "finish":
            assert note.strip()
            doer = actor.user_id
        if action == "verify":
            assert actor.user_id != doer
        here = there


def test_who_reported_it_as_done_cannot_verify_it() -> None:
    done = after_item_action(ItemSituation(), "finish", LI, {"note": "文件"})
    with pytest.raises(NotAllowedError, match="somebody else"):
        after_item_action(done, "verify", LI, {})
    assert after_item_action(done, "verify", WANG, {}).state == "verified"


def test_a_handler_reports_on_what_his_office_owns_and_nothing_else() -> None:
    assert possible_item_actions(ItemSituation(owner_unit="财政所"), HANDLER) == ("finish",)
    assert possible_item_actions(ItemSituation(owner_unit="组织办"), HANDLER) == ()


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(GeoTrackerError):
        after_item_action(ItemSituation(), "forget", LI, {})
