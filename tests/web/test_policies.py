"""The pages of policies: who qualifies and has not used one, who has, of whom it is not known."""

import io
import re
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.models import Fund, Policy, PolicyUse
from geo_tracker.demo.policies import POLICIES
from geo_tracker.web.context import Services
from geo_tracker.workflows.demo import keep_demo_policies
from tests.web.conftest import strict
from tests.web.reading import plain, rows, rows_behind
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

NEW = "/policies/new"
TODAY = date.today()  # noqa: DTZ011 - as the server's clock
POLICY = {
    **{"title": "薄弱村扶持", "document_no": "示例〔2026〕1号", "issuing_unit": "市委组织部"},
    **{"gives": "每村补助五十万元", "amount": "50", "level": "former"},
}
POOR = ("operating_income", "below", "15")
FIRM = ("standing", "is", "firm")


NARROWED = {
    "": ["新川村", "双溪村", "倪宅村", "上溪村"],
    "standing=lagging": ["新川村"],
    "standing=not": ["双溪村", "倪宅村"],
    "standing=unranked": ["上溪村"],
    "state=unknown": ["上溪村"],
    "state=open&standing=firm": ["新川村"],
    "state=used": [],
    "county=330784&town=330784115": [],
    "standing=nonsense&state=nonsense&kind=nonsense": ["新川村", "双溪村", "倪宅村", "上溪村"],
}
"""What an address asks for, and the villages that are listed then."""

PLANTED = [
    (("hidden", "is", "yes"), "both", ["新川村"], ["上溪村"]),
    (("hidden", "is", "no"), "former", ["双溪村", "倪宅村"], ["上溪村"]),
    (("standing", "is", "firm"), "former", ["新川村"], ["上溪村"]),
    (("points_economy", "at_least", "90"), "former", ["新川村"], ["上溪村"]),
    (("operating_income_floor", "is", "yes"), "former", ["新川村"], ["上溪村"]),
    (("total_income", "at_most", "18"), "former", ["新川村"], []),
    (("registered_population", "above", "450"), "former", ["双溪村", "倪宅村"], ["上溪村"]),
    (
        ("registered_population", "at_least", "1350"),
        "today",
        ["倪宅新村"],
        ["双溪村", "前郎村"],
    ),
    (("situation", "is", "untouched"), "today", ["石柱村", "前郎村"], []),
    (("situation", "is_not", "untouched"), "today", ["倪宅新村", "双溪村"], []),
    (("town", "is", "石柱镇"), "both", ["石柱村", "前郎村"], []),
    (
        ("net_assets", "at_least", "0"),
        "former",
        [],
        ["新川村", "双溪村", "倪宅村", "上溪村"],
    ),
]
"""A condition, the villages it counts for, who qualifies, and of whom it is not known."""


def form(*conditions: tuple[str, str, str], **more: str) -> dict[str, Any]:
    """Return what the form sends of a policy."""
    field, operator, value = (list(column) for column in zip(*conditions, strict=True))
    return POLICY | {"field": field, "operator": operator, "value": value} | more


def registered(who: Visitor, *conditions: tuple[str, str, str], **more: str) -> str:
    """Register a policy and return the address of its page."""
    answer = who.post(NEW, form(*conditions, **more), form_of=NEW)
    assert answer.status_code == 303, plain(answer.text)
    return str(answer.headers["Location"])


def used(who: Visitor, policy: str, village: str, **more: str) -> Any:
    """Record a use; of villages named alike the former one is meant, whose id is lower."""
    meant = unit_id(who.client.application, village, last=False) if village != "无此村" else 0
    given = {"village": village, "used_on": "2026-01-02", "amount": "50"} | more
    given |= {"known_id": str(meant)}
    return who.post(f"{policy}/uses", given, form_of=policy)


def engine_of(app: Flask) -> sa.Engine:
    services: Services = app.extensions["geo_tracker"]
    return services.engine


def names(page: str) -> list[str]:
    """Return the villages of a policy's list, in order."""
    return re.findall(r'<th scope="row"><a href="/villages/\d+">([^<]+)</a>', page)


def counts(page: str) -> list[list[str]]:
    """Return the numbers of each policy of the list: lagging, not used, all open, unknown, used."""
    return [
        re.findall(r'<a href="/policies/\d+\?[^"]*">([\d,]+)</a>', row)
        for row in page.partition("<tbody>")[2].split("<tr>")[1:]
    ]


@pytest.fixture
def planner_here(county: Flask) -> Visitor:
    """Look after the county, where income per head alone counts: 新川村 firmly lags."""
    count_only(county, INCOME)
    return visitor(county, "planner")


@pytest.fixture
def on_both(engine: sa.Engine, settings: Settings, brought: list[int]) -> Flask:
    app = strict(create_app(settings, engine))
    count_only(app, INCOME)
    return app


def test_who_qualifies_comes_first_then_who_is_not_known_then_who_used_it(on_both: Flask) -> None:
    who = visitor(on_both, "planner", name="规划员")
    policy = registered(who, ("operating_income", "below", "40"), ("", "at_least", ""))
    # 倪宅村 80, 新川村 4.5, 双溪村 30 (10,000 yuan); of 上溪村 nobody knows.
    page = who.page(policy)
    assert names(page) == ["新川村", "双溪村", "上溪村"]
    first, _second, third = rows(page)
    assert "qualifies, not used" in first
    assert "firmly among the worst tenth" in first
    assert "not known whether it qualifies missing: operating income" in third
    assert "operating income below 40 (10,000 yuan)" in plain(page)
    assert used(who, policy, "新川村", document="凭证7").status_code == 303
    page = who.page(policy)
    assert names(page) == ["双溪村", "上溪村", "新川村"]
    assert "used 2026-01-02 · 50.00 10,000 yuan 凭证7 · 规划员" in rows(page)[2]
    listed = counts(who.page("/policies/"))
    assert listed == [["1", "0", "1", "1", "1"]]


def test_every_number_of_the_list_leads_to_its_rows(planner_here: Visitor) -> None:
    registered(planner_here, POOR)
    registered(planner_here, ("operating_income", "at_least", "0"), level="both")
    registered(planner_here, ("town", "is", "石柱镇"), level="today")
    page = planner_here.page("/policies/")
    links = re.findall(r'<a href="(/policies/\d+\?[^"]*)">([\d,]+)</a>', page)
    assert len(links) == 15
    wrong = {
        address: (number, behind)
        for address, number in links
        if (behind := rows_behind(planner_here, address)) != int(number)
    }
    assert wrong == {}
    assert counts(page)[0][2] == "2"
    assert counts(page)[2][:2] == ["1", "1"]
    narrowed = planner_here.page("/policies/?county=330784&town=330784115")
    assert counts(narrowed)[2][:3] == ["0", "0", "0"]
    assert counts(narrowed)[0][2] == "2"


def test_villages_of_a_policy_are_narrowed(planner_here: Visitor) -> None:
    policy = registered(planner_here, ("operating_income", "at_least", "0"))
    for query, expected in NARROWED.items():
        assert names(planner_here.page(f"{policy}?{query}")) == expected, query


def test_planted_villages_are_found_by_what_is_known_of_them(planner_here: Visitor) -> None:
    for condition, level, qualify, unknown in PLANTED:
        policy = registered(planner_here, condition, level=level)
        assert names(planner_here.page(f"{policy}?state=open")) == qualify, condition
        assert names(planner_here.page(f"{policy}?state=unknown")) == unknown, condition


def test_the_policies_of_the_demonstration_say_which_of_them_are_made_up(county: Flask) -> None:
    keep_demo_policies(engine_of(county))
    with reading(engine_of(county)) as session:
        stored = list(session.scalars(sa.select(Policy)))
        assert session.scalar(sa.select(sa.func.count()).select_from(PolicyUse)) == 4
    assert len(stored) == len(POLICIES)
    for policy in stored:
        assert policy.synthetic == policy.title.startswith("示例")
        assert policy.synthetic or str(policy.source).startswith("https://")
    page = visitor(county, "viewer").page("/policies/")
    assert page.count(">synthetic</span>") == len(stored) - 1
    assert "中共浙江省委办公厅" in page


def test_a_policy_that_is_over_is_said_to_be_and_counts_for_nobody(planner_here: Visitor) -> None:
    yesterday, tomorrow = (TODAY + timedelta(days=days) for days in (-1, 1))
    over = registered(planner_here, POOR, in_force_until=str(yesterday))
    to_come = registered(planner_here, POOR, in_force_from=str(tomorrow))
    last_day = registered(planner_here, POOR, in_force_from=str(TODAY), in_force_until=str(TODAY))
    page = planner_here.page("/policies/")
    # In force first; of those that are not only what was used is counted.
    assert counts(page) == [["1", "1", "1", "1", "0"], ["0"], ["0"]]
    assert re.findall(r'<a href="(/policies/\d+)">', page) == [last_day, to_come, over]
    text = planner_here.page(over)
    assert f"Expired on {yesterday}; it counts for no village any more" in plain(text)
    assert names(text) == []
    assert used(planner_here, over, "新川村").status_code == 303
    assert names(planner_here.page(over)) == ["新川村"]
    text = planner_here.page(to_come)
    assert f"Not in force before {tomorrow}" in plain(text)
    assert names(text) == ["新川村", "上溪村"]
    former = planner_here.page(f"/villages/{unit_id(planner_here.client.application, '新川村')}")
    assert f'href="{last_day}"' in former
    assert f'href="{to_come}"' not in former


def test_funds_that_a_project_received_count_as_used(planner_here: Visitor, county: Flask) -> None:
    policy = registered(planner_here, ("operating_income", "below", "40"), channel="美丽乡村")
    assert names(planner_here.page(f"{policy}?state=used")) == []
    with writing(engine_of(county)) as session:
        fund = session.scalars(sa.select(Fund).where(Fund.channel == "美丽乡村")).one()
        fund.received = 600_000
    page = planner_here.page(f"{policy}?state=used")
    assert names(page) == ["双溪村"]
    assert "funds of a project · 60.00 10,000 yuan" in rows(page)[0]
    assert "/projects/2" in page


def test_a_use_of_a_former_village_counts_for_that_of_today_too(planner_here: Visitor) -> None:
    policy = registered(planner_here, ("operating_income", "at_least", "0"), level="both")
    assert used(planner_here, policy, "新川村").status_code == 303
    page = planner_here.page(f"{policy}?state=used")
    assert names(page) == ["新川村", "倪宅新村"]
    assert "by 新川村" in rows(page)[1]
    # The other way round the money may never have reached it.
    assert used(planner_here, policy, "石柱村").status_code == 303
    assert names(planner_here.page(f"{policy}?state=used&kind=former")) == ["新川村"]


def test_a_village_says_which_policies_it_qualifies_for_and_has_not_used(
    planner_here: Visitor, county: Flask
) -> None:
    policy = registered(planner_here, FIRM, POOR)
    former, merged = (f"/villages/{unit_id(county, name)}" for name in ("新川村", "倪宅新村"))
    profile = former.replace("villages", "lagging")
    heading = "Policies it qualifies for and has not used"
    for address in (former, merged, profile):
        page = planner_here.page(address)
        assert heading in plain(page), address
        assert f'href="{policy}"' in page
    prefilled = planner_here.page(f"{policy}?unit={unit_id(county, '新川村')}")
    assert 'value="新川村"' in prefilled
    assert f'name="known_id" value="{unit_id(county, "新川村")}"' in prefilled
    assert heading not in plain(planner_here.page(f"/villages/{unit_id(county, '倪宅村')}"))
    assert used(planner_here, policy, "新川村").status_code == 303
    for address in (former, merged, profile):
        assert heading not in plain(planner_here.page(address))
    assert "Used the policy “薄弱村扶持” on 2026-01-02: 50.00" in plain(planner_here.page(former))


def test_the_list_goes_out_as_a_workbook(planner_here: Visitor) -> None:
    policy = registered(planner_here, ("operating_income", "below", "40"), title="=1+1 扶持")
    assert used(planner_here, policy, "双溪村").status_code == 303
    answer = planner_here.get(f"{policy}/villages.xlsx")
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "=1+1 扶持：符合条件村名单"
    assert sheet["A1"].data_type == "s"
    assert [row[2] for row in cells[3:6]] == ["新川村", "上溪村", "双溪村"]
    assert [row[5] for row in cells[3:6]] == ["符合、未享受", "条件不明", "已享受"]
    assert cells[4][6] == "operating income"
    assert cells[5][10] == 50
    narrowed = openpyxl.load_workbook(
        io.BytesIO(planner_here.get(f"{policy}/villages.xlsx?state=used").data)
    ).active
    assert narrowed["C4"].value == "双溪村"
    assert narrowed["A5"].value == "合计"


def test_lists_ask_as_few_questions_of_many_policies_as_of_one(
    planner_here: Visitor, county: Flask
) -> None:
    policy = registered(planner_here, POOR)
    asked: list[str] = []
    engine = engine_of(county)
    sa.event.listen(
        engine, "before_cursor_execute", lambda _c, _u, statement, *_more: asked.append(statement)
    )

    def questions(address: str) -> int:
        planner_here.page(address)
        asked.clear()
        planner_here.page(address)
        return len(asked)

    village = f"/villages/{unit_id(county, '新川村')}"
    before = [questions(address) for address in ("/policies/", policy, village)]
    for number in range(8):
        more = registered(planner_here, POOR, title=f"政策{number}", channel="自筹")
        assert used(planner_here, more, "双溪村").status_code == 303
    after = [questions(address) for address in ("/policies/", policy, village)]
    # One more: that channels are asked for at all.
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1, 1]
    assert max(after[:2]) <= 30


def test_policies_of_an_empty_database_are_none(empty: Flask) -> None:
    who = visitor(empty, "planner")
    assert "No policy yet" in plain(who.page("/policies/"))
    policy = registered(who, POOR, FIRM)
    assert names(who.page(policy)) == []
    assert counts(who.page("/policies/")) == [["0", "0", "0", "0", "0"]]
    for number in (0, 99, 2**31, 10**30):
        for address in ("", "/correct", "/villages.xlsx"):
            assert who.get(f"/policies/{number}{address}").status_code == 404
