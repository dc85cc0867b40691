"""Pages on which projects are registered, led on, reported and paid."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from geo_tracker.db import reading
from geo_tracker.db.models import Project
from geo_tracker.web.context import Services
from geo_tracker.web.register import computed_register, register
from tests import samples
from tests.web.conftest import bring_book
from tests.web.ledgers import TODAY, ago, handler
from tests.web.reading import plain, rows, rows_behind
from tests.web.test_register import statements
from tests.web.test_villages import unit_id
from tests.web.uploads import import_id_of, uploaded
from tests.web.visitors import Visitor, visitor

NEW = {
    "name": "新川村水渠整修",
    "village": "新川村",
    "kind": "小型水利",
    "stage": "approved",
    "stage_on": ago(40).isoformat(),
    "planned_start_on": ago(30).isoformat(),
    "planned_finish_on": ago(-30).isoformat(),
    "owner_unit": "花街镇",
}


@pytest.fixture
def who(county: Flask) -> Visitor:
    return visitor(county, "planner")


def registered(who: Visitor, **more: Any) -> str:
    answer = who.post("/projects/new", NEW | more, form_of="/projects/new")
    assert answer.status_code == 303, plain(answer.text)
    return answer.headers["Location"]


def act(who: Visitor, address: str, action: str, **fields: Any) -> TestResponse:
    """Send a form as the page of the project gives it."""
    page = who.page(address)
    hidden = {
        name: re.search(rf'name="{name}" value="(\d+)"', page)[1]  # type: ignore[index]
        for name in ("version", "seen")
    }
    form = hidden | {"action": action, "form": action, "on": TODAY.isoformat()} | fields
    return who.post(f"{address}/act", form, form_of=address)


def done(who: Visitor, address: str, action: str, **fields: Any) -> str:
    answer = act(who, address, action, **fields)
    assert answer.status_code == 303, plain(answer.text)
    return plain(who.page(address))


def test_a_project_is_registered_led_on_reported_and_paid_and_tells_it_all(
    who: Visitor, county: Flask
) -> None:
    address = registered(who)
    page = plain(who.page(address))
    assert "Former village 新川村 Village of today 倪宅新村" in page
    assert f"Approved {ago(40)}" in page
    done(who, address, "stage", stage="started", on=ago(30).isoformat())
    page = done(who, address, "stage_day", stage="approved", on=ago(41).isoformat())
    assert f"Approved {ago(41)}" in page
    assert f"Stage “Approved” reached on {ago(41)}" in page
    done(who, address, "amount", kind="budget", amount="40")
    done(who, address, "fund", channel="美丽乡村", planned="30", received="10")
    done(who, address, "pay", amount="1.234567", kind="advance", document="凭证 7")
    page = done(who, address, "report", progress="50")
    assert f"Stage: from “Approved” to “Work begun” on {ago(30)}" in page
    assert "Progress 50 % / 50 % actual / planned" in page
    assert "美丽乡村 30.00 10.00 entered by planner" in page
    assert "1.23 1.23 凭证 7 entered by planner" in page
    assert f"Paid 1.23 10,000 yuan on {TODAY}, Advance (凭证 7); in all 1.23" in page
    assert f"Progress 50 % as of {TODAY}" in page
    (listed,) = rows(who.page("/projects/?q=水渠"))
    assert "On plan" in listed
    assert "40.00" in listed
    village = plain(who.page(f"/villages/{unit_id(county, '新川村')}"))
    assert f"新川村水渠整修 · Progress 50 % as of {TODAY} planner" in village


def test_a_wrong_payment_is_taken_back_and_both_rows_stay(who: Visitor) -> None:
    address = registered(who)
    done(who, address, "pay", amount="3", kind="advance")
    payment = re.search(r'name="payment_id" value="(\d+)"', who.page(address))
    assert payment is not None
    fields = {"payment_id": payment[1], "form": f"take-back-{payment[1]}"}
    refused = act(who, address, "take_back", **fields)
    assert refused.status_code == 422
    assert "Say why." in refused.text
    page = done(who, address, "take_back", note="重复录入", **fields)
    assert "3.00 3.00 entered by planner taken back" in page
    assert "-3.00 0.00 entered by planner takes a payment back 重复录入" in page
    assert "Take back" not in page


def test_more_paid_than_came_in_is_recorded_with_a_warning(who: Visitor) -> None:
    address = registered(who)
    done(who, address, "fund", channel="自筹", planned="", received="1")
    done(who, address, "amount", kind="contract", amount="2")
    page = done(who, address, "pay", amount="2.5", kind="progress")
    assert "More is paid than came in, by 1.50" in page
    assert "More is paid than the contract price with its changes, by 0.50" in page
    done(who, address, "amount", kind="estimate", amount="2")
    page = done(who, address, "amount", kind="settlement", amount="2.3")
    assert "The settlement is 15.0 % above the estimate; 10 % are allowed." in page
    for money in ("over_received", "over_contract", "overrun"):
        assert rows_behind(who, f"/projects/?money={money}") == 1
        assert "水渠" in who.page(f"/projects/?money={money}")


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("stage", {"stage": "nonsense"}, "Say which stage"),
        ("stage", {"stage": "design", "on": "x"}, "is no day"),
        ("stage", {"stage": "design", "on": "2999-01-01"}, "future"),
        ("report", {"progress": "abc"}, "is no number"),
        ("report", {"progress": "1e1"}, "is no number"),
        ("report", {"progress": "101"}, "from 0 to 100"),
        ("pay", {"amount": "-1", "kind": "advance"}, "Give the amount."),
        ("pay", {"amount": "1", "kind": "gift"}, "which kind of payment"),
        ("amount", {"amount": "1", "kind": "gift"}, "which amount"),
        ("fund", {"channel": "", "planned": "1"}, "which channel"),
        ("livelihood", {"state": "done"}, "cannot get there"),
        ("nonsense", {}, "no such action"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    who: Visitor, action: str, fields: dict[str, str], why: str
) -> None:
    address = registered(who)
    answer = act(who, address, action, note="备注文字", **fields)
    assert answer.status_code in (422, 409)
    if action != "nonsense":
        assert why in plain(answer.text)
        assert "备注文字" in answer.text
    assert len(plain(who.page(address)).split("Registered at stage")) == 2


def test_the_second_of_two_is_told_what_changed_and_loses_nothing(
    who: Visitor, county: Flask
) -> None:
    address = registered(who)
    other = visitor(county, "admin")
    page = who.page(address)
    hidden = {n: re.search(rf'name="{n}" value="(\d+)"', page)[1] for n in ("version", "seen")}  # type: ignore[index]
    done(other, address, "pay", amount="3", kind="advance", document="凭证 9")
    form = {"action": "report", "form": "report", "progress": "37", "note": "已砌墙"}
    late = who.post(f"{address}/act", form | hidden, form_of=address)
    assert late.status_code == 409
    assert "Somebody else has changed this project" in plain(late.text)
    told = late.text.partition("alert-warning")[2].partition("</div>")[0]
    assert "凭证 9" in told
    assert 'value="37"' in late.text
    assert "已砌墙" in late.text
    assert "Progress 37 %" not in plain(who.page(address))
    again = {n: re.search(rf'name="{n}" value="(\d+)"', late.text)[1] for n in ("version", "seen")}  # type: ignore[index]
    assert who.post(f"{address}/act", form | again, form_of=address).status_code == 303


def test_a_correction_needs_a_reason_and_a_late_one_is_told(who: Visitor) -> None:
    address = registered(who)
    form = NEW | {"version": "1", "contractor": "某建筑公司"}
    assert who.post(f"{address}/correct", form, form_of=f"{address}/correct").status_code == 422
    form |= {"note": "补录"}
    assert who.post(f"{address}/correct", form, form_of=f"{address}/correct").status_code == 303
    page = plain(who.page(address))
    assert "contractor 某建筑公司 补录" in page
    late = who.post(f"{address}/correct", form | {"kind": "道路"}, form_of=f"{address}/correct")
    assert late.status_code == 409
    assert "contractor 某建筑公司" in plain(late.text)


def test_a_project_of_a_file_is_led_on_and_its_history_tells_both(who: Visitor) -> None:
    page = done(who, "/projects/2", "stage", stage="finished", note="按期完成")
    assert f"Stage: from “Work begun” to “Finished” on {TODAY} 按期完成" in page
    assert "estimate of 110.00 10,000 yuan" in page
    assert "Finished" in rows(who.page("/projects/?q=P2"))[0]


def test_livelihood_projects_have_their_section_and_filter(who: Visitor) -> None:
    assert "Livelihood projects" not in who.page("/projects/").partition("<form")[0]
    address = registered(who, is_livelihood="yes")
    done(who, address, "livelihood", state="voted")
    assert rows_behind(who, "/projects/?livelihood=yes") == 1
    assert rows_behind(who, "/projects/?livelihood=voted") == 1
    assert rows_behind(who, "/projects/?livelihood=candidate") == 0
    assert 'href="/projects/?livelihood=voted">1<' in who.page("/projects/")
    assert "from “Candidate” to “Chosen by vote”" in plain(who.page(address))


@pytest.mark.parametrize("role", ["viewer", "handler"])
def test_who_only_looks_is_offered_nothing_and_can_change_nothing(county: Flask, role: str) -> None:
    somebody = visitor(county, "viewer") if role == "viewer" else handler(county)
    page = somebody.page("/projects/2")
    for word in ("Record a payment", "Take back", "Correct", 'class="gt-act"'):
        assert word not in page
    assert "Register a project" not in somebody.page("/projects/")
    for path in ("/projects/new", "/projects/2/correct"):
        assert somebody.get(path).status_code == 403
        assert somebody.post(path, NEW).status_code == 403
    form = {"action": "pay", "amount": "3", "kind": "advance", "version": "1"}
    assert somebody.post("/projects/2/act", form).status_code == 403


def test_no_project_is_found_where_none_is(who: Visitor) -> None:
    for number in (0, 999, 2**31, 10**30):
        for path in (f"/projects/{number}", f"/projects/{number}/correct"):
            assert who.get(path).status_code == 404
        assert who.post(f"/projects/{number}/act", {"action": "pay"}).status_code == 404


def test_an_edit_renews_the_projects_and_reads_nothing_else(who: Visitor, county: Flask) -> None:
    address = registered(who)
    who.page("/projects/")
    done(who, address, "pay", amount="3", kind="advance")
    with statements(county) as asked:
        who.page("/projects/")
    assert not [one for one in asked if "FROM village_figures" in one or "FROM vote" in one]
    services: Services = county.extensions["geo_tracker"]
    with county.test_request_context():
        held, anew = register(), computed_register(services.engine)
    for name in ("projects", "villages", "formers"):
        one, other = getattr(held, name), getattr(anew, name)
        columns = list(other.columns)
        assert set(one.columns) == set(columns)
        differing = [c for c in columns if one[c].dtype != other[c].dtype]
        assert differing == [], (name, one[differing].dtypes, other[differing].dtypes)
        assert one[columns].astype(str).equals(other.astype(str)), name
    with reading(services.engine) as session:
        assert len(held.projects) == session.scalar(sa.select(sa.func.count(Project.id)))


def test_texts_that_people_type_about_projects_stay_texts(who: Visitor) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    typed = dict.fromkeys(("name", "kind", "owner_unit", "contractor", "project_no"), hostile)
    address = registered(who, **typed)
    done(who, address, "fund", channel=hostile, planned="1", note=hostile)
    done(who, address, "pay", amount="1", kind="advance", document=hostile, note=hostile)
    refused = act(who, address, "stage", stage=hostile, note=hostile)
    for page in (who.page(address), who.page("/projects/"), who.page(f"{address}/correct"),
                 who.page("/projects/totals/?by=channel"), refused.text):  # fmt: skip
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_of_a_stage_that_only_a_file_states_the_page_says_by_when(
    who: Visitor, county: Flask, tmp_path: Path
) -> None:
    header, _first, row = samples.SHEETS["项目"]
    cells = dict(zip(header, row, strict=True)) | {"项目编号": "P9-2020", "名称": "文化礼堂"}
    cells |= {"阶段": "招标", "实际开工": None, "进度(%)": None}
    bring_book(county, tmp_path, {"项目": [header, list(cells.values())]})
    assert "Tender by 2020-06-30" in plain(who.page("/projects/3"))
    cells["阶段"] = "合同"
    bring_book(county, tmp_path, {"项目": [header, list(cells.values())]})
    page = plain(who.page("/projects/3"))
    assert "Tender — Contract signed by 2020-06-30" in page
    assert "stage was Tender, is Contract signed more.xlsx" in page
    page = done(who, "/projects/3", "stage_day", stage="contract", on="2020-05-04")
    assert "Contract signed 2020-05-04" in page


def test_the_preview_of_a_file_names_who_said_what_it_would_change(
    who: Visitor, county: Flask, tmp_path: Path
) -> None:
    done(who, "/projects/2", "stage", stage="finished")
    done(who, "/projects/2", "pay", amount="5", kind="progress")
    path = samples.workbook(tmp_path, {"项目": samples.SHEETS["项目"]})
    answer = uploaded(who, "table", (path.name, path.read_bytes()), "2020-07-31")
    preview = plain(who.page(f"/imports/{import_id_of(answer)}/preview"))
    assert "stage Finished Work begun entered by planner" in preview
    assert "paid in all 25.00 10,000 yuan 20.00 10,000 yuan entered by planner" in preview
