"""Pages of incidents: the list, the form, one incident, and the three zeros."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import bring_book
from tests.web.ledgers import TODAY, ago, handler, happened
from tests.web.reading import links_with_counts, plain, rows, rows_behind
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor


def form(**more: Any) -> dict[str, Any]:
    return {
        "village": "新川村",
        "kind": "petition",
        "happened_on": TODAY.isoformat(),
        "about": "yes",
        "summary": "村民来访",
        "version": "0",
    } | more


def record(who: Visitor, **more: Any) -> TestResponse:
    return who.post("/incidents/new", form(**more), form_of="/incidents/new")


@pytest.fixture
def who(county: Flask) -> Visitor:
    return visitor(county, "planner")


def test_an_incident_is_recorded_closed_and_found_at_its_village(
    who: Visitor, county: Flask
) -> None:
    answer = record(who, happened_on=ago(9).isoformat())
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "not closed 9 days" in plain(who.page(address))
    sent = {"version": "1", "closed_on": ago(2).isoformat(), "note": "已答复"}
    assert who.post(f"{address}/close", sent, form_of=address).status_code == 303
    page = plain(who.page(address))
    assert f"Incident closed on {ago(2)} 已答复" in page
    assert "Close it" not in page
    (row,) = rows(who.page("/incidents/?state=closed"))
    assert "Petition 新川村 now 倪宅新村" in row
    merged = plain(who.page(f"/villages/{unit_id(county, '倪宅新村')}"))
    assert f"{ago(9)} 新川村 Petition 村民来访 closed" in merged


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "rumour"}, "Say which kind of incident it is."),
        ({"happened_on": "2999-01-01"}, "A day in the future"),
        ({"happened_on": "x"}, "is no day"),
        ({"village": ""}, "Say in which village it was."),
        ({"summary": ""}, "Say what happened."),
    ],
)
def test_what_is_refused_says_why(who: Visitor, wrong: dict[str, str], said: str) -> None:
    answer = record(who, **wrong)
    assert answer.status_code == 422
    assert said in plain(answer.text)
    assert "No incident recorded" in who.page("/incidents/")


def test_a_correction_tells_what_was_and_the_second_loses_nothing(who: Visitor) -> None:
    address = record(who).headers["Location"]
    form_of = f"{address}/correct"
    assert '<option value="yes" selected>' in who.page(form_of)
    first = form(version="1", note="核实", about="unknown")
    second = form(version="1", note="补充", summary="村民两次来访")
    assert who.post(form_of, first, form_of=form_of).status_code == 303
    answer = who.post(form_of, second, form_of=form_of)
    assert answer.status_code == 409
    assert "about the merger was yes, is not known" in plain(answer.text)
    assert "村民两次来访" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    again = second | {"version": version[1], "about": "unknown"}
    assert who.post(form_of, again, form_of=form_of).status_code == 303


def test_closing_what_somebody_else_has_closed_tells_so(who: Visitor) -> None:
    address = record(who).headers["Location"]
    sent = {"version": "1", "closed_on": TODAY.isoformat(), "note": "已答复"}
    assert who.post(f"{address}/close", sent, form_of=address).status_code == 303
    answer = who.post(f"{address}/close", sent, form_of=address)
    assert answer.status_code == 409
    assert f"Incident closed on {TODAY}" in plain(answer.text)


def test_only_planners_record_and_close(county: Flask) -> None:
    incident = happened(county, "新川村", 3)
    for somebody in (visitor(county, "viewer"), handler(county)):
        for path in ("/incidents/", f"/incidents/{incident}", "/incidents/zeros/"):
            assert "Record an incident" not in somebody.page(path)
            assert "Close it" not in somebody.page(path)
        for path in ("new", f"{incident}/correct"):
            assert somebody.get(f"/incidents/{path}").status_code == 403
        for path in ("new", f"{incident}/correct", f"{incident}/close"):
            assert somebody.post(f"/incidents/{path}", form()).status_code == 403


def zeros(who: Visitor, query: str = "") -> list[str]:
    return [row.strip(" >") for row in rows(who.page(f"/incidents/zeros/?{query}"))]


def test_without_any_record_nothing_is_said_to_be_zero(who: Visitor) -> None:
    (county,) = zeros(who)
    assert county == "永康市 — — — — — — — — — —"
    assert "0 records" in plain(who.page("/incidents/zeros/"))


def test_where_one_incident_was_recorded_the_others_are_zero(who: Visitor, county: Flask) -> None:
    happened(county, "新川村", 3, about_merger=True)
    happened(county, "倪宅新村", 2)
    # Records, opinion, petition, case (all and about the merger), merger yes and unknown, open.
    assert zeros(who) == ["永康市 2 0 0 2 1 0 0 1 1 2"]
    assert zeros(who, "level=town") == ["花街镇 2 0 0 2 1 0 0 1 1 2", "石柱镇 0 0 0 0 0 0 0 0 0 0"]
    merged, other = zeros(who, "level=merger")
    parts = "(新川村 1 · 倪宅村 0|倪宅村 0 · 新川村 1)"
    assert re.fullmatch(f"倪宅新村 {parts} 2 0 0 2 1 0 0 1 1 2", merged)
    assert other.startswith("双溪村")
    assert other.endswith(" 0 0 0 0 0 0 0 0 0 0")
    assert zeros(who, f"to={ago(3)}") == ["永康市 1 0 0 1 1 0 0 1 0 1"]


@pytest.mark.parametrize("query", ["", "level=town", "level=merger", "county=330784&level=town"])
def test_every_number_of_the_zeros_leads_to_its_rows(
    who: Visitor, county: Flask, query: str
) -> None:
    happened(county, "新川村", 3, about_merger=True)
    happened(county, "倪宅新村", 2, kind="case", about_merger=False)
    happened(county, "石柱村", 2, kind="public_opinion")
    links = links_with_counts(who.page(f"/incidents/zeros/?{query}"))
    counts = [(address, count) for address, count in links if address.startswith("/incidents/?")]
    assert len(counts) >= 7
    for address, count in counts:
        assert rows_behind(who, address) == count


def test_published_zeros_stand_beside_what_was_recorded(
    who: Visitor, county: Flask, tmp_path: Path
) -> None:
    sheet: list[list[object]] = [["指标", "数值", "单位", "发布单位"], ["信访", 0, "起", "某杂志"]]
    bring_book(county, tmp_path, {"公开数据": sheet})
    page = plain(who.page("/incidents/zeros/"))
    assert "信访 0 起" in page
    assert "某杂志" in page
    assert "永康市 — —" in page


def test_lists_are_narrowed(who: Visitor, county: Flask) -> None:
    happened(county, "新川村", 30, about_merger=True)
    happened(county, "石柱村", 2, kind="case", summary="纠纷")
    for query in (
        *("kind=case", "about=unknown", "q=纠纷", "q=石柱", f"from={ago(2)}"),
        *("county=330784&town=330784115", f"unit={unit_id(county, '石柱村')}"),
    ):
        (row,) = rows(who.page(f"/incidents/?{query}"))
        assert "石柱村" in row, query
    assert "No incident matches" in who.page("/incidents/?about=no")
    assert "Public opinion 0 Petition 1 Case 1 Not closed 2" in plain(who.page("/incidents/"))


def told_everywhere(who: Visitor) -> list[str]:
    """Return what each page says of all incidents together."""
    pages = [plain(who.page(path)) for path in ("/followup/", "/", "/cockpit/")]
    return [re.findall(r"Incidents recorded (—|\d+)", page)[0] for page in pages]


def by_town(who: Visitor) -> list[str]:
    """Return the last number of each town of the cockpit: its incidents."""
    return [
        row.split()[-2]
        for row in rows(who.page("/cockpit/?county=330784"))
        if row.lstrip("> ").startswith(("花街镇", "石柱镇"))
    ]


def test_nothing_recorded_is_not_known_on_every_page_and_zero_where_somebody_reports(
    who: Visitor, county: Flask
) -> None:
    assert told_everywhere(who) == ["—", "—", "—"]
    assert "Public opinion — Petition — Case —" in plain(who.page("/followup/"))
    assert by_town(who) == ["—", "—"]
    happened(county, "新川村", 3)
    assert told_everywhere(who) == ["1", "1", "1"]
    assert "Public opinion 0 Petition 1 Case 0" in plain(who.page("/followup/"))
    # As the three zeros say it: the county reports, so nothing in the other town is zero.
    assert by_town(who) == ["1", "0"]
