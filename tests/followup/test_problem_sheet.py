"""Where a row of a list leads a problem: by allowed steps only, never back."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.problem_sheet import LEDGER_FIELDS, Led, RowError, led_by_row
from geo_tracker.followup.problem_states import ACTIONS, CLOSED_OTHERWISE, STATES, Actor

LI = Actor(1, "planner")
TODAY = date(2026, 11, 26)


def on(number: int) -> date:
    return date(2026, 11, number)


OVER = {"registered_on": on(1), "assigned_on": on(3), "due_on": on(20), "lead_unit": "交通局"}
FIXED = OVER | {"claimed_on": on(5), "revisited_on": on(6), "satisfaction": "satisfied"}


def led(row: Mapping[str, Any], stored: Any = None, *, last: int = 3, actor: Actor = LI) -> Led:
    last_on = on(last) if stored is not None else None
    return led_by_row(stored, row, actor=actor, last_on=last_on, today=TODAY)


def stood(row: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a problem as it is stored after a row."""
    return {"suspended_on": None, "rechecked_on": None, **led(row).values, **more}


def actions(found: Led) -> list[str]:
    return [step.action for step in found.steps]


@pytest.mark.parametrize(
    ("row", "state", "round_", "steps"),
    [
        ({"registered_on": on(1)}, "registered", 0, ["register"]),
        (OVER, "assigned", 1, ["register", "assign"]),
        (OVER | {"state": "accepted"}, "accepted", 1, ["register", "assign", "accept"]),
        (OVER | {"handover_round": 3}, "assigned", 3, ["register", "assign"]),
        (
            OVER | {"claimed_on": on(5)},
            *("claimed_fixed", 1),
            ["register", "assign", "accept", "start", "claim"],
        ),
        (
            FIXED,
            "confirmed_fixed",
            1,
            ["register", "assign", "accept", "start", "claim", "revisit"],
        ),
        (
            FIXED | {"closed_on": on(7)},
            *("closed", 1),
            ["register", "assign", "accept", "start", "claim", "revisit", "close"],
        ),
        (
            FIXED | {"satisfaction": None, "answer": "not_fixed"},
            *("assigned", 2),
            ["register", "assign", "accept", "start", "claim", "revisit"],
        ),
        (
            OVER | {"state": "not_ours", "closed_on": on(4), "outcome": "已转报"},
            *("not_ours", 1),
            ["register", "assign", "not_ours"],
        ),
    ],
)
def test_a_new_problem_gets_the_state_and_the_steps_that_its_days_say(
    row: dict[str, Any], state: str, round_: int, steps: list[str]
) -> None:
    found = led(row)
    assert (found.values["state"], found.values["handover_round"]) == (state, round_)
    assert actions(found) == steps
    days = [step.on for step in found.steps]
    assert days == sorted(days)


def test_steps_whose_day_no_list_tells_say_so() -> None:
    notes = {step.action: step.note for step in led(FIXED | {"handover_round": 2}).steps}
    assert "第2次交办" in (notes["assign"] or "")
    assert "未载明日期" in (notes["accept"] or "")
    assert notes["revisit"] is None


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"registered_on": TODAY + timedelta(days=1)}, "registered_on"),
        (OVER | {"assigned_on": on(1), "registered_on": on(2)}, "assigned_on"),
        (OVER | {"due_on": on(2)}, "due_on"),
        (OVER | {"due_on": None}, "due_on"),
        (OVER | {"lead_unit": None}, "lead_unit"),
        ({"registered_on": on(1), "lead_unit": "交通局"}, "lead_unit"),
        ({"registered_on": on(1), "handover_round": 2}, "rounds"),
        ({"registered_on": on(1), "claimed_on": on(5)}, "claimed_on"),
        (OVER | {"claimed_on": on(2)}, "claimed_on"),
        (OVER | {"claimed_on": on(5), "satisfaction": "satisfied"}, "satisfaction"),
        (OVER | {"revisited_on": on(6), "satisfaction": "satisfied"}, "revisited_on"),
        (FIXED | {"satisfaction": None, "answer": "fixed"}, "satisfaction"),
        (FIXED | {"satisfaction": None}, "answer"),
        (FIXED | {"answer": "not_fixed", "satisfaction": None, "due_on": on(4)}, "due_on"),
        (OVER | {"closed_on": on(7)}, "claimed_on"),
        (OVER | {"state": "closed"}, "claimed_on"),
        (OVER | {"claimed_on": on(5), "state": "in_progress"}, "claimed_on"),
        (FIXED | {"state": "claimed_fixed"}, "revisited_on"),
        (FIXED | {"closed_on": on(7), "state": "assigned"}, "closed_on"),
        (OVER | {"state": "registered"}, "assigned_on"),
        (OVER | {"state": "cannot_fix", "closed_on": on(7)}, "outcome"),
        (OVER | {"state": "cannot_fix", "outcome": "政策"}, "closed_on"),
        (OVER | {"state": "duplicate", "closed_on": on(7)}, "duplicate_no"),
        (FIXED | {"state": "duplicate", "closed_on": on(7)}, "claimed_on"),
    ],
)
def test_what_cannot_be_costs_the_row_and_says_where(row: dict[str, Any], column: str) -> None:
    with pytest.raises(RowError) as refused:
        led(row)
    assert refused.value.column == column


@pytest.mark.parametrize(
    ("begin", "row", "steps", "state"),
    [
        ({"registered_on": on(1)}, OVER, ["assign"], "assigned"),
        (OVER, {"claimed_on": on(5)}, ["accept", "start", "claim"], "claimed_fixed"),
        (OVER, {"state": "accepted"}, ["accept"], "accepted"),
        (OVER | {"claimed_on": on(5)}, FIXED, ["revisit"], "confirmed_fixed"),
        (FIXED, {"closed_on": on(7)}, ["close"], "closed"),
        (
            OVER | {"claimed_on": on(5)},
            OVER | {"claimed_on": on(5), "revisited_on": on(6), "answer": "not_fixed"},
            *(["revisit"], "assigned"),
        ),
        (
            OVER | {"claimed_on": on(5)},
            OVER | {"assigned_on": on(7), "revisited_on": on(6), "answer": "not_fixed",
                    "handover_round": 2},
            *(["revisit"], "assigned"),
        ),
        (OVER, {"state": "cannot_fix", "closed_on": on(7), "outcome": "政策"}, ["cannot_fix"],
         "cannot_fix"),
    ],
)  # fmt: skip
def test_a_known_problem_is_led_forward(
    begin: dict[str, Any], row: dict[str, Any], steps: list[str], state: str
) -> None:
    last = max(day for day in begin.values() if isinstance(day, date) and day != on(20)).day
    found = led(row, stood(begin), last=last)
    assert (actions(found), found.values["state"]) == (steps, state)


@pytest.mark.parametrize(
    ("begin", "row", "column"),
    [
        (FIXED | {"closed_on": on(7)}, {"state": "in_progress"}, "state"),
        (FIXED | {"closed_on": on(7)}, FIXED | {"closed_on": on(7), "state": "assigned"}, "state"),
        (FIXED | {"closed_on": on(7)}, {"closed_on": on(8)}, "closed_on"),
        (OVER | {"claimed_on": on(5)}, {"state": "assigned"}, "state"),
        (OVER, OVER | {"due_on": on(22)}, "due_on"),
        (OVER, OVER | {"lead_unit": "水务局"}, "lead_unit"),
        (OVER, OVER | {"handover_round": 2}, "rounds"),
        (OVER | {"handover_round": 2}, OVER | {"handover_round": 1}, "rounds"),
        (OVER, {"claimed_on": on(2)}, "claimed_on"),
        ({"registered_on": on(1)}, {"claimed_on": on(5)}, "claimed_on"),
        ({"registered_on": on(1)}, {"registered_on": on(2)}, "registered_on"),
        (OVER | {"state": "cannot_fix", "closed_on": on(7), "outcome": "x"},
         {"state": "assigned"}, "state"),
    ],
)  # fmt: skip
def test_a_known_problem_is_never_led_back_nor_its_log_rewritten(
    begin: dict[str, Any], row: dict[str, Any], column: str
) -> None:
    with pytest.raises(RowError) as refused:
        led(row, stood(begin), last=7)
    assert refused.value.column == column


def test_a_suspended_problem_is_resumed_first() -> None:
    with pytest.raises(RowError, match="suspended"):
        led({"claimed_on": on(5)}, stood(OVER, suspended_on=on(4)))


def test_who_reported_it_as_fixed_does_not_confirm_it_by_a_list_either() -> None:
    claimed = stood(OVER | {"claimed_on": on(5)}, claimed_by_id=LI.user_id)
    with pytest.raises(RowError, match="somebody else asks"):
        led(FIXED, claimed, last=5)
    assert led(FIXED, claimed, last=5, actor=Actor(2, "planner")).steps


def test_the_row_that_led_to_another_handover_says_nothing_new_the_second_time() -> None:
    row = OVER | {"claimed_on": on(5), "revisited_on": on(6), "answer": "half_fixed"}
    for stated in (row, row | {"handover_round": 1}, row | {"state": "assigned"}):
        assert not led(stated, stood(row), last=6).steps


_ROUNDS = (
    (OVER, {"claimed_on": on(5)}, {"revisited_on": on(7)}, {"closed_on": on(9)}),
    (
        OVER | {"assigned_on": on(7), "revisited_on": on(7), "handover_round": 2},
        *({"claimed_on": on(11)}, {"revisited_on": on(13)}, {"closed_on": on(15)}),
    ),
)
_NOISE: dict[str, list[Any]] = {
    **{
        name: [None, on(2), on(4), on(8), on(12)]
        for name in ("assigned_on", "due_on", "claimed_on", "revisited_on", "closed_on")
    },
    "lead_unit": ["水务局", None],
    "handover_round": [1, 2, 3],
    "answer": [None, "fixed", "half_fixed", "not_fixed"],
    "satisfaction": [None, "basically_satisfied", "dissatisfied"],
    "state": list(STATES),
    "outcome": ["已办"],
    "duplicate_of_id": [7],
}


def random_row(chance: Random) -> dict[str, Any]:
    """Return a row that tells of a problem as far as it has come, and often something wrong."""
    row: dict[str, Any] = {"registered_on": on(1)}
    again, far = chance.random() < 0.4, chance.randint(0, 4)
    for part in _ROUNDS[again][:far]:
        row |= part
    if again and far:
        row["answer"] = "not_fixed"
    if far > 2:
        row |= {"answer": "fixed", "satisfaction": "satisfied"}
        if chance.random() < 0.3:
            row |= {"answer": "half_fixed", "satisfaction": None}
    for name in chance.sample(sorted(_NOISE), chance.choice([0, 0, 0, 1, 1, 2, 3])):
        row[name] = chance.choice(_NOISE[name])
    return row


def test_no_rows_lead_along_a_way_that_there_is_not() -> None:
    chance = Random(22)
    led_on = refused = 0
    for _ in range(6000):
        stored: dict[str, Any] | None = None
        last = 1
        for _ in range(3):
            try:
                found = led(random_row(chance), stored, last=last)
            except GeoTrackerError:
                refused += 1
                continue
            state = stored["state"] if stored else None
            for step in found.steps:
                assert step.from_state == state
                if step.action != "register":
                    assert step.from_state in ACTIONS[step.action]
                state = step.to_state
            after = {**(stored or {"suspended_on": None}), **found.values}
            assert after["state"] == (state or after["state"])
            _makes_sense(after)
            if stored is not None and stored["state"] in ("closed", *CLOSED_OTHERWISE):
                assert not found.steps
            if found.steps:
                led_on += stored is not None
                last = found.steps[-1].on.day
            stored = after
    # Else the test would show nothing.
    assert led_on > 100 < refused


def _makes_sense(problem: Mapping[str, Any]) -> None:
    state, handed = problem["state"], problem["handover_round"]
    assert (handed > 0) == (problem["assigned_on"] is not None)
    assert handed == 0 or (problem["lead_unit"] and problem["due_on"] >= problem["assigned_on"])
    assert (state in ("closed", *CLOSED_OTHERWISE)) == (problem["closed_on"] is not None)
    assert (problem["claimed_on"] is not None) == (
        state in ("claimed_fixed", "confirmed_fixed", "closed")
    )
    if state in ("confirmed_fixed", "closed"):
        assert problem["revisited_on"] >= problem["claimed_on"] >= problem["assigned_on"]
        assert problem["answer"] == "fixed"
        assert problem["satisfaction"] in ("satisfied", "basically_satisfied")


def test_what_is_stored_and_told_again_changes_nothing() -> None:
    chance = Random(23)
    told = 0
    for _ in range(3000):
        try:
            stored = {"suspended_on": None, **led(random_row(chance)).values}
        except GeoTrackerError:
            continue
        told += 1
        row = {name: stored[name] for name in LEDGER_FIELDS}
        assert not led(row, stored).steps
        word = {"state": stored["state"], "registered_on": stored["registered_on"]}
        assert not led(word, stored).steps
    assert told > 100
