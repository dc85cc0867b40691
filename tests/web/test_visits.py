"""Pages of visits: the list, the form with its warning, one visit, and who waits for one."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from geo_tracker.web.context import Services
from geo_tracker.workflows.rules import set_rule
from tests.web.ledgers import TODAY, ago, found_at, handler, visited
from tests.web.reading import plain, rows, rows_behind
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor


def form(**more: Any) -> dict[str, Any]:
    return {
        "village": "新川村",
        "visited_on": TODAY.isoformat(),
        "service_group": "第一服务组",
        "leader": "李某",
        "enterprise": "",
        "people_served": "12",
        "summary": "看了路灯",
        "version": "0",
    } | more


def record(who: Visitor, **more: Any) -> TestResponse:
    return who.post("/visits/new", form(**more), form_of="/visits/new")


def hidden(page: str) -> dict[str, Any]:
    """Return what the form of a warning sends on."""
    found = re.findall(r'<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)">', page)
    return {name: [v for n, v in found if n == name] for name, _value in found}


@pytest.fixture
def who(county: Flask) -> Visitor:
    return visitor(county, "planner")


def test_a_visit_is_recorded_and_found_in_the_list_and_at_its_village(
    who: Visitor, county: Flask
) -> None:
    answer = record(who)
    assert answer.status_code == 303
    page = plain(who.page(answer.headers["Location"]))
    assert "The visit was recorded." in page
    assert "第一服务组" in page
    (row,) = rows(who.page("/visits/"))
    assert "新川村 now 倪宅新村" in row
    assert "12" in row
    village = plain(who.page(f"/villages/{unit_id(county, '新川村')}"))
    assert "last one 0 days ago" in village
    merged = plain(who.page(f"/villages/{unit_id(county, '倪宅新村')}"))
    # The merged village's page says on which former one it was recorded.
    assert f"{TODAY} 新川村 第一服务组" in merged


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"visited_on": "yesterday"}, "is no day"),
        ({"visited_on": "2999-01-01"}, "A day in the future"),
        ({"people_served": "many"}, "is no whole number"),
        ({"service_group": " "}, "Say which service group came."),
        ({"village": ""}, "Say in which village it was."),
        ({"village": "没有这个村"}, "No village is named so."),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    who: Visitor, wrong: dict[str, str], said: str
) -> None:
    answer = record(who, **wrong)
    assert answer.status_code == 422
    assert said in plain(answer.text)
    assert "看了路灯" in answer.text
    assert 'value="李某"' in answer.text
    assert "No visits yet" in who.page("/visits/")


def test_a_name_that_several_villages_bear_has_to_be_chosen_from(
    who: Visitor, county: Flask
) -> None:
    answer = record(who, village="倪宅")
    assert answer.status_code == 422
    offered = re.findall(r'type="radio" name="unit_id" id="unit-\d+" value="(\d+)"', answer.text)
    old, new = unit_id(county, "倪宅村"), unit_id(county, "倪宅新村")
    assert set(offered) == {str(old), str(new)}
    assert "former village, now 倪宅新村" in plain(answer.text)
    assert record(who, village="倪宅", unit_id=str(old)).status_code == 303
    (row,) = rows(who.page("/visits/"))
    assert "倪宅村 now 倪宅新村" in row
    # What was picked counts for nothing once another village is typed.
    again = record(who, village="石柱村", unit_id=str(old), known_id=str(old))
    assert again.status_code == 303
    assert "石柱村" in who.page(again.headers["Location"])


def test_before_a_second_visit_one_is_told_of_the_first_and_may_go_on(
    who: Visitor, county: Flask
) -> None:
    visited(county, "新川村", 10, summary="第一次来", service_group="甲组")
    answer = record(who)
    assert answer.status_code == 409
    page = plain(answer.text)
    assert "The same place was visited within 14 days. Nothing is stored yet." in page
    assert f"{ago(10)} 10 days before 甲组" in page
    assert "第一次来" in page
    assert len(rows(who.page("/visits/"))) == 1
    kept = hidden(answer.text)
    changing = who.post("/visits/new", kept | {"change": "yes"}, form_of="/visits/new")
    assert changing.status_code == 200
    assert "看了路灯" in changing.text
    assert len(rows(who.page("/visits/"))) == 1
    assert who.post("/visits/new", kept, form_of="/visits/new").status_code == 303
    assert len(rows(who.page("/visits/"))) == 2
    (second,) = rows(who.page("/visits/?repeats=yes"))
    assert "again after 10 days" in second
    assert "第一服务组" in second


def test_a_later_visit_is_told_of_as_well(who: Visitor, county: Flask) -> None:
    visited(county, "新川村", 3)
    answer = record(who, visited_on=ago(8).isoformat())
    assert answer.status_code == 409
    assert "5 days after" in plain(answer.text)


def test_the_days_of_the_warning_are_a_rule(who: Visitor, county: Flask) -> None:
    services: Services = county.extensions["geo_tracker"]
    set_rule(services.engine, "visit_repeat_days", from_year=2000, text="5", user_id=None)
    visited(county, "新川村", 6)
    assert record(who).status_code == 303


def test_service_groups_of_the_rules_are_offered(who: Visitor, county: Flask) -> None:
    services: Services = county.extensions["geo_tracker"]
    set_rule(services.engine, "service_groups", from_year=2000, text="农业组\n水利组", user_id=None)
    visited(county, "石柱村", 30)
    offered = re.findall(r'<option value="([^"]+)"></option>', who.page("/visits/new"))
    assert offered == ["农业组", "水利组", "第三服务组"]


def correction(page: str, **more: Any) -> dict[str, Any]:
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    return form(version=version[1], note="写错了人数") | more


def test_a_correction_is_kept_with_its_reason(who: Visitor) -> None:
    address = record(who).headers["Location"]
    page = who.page(f"{address}/correct")
    assert 'value="12"' in page
    sent = correction(page, people_served="21")
    assert who.post(f"{address}/correct", sent, form_of=f"{address}/correct").status_code == 303
    shown = plain(who.page(address))
    assert "Visit corrected: people served was 12, is 21 写错了人数" in shown
    without = who.post(
        f"{address}/correct",
        correction(who.page(f"{address}/correct"), note=""),
        form_of=f"{address}/correct",
    )
    assert without.status_code == 422


def test_the_second_of_two_who_correct_is_told_and_loses_nothing(
    who: Visitor, county: Flask
) -> None:
    address = record(who).headers["Location"]
    mine = correction(who.page(f"{address}/correct"), summary="我写的")
    theirs = correction(who.page(f"{address}/correct"), people_served="99")
    form_of = f"{address}/correct"
    assert who.post(form_of, theirs, form_of=form_of).status_code == 303
    answer = who.post(form_of, mine, form_of=form_of)
    assert answer.status_code == 409
    assert "people served was 12, is 99" in plain(answer.text)
    assert "我写的" in answer.text
    again = correction(answer.text, summary="我写的", people_served="99")
    assert who.post(form_of, again, form_of=form_of).status_code == 303
    page = plain(who.page(address))
    assert "99" in page
    assert "我写的" in page


def test_a_visit_is_removed_with_a_reason_and_not_while_problems_hang_on_it(
    who: Visitor, county: Flask
) -> None:
    held = visited(county, "新川村", 40)
    found_at(county, held, "新川村", "路灯不亮")
    address = f"/visits/{held}"
    assert "路灯不亮" in who.page(address)
    sent = {"version": "1", "note": "记重了"}
    refused = who.post(f"{address}/remove", sent, form_of=address)
    assert refused.status_code == 409
    assert "Problems were found at this visit" in plain(refused.text)
    assert 'value="记重了"' in refused.text
    free = f"/visits/{visited(county, '石柱村', 40)}"
    empty = who.post(f"{free}/remove", sent | {"note": ""}, form_of=free)
    assert empty.status_code == 422
    assert who.post(f"{free}/remove", sent, form_of=free).status_code == 303
    assert who.get(free).status_code == 404
    assert len(rows(who.page("/visits/"))) == 1


def test_viewers_look_and_handlers_record(county: Flask) -> None:
    visit = visited(county, "石柱村", 40)
    viewer = visitor(county, "viewer")
    for path in (
        "/visits/",
        f"/visits/{visit}",
        "/visits/waiting/",
        f"/villages/{unit_id(county, '石柱村')}",
    ):
        assert "Record a visit" not in viewer.page(path)
    for path in ("/visits/new", f"/visits/{visit}/correct"):
        assert viewer.get(path).status_code == 403
    for path in ("/visits/new", f"/visits/{visit}/correct", f"/visits/{visit}/remove"):
        assert viewer.post(path, form()).status_code == 403
    worker = handler(county)
    assert record(worker).status_code == 303
    assert "Remove this visit" not in worker.page(f"/visits/{visit}")
    sent = {"version": "1", "note": "x"}
    assert worker.post(f"/visits/{visit}/remove", sent).status_code == 403
    assert len(rows(viewer.page("/visits/"))) == 2


def test_lists_are_narrowed_and_say_what_all_found_amount_to(who: Visitor, county: Flask) -> None:
    visited(county, "新川村", 50, people_served=7)
    visited(county, "倪宅新村", 40, people_served=None, enterprise="五金厂")
    visited(county, "石柱村", 5, people_served=0, service_group="甲组", summary="看桥")
    assert len(rows(who.page("/visits/?county=330784&town=330784114"))) == 2
    assert len(rows(who.page(f"/visits/?unit={unit_id(county, '倪宅新村')}"))) == 2
    assert len(rows(who.page(f"/visits/?unit={unit_id(county, '新川村')}"))) == 1
    assert len(rows(who.page("/visits/?group=甲组"))) == 1
    assert len(rows(who.page(f"/visits/?from={ago(40)}&to={ago(5)}"))) == 2
    assert len(rows(who.page("/visits/?q=看桥"))) == 1
    assert len(rows(who.page("/visits/?q=新川"))) == 1
    assert "No visit matches" in who.page("/visits/?q=没有这个")
    page = plain(who.page("/visits/"))
    assert "Visits 3 Villages visited 3 Enterprises visited 1 People served 7" in page
    assert "known of 2 of 3" in page
    most, *others = rows(who.page("/visits/?sort=people"))
    assert "新川村" in most
    assert "倪宅新村" in others[-1]


def test_fifty_visits_are_a_page(who: Visitor, county: Flask) -> None:
    for days in range(51):
        visited(county, "石柱村", days)
    first, last = who.page("/visits/"), who.page("/visits/?page=2")
    assert len(rows(first)) == 50
    assert "1–50 of 51" in plain(first)
    assert len(rows(last)) == 1
    assert ago(50).isoformat() in rows(last)[0]


def test_pages_ask_as_often_whatever_the_number_of_visits(who: Visitor, county: Flask) -> None:
    visited(county, "新川村", 30)
    services: Services = county.extensions["geo_tracker"]
    asked: list[str] = []
    sa.event.listen(
        services.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: asked.append(statement),
    )
    paths = ("/visits/", "/visits/waiting/", f"/villages/{unit_id(county, '倪宅新村')}")
    counts = []
    for _time in range(2):
        for path in paths:
            who.page(path)
            asked.clear()
            who.page(path)
            counts.append(len(asked))
        for days in (40, 50, 60, 61):
            visited(county, "新川村", days)
            visited(county, "石柱村", days)
    assert min(counts) > 0
    assert counts[:3] == counts[3:]


def waiting(who: Visitor, query: str = "") -> list[tuple[str, str]]:
    """Return name and days of the villages listed."""
    page = who.page(f"/visits/waiting/?{query}")
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for row in body.split("<tr>")[1:]:
        name = re.search(r'<a href="/villages/\d+">([^<]+)</a>', row)
        days = re.search(r'<td class="gt-num">([^<]+)</td>', row)
        assert name is not None
        assert days is not None
        found.append((name[1], days[1]))
    return found


def test_who_was_never_visited_waits_first_then_who_waits_longest(
    who: Visitor, county: Flask
) -> None:
    visited(county, "新川村", 10)
    visited(county, "倪宅村", 30)
    visited(county, "石柱村", 5)
    never, waits = [("双溪村", "—"), ("上溪村", "—")], [("倪宅村", "30"), ("新川村", "10")]
    assert waiting(who, "side=former") == [*never, *waits]
    present = waiting(who, "side=present")
    # A village of today also counts what is recorded on its former ones.
    assert present[-2:] == [("倪宅新村", "10"), ("石柱村", "5")]
    assert {days for _name, days in present[:2]} == {"—"}
    assert waiting(who, "side=former&state=visited") == waits
    assert waiting(who, "side=former&county=330784&town=330784115") == []
    page = plain(who.page("/visits/waiting/?side=former"))
    assert "2 never visited" in page
    # The former village's whole was visited later than itself.
    assert f"倪宅新村 on {ago(10)}" in page


def test_waiting_is_told_as_of_any_day(who: Visitor, county: Flask) -> None:
    visited(county, "新川村", 10)
    assert ("新川村", "—") in waiting(who, f"side=former&on={ago(11)}")
    assert ("新川村", "2") in waiting(who, f"side=former&on={ago(8)}")


def test_every_number_of_visits_leads_to_its_rows(who: Visitor, county: Flask) -> None:
    for village, days in (("新川村", 30), ("新川村", 60), ("倪宅村", 90), ("倪宅新村", 120)):
        visited(county, village, days)
    for side in ("former", "present"):
        page = who.page(f"/visits/waiting/?side={side}")
        links = re.findall(r'href="(/visits/\?unit=\d+)">(\d+)</a>', page)
        assert links
        for address, count in links:
            assert rows_behind(who, address) == int(count)


def test_the_way_from_a_waiting_village_to_its_form_is_one_click(
    who: Visitor, county: Flask
) -> None:
    address = re.search(r'href="(/visits/new\?unit=\d+)"', who.page("/visits/waiting/"))
    assert address is not None
    page = who.page(address[1])
    known = re.search(r'name="known_id" value="(\d+)"', page)
    assert known is not None
    assert known[1] in address[1]


def test_the_ledgers_page_sums_them_up(who: Visitor, county: Flask) -> None:
    visited(county, "新川村", 12, people_served=7)
    visited(county, "新川村", 10)
    page = plain(who.page("/followup/"))
    assert "Visits 2 villages visited 1 people served 7 second visits 1" in page


def test_a_problem_met_at_a_visit_is_registered_from_its_page(who: Visitor, county: Flask) -> None:
    visit = visited(county, "新川村", 3)
    page = who.page(f"/visits/{visit}")
    (link,) = re.findall(r'href="(/problems/new\?[^"]+)"', page)
    form_page = who.page(link.replace("&amp;", "&"))
    assert f'name="visit_id" value="{visit}"' in form_page
    village = unit_id(county, "新川村")
    assert re.search(rf'name="unit_id" value="{village}"\s+checked', form_page)
    given = {"content": "路灯不亮", "unit_id": village, "visit_id": visit}
    answer = who.post("/problems/new", given, form_of="/problems/new")
    assert answer.status_code == 303
    assert "路灯不亮" in plain(who.page(f"/visits/{visit}"))
    # Of a visit that is not there any more the form says so, and keeps what was typed.
    answer = who.post("/problems/new", given | {"visit_id": 999_999}, form_of="/problems/new")
    assert answer.status_code == 422
    assert "路灯不亮" in answer.text
    assert "/problems/new" not in visitor(county, "viewer").page(f"/visits/{visit}")
