"""The figures of reports are those of the pages with the same filters."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask

from geo_tracker.web.context import Services
from geo_tracker.workflows.periods import close_period
from geo_tracker.workflows.problems import act, register_problem
from tests.web.ledger import OFFICE, OTHER, PLANNER, TODAY, Ledger, ledger, numbers
from tests.web.ledgers import ago, visited
from tests.web.reading import plain, rows
from tests.web.reports import figures, report, said, table
from tests.web.test_checklists import opened
from tests.web.test_lagging import INCOME, count_only, names
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

__all__ = ["ledger"]


def foot(page: str) -> str:
    """Return the last row of a page's table as plain text."""
    return plain(f"<main{page.partition('<tfoot>')[2].partition('</tfoot>')[0]}")


@pytest.mark.parametrize("query", ["", "county=330784"])
def test_votes_are_summed_up_as_on_the_page_of_totals(planner: Visitor, query: str) -> None:
    page = planner.page(f"/votes/totals/?{query}")
    made = table(report(planner, "votes", query), "By town" if query else "By county")
    shown = [*rows(page), foot(page)]
    for row, on_page in zip([*made.rows, made.total], shown, strict=True):
        cells = said(made, row)
        # Without the count of former villages; consent of present with one more digit there.
        for text in (cells[2], cells[3], *cells[6:]):
            assert text in on_page
        assert f"{row[4] * 100:.2f} %" in on_page  # type: ignore[index]


def test_the_votes_listed_are_those_of_the_page(planner: Visitor) -> None:
    for query in ("check=below", "check=problem", "sort=consent", "to=2018-01-01"):
        page = rows(planner.page(f"/votes/?{query}"))
        listed = table(report(planner, "votes", query), "Votes").rows
        assert len(listed) == len(page)
        for row, on_page in zip(listed, page, strict=True):
            assert row[0] in on_page
            assert str(row[6]) in on_page
    # Whatever the list is narrowed to, consent is that of the place.
    assert figures(report(planner, "votes", "check=full"))["Votes with a rate"] == "3"


def test_the_tail_holds_the_lowest_votes(planner: Visitor) -> None:
    (worst,) = table(report(planner, "votes"), "Worst tail").rows
    assert worst[0] == "新川村"


@pytest.mark.parametrize("query", ["", "light=red", "kind=道路", "q=新川村"])
def test_projects_amount_to_what_the_list_says(planner: Visitor, query: str) -> None:
    page = planner.page(f"/projects/?{query}")
    made = report(planner, "projects", query)
    total = table(made, "By county").total
    assert total is not None
    _name, count, estimate, _n, budget, _m, contract, _k, paid, *_rest = said(
        table(made, "By county"), total
    )
    assert f"Sum of all {count} projects found" in foot(page)
    for amount in (estimate, budget, contract, paid):
        assert amount in foot(page)


@pytest.mark.parametrize("by", ["kind", "stage", "channel"])
def test_groups_of_projects_are_those_of_the_page_of_totals(planner: Visitor, by: str) -> None:
    page = rows(planner.page(f"/projects/totals/?by={by}"))
    name = {"kind": "By kind", "stage": "By stage", "channel": "By channel of funds"}[by]
    made = table(report(planner, "projects"), name)
    amounts = (2, 4) if by == "channel" else (2, 4, 6, 8)
    for row, on_page in zip(made.rows, page, strict=True):
        cells = said(made, row)
        for text in (*cells[:2], *(cells[place] for place in amounts)):
            assert text in on_page


def test_an_unknown_amount_is_a_dash_and_not_counted(planner: Visitor) -> None:
    made = table(report(planner, "projects", "light=unknown"), "By county")
    row = said(made, made.rows[0])
    assert row[1:9] == ["1", "—", "0", "400.00", "1", "—", "0", "—"]


def test_projects_behind_plan_are_listed_and_others_where_asked(planner: Visitor) -> None:
    for query, expected in (("", ["双溪村道路硬化"]), ("light=unknown", ["原新川村整治项目"])):
        listed = table(report(planner, "projects", query), "Projects").rows
        assert [row[0] for row in listed] == expected


@pytest.fixture
def worked(ledger: Ledger) -> Ledger:
    """Have problems in every state, one overdue, one handed over again, one a duplicate."""
    ledger.late(ledger.problem("新川村", steps=2))
    again = ledger.problem("倪宅村", steps=4, source="enterprise")
    ledger.does(again, "revisit", answer="not_fixed")
    first = ledger.problem("双溪村", steps=6)
    ledger.problem("石柱村", steps=3)
    repeated = ledger.problem("双溪村")
    number = ledger.stored(first).problem_no
    ledger.does(repeated, "duplicate", duplicate_of=number, duplicate_of_id=first)
    return ledger


@pytest.mark.parametrize("query", ["", "county=330784"])
def test_problems_are_counted_as_on_the_page_of_rates(worked: Ledger, query: str) -> None:
    who = visitor(worked.app, "viewer")
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    for on in ("", f"on={yesterday}"):
        page = who.page(f"/problems/rates?{query}&{on}")
        made = report(who, "problems", f"{query}&{on}")
        if on:
            assert not made.tables[0].rows
            continue
        counted = table(made, "By town" if query else "By county")
        shown = [*rows(page), foot(page)]
        for row, on_page in zip([*counted.rows, counted.total], shown, strict=True):
            (_name, registered, _open, _overdue, _twice, resolved, resolution, in_time, due,
             on_time, satisfied, revisited, satisfaction, rectified, again, rectification) = said(
                counted, row
            )  # fmt: skip
            for rate, part, whole in (
                (resolution, resolved, registered),
                (on_time, in_time, due),
                (satisfaction, satisfied, revisited),
                (rectification, rectified, again),
            ):
                assert re.search(rf"{re.escape(rate)}\s+{part}\s*/\s*{whole}\b", on_page)


def test_problems_listed_are_the_overdue_or_those_that_the_list_shows(worked: Ledger) -> None:
    who = visitor(worked.app, "viewer")
    for query in ("light=red", "state=open", "rounds=2", "state=closed&sort=due"):
        found = table(report(who, "problems", query), "Problems found").rows
        assert [row[0] for row in found] == numbers(who.page(f"/problems/?{query}"))
    overdue = table(report(who, "problems", "county=330784"), "Overdue problems").rows
    assert [row[3:5] for row in overdue] == [["倪宅新村", "新川村"]]
    assert figures(report(who, "problems", "state=closed"))["Registered"] == "4"


def test_problems_of_a_unit_are_counted_alone(worked: Ledger) -> None:
    worked.problem("新川村")
    made = report(visitor(worked.app, "viewer"), "problems", "lead=none")
    assert figures(made)["Registered"] == "1"
    assert table(made, "By county").total[1] == 1  # type: ignore[index]


def test_checklists_amount_to_what_the_page_says(county: Flask) -> None:
    who = visitor(county, "planner")
    opened(who)
    for query in ("", "county=330784&show=overdue", "show=unopened"):
        page = who.page(f"/checklists/?{query}")
        made = report(who, "checklists", query)
        told = plain(page)
        by_place = table(made, "By town" if "county" in query else "By county")
        _name, villages, with_list, applicable, done, _rate, _verified, overdue, *stages = (
            by_place.total or []
        )
        assert f"of {villages}" in told
        assert f"{done} of {applicable}" in told
        assert figures(made)["Overdue items"] == str(overdue)
        assert figures(made)["Merged villages with a checklist"] == str(with_list)
        assert sum(stages) == 4
        by_domain = table(made, "By domain")
        assert by_domain.total is not None
        assert by_domain.total[1:3] == [applicable, done]
        assert sum(row[1] for row in by_domain.rows) == applicable == 26
        listed = table(made, "Merged villages").rows
        assert len(listed) == len(rows(page))


@pytest.mark.parametrize(
    "query", ["", "sort=gap", "list=hidden", "list=villages", "reason=total_income"]
)
def test_lagging_villages_stand_in_the_order_of_the_page(county: Flask, query: str) -> None:
    count_only(county, INCOME)
    who = visitor(county, "viewer")
    made = report(who, "lagging", query)
    heading = {"list=hidden": "Hidden laggards", "list=villages": "Villages of today"}
    ranked = table(made, heading.get(query, "Former villages"))
    unranked = table(made, "Not ranked").rows
    on_page = who.page(f"/lagging/?{query}")
    assert [*(row[2] for row in ranked.rows), *(row[0] for row in unranked)] == names(on_page)
    for row, shown in zip(ranked.rows, rows(on_page), strict=False):
        cells = said(ranked, row)
        assert cells[1] in shown
        assert cells[6 if "villages" not in query else 5] in shown


def test_hidden_laggards_and_the_unranked_are_told_why(county: Flask) -> None:
    count_only(county, INCOME)
    made = report(visitor(county, "viewer"), "lagging")
    (hidden,) = table(made, "Hidden laggards").rows
    assert hidden[:2] == ["新川村", "倪宅新村"]
    assert hidden[7] == "倪宅村"
    (unranked,) = table(made, "Not ranked").rows
    assert unranked[0] == "上溪村"
    assert unranked[3] == 0
    assert "operating income per head" in unranked[4]


def last_of_month(months_ago: int) -> date:
    """Return the last day of a month that is over; 1: of the last one."""
    day = TODAY
    for _month in range(months_ago):
        day = day.replace(day=1) - timedelta(days=1)
    return day


def test_the_bulletin_tells_what_came_in_its_month(ledger: Ledger) -> None:
    last, before = last_of_month(1), last_of_month(2)
    for village, on in (("新川村", before), ("倪宅村", last), ("石柱村", last)):
        values = {"content": "路灯不亮", "unit_id": unit_id(ledger.app, village)}
        register_problem(ledger.engine, values, actor=PLANNER, today=on)
    ledger.problem("双溪村")  # today, after the month
    visited(ledger.app, "新川村", (TODAY - last).days)
    who = visitor(ledger.app, "viewer")
    made = report(who, "bulletin", f"county=330784&month={last:%Y-%m}")
    assert made == report(who, "bulletin", "county=330784"), "the last month that is over"
    assert made.title.endswith(f"Monthly bulletin {last:%m/%Y}")
    assert figures(made)["Problems registered in the month"] == "2"
    assert figures(made)["Visits in the month"] == "1"
    counts = {row[0]: row[1:] for row in table(made, "Counts of the month").rows}
    assert counts["Problems registered"] == [1, 3, 2]
    assert counts["Problems handed over"] == [0, 0, 0]
    assert counts["Incidents recorded"] == [None, None, None]
    by_town = table(made, "By town")
    assert {row[0]: row[1] for row in by_town.rows} == {"花街镇": 1, "石柱镇": 1}
    assert by_town.total[1] == 2  # type: ignore[index]
    of_town = report(who, "bulletin", f"county=330784&town=330784115&month={last:%Y-%m}")
    assert figures(of_town)["Problems registered in the month"] == "1"
    assert "Best and weakest" not in [one.name for one in of_town.tables]
    page = plain(who.page(f"/cockpit/?county=330784&on={last}"))
    assert "Problems registered 3" in page
    assert "Too little" in table(made, "Best and weakest").empty


def test_the_bulletin_ranks_no_place_with_few_cases(ledger: Ledger) -> None:
    on = last_of_month(1)
    for village, count in (("石柱村", 10), ("新川村", 10), ("双溪村", 1)):
        for _again in range(count):
            values = {"content": "路灯不亮", "unit_id": unit_id(ledger.app, village)}
            register_problem(ledger.engine, values, actor=PLANNER, today=on)
    who = visitor(ledger.app, "viewer")
    ranked = table(report(who, "bulletin", "county=330784"), "Best and weakest")
    # Both resolved none: to rank them would say something that is not so.
    assert ranked.rows == []
    assert "Problems resolved of registered: the same everywhere" in ranked.note


def test_the_bulletin_lists_what_is_overdue_and_for_how_long(ledger: Ledger) -> None:
    on, registered = last_of_month(1), last_of_month(2)
    values = {"content": "路灯不亮", "unit_id": unit_id(ledger.app, "新川村")}
    late = register_problem(ledger.engine, values, actor=PLANNER, today=registered)
    due_on = registered + timedelta(days=5)
    given = {"lead_unit": OFFICE, "due_on": due_on}
    act(ledger.engine, late, "assign", given, actor=PLANNER, version=1, today=registered)
    who = visitor(ledger.app, "viewer")
    made = report(who, "bulletin", f"month={on:%Y-%m}")
    (row,) = table(made, "Overdue problems").rows
    assert row[1:5] == ["路灯不亮", "新川村", "永康市 · 花街镇", OFFICE]
    assert row[6:] == [due_on, (on - due_on).days]
    assert figures(made)["Overdue problems"] == "1"
    earlier = report(who, "bulletin", f"month={registered:%Y-%m}")
    assert table(earlier, "Overdue problems").rows == []


def test_the_bulletin_says_that_its_month_is_closed(county: Flask) -> None:
    services: Services = county.extensions["geo_tracker"]
    close_period(
        services.engine,
        last_of_month(1),
        {},
        last_step_id=0,
        note="年报",
        actor=OTHER,
        today=TODAY,
    )
    made = report(visitor(county, "viewer"), "bulletin")
    said_of_it = [getattr(block, "text", "") for block in made.blocks]
    assert any(f"closed until {last_of_month(1)}" in text for text in said_of_it)


@pytest.mark.parametrize("month", ["2999-01", "1999-12", "2020-13", "2020-06-01", "x", ""])
def test_any_other_month_is_the_last(planner: Visitor, month: str) -> None:
    assert report(planner, "bulletin", f"month={month}") == report(planner, "bulletin")


def test_problems_of_a_past_day_are_counted_as_they_stood(ledger: Ledger) -> None:
    for days_ago in (10, 10, 0):
        values = {"content": "路灯不亮", "unit_id": unit_id(ledger.app, "新川村")}
        register_problem(ledger.engine, values, actor=PLANNER, today=ago(days_ago))
    who = visitor(ledger.app, "viewer")
    query = f"county=330784&on={ago(5)}"
    made = report(who, "problems", query)
    assert figures(made)["Registered"] == "2"
    assert f"as of {ago(5)}" in made.subtitle
    assert re.search(r"0\.0 %\s+0 / 2", foot(who.page(f"/problems/rates?{query}")))
    # Beside a measure the day narrows the list, and figures are those of today.
    assert figures(report(who, "problems", f"{query}&counted=registered"))["Registered"] == "3"
