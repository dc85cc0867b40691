"""The review in the browser's view: what is listed, shown, decided, refused and told."""

import copy
import html
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading, writing
from geo_tracker.db.frames import decision_frame
from geo_tracker.db.models import LineageEdge, RecordChange, VillageFigures
from geo_tracker.web.context import Services
from tests import samples
from tests.web.conftest import bring_book
from tests.web.reading import plain, rows
from tests.web.test_every_page import HOSTILE, VALUES
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor


def services(app: Flask) -> Services:
    found: Services = app.extensions["geo_tracker"]
    return found


def case(app: Flask, name: str = "上溪村") -> str:
    return f"/review/{unit_id(app, name)}"


def form(page: str, kind: str, *to: int, note: str = "批复〔2018〕9号") -> dict[str, object]:
    revision = re.search(r'name="revision" value="([^"]+)"', page)
    assert revision is not None
    return {"kind": kind, "to": list(to), "note": note, "revision": revision[1]}


def doubted(app: Flask, confidence: float, *names: str) -> None:
    """Make the links of some former villages less certain, and known from the ground alone."""
    with writing(services(app).engine) as session:
        for name in names:
            unit = unit_id(app, name, last=False)
            session.execute(
                sa.update(LineageEdge)
                .where(LineageEdge.from_unit_id == unit)
                .values(confidence=confidence)
            )
            session.add(
                RecordChange(table_name="lineage_edge", record_id=1, field="x", unit_id=unit)
            )


def test_the_list_says_what_is_doubtful_and_what_hangs_on_it(disputed: Flask) -> None:
    page = visitor(disputed, "viewer").page("/review/")
    (row,) = rows(page)
    for text in ("上溪村", "330784114231", "name different villages", "双溪村", "55 %"):
        assert text in row
    # 0.45 × the median of people × that of the budgets, 400 and 100 (10,000 yuan).
    assert "not known not known ≈ 67,500" in row
    assert "Median of budgets: 250.00" in plain(page)


def test_the_weightiest_come_first_whatever_is_not_known(disputed: Flask) -> None:
    doubted(disputed, 0.7, "新川村")
    with writing(services(disputed).engine) as session:
        session.execute(
            sa.delete(VillageFigures).where(VillageFigures.unit_id == unit_id(disputed, "上溪村"))
        )
        session.add(RecordChange(table_name="village_figures", record_id=1, field="x"))
    listed = rows(visitor(disputed, "viewer").page("/review/"))
    # 0.3 × 450 × 400 = 54,000; of 上溪村 neither people nor budget is known.
    assert ["新川村" in row for row in listed] == [False, True]
    assert "not known not known ≈" in listed[0]
    assert "54,000" in listed[1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["上溪村", "新川村"]),
        ("reason=conflict", ["上溪村"]),
        ("reason=low_confidence", ["新川村"]),
        ("reason=reallocation", []),
        ("state=decided", []),
        ("county=330784&town=330784114", ["上溪村", "新川村"]),
        ("state=undoubted", ["双溪村"]),
        ("state=agreed", ["倪宅村"]),
        ("state=all", ["上溪村", "新川村", "双溪村", "倪宅村"]),
    ],
)
def test_filters_choose_cases(disputed: Flask, query: str, names: list[str]) -> None:
    doubted(disputed, 0.85, "新川村")
    page = visitor(disputed, "viewer").page(f"/review/?{query}")
    found = re.findall(r'<th scope="row"><a href="/review/\d+[^"]*">([^<]+)</a>', page)
    assert set(found) == set(names)


def test_old_links_to_conflicts_lead_on(planner: Visitor) -> None:
    answer = planner.get("/lineage/")
    assert (answer.status_code, answer.location) == (301, "/review/?reason=conflict")


def test_a_case_shows_both_times_the_evidence_and_the_alternatives(disputed: Flask) -> None:
    page = visitor(disputed, "viewer").page(case(disputed))
    text = plain(page)
    assert page.count("<svg xmlns") == 2
    assert "2018-10-31" in text
    assert "2019-10-31" in text
    assert "100.0 % of the former village&#39;s ground, 50.0 % of the new one&#39;s" in text
    assert "The merger table says so, the boundaries show another village." in text
    alternatives = rows(page)
    assert len(alternatives) == 2
    assert "双溪村 Boundaries and table followed 100.0 % 50.0 % 100.0" in alternatives[0]
    assert "倪宅新村 Table — — —" in alternatives[1]


def test_viewers_look_and_decide_nothing(disputed: Flask) -> None:
    viewer = visitor(disputed, "viewer")
    page = viewer.page(case(disputed))
    assert "your role looks" in page
    assert 'name="kind"' not in page
    refused = viewer.post(f"{case(disputed)}/decide", {"kind": "accept", "note": "x"})
    assert refused.status_code == 403
    assert viewer.post("/review/bulk?above=0", {"stamp": "x"}).status_code == 403
    assert "Accept these" not in viewer.page("/review/bulk?above=0")


def test_a_form_without_its_token_is_refused(disputed: Flask) -> None:
    planner = visitor(disputed, "planner")
    for path in (f"{case(disputed)}/decide", "/review/bulk"):
        assert planner.client.post(path, data={"kind": "accept"}).status_code == 400


def test_a_planner_chooses_with_a_reason_and_figures_follow(disputed: Flask) -> None:
    planner = visitor(disputed, "planner")
    address, later = case(disputed), unit_id(disputed, "倪宅新村")
    sent = form(planner.page(address), "choose", later, note=" ")
    refused = planner.post(f"{address}/decide", sent)
    assert refused.status_code == 422
    assert "Say why you decide so" in refused.text
    assert f'value="{later}" checked' in refused.text
    answer = planner.post(f"{address}/decide", sent | {"note": "批复〔2018〕9号"})
    assert answer.status_code == 303
    assert answer.location == "/review/"
    assert "Nothing is waiting" in planner.page("/review/")
    (row,) = rows(planner.page("/review/?state=decided"))
    assert "Chosen: 上溪村 → 倪宅新村 · 批复〔2018〕9号 · planner" in row
    assert "倪宅新村" in rows(planner.page("/villages/?q=上溪村"))[0]
    village = plain(planner.page(f"/villages/{unit_id(disputed, '上溪村')}"))
    assert "Decided by planner on" in village
    assert "批复〔2018〕9号" in village
    assert "Chosen: 上溪村 → 倪宅新村" in village


def test_the_next_case_follows_in_the_same_filter_and_can_be_gone_back_from(
    disputed: Flask,
) -> None:
    doubted(disputed, 0.5, "新川村")
    planner = visitor(disputed, "planner")
    query = "?county=330784"
    first, second = case(disputed, "新川村"), case(disputed)
    page = planner.page(first + query)
    assert f'data-next href="{second}{query}"' in page
    answer = planner.post(f"{first}/decide{query}", form(page, "accept", note=""))
    assert answer.location.startswith(second)
    assert "county=330784" in answer.location
    following = planner.page(answer.location)
    assert "Accepted: 新川村 → 倪宅新村" in plain(following)
    assert f'data-undo href="{first}{query}#decision"' in following
    back = planner.page(first + query)
    assert "Take the decision back" in back
    taken = planner.post(f"{first}/decide", form(back, "reopen", note=""))
    assert taken.status_code == 303
    assert "Taken back: the decision about 新川村" in plain(planner.page(first))
    assert len(rows(planner.page("/review/"))) == 2


def test_a_note_is_kept_and_the_case_stays_open(disputed: Flask) -> None:
    planner = visitor(disputed, "planner")
    address = case(disputed)
    answer = planner.post(f"{address}/decide", form(planner.page(address), "note", note="等批复"))
    assert answer.location == address
    page = plain(planner.page(address))
    assert "Note on 上溪村 等批复 planner" in page
    assert len(rows(planner.page("/review/"))) == 1


def test_the_second_to_decide_is_told_who_was_first_and_loses_nothing(disputed: Flask) -> None:
    first, second = visitor(disputed, "planner"), visitor(disputed, "admin")
    address, later = case(disputed), unit_id(disputed, "倪宅新村")
    seen_by_both = second.page(address)
    first.post(f"{address}/decide", form(seen_by_both, "choose", later, note="附件一"))
    refused = second.post(f"{address}/decide", form(seen_by_both, "reject", note="我的理由"))
    assert refused.status_code == 409
    told = plain(refused.text)
    assert "This case has changed since you opened it. planner on" in told
    assert "Chosen: 上溪村 → 倪宅新村. 附件一 What you wrote is still in the form." in told
    assert 'value="我的理由"' in refused.text
    assert 'value="reject" required checked' in refused.text
    # Having read that, the second may still decide.
    again = second.post(f"{address}/decide", form(refused.text, "reject", note="我的理由"))
    assert again.status_code == 303
    with reading(services(disputed).engine) as session:
        assert decision_frame(session)["kind"].tolist() == ["choose", "reject"]


def test_many_are_shown_with_their_count_and_then_accepted(disputed: Flask) -> None:
    doubted(disputed, 0.85, "新川村", "双溪村")
    planner = visitor(disputed, "planner")
    assert 'data-count">' not in planner.page("/review/bulk?above=99")
    page = planner.page("/review/bulk?above=80")
    assert "data-count>2<" in page
    assert len(rows(page)) == 2
    assert "上溪村" not in "".join(rows(page))
    answer = planner.post("/review/bulk?above=80", bulk_form(page))
    assert answer.location == "/review/?state=decided"
    listed = planner.page(answer.location)
    assert "2 former villages were accepted." in listed
    assert plain(listed).count("(with others, from 80 % on)") == 2
    assert len(rows(planner.page("/review/"))) == 1


def bulk_form(page: str) -> dict[str, str]:
    found = dict(re.findall(r'name="(stamp|count)" value="([^"]+)"', page))
    assert set(found) == {"stamp", "count"}
    return found


def test_none_is_accepted_when_the_count_is_no_longer_right(disputed: Flask) -> None:
    doubted(disputed, 0.85, "新川村", "双溪村")
    planner = visitor(disputed, "planner")
    shown = bulk_form(planner.page("/review/bulk?above=80"))
    doubted(disputed, 0.7, "新川村")
    refused = planner.post("/review/bulk?above=80", shown)
    assert refused.status_code == 409
    assert "2 villages then, 1 now. Nothing was accepted." in plain(refused.text)
    with reading(services(disputed).engine) as session:
        assert decision_frame(session).empty


@pytest.mark.parametrize("above", ["nonsense", "nan", "-1", "101", ""])
def test_a_confidence_that_is_none_is_the_usual_one(planner: Visitor, above: str) -> None:
    assert 'value="90"' in planner.page(f"/review/bulk?above={above}")


def test_no_value_that_is_sent_breaks_a_case(disputed: Flask) -> None:
    planner = visitor(disputed, "planner")
    address = case(disputed)
    for value in VALUES:
        asked = "&".join(f"{name}={quote(value)}" for name in ("done", "county", "state", "reason"))
        assert planner.get(f"{address}?{asked}").status_code == 200, value
        sent = form(planner.page(address), "choose") | {"to": [value]}
        assert planner.post(f"{address}/decide", sent).status_code == 422, value
        sent = {"kind": value, "revision": value, "note": value, "to": value}
        assert planner.post(f"{address}/decide", sent).status_code in {409, 422}, value


def test_notes_of_people_stay_text_everywhere(disputed: Flask) -> None:
    planner = visitor(disputed, "planner")
    address = case(disputed)
    for kind in ("note", "accept"):
        planner.post(f"{address}/decide", form(planner.page(address), kind, note=HOSTILE))
    village = f"/villages/{unit_id(disputed, '上溪村')}"
    for path in (address, village, "/review/?state=decided"):
        page = planner.page(path)
        assert "<img src=x" not in page, path
        assert html.escape(HOSTILE) in page or "&lt;img src=x" in page, path


def test_pages_are_in_the_language_of_the_reader(disputed: Flask) -> None:
    planner = visitor(disputed, "planner", language="zh")
    for path, text in (
        ("/review/", "沿革核查"),
        (case(disputed), "合并对照与边界所指的村不同"),
        ("/review/bulk", "批量采纳"),
    ):
        page = plain(planner.page(path))
        assert text in page
        assert "Confidence" not in page


def test_the_table_of_another_town_is_said_to_lie_outside(county: Flask, tmp_path: Path) -> None:
    sheets = {"合并对照": copy.deepcopy(samples.SHEETS["合并对照"])}
    sheets["合并对照"][-1][:2] = ["330784115201", "前郎村"]
    bring_book(county, tmp_path, sheets)
    page = visitor(county, "viewer").page(case(county))
    assert "前郎村" in rows(page)[1]
    assert "石柱镇" in rows(page)[1]
