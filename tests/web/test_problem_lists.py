"""The list of problems: narrowed, ordered, counted; every number leads to its rows."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from geo_tracker.db import problem_lists, problem_places, reading
from geo_tracker.db.models import Problem
from geo_tracker.db.problem_lists import (
    ProblemFilter,
    conditions,
    count_of_problems,
    page_of_problems,
)
from geo_tracker.followup.problem_lights import deadlines
from geo_tracker.followup.working_days import WorkCalendar
from geo_tracker.workflows.rules import set_rule
from tests.web.ledger import OFFICE, TODAY, Ledger, ledger, numbers
from tests.web.reading import TOTAL, rows, rows_behind
from tests.web.test_villages import unit_id
from tests.web.visitors import visitor

__all__ = ["ledger"]


def test_the_list_tells_village_former_village_light_and_unit(ledger: Ledger) -> None:
    ledger.late(ledger.problem("新川村", steps=2, category="道路交通", source="residents"))
    (row,) = rows(visitor(ledger.app, "viewer").page("/problems/"))
    assert "倪宅新村 新川村 永康市 · 花街镇" in row
    assert "Taken on" in row
    assert re.search(r"Overdue working days late: 2\d 交通局", row)
    assert "道路交通 · Residents" in row


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1", "2", "3", "4"]),
        ("q=新川村", ["1"]),
        ("q=倪宅新村", ["1", "2"]),
        (f"q={TODAY.year}-00003", ["3"]),
        ("county=330784&town=330784115", ["4"]),
        ("state=open", ["1", "2", "4"]),
        ("state=closed", ["3"]),
        ("light=red", ["1"]),
        ("light=green", ["2"]),
        ("light=yellow", []),
        ("lead=交通局", ["1", "2", "3"]),
        ("lead=none", ["4"]),
        ("source=enterprise", ["2"]),
        ("rounds=2", ["2"]),
        ("counted=resolved", ["3"]),
        ("counted=handed_again", ["2"]),
        ("state=open&sort=due", ["1", "2", "4"]),
        ("sort=rounds&state=open", ["2", "1", "4"]),
        ("sort=place", ["2", "1", "3", "4"]),
    ],
)
def test_the_list_is_narrowed_and_put_in_order(
    ledger: Ledger, query: str, expected: list[str]
) -> None:
    ledger.late(ledger.problem("新川村", steps=2))
    again = ledger.problem("倪宅村", steps=4, source="enterprise")
    ledger.does(again, "revisit", answer="not_fixed")
    ledger.problem("双溪村", steps=6)
    ledger.problem("石柱村")
    found = numbers(visitor(ledger.app, "viewer").page(f"/problems/?{quote(query, safe='=&')}"))
    short = [str(int(number.rpartition("-")[2])) for number in found]
    assert (short if "sort" in query else sorted(short)) == expected


def test_every_number_leads_to_as_many_rows(ledger: Ledger) -> None:
    ledger.late(ledger.problem("新川村", steps=2))
    again = ledger.problem("倪宅村", steps=4)
    ledger.does(again, "revisit", answer="half_fixed")
    for steps in (3, 4, 5, 6, 7):
        ledger.problem("石柱村", steps=steps)
    who = visitor(ledger.app, "viewer")
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    seen = 0
    for path in (
        *("/problems/", "/problems/?town=330784115&county=330784&state=closed"),
        *("/problems/owed", "/problems/rates", "/problems/rates?county=330784"),
        f"/problems/rates?on={yesterday}",
    ):
        main = who.page(path).partition("<main")[2]
        links = re.findall(r'<a href="(/problems/\?[^"]+)">(?:<[^>]+>)*\s*([\d,]+)\s*<', main)
        for address, number in links:
            assert rows_behind(who, html.unescape(address)) == int(number), (path, address)
            seen += 1
    assert seen > 60


def test_a_page_lists_fifty_and_pages_are_asked_of_the_database(ledger: Ledger) -> None:
    for _again in range(53):
        ledger.problem("新川村")
    who = visitor(ledger.app, "viewer")
    first, second = who.page("/problems/"), who.page("/problems/?page=2")
    assert (len(numbers(first)), len(numbers(second))) == (50, 3)
    assert set(numbers(first)).isdisjoint(numbers(second))
    assert TOTAL.search(second) is not None
    by_place = [numbers(who.page(f"/problems/?sort=place&page={page}")) for page in (1, 2)]
    assert sorted(by_place[0] + by_place[1]) == sorted(numbers(first) + numbers(second))


def test_a_handler_sees_what_his_unit_owes(ledger: Ledger) -> None:
    ledger.problem("新川村", steps=1)
    ledger.problem("新川村")
    who = visitor(ledger.app, "handler", office=OFFICE)
    assert len(numbers(who.page("/problems/?mine=1"))) == 1
    assert len(numbers(who.page("/problems/"))) == 2


@pytest.mark.parametrize("few", ["/problems/?lead=none", "/problems/?light=red"])
def test_the_list_asks_as_often_whatever_the_number_of_rows(ledger: Ledger, few: str) -> None:
    for _again in range(8):
        ledger.problem("新川村", steps=1)
    ledger.problem("石柱村")
    who = visitor(ledger.app, "viewer")
    asked: list[str] = []
    sa.event.listen(
        ledger.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: asked.append(statement),
    )
    counts = []
    for path in (few, few, few.partition("?")[0] + "?state=open"):
        asked.clear()
        who.page(path)
        counts.append(len(asked))
    # No row fetched is one statement fewer.
    assert 0 <= counts[2] - counts[1] <= 1


def test_what_was_confirmed_long_ago_and_not_seen_since_is_due_for_a_second_look(
    ledger: Ledger,
) -> None:
    closed, rechecked, young, waiting = (
        ledger.problem("新川村", steps=steps) for steps in (6, 7, 6, 5)
    )
    with ledger.engine.begin() as connection:
        for problem_id, days in ((closed, 90), (rechecked, 90), (young, 89), (waiting, 90)):
            on = TODAY - timedelta(days=days)
            connection.execute(
                sa.update(Problem).where(Problem.id == problem_id).values(revisited_on=on)
            )
    planner = visitor(ledger.app, "planner")
    number = ledger.stored(closed).problem_no
    assert numbers(planner.page("/problems/?again=due")) == [number]
    page = planner.page("/problems/rates")
    assert "1 closed problems are due for a second look" in page
    assert 'href="/problems/?again=due"' in page
    set_rule(ledger.engine, "recheck_days", from_year=2000, text="91", user_id=None)
    assert numbers(planner.page("/problems/?again=due")) == []
    assert "due for a second look" not in planner.page("/problems/rates")


@pytest.mark.parametrize("order", ["due", "newest", "rounds", "place"])
@pytest.mark.parametrize("few", [0, 10**6])
def test_a_page_is_the_same_however_it_is_found(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, order: str, few: int
) -> None:
    for number, village in enumerate(("新川村", "倪宅村", "石柱村", "上溪村") * 3):
        ledger.problem(village, steps=number % 6, due=number * 7 % 11)
    on = deadlines(WorkCalendar(), TODAY, yellow_days=3)
    places = {unit_id(ledger.app, name): n for n, name in enumerate(("石柱村", "新川村", "倪宅村"))}
    for chosen in (ProblemFilter(), ProblemFilter(state="open"), ProblemFilter(rounds=1)):
        where = conditions(chosen, on)
        with reading(ledger.engine) as session:
            total = count_of_problems(session, where)
            lists = []
            for limit in (few, 3):
                for module in (problem_lists, problem_places):
                    monkeypatch.setattr(module, "FEW", limit)
                asked: dict[str, Any] = {
                    "order": order,
                    "is_owed": True,
                    "total": total,
                    "places": places,
                }
                lists.append(
                    [
                        problem.id
                        for first in range(0, total, 3)
                        for problem in page_of_problems(
                            session, where, first=first, count=3, **asked
                        )
                    ]
                )
        assert lists[0] == lists[1]
        assert len(set(lists[0])) == total
