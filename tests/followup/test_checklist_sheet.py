"""A row of a list leads an item of a checklist forward, along the allowed edges, never back."""

from datetime import date
from typing import Any

import pytest

from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.checklist import DOMAINS, FUSION_STAGES, STATES
from geo_tracker.followup.checklist_sheet import led_item
from geo_tracker.followup.problem_states import Actor
from geo_tracker.followup.problem_way import Led
from geo_tracker.importing.checklist_columns import CHECKLIST_WORDS

LI = Actor(7, "planner")
NOBODY: dict[str, Any] = dict.fromkeys(
    ("owner_unit", "evidence", "done_on", "done_by_id", "verified_on", "verified_by_id")
)
OPEN = NOBODY | {"state": "open"}
DONE = OPEN | {"state": "done", "done_on": date(2025, 11, 3), "evidence": "纪要"}
VERIFIED = DONE | {"state": "verified", "verified_on": date(2025, 11, 5)}
LEFT_OUT = OPEN | {"state": "not_applicable"}


def on(day: int) -> date:
    return date(2025, 11, day)


def led(stored: dict[str, Any] | None, last: int | None = None, **row: Any) -> Led:
    said = dict.fromkeys(("state", "done_on", "verified_on", "evidence")) | row
    return led_item(
        stored, said, actor=LI, last_on=on(last) if last else None, on=on(20), today=on(25)
    )


def refused(stored: dict[str, Any] | None, last: int | None = None, **row: Any) -> Any:
    with pytest.raises(GeoTrackerError) as caught:
        led(stored, last, **row)
    return getattr(caught.value, "column", None)


def actions(found: Led) -> list[tuple[str, int]]:
    return [(step.action, step.on.day) for step in found.steps]


def test_a_new_item_gets_all_steps_up_to_where_its_days_say_it_is() -> None:
    assert actions(led(None)) == [("open", 20)]
    done = led(None, done_on=on(3))
    assert actions(done) == [("open", 3), ("finish", 3)]
    assert (done.values["state"], done.values["done_by_id"]) == ("done", None)
    verified = led(None, state="verified", done_on=on(3), verified_on=on(5), evidence="纪要")
    assert actions(verified) == [("open", 3), ("finish", 3), ("verify", 5)]
    assert verified.values["verified_by_id"] == LI.user_id
    assert verified.values["evidence"] == "纪要"
    left_out = led(None, state="not_applicable", evidence="无产业")
    assert actions(left_out) == [("open", 20), ("leave_out", 20)]
    assert left_out.values["evidence"] == "无产业"


def test_a_known_item_is_led_on_and_what_it_says_already_does_nothing() -> None:
    assert actions(led(OPEN, done_on=on(3))) == [("finish", 3)]
    assert led(OPEN, done_on=on(3)).values == {"state": "done", "done_on": on(3)}
    assert actions(led(DONE, 3, done_on=on(3), verified_on=on(5))) == [("verify", 5)]
    for stored, row in (
        (OPEN, {}), (OPEN, {"state": "open"}), (DONE, {"done_on": on(3)}), (DONE, {}),
        (VERIFIED, {"state": "verified", "done_on": on(3), "verified_on": on(5)}),
        (VERIFIED, {"done_on": on(3)}), (LEFT_OUT, {"state": "not_applicable"}), (LEFT_OUT, {}),
    ):  # fmt: skip
        assert led(stored, **row) == Led(), row


@pytest.mark.parametrize(
    ("stored", "row", "column"),
    [
        # Back.
        (DONE, {"state": "open"}, "state"),
        (VERIFIED, {"state": "done"}, "state"),
        (VERIFIED, {"state": "not_applicable"}, "state"),
        (LEFT_OUT, {"state": "open"}, "state"),
        (LEFT_OUT, {"done_on": on(3)}, "state"),
        # Another day than was logged.
        (DONE, {"done_on": on(4)}, "done_on"),
        (VERIFIED, {"verified_on": on(6)}, "verified_on"),
        # A step without its day.
        (OPEN, {"state": "done"}, "done_on"),
        (None, {"state": "verified", "done_on": on(3)}, "verified_on"),
        (None, {"verified_on": on(3)}, "done_on"),
        # Days in no order, not come yet, or against the word for the state.
        (DONE, {"verified_on": on(2)}, "verified_on"),
        (OPEN, {"done_on": on(26)}, "done_on"),
        (None, {"state": "open", "done_on": on(3)}, "done_on"),
        (None, {"state": "done", "done_on": on(3), "verified_on": on(4)}, "verified_on"),
        (None, {"state": "not_applicable", "done_on": on(3)}, "done_on"),
    ],
)
def test_what_cannot_be_is_refused_in_its_column(
    stored: dict[str, Any] | None, row: dict[str, Any], column: str
) -> None:
    assert refused(stored, 3 if stored in (DONE, VERIFIED) else None, **row) == column


def test_an_old_list_does_not_do_again_what_was_sent_back_since() -> None:
    assert refused(OPEN, 10, done_on=on(3)) == "done_on"
    assert actions(led(OPEN, 10, done_on=on(12))) == [("finish", 12)]


def test_nobody_verifies_by_a_list_what_he_reported_as_done() -> None:
    own = DONE | {"done_by_id": LI.user_id}
    assert refused(own, 3, verified_on=on(5)) == "verified_on"
    others = DONE | {"done_by_id": 8}
    assert actions(led(others, 3, verified_on=on(5))) == [("verify", 5)]


def test_there_is_a_word_for_every_code() -> None:
    assert {code: words[0] for code, words in CHECKLIST_WORDS["domain"].items()} == {
        code: word for word, code in DOMAINS.items()
    }
    assert tuple(CHECKLIST_WORDS["item_state"]) == STATES
    assert tuple(CHECKLIST_WORDS["fusion"]) == FUSION_STAGES
