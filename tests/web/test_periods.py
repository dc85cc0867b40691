"""Closed periods: figures kept, corrections with a reason only, nothing typed is lost."""

import html
import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import ClosedPeriod, FollowupStep, ImportRun, Visit
from geo_tracker.errors import ClosedPeriodError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.web.context import Services
from geo_tracker.workflows.imports import receive_records
from geo_tracker.workflows.undo_records import ask_undo
from geo_tracker.workflows.visits import record_visit
from tests import samples
from tests.web.ledgers import TODAY, ago, visited
from tests.web.reading import plain, rows
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor
from tests.workflows.project_cases import Projects

UNTIL = ago(10)


def closed(app: Flask, until: str = str(UNTIL)) -> Visitor:
    """Close all days until one."""
    admin = visitor(app, "admin")
    assert admin.post("/settings/periods/", {"until": until, "note": "六月月报"}).status_code == 303
    return admin


def engine_of(app: Flask) -> sa.Engine:
    found: sa.Engine = app.extensions["geo_tracker"].engine
    return found


def visit_form(app: Flask, day: object, **more: object) -> dict[str, object]:
    village = unit_id(app, "新川村")
    given = {"visited_on": day, "service_group": "第一组", "village": "新川村", "unit_id": village}
    return given | {"people_served": "7", "summary": "补录"} | more


def test_a_record_in_a_closed_period_needs_a_reason_and_keeps_what_was_typed(county: Flask) -> None:
    visited(county, "石柱村", 20, people_served=5)
    admin = closed(county)
    form = visit_form(county, ago(15))
    refused = admin.post("/visits/new", form)
    assert refused.status_code == 409
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', refused.text.partition("<main")[2]))
    assert html.unescape(kept["summary"]) == "补录"
    assert kept["people_served"] == "7"
    with reading(engine_of(county)) as session:
        assert session.scalar(sa.select(sa.func.count(Visit.id))) == 1
    again = admin.post("/visits/new", form | {"correction": "当时漏报"})
    assert again.status_code == 303
    page = admin.page("/settings/periods/1")
    told = plain(page)
    assert "Visits 1 2 corrected" in told
    assert "People served 5 12 corrected" in told
    assert "Problems registered 0 0 Problems resolved" in told
    assert "当时漏报" in told
    assert "in a closed period: 当时漏报" in plain(admin.page(again.headers["Location"]))


def test_what_lies_after_the_closed_days_needs_none(county: Flask) -> None:
    admin = closed(county)
    assert admin.post("/visits/new", visit_form(county, ago(9))).status_code == 303
    assert "Nothing since" in admin.page("/settings/periods/1")


def test_no_way_in_forgets_the_guard(county: Flask) -> None:
    closed(county)
    given = {"visited_on": UNTIL, "service_group": "一组", "unit_id": unit_id(county, "新川村")}
    with pytest.raises(ClosedPeriodError):
        record_visit(engine_of(county), given, actor=Actor(None, "planner"), today=TODAY)
    told = Actor(None, "planner", correction="漏报")
    assert record_visit(engine_of(county), given, actor=told, today=TODAY)
    with reading(engine_of(county)) as session:
        assert session.scalars(sa.select(FollowupStep.correction)).all() == ["漏报"]


def test_a_correction_of_an_old_record_is_listed_with_its_reason(county: Flask) -> None:
    visit_id = visited(county, "新川村", 20, people_served=5)
    admin = closed(county)
    form = visit_form(county, ago(20), people_served="50", note="人数写错", version="1")
    assert admin.post(f"/visits/{visit_id}/correct", form).status_code == 303
    told = plain(admin.page("/settings/periods/1"))
    assert "People served 5 50 corrected" in told
    assert "人数写错" in told


def test_files_of_a_closed_day_are_taken_and_undone_with_a_reason_only(
    county: Flask,
) -> None:
    admin = closed(county)
    engine = engine_of(county)
    with reading(engine) as session:
        stored = session.scalars(sa.select(ImportRun.id).where(ImportRun.kind == "records")).first()
    assert stored is not None
    with pytest.raises(ClosedPeriodError):
        ask_undo(engine, stored, user_id=None)
    refused = admin.post(f"/imports/{stored}/undo", {})
    assert refused.status_code == 409
    assert "Reason for the correction" in refused.text
    assert admin.post(f"/imports/{stored}/undo", {"correction": "重复导入"}).status_code == 303
    with reading(engine) as session:
        assert session.get_one(ImportRun, stored).correction == "重复导入"


def test_a_file_with_rows_of_closed_days_is_taken_with_a_reason_only(
    county: Flask, tmp_path: Path
) -> None:
    admin = closed(county)
    services: Services = county.extensions["geo_tracker"]
    engine, settings = services.engine, services.settings
    row = ["花街镇", "新川村", str(ago(20)), "第一服务组", 3]
    book = samples.workbook(tmp_path, {"走访": [["乡镇", "村", "日期", "服务组", "服务人数"], row]})
    received = receive_records(engine, settings, book, file_name="visits.xlsx", as_of_on=TODAY)
    assert admin.post(f"/imports/{received}/confirm", {}).status_code == 409
    accepted = admin.post(f"/imports/{received}/confirm", {"correction": "迟报"})
    assert accepted.status_code == 303
    with reading(engine) as session:
        assert session.get_one(ImportRun, received).correction == "迟报"


def test_only_administrators_close_and_only_what_has_come(county: Flask) -> None:
    planner = visitor(county, "planner")
    assert "Close the period" not in planner.page("/settings/periods/")
    assert planner.post("/settings/periods/", {"until": str(UNTIL)}).status_code == 403
    admin = closed(county)
    for until, status in ((str(UNTIL), 409), (str(ago(-1)), 422), ("", 422), ("soon", 422)):
        assert admin.post("/settings/periods/", {"until": until}).status_code == status
    with reading(engine_of(county)) as session:
        assert session.scalar(sa.select(sa.func.count(ClosedPeriod.id))) == 1


def test_the_latest_closing_is_withdrawn_with_a_reason_and_the_one_before_holds(
    county: Flask,
) -> None:
    admin = closed(county)
    later = {"until": str(ago(5))}
    assert admin.post("/settings/periods/", later).status_code == 303
    assert admin.post("/settings/periods/1/withdraw", {"why": "x"}).status_code == 409
    assert admin.post("/settings/periods/2/withdraw", {"why": " "}).status_code == 422
    assert admin.post("/settings/periods/2/withdraw", {"why": "日期选错"}).status_code == 303
    assert admin.post("/settings/periods/2/withdraw", {"why": "再来"}).status_code == 409
    assert "日期选错" in plain(admin.page("/settings/periods/"))
    assert admin.post("/visits/new", visit_form(county, ago(6))).status_code == 303
    assert admin.post("/visits/new", visit_form(county, ago(11))).status_code == 409


def test_the_cockpit_says_that_a_day_is_closed(county: Flask) -> None:
    admin = closed(county)
    assert "Closed until" in admin.page(f"/cockpit/?on={UNTIL}")
    assert "what is changed in it needs a reason" in admin.page(f"/cockpit/?on={ago(30)}")
    assert "Closed until" not in admin.page("/cockpit/")
    assert len(rows(admin.page("/settings/periods/1"))) == 18


def test_files_sent_with_a_refused_form_are_said_to_be_lost(county: Flask) -> None:
    admin = closed(county)
    form = visit_form(county, ago(15))
    answer = admin.post("/visits/new", form | {"photo": (io.BytesIO(b"x"), "a.jpg")})
    assert answer.status_code == 409
    assert "add them on the record" in answer.text
    assert "add them on the record" not in admin.post("/visits/new", form).text


def test_a_payment_on_a_closed_day_needs_a_reason_and_is_stored_with_it(county: Flask) -> None:
    project_id = Projects(engine_of(county)).register("水渠整治")
    admin = closed(county)
    version = Projects(engine_of(county)).stored(project_id).version
    form = {"action": "pay", "form": "pay", "version": version, "kind": "progress"}
    form |= {"on": str(ago(15)), "amount": "3"}
    assert admin.post(f"/projects/{project_id}/act", form).status_code == 409
    told = form | {"correction": "补记"}
    assert admin.post(f"/projects/{project_id}/act", told).status_code == 303
    (step,) = (s for s in Projects(engine_of(county)).steps(project_id) if s.action == "pay")
    assert (step.correction, step.happened_on) == ("补记", ago(15))
