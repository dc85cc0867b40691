"""Checklists of merged villages: opened from the template, worked off, verified by another."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import AssetFusion, ChecklistItem, FollowupStep
from geo_tracker.followup.checklist import TEMPLATE
from geo_tracker.workflows.rules import set_rule
from tests.web.reading import plain, rows
from tests.web.visitors import Visitor, visitor


@pytest.fixture
def engine(county: Flask) -> sa.Engine:
    found: sa.Engine = county.extensions["geo_tracker"].engine
    return found


@pytest.fixture
def li(county: Flask) -> Visitor:
    return visitor(county, "planner")


def opened(who: Visitor, **place: str) -> None:
    assert who.post("/checklists/open", place).status_code == 303


def items(engine: sa.Engine) -> list[ChecklistItem]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(ChecklistItem).order_by(ChecklistItem.id)))


def does(who: Visitor, item: ChecklistItem, action: str, **form: str) -> int:
    path = f"/checklists/{item.unit_id}/items/{item.id}/{action}"
    version = form.pop("version", str(item.version))
    return who.post(path, form | {"version": version}).status_code


def test_both_merged_villages_get_the_template_once(li: Visitor, engine: sa.Engine) -> None:
    assert "no checklist yet" in li.page("/checklists/")
    opened(li)
    opened(li)
    made = items(engine)
    assert len(made) == 2 * len(TEMPLATE)
    seals = [item for item in made if item.domain == "seals"]
    # The layer after the merger is of 2019-10-31.
    assert min(item.due_on or date.max for item in seals) == date(2019, 11, 30)
    listed = rows(li.page("/checklists/"))
    assert len(listed) == 2
    assert "0 / 13" in listed[0]
    assert "2 of 2" in plain(li.page("/checklists/"))


def test_the_template_of_the_year_is_taken(li: Visitor, engine: sa.Engine) -> None:
    set_rule(engine, "checklist_items", from_year=2000, text="风险|排查|10", user_id=None)
    opened(li, county="330784", town="330784114")
    assert [item.text for item in items(engine)] == ["排查", "排查"]


def test_an_item_is_done_by_one_and_verified_by_another(
    county: Flask, li: Visitor, engine: sa.Engine
) -> None:
    opened(li)
    item = items(engine)[0]
    assert does(li, item, "finish", note="") == 422
    assert does(li, item, "finish", note="<b>纪要</b>") == 303
    item = items(engine)[0]
    assert does(li, item, "verify") == 403
    page = li.page(f"/checklists/{item.unit_id}")
    assert "&lt;b&gt;纪要&lt;/b&gt;" in page
    assert does(visitor(county, "admin"), item, "verify") == 303
    (listed, _other) = rows(li.page("/checklists/?show=unfinished"))
    assert "1 / 13 1" in listed or "1 / 13 1" in _other
    with reading(engine) as session:
        steps = session.scalars(
            sa.select(FollowupStep.action).where(FollowupStep.record_id == item.id)
        ).all()
    assert steps == ["open", "finish", "verify"]


def test_the_second_of_two_is_told_and_keeps_what_he_typed(li: Visitor, engine: sa.Engine) -> None:
    opened(li)
    item = items(engine)[0]
    assert (
        does(li, item, "plan", owner_unit="财政所", owner_person="张三", due_on="2030-01-01") == 303
    )
    path = f"/checklists/{item.unit_id}/items/{item.id}/plan"
    answer = li.post(path, {"version": "1", "owner_unit": "组织办", "due_on": "2030-02-02"})
    assert answer.status_code == 409
    assert "Somebody else has changed this" in answer.text
    assert 'value="组织办"' in answer.text
    assert items(engine)[0].owner_unit == "财政所"


def test_tasks_are_listed_by_who_owes_them(li: Visitor, engine: sa.Engine) -> None:
    opened(li)
    item = items(engine)[0]
    does(li, item, "plan", owner_unit="财政所", owner_person="张三", due_on="2020-01-01")
    page = li.page("/tasks/?unit=财政所&state=overdue")
    assert item.text in page
    assert re.search(r"财政所 张三 1 0 0 % .*1", plain(page))
    assert item.text in li.page("/tasks/?unit=-&state=open")
    assert "No task matches" in li.page("/tasks/?unit=没有")
    assert "No task matches" in li.page("/tasks/?county=330784&town=330784115")


def test_assets_are_followed_stage_by_stage_and_nothing_is_overwritten(
    li: Visitor, engine: sa.Engine
) -> None:
    page = li.page("/checklists/")
    found = re.search(r'href="/checklists/(\d+)">倪宅新村', page)
    assert found is not None
    unit_id = found[1]
    forms = re.findall(rf"/checklists/{unit_id}/assets/(\d+)", li.page(f"/checklists/{unit_id}"))
    assert len(forms) == 2
    path = f"/checklists/{unit_id}/assets/{forms[1]}"
    form = {"stage": "gradual", "since_on": "2019-12-01", "stays_wan": "12.5", "note": "三年内并账"}
    assert li.post(path, form).status_code == 303
    assert li.post(path, form | {"stage": "direct", "stays_wan": ""}).status_code == 303
    with reading(engine) as session:
        kept = session.scalars(sa.select(AssetFusion).order_by(AssetFusion.id)).all()
    assert [(row.stage, row.stays, row.current) for row in kept] == [
        ("gradual", 125_000, False),
        ("direct", None, True),
    ]
    page = plain(li.page(f"/checklists/{unit_id}"))
    assert "12.50" in page
    assert "Joined directly 1" in plain(li.page("/checklists/"))


@pytest.mark.parametrize(
    "form",
    [
        {"stage": "somehow"},
        {"stage": "direct", "since_on": "2999-01-01"},
        {"stage": "direct", "since_on": "yesterday"},
        {"stage": "direct", "stays_wan": "-1"},
        {"stage": "direct", "stays_wan": "nan"},
        {"stage": "direct", "stays_wan": "much"},
        {"stage": "direct", "note": "x" * 1001},
    ],
)
def test_what_cannot_be_recorded_is_refused(
    li: Visitor, engine: sa.Engine, form: dict[str, str]
) -> None:
    unit_id = re.findall(r'href="/checklists/(\d+)">', li.page("/checklists/"))[0]
    former = re.findall(r"/assets/(\d+)", li.page(f"/checklists/{unit_id}"))[0]
    assert li.post(f"/checklists/{unit_id}/assets/{former}", form).status_code == 422
    with reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AssetFusion)) == 0


def test_who_only_looks_changes_nothing(county: Flask, li: Visitor, engine: sa.Engine) -> None:
    opened(li)
    viewer = visitor(county, "viewer")
    item = items(engine)[0]
    assert viewer.post("/checklists/open", {}).status_code == 403
    assert does(viewer, item, "finish", note="x") == 403
    page = viewer.page(f"/checklists/{item.unit_id}")
    assert "/items/" not in page
    assert "/assets/" not in page


def test_a_village_that_arose_from_no_merger_has_no_checklist(li: Visitor) -> None:
    untouched = re.search(r'href="/villages/(\d+)">石柱村', li.page("/villages/?q=石柱村"))
    assert untouched is not None
    assert li.get(f"/checklists/{untouched[1]}").status_code == 404


def test_of_many_owners_those_with_most_overdue_items_come_first(
    li: Visitor, engine: sa.Engine
) -> None:
    opened(li)
    for number, item in enumerate(items(engine)[:15]):
        due = "2019-12-01" if number == 9 else "2030-01-01"
        plan = {"owner_unit": f"单位{number:02}", "due_on": due}
        assert does(li, item, "plan", **plan) == 303
    page = li.page("/tasks/")
    assert page.count("?unit=%E5%8D%95%E4%BD%8D") < 15
    assert page.index("单位09") < page.index("单位00")
    assert "owners=all" in page
    assert "单位14</th>" in li.page("/tasks/?owners=all")


def test_what_was_done_stands_in_the_story_of_the_village(li: Visitor, engine: sa.Engine) -> None:
    opened(li)
    item = items(engine)[0]
    assert does(li, item, "finish", note="会议纪要") == 303
    former = re.findall(r"/assets/(\d+)", li.page(f"/checklists/{item.unit_id}"))[0]
    stage = {"stage": "gradual", "since_on": "2020-01-02", "note": "三年并账"}
    assert li.post(f"/checklists/{item.unit_id}/assets/{former}", stage).status_code == 303
    story = plain(li.page(f"/villages/{item.unit_id}"))
    # What came together is one line; what somebody did about one item is another.
    assert story.count("Checklist: Put on the list 13") == 1
    assert f"Checklist, “{item.text}”: Report as done on" in story
    assert "会议纪要" in story
    assert "Assets of the former village: Joined step by step since 2020-01-02" in story
    assert "Assets of the former village" in plain(li.page(f"/villages/{former}"))
