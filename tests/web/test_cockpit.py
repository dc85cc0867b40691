"""The cockpit: figures of a day, each with the rows it counts, also of a past day."""

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.checklists import checklist_counts
from geo_tracker.db.models import ChecklistItem
from geo_tracker.db.past_counts import CHECKLIST_COUNTS, checklist_counts_as_of
from geo_tracker.web import cockpit_charts
from geo_tracker.web.problem_past import last_step
from tests.web.ledger import TODAY, Ledger, ledger
from tests.web.ledgers import ago, happened, visited
from tests.web.reading import plain, rows, rows_behind
from tests.web.visitors import Visitor, visitor
from tests.workflows import project_cases

__all__ = ["ledger"]

YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
MONEY_AND_SUMS = ("people", "sort=", "zeros", "/map/")


def counted(page: str) -> list[tuple[str, str]]:
    """Return address and text of each linked number of the page."""
    main = page.partition("<main")[2]
    found = re.findall(r'<a href="([^"]+)">([\d,]+)</a>', main)
    return [(html.unescape(address), text) for address, text in found]


def filled(book: Ledger) -> Visitor:
    """Have something in each ledger, in two counties."""
    book.problem("新川村", steps=6)
    book.problem("倪宅村", steps=2)
    book.late(book.problem("石柱村", steps=3))
    visited(book.app, "新川村", 3, people_served=40)
    visited(book.app, "石柱村", 40, people_served=2)
    happened(book.app, "上溪村", 5)
    planner = visitor(book.app, "planner")
    assert planner.post("/checklists/open", {}).status_code == 303
    return planner


def wrong(who: Visitor, page: str) -> dict[str, tuple[str, int]]:
    """Return the numbers that do not say how many rows they lead to."""
    return {
        address: (text, behind)
        for address, text in counted(page)
        if not any(other in address for other in MONEY_AND_SUMS)
        and (behind := rows_behind(who, address)) != int(text.replace(",", ""))
    }


def test_every_count_of_the_county_rows_leads_to_its_rows(ledger: Ledger) -> None:
    who = filled(ledger)
    page = who.page("/cockpit/")
    table = page[page.index("<thead>") :]
    # Items of checklists are listed by village.
    found = {a: n for a, n in wrong(who, "<main" + table).items() if "/checklists" not in a}
    assert found == {}
    assert len(counted("<main" + table)) >= 7
    assert "overdue" in plain(page)


def test_a_past_day_knows_nothing_of_what_came_later(ledger: Ledger) -> None:
    who = filled(ledger)
    page = who.page(f"/cockpit/?on={YESTERDAY}")
    told = plain(page)
    assert "Problems registered 0" in told
    assert "Visits 2" in told
    assert "Checklist items done —" in told
    assert "none recorded: not known" not in told
    assert wrong(who, page[page.index("<thead>") :].join(["<main", ""])) == {}
    earlier = plain(who.page(f"/cockpit/?on={ago(20)}"))
    assert "Visits 1" in earlier
    assert "none recorded: not known" in earlier


def test_votes_and_projects_are_those_known_by_the_day(county: Flask) -> None:
    who = visitor(county, "viewer")
    before = plain(who.page("/cockpit/?on=2018-11-01"))
    assert "votes: 0" in before
    assert "no file told of any by then: not known" in before
    after = plain(who.page("/cockpit/?on=2020-06-30"))
    assert "votes: 4" in after or "votes: 3" in after
    assert "no file told of any" not in after
    assert len(rows(who.page("/cockpit/projects?on=2020-06-30"))) == 2
    assert "No file that holds at this day" in who.page("/cockpit/projects?on=2018-11-01")


def test_projects_of_a_past_day_are_as_people_had_told_of_them(ledger: Ledger) -> None:
    doing = project_cases.Projects(ledger.engine)
    project_id = doing.register("水渠整治")
    for share, days in ((0.4, 60), (0.8, 10)):
        doing.report(project_id, share, project_cases.ago(days))
    for amount, days in ((30_000, 50), (20_000, 5)):
        doing.pay(project_id, amount, project_cases.ago(days))
    who = visitor(ledger.app, "viewer")

    def told(days: int) -> str:
        page = who.page(f"/cockpit/projects?on={project_cases.ago(days)}")
        return next((row for row in rows(page) if "水渠整治" in row), "")

    assert "40 %" in told(20)
    assert " 3.00 " in told(20)
    assert "80 %" in told(4)
    assert " 5.00 " in told(4)
    assert "40 %" not in told(70)
    assert told(200) == ""


def test_checklists_of_a_past_day_are_as_they_stood(ledger: Ledger) -> None:
    who = filled(ledger)
    assert "None was opened up to this day" in who.page(f"/cockpit/checklists?on={YESTERDAY}")
    assert len(rows(who.page("/cockpit/checklists"))) == 2


def test_checklists_counted_from_the_log_are_counted_as_they_stand(ledger: Ledger) -> None:
    who = filled(ledger)
    with reading(ledger.engine) as session:
        items = list(session.scalars(sa.select(ChecklistItem).order_by(ChecklistItem.id)))
    other = visitor(ledger.app, "planner", name="wang")
    ways = (("finish",), ("leave_out",), ("finish", "verify"), ("finish", "send_back"))
    for item, way in zip(items, ways, strict=False):
        for version, action in enumerate(way, start=1):
            path = f"/checklists/{item.unit_id}/items/{item.id}/{action}"
            doing = who if version == 1 else other
            assert doing.post(path, {"version": version, "note": "会议记录"}).status_code == 303
    with reading(ledger.engine) as session:
        now = checklist_counts(session, on=TODAY)
        then = checklist_counts_as_of(session, TODAY)
    assert {(row["done"], row["verified"]) for row in now.values()} == {(2, 1), (0, 0)}
    for unit_id, counts in now.items():
        assert then.loc[unit_id].to_dict() == {name: counts[name] for name in CHECKLIST_COUNTS}


def test_a_county_is_shown_town_by_town(ledger: Ledger) -> None:
    who = filled(ledger)
    page = who.page("/cockpit/?county=330784")
    assert "花街镇" in page
    assert "石柱镇" in page
    assert "By town" in page


def test_what_is_done_today_is_in_the_figures_at_once(ledger: Ledger) -> None:
    who = visitor(ledger.app, "viewer")
    assert "Problems registered 0" in plain(who.page("/cockpit/"))
    ledger.problem("新川村")
    assert "Problems registered 1" in plain(who.page("/cockpit/"))
    with ledger.app.app_context():
        assert last_step() > 0


def test_an_empty_register_says_what_to_bring(empty: Flask) -> None:
    assert "Nothing is stored yet" in visitor(empty, "viewer").page("/cockpit/")


def test_a_duplicate_is_counted_once_and_every_page_says_what_was_left_out(ledger: Ledger) -> None:
    first = ledger.problem("新川村", steps=6)
    ledger.does(ledger.problem("新川村", steps=1), "duplicate", duplicate_of_id=first)
    who = visitor(ledger.app, "planner")
    for path in ("/cockpit/", "/followup/", "/", "/problems/", "/problems/rates"):
        page = who.page(path)
        (told,) = re.findall(r"left out as duplicates:? (\d+)", plain(page))
        assert told == "1", path
        (address,) = re.findall(r'href="(/problems/\?[^"]*state=duplicate[^"]*)"', page)[:1]
        assert rows_behind(who, address) == 1
    assert "Problems registered 1" in plain(who.page("/cockpit/"))
    assert "Problems 1 open 0" in plain(who.page("/followup/"))
    assert rows_behind(who, "/problems/?counted=registered") == 1
    assert rows_behind(who, "/problems/") == 2
    village = plain(who.page(f"/villages/{ledger.stored(first).unit_id}"))
    assert "all: 2 · open: 0 · duplicates: 1" in village


def test_the_chart_counts_what_was_added_to_the_log_whatever_was_counted_before(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else nothing of so short a log would be old enough to be kept.
    monkeypatch.setattr(cockpit_charts, "_NEWEST", 2)
    who = visitor(ledger.app, "planner")
    for count in range(1, 4):
        first = ledger.problem("新川村", steps=6)
        ledger.does(ledger.problem("新川村", steps=1), "duplicate", duplicate_of_id=first)
        page = plain(who.page("/cockpit/"))
        assert f" registered {count} resolved {count} Paid" in page
