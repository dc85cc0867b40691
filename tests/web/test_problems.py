"""The problem ledger's pages: one problem, its forms, who may do what, many at once."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.web.ledger import OFFICE, TODAY, WAY, Ledger, ledger, sent
from tests.web.reading import plain
from tests.web.test_every_page import HOSTILE
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

__all__ = ["ledger"]


def test_a_problem_goes_its_whole_way_by_forms_and_each_by_who_may(ledger: Ledger) -> None:
    planner, other = (visitor(ledger.app, "planner", name=name) for name in ("li", "wang"))
    handler = visitor(ledger.app, "handler", office=OFFICE)
    village = unit_id(ledger.app, "新川村")
    registered = planner.post(
        "/problems/new", {"content": "路灯不亮", "unit_id": village}, form_of="/problems/new"
    )
    assert registered.status_code == 303
    problem_id = int(registered.headers["Location"].rpartition("/")[2])
    due = {"due_on": (TODAY + timedelta(days=20)).isoformat()}
    revisit = {"answer": "not_fixed", "satisfaction": "dissatisfied", **due}
    fixed = {"answer": "fixed", "satisfaction": "satisfied"}
    steps: list[tuple[Visitor, str, dict[str, Any]]] = [
        (planner, "assign", {"lead_unit": OFFICE, **due}),
        *[(handler, "accept", {}), (handler, "start", {}), (handler, "claim", {"note": "换灯"})],
        (planner, "revisit", revisit),
        *[(handler, "accept", {}), (handler, "start", {}), (handler, "claim", {"note": "换线"})],
        *[(other, "revisit", fixed), (other, "close", {}), (other, "recheck", fixed)],
    ]
    for version, (who, action, fields) in enumerate(steps, start=1):
        assert f'id="act-{action}"' in who.page(f"/problems/{problem_id}")
        assert sent(who, problem_id, action, version, **fields).status_code == 303, action
    assert ledger.stored(problem_id).state == "closed"
    assert ledger.actions(problem_id) == ["register", *(action for _who, action, _f in steps)]
    told = plain(planner.page(f"/problems/{problem_id}"))
    assert "handed over: 2" in told
    assert "换线" in told


def test_who_only_looks_and_whose_unit_it_is_not_are_offered_nothing(ledger: Ledger) -> None:
    problem_id = ledger.problem("新川村", steps=1)
    for who in (
        visitor(ledger.app, "viewer"),
        visitor(ledger.app, "handler", office="水利局"),
    ):
        assert "What you can do now" not in who.page(f"/problems/{problem_id}")
        assert sent(who, problem_id, "accept", 2).status_code == 403
    assert visitor(ledger.app, "viewer", name="v2").get("/problems/new").status_code == 403
    assert ledger.actions(problem_id) == ["register", "assign"]


def test_the_second_of_two_is_told_what_changed_and_keeps_what_he_typed(ledger: Ledger) -> None:
    problem_id = ledger.problem("新川村")
    who = visitor(ledger.app, "planner")
    ledger.does(problem_id, "correct", content="路灯全不亮", note="听错了")
    typed = {"lead_unit": "水利局", "due_on": TODAY.isoformat(), "note": "请尽快"}
    answer = sent(who, problem_id, "assign", 1, **typed)
    assert answer.status_code == 409
    told = plain(answer.text)
    assert "Somebody else has changed this problem" in told
    assert "what the problem is: 路灯不亮 → 路灯全不亮" in told
    assert 'value="水利局"' in answer.text
    assert "请尽快" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert ledger.stored(problem_id).state == "registered"
    # What can no longer be done is told, too.
    ledger.does(problem_id, "not_ours", note="县里的事")
    late = sent(who, problem_id, "assign", 2, **typed)
    assert late.status_code == 409
    assert "请尽快" in plain(late.text)


def test_a_refused_form_says_why_and_keeps_what_was_typed(ledger: Ledger) -> None:
    problem_id = ledger.problem("新川村")
    who = visitor(ledger.app, "planner")
    answer = sent(who, problem_id, "assign", 1, lead_unit="水利局", due_on="soon")
    assert answer.status_code == 422
    assert "“soon” is no day." in plain(answer.text)
    assert 'value="水利局"' in answer.text
    for action, fields in (
        ("duplicate", {"duplicate_of": "2026-99999"}),
        ("correct", {"content": "x", "lon": "east", "note": "x"}),
        ("no such", {}),
    ):
        assert sent(who, problem_id, action, 1, **fields).status_code == 422
    assert ledger.stored(problem_id).version == 1


@pytest.mark.parametrize("path", ["/problems/1/act", "/problems/bulk"])
def test_no_state_changes_by_opening_an_address(ledger: Ledger, path: str) -> None:
    ledger.problem("新川村")
    assert visitor(ledger.app, "planner").get(path).status_code == 405


def test_duplicates_and_what_recurs_are_linked_both_ways(ledger: Ledger) -> None:
    first, second, third = (ledger.problem("新川村") for _again in range(3))
    who = visitor(ledger.app, "planner")
    number = ledger.stored(first).problem_no
    assert sent(who, second, "duplicate", 1, duplicate_of=number).status_code == 303
    assert "It is a duplicate of" in plain(who.page(f"/problems/{second}"))
    assert f'href="/problems/{second}"' in who.page(f"/problems/{first}")
    for action in WAY[:6]:
        ledger.does(third, action)
    ledger.does(third, "recheck", answer="not_fixed")
    page = who.page(f"/problems/{third}")
    assert "It did not hold; it became" in page
    again = re.search(r'it became</dt><dd><a href="(/problems/\d+)"', page)
    assert again is not None
    assert f'href="/problems/{third}"' in who.page(again[1])


def test_a_reporters_name_is_whole_for_those_who_follow_only(ledger: Ledger) -> None:
    problem_id = ledger.problem("新川村", reporter="王小明")
    ledger.does(problem_id, "correct", reporter="王小红", note="记错了")
    for role, sees in (("viewer", False), ("planner", True)):
        who = visitor(ledger.app, role)
        own = who.page(f"/problems/{problem_id}")
        assert ("王小红" in own) == ("王小明" in own) == sees
        for path in ("/problems/", f"/villages/{unit_id(ledger.app, '新川村')}"):
            page = who.page(path)
            assert "王小红" not in page
            assert "王**" in page
    handler = visitor(ledger.app, "handler", office=OFFICE)
    assert "王小" not in handler.page(f"/problems/{problem_id}")


def test_the_register_form_finds_the_village_and_keeps_what_was_typed(ledger: Ledger) -> None:
    who = visitor(ledger.app, "planner")
    form = {"content": "路灯不亮", "village": "xinchuan", "find": "1", "unit_id": ""}
    found = who.post("/problems/new", form, form_of="/problems/new")
    assert found.status_code == 200
    village = unit_id(ledger.app, "新川村")
    assert f'name="unit_id" value="{village}" checked' in found.text
    assert "路灯不亮" in found.text
    nowhere = who.post("/problems/new", form | {"village": "无此村"}, form_of="/problems/new")
    assert "No village is called so." in nowhere.text
    del form["find"]
    refused = who.post("/problems/new", form, form_of="/problems/new")
    assert refused.status_code == 422
    assert "Say in which village it is." in plain(refused.text)
    assert f'value="{village}" checked' in who.page(f"/problems/new?unit={village}")


def test_many_at_once_each_with_its_outcome(ledger: Ledger) -> None:
    plain_one, closed, changed = (
        ledger.problem("新川村"),
        ledger.problem("新川村", steps=6),
        ledger.problem("新川村"),
    )
    ledger.does(changed, "correct", content="路灯全不亮", note="听错了")
    who = visitor(ledger.app, "planner")
    form = {
        "row": [f"{plain_one}:1", f"{closed}:7", f"{changed}:1"],
        "action": "assign",
        "lead_unit": OFFICE,
        "due_on": TODAY.isoformat(),
        "back": "/problems/?sort=place",
    }
    answer = who.post("/problems/bulk", form, form_of="/problems/")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/problems/?sort=place#bulk"
    page = who.page("/problems/?sort=place")
    told = plain(page)
    assert "Done: 1" in told
    assert f"does not permit that. {ledger.stored(closed).problem_no}" in told
    assert f"since you opened the list. {ledger.stored(changed).problem_no}" in told
    assert f'value="{changed}:2" aria-label="{ledger.stored(changed).problem_no}" checked' in page
    assert ledger.stored(plain_one).state == "assigned"
    assert "Done: 1" not in plain(who.page("/problems/?sort=place"))
    nothing = who.post("/problems/bulk", form | {"row": []}, form_of="/problems/")
    assert nothing.status_code == 303
    assert "Choose at least one problem." in plain(who.page("/problems/"))
    viewer = visitor(ledger.app, "viewer")
    assert 'id="bulk-form"' not in viewer.page("/problems/")
    assert viewer.post("/problems/bulk", form).status_code == 403


def test_the_bulk_form_leads_nowhere_else(ledger: Ledger) -> None:
    ledger.problem("新川村")
    who = visitor(ledger.app, "planner")
    form = {"row": "1:1", "action": "close", "back": "//evil.example/problems/"}
    answer = who.post("/problems/bulk", form, form_of="/problems/")
    assert answer.headers["Location"] == "/problems/"


def test_a_village_shows_its_problems_and_those_of_its_former_ones_apart(ledger: Ledger) -> None:
    ledger.problem("新川村", steps=1)
    ledger.problem("倪宅新村")
    merged = unit_id(ledger.app, "倪宅新村")
    page = plain(visitor(ledger.app, "planner").page(f"/villages/{merged}"))
    assert "all: 2 · open: 2" in page
    assert "新川村 former village Handed to a unit" in page
    assert "倪宅新村 Registered" in page
    number = f"{TODAY.year}-00001"
    assert f"新川村 · Problem {number}: Hand over on {TODAY} → Handed to a unit" in page


def test_texts_that_people_type_stay_texts_in_the_ledger(ledger: Ledger) -> None:
    given: dict[str, Any] = {
        "content": HOSTILE,
        "category": HOSTILE,
        "reporter": HOSTILE,
        "helper_units": HOSTILE,
    }
    problem_id = ledger.problem("新川村", **given)
    ledger.does(problem_id, "assign", lead_unit=HOSTILE, note=HOSTILE)
    who = visitor(ledger.app, "planner")
    village = unit_id(ledger.app, "新川村")
    paths = ("/problems/", f"/problems/{problem_id}", "/problems/owed", f"/villages/{village}")
    for path in (*paths, f"/problems/?q={quote(HOSTILE)}", "/problems/rates"):
        page = who.page(path)
        assert "<img src=x" not in page, path
    assert all("&lt;img src=x" in who.page(path) for path in paths)
    typed = {"content": HOSTILE, "village": HOSTILE, "find": "1"}
    assert "<img src=x" not in who.post("/problems/new", typed, form_of="/problems/new").text
    refused = sent(who, problem_id, "extend", 2, note=HOSTILE, due_on=HOSTILE)
    assert refused.status_code == 422
    assert "<img src=x" not in refused.text
