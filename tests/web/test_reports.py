"""Reports in general: every file opens and says the same, filters are named, nothing is markup."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask

from geo_tracker.reports import shortened
from tests.web.ledger import TODAY, Ledger, ledger
from tests.web.reading import plain
from tests.web.reports import NOUNS, report, said, table, texts
from tests.web.test_every_page import VALUES
from tests.web.visitors import Visitor, visitor

__all__ = ["ledger"]

_PLACE = "county=330784&amp;town="
HOSTILE = '=1+1 #eval("1") <b onload> ]]'
FORMS = {
    "pdf": (b"%PDF-", "application/pdf", "inline"),
    "docx": (b"PK", "wordprocessingml.document", "attachment"),
    "xlsx": (b"PK", "spreadsheetml.sheet", "attachment"),
}


@pytest.mark.parametrize("noun", NOUNS)
def test_every_report_opens_as_every_file_and_says_the_same(planner: Visitor, noun: str) -> None:
    made = report(planner, noun)
    first = next((one for one in made.tables if one.rows), made.tables[0])
    headers = [column.header for column in first.columns] if first.rows else []
    for form, (begins, mimetype, disposition) in FORMS.items():
        answer = planner.get(f"/reports/{noun}.{form}")
        assert answer.status_code == 200
        assert answer.data.startswith(begins)
        assert mimetype in answer.headers["Content-Type"]
        assert answer.headers["Content-Disposition"].startswith(disposition)
        found = texts(answer.data, form)
        wanted = [made.title, made.subtitle, *headers]
        for text in (*wanted, *(str(row[0]) for row in first.rows)):
            assert "".join(text.split()) in found, (form, text)
        if form != "xlsx":
            for row in first.rows:
                assert "".join("".join(said(first, row)).split()) in found


@pytest.mark.parametrize("noun", NOUNS)
def test_reports_speak_the_language_of_the_reader(county: Flask, noun: str) -> None:
    made = report(visitor(county, "viewer", language="zh"), noun, "county=330784")
    assert made.title.startswith("永康市")
    assert "%(" not in made.title + made.subtitle
    headers = [column.header for one in made.tables for column in one.columns]
    assert all(not header.isascii() for header in headers)


@pytest.mark.parametrize("noun", NOUNS)
def test_reports_of_nothing_say_so_and_open(empty: Flask, noun: str) -> None:
    who = visitor(empty, "viewer")
    made = report(who, noun)
    assert all(one.rows or one.empty for one in made.tables)
    answer = who.get(f"/reports/{noun}.docx")
    assert answer.status_code == 200
    if noun in ("votes", "projects", "problems"):
        assert f"No{noun}recorded." in texts(answer.data, "docx")


def test_reports_are_for_whoever_may_see_the_pages(county: Flask) -> None:
    assert Visitor(county).get("/reports/votes.pdf").status_code == 302
    for role in ("viewer", "planner", "admin"):
        assert report(visitor(county, role), "votes").title == "Summary of votes"
    assert visitor(county, "viewer", name="another").get("/reports/nobody.pdf").status_code == 404


@pytest.mark.parametrize("noun", NOUNS)
def test_no_value_in_an_address_breaks_a_report(planner: Visitor, noun: str) -> None:
    names = (
        *("county", "town", "check", "to", "sort", "light", "stage", "kind", "channel", "money"),
        *("livelihood", "q", "state", "lead", "source", "counted", "on", "unit", "again"),
        *("show", "list", "standing", "reason", "month"),
    )
    for value in VALUES:
        every = "&".join(f"{name}={quote(value)}" for name in names)
        report(planner, noun, every)


def test_filters_stand_below_the_title(planner: Visitor) -> None:
    place = "county=330784&town=330784114"
    asked = {
        f"votes?{place}&check=below&to=2019-01-01": "Until day: 2019-01-01",
        f"votes?{place}&check=full": "Votes listed: At full consent",
        f"projects?{place}&light=red&kind=道路": "Light: Behind · Kind: 道路",
        f"problems?{place}&source=residents": "Reported by: Residents",
        f"problems?{place}&state=open&rounds=2": "listed: State: Open; Handovers: twice or more",
        f"checklists?{place}&show=overdue": "Villages listed: With overdue items",
        f"lagging?{place}&list=hidden": "Villages listed: List: Hidden laggards",
    }
    for address, filters in asked.items():
        noun, _mark, query = address.partition("?")
        made = report(planner, noun, query)
        assert made.title.startswith("永康市 花街镇: ")
        assert filters in made.subtitle
        assert f"made on {TODAY}" in made.subtitle


def test_texts_of_people_stay_texts_in_every_file(ledger: Ledger) -> None:
    ledger.late(ledger.problem("新川村", steps=1, content=HOSTILE, reporter="王小明"))
    who = visitor(ledger.app, "planner")
    for form in FORMS:
        answer = who.get(f"/reports/problems.{form}?q={quote('新川村')}")
        found = texts(answer.data, form)
        assert "".join(HOSTILE.split()) in found
        assert "王小明" not in found
        assert "王**" not in found


def test_a_list_too_long_for_paper_is_cut_there_but_whole_in_excel(
    planner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortened, "MOST_ROWS", 2)
    on_paper = table(report(planner, "votes", form="pdf"), "Votes")
    assert len(on_paper.rows) == 2
    assert on_paper.note.startswith("The first 2 of 3 rows; the Excel file has all.")
    assert len(table(report(planner, "votes", form="xlsx"), "Votes").rows) == 3


def test_the_page_offers_each_report_for_a_place_and_a_month(planner: Visitor) -> None:
    month = (TODAY.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    page = planner.page("/reports/?county=330784&month=2019-12")
    assert f'max="{month}"' in page
    assert "12/2019" in plain(page)
    assert "/reports/bulletin.pdf?county=330784&amp;month=2019-12" in page
    assert "/reports/votes.xlsx?county=330784" in page


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/votes/?county=330784&check=full", f"/reports/votes.pdf?{_PLACE}&amp;check=full"),
        ("/votes/totals/?county=330784", "/reports/votes.docx?county=330784"),
        ("/projects/?kind=道路", "/reports/projects.xlsx?q="),
        ("/projects/totals/?county=330784", "/reports/projects.pdf?county=330784"),
        ("/lagging/?list=villages", "/reports/lagging.pdf?county=&amp;town=&amp;list=villages"),
        ("/cockpit/?on=2020-05-31&county=330784", "/reports/?county=330784&amp;month=2020-05"),
    ],
)
def test_pages_lead_to_their_report_with_their_filters(
    planner: Visitor, path: str, link: str
) -> None:
    page = planner.page(path)
    assert link in page
    address = page[page.index(link) :].split('"')[0].replace("&amp;", "&")
    if ".pdf" not in address:
        assert planner.get(address).status_code == 200


def test_an_empty_list_says_so_in_excel_too(planner: Visitor) -> None:
    answer = planner.get("/reports/votes.xlsx?to=2001-01-01")
    assert texts(answer.data, "xlsx").count("Novotesrecorded.") == 2
    assert "Novotematches" in texts(answer.data, "xlsx")
