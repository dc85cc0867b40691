"""Forms about policies: errors beside fields, nothing lost, nobody overwritten, who may."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import Policy, PolicyUse
from tests.web.reading import plain
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_policies import (
    FIRM,
    NEW,
    POOR,
    TODAY,
    engine_of,
    form,
    names,
    registered,
    used,
)
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, back, visitor


@pytest.fixture
def planner_here(county: Flask) -> Visitor:
    """Look after the county, where income per head alone counts: 新川村 firmly lags."""
    count_only(county, INCOME)
    return visitor(county, "planner")


def test_nothing_typed_is_lost_and_each_error_stands_beside_its_field(
    planner_here: Visitor,
) -> None:
    wrong = form(("score", "is", "许多"), ("hidden", "is", "或许"), POOR, title="", amount="许多")
    answer = planner_here.post(NEW, wrong, form_of=NEW)
    assert answer.status_code == 422
    text = plain(answer.text)
    assert "Say what the policy is called." in text
    assert "“许多” is no number." in text
    assert "Numbers are compared" in text
    assert "“或许” is neither yes nor no." in text
    for kept in ("许多", "或许", "示例〔2026〕1号", "15"):
        assert f'value="{kept}"' in answer.text
    assert "每村补助五十万元" in answer.text
    beside = answer.text.partition('value="或许"')[2].partition("</div>")[0]
    assert "neither yes nor no" in beside
    in_chinese = back(planner_here.client.application, "planner", language="zh")
    assert "既不是“是”也不是“否”" in in_chinese.post(NEW, wrong, form_of=NEW).text


def test_the_form_holds_what_there_is_and_rows_to_fill(planner_here: Visitor) -> None:
    policy = registered(planner_here, POOR, FIRM, ("hidden", "is", "yes"), source="https://a.cn/b")
    page = planner_here.page(f"{policy}/correct")
    assert page.count("data-row>") == 5
    values = re.findall(r'name="value" value="([^"]*)"', page)
    assert values == ["15", "firmly among the worst tenth", "yes", "", ""]
    sent = form(POOR, FIRM, amount="60", version="1", note="提高标准", source="javascript:x")
    assert planner_here.post(f"{policy}/correct", sent).status_code == 303
    page = planner_here.page(policy)
    assert 'href="javascript' not in page
    assert (
        "Policy “薄弱村扶持” changed: Amount for a village was 50.00 (10,000 yuan),"
        " is 60.00 (10,000 yuan); Source was" in plain(page)
    )
    assert "提高标准" in page


def test_whoever_comes_second_sees_what_changed_and_keeps_what_was_typed(
    planner_here: Visitor,
) -> None:
    policy = registered(planner_here, POOR)
    change = form(POOR, amount="60", version="1", note="提高标准")
    assert planner_here.post(f"{policy}/correct", change).status_code == 303
    late = form(POOR, amount="70", version="1", note="再提高", document_no="甲〔1〕")
    answer = planner_here.post(f"{policy}/correct", late)
    assert answer.status_code == 409
    text = plain(answer.text)
    assert "Changed since you opened it" in text
    assert "is 60.00 (10,000 yuan)" in text
    assert 'value="70"' in answer.text
    assert 'value="甲〔1〕"' in answer.text
    assert 'name="version" value="2"' in answer.text
    withdrawn = planner_here.post(f"{policy}/withdraw", {"version": "1", "why": "废止了"})
    assert withdrawn.status_code == 409
    assert 'value="废止了"' in withdrawn.text
    assert planner_here.post(f"{policy}/withdraw", {"version": "2", "why": ""}).status_code == 422
    done = planner_here.post(f"{policy}/withdraw", {"version": "2", "why": "废止了"})
    assert done.status_code == 303
    text = plain(planner_here.page(policy))
    assert f"Withdrawn on {TODAY}; it counts for no village any more. 废止了" in text
    assert used(planner_here, policy, "新川村").status_code == 409


def test_a_use_that_cannot_be_is_refused_with_what_was_typed(planner_here: Visitor) -> None:
    policy = registered(planner_here, POOR, level="today", in_force_from="2026-01-01")
    for village, given, said in (
        ("无此村", {}, "No village is named so"),
        ("新川村", {}, "counts for villages of today; choose one"),
        ("石柱村", {"used_on": "2025-12-31"}, "in force from 2026-01-01"),
        ("石柱村", {"amount": "许多"}, "“许多” is no number"),
        ("无此村", {"amount": "许多"}, "“许多” is no number"),
    ):
        answer = used(planner_here, policy, village, document="凭证8", **given)
        assert answer.status_code == 422
        assert said in plain(answer.text)
        assert f'value="{village}"' in answer.text
        assert 'value="凭证8"' in answer.text


def test_a_use_is_taken_back_with_a_reason(planner_here: Visitor, county: Flask) -> None:
    policy = registered(planner_here, POOR)
    assert used(planner_here, policy, "新川村").status_code == 303
    assert used(planner_here, policy, "新川村").status_code == 409
    with reading(engine_of(county)) as session:
        use_id = session.scalar(sa.select(PolicyUse.id))
    address = f"{policy}/uses/{use_id}/remove"
    assert planner_here.post(address, {"version": "1", "note": ""}).status_code == 422
    assert planner_here.post(address, {"version": "1", "note": "记错村"}).status_code == 303
    assert planner_here.post(address, {"version": "1", "note": "记错村"}).status_code == 409
    assert names(planner_here.page(f"{policy}?state=open")) == ["新川村"]
    village = plain(planner_here.page(f"/villages/{unit_id(county, '新川村')}"))
    assert "Use of the policy “薄弱村扶持” on 2026-01-02 taken back" in village


@pytest.mark.parametrize("role", ["viewer", "handler"])
def test_who_only_looks_sees_everything_and_changes_nothing(
    planner_here: Visitor, county: Flask, role: str
) -> None:
    policy = registered(planner_here, POOR)
    who = visitor(county, role, name="别人", office="交通局")
    page = who.page(policy)
    assert names(page) == ["新川村", "上溪村"]
    assert '<form method="post" action="/policies' not in page
    assert NEW not in who.page("/policies/")
    assert who.get(NEW).status_code == 403
    assert who.post(NEW, form(POOR)).status_code == 403
    for action, given in (("correct", form(POOR)), ("withdraw", {"why": "x"}), ("uses", {})):
        assert who.post(f"{policy}/{action}", given | {"version": "1"}).status_code == 403
    assert who.get(f"{policy}/villages.xlsx").status_code == 200


def test_no_form_counts_without_its_token(planner_here: Visitor, county: Flask) -> None:
    policy = registered(planner_here, POOR)
    for address in (NEW, f"{policy}/correct", f"{policy}/withdraw", f"{policy}/uses"):
        answer = planner_here.client.post(address, data=form(POOR) | {"version": "1"})
        assert answer.status_code == 400
    for address in (f"{policy}/withdraw", f"{policy}/uses", f"{policy}/uses/1/remove"):
        assert planner_here.get(address).status_code == 405
    with reading(engine_of(county)) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Policy)) == 1
