"""The pages of lagging villages: the score, what it is made of, and whom the average hides."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import writing
from geo_tracker.db.models import RuleValue
from geo_tracker.followup.rules import plain_rule, read_rule
from geo_tracker.web.context import Services
from geo_tracker.workflows.rules import set_rule
from tests.web.conftest import strict
from tests.web.ledger import Ledger
from tests.web.reading import plain, rows
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

INCOME = "人均经营性收入|1|1000|0"


def count_only(app: Flask, *lines: str) -> None:
    """Let only some indicators count, in every year; also in one whose rules a review froze."""
    services: Services = app.extensions["geo_tracker"]
    value = plain_rule("lag_indicators", read_rule("lag_indicators", "\n".join(lines)))
    with writing(services.engine) as session:
        session.add(RuleValue(name="lag_indicators", from_year=2000, value=value))


def names(page: str) -> list[str]:
    """Return the villages of a list, in order."""
    return re.findall(r'<th scope="row"><a href="/lagging/\d+">([^<]+)</a>', page)


@pytest.fixture
def viewer(county: Flask) -> Visitor:
    """Look at the county, where income per head alone counts."""
    count_only(county, INCOME)
    return visitor(county, "viewer")


def test_the_furthest_behind_comes_first_and_the_unknown_last(viewer: Visitor) -> None:
    page = viewer.page("/lagging/")
    assert names(page) == ["新川村", "双溪村", "倪宅村", "上溪村"]
    weakest, _middle, strongest, unknown = rows(page)
    # 45,000 yuan by 450 people are 100 a head, nine tenths of the way from 1,000 to 0.
    assert "90.0" in weakest
    assert "operating income under the floor" in weakest
    assert "total income under the floor" in weakest
    assert "11.1" in strongest
    assert "Unranked, missing: operating income per head" in unknown


def test_a_former_village_that_the_average_hides_is_told(viewer: Visitor) -> None:
    page = viewer.page("/lagging/?list=hidden")
    assert names(page) == ["新川村"]
    # 倪宅新村 as a whole: 845,000 yuan by 1,350 people.
    assert "倪宅新村 37.4 points" in plain(page)
    alone = plain(viewer.page(f"/lagging/{unit_id(viewer.client.application, '新川村')}"))
    assert "Hidden laggard: among the worst tenth, while 倪宅新村 as a whole" in alone
    assert "新川村 hidden laggard 1 90.0" in alone
    assert "倪宅村 3 11.1" in alone


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("reason=operating_income", ["新川村"]),
        ("standing=unranked", ["上溪村"]),
        ("standing=firm", ["新川村"]),
        ("standing=not", ["双溪村", "倪宅村"]),
        ("sort=gap", ["新川村", "倪宅村", "双溪村", "上溪村"]),
        ("county=330784&town=330784115", []),
        ("county=330784&town=330784114&reason=total_income", ["新川村", "上溪村"]),
        ("list=villages", ["石柱村", "倪宅新村", "双溪村", "前郎村"]),
        ("list=villages&standing=unranked", ["双溪村", "前郎村"]),
        ("list=nonsense&sort=nonsense&standing=nonsense", ["新川村", "双溪村", "倪宅村", "上溪村"]),
    ],
)
def test_the_list_is_narrowed_and_put_in_order(
    viewer: Visitor, query: str, expected: list[str]
) -> None:
    assert names(viewer.page(f"/lagging/?{query}")) == expected


def test_numbers_of_the_head_lead_to_as_many_rows(viewer: Visitor) -> None:
    page = viewer.page("/lagging/")
    links = re.findall(r'<a href="(/lagging/\?[^"]+)">(\d+)</a>', page)
    assert len(links) == 5
    for path, count in links:
        assert len(names(viewer.page(path.replace("&amp;", "&")))) == int(count)


def test_contributions_of_a_village_add_up_to_its_score(county: Flask) -> None:
    count_only(county, INCOME, "人均总收入|1|1000|0", "表决参会率|2|100|60")
    page = plain(visitor(county, "viewer").page(f"/lagging/{unit_id(county, '新川村')}"))
    # 90 and 60 points by a quarter each; of 190 of 260 (73.1 %) two thirds of the way, by half.
    assert "operating income per head yuan 100.0 1,000.0 0.0 90 25 % 22.5" in page
    assert "total income per head yuan 400.0 1,000.0 0.0 60 25 % 15.0" in page
    assert "took part in the vote % 73.1 100.0 60.0 67 50 % 33.7" in page
    assert "Score 71.2" in page


def test_an_open_project_says_what_it_could_move(county: Flask) -> None:
    count_only(county, INCOME)
    services: Services = county.extensions["geo_tracker"]
    set_rule(
        services.engine,
        "lag_effects",
        from_year=2000,
        text="和美乡村|人均经营性收入",
        user_id=None,
    )
    page = plain(visitor(county, "viewer").page(f"/lagging/{unit_id(county, '新川村')}"))
    # All of 90 points for 4 million yuan.
    assert "原新川村整治项目 operating income per head 400.00 90.0 90.0–90.0 0.225" in page


def test_a_village_nobody_knows_is_not_found(viewer: Visitor) -> None:
    assert viewer.get("/lagging/99999").status_code == 404


def test_with_the_rules_as_proposed_most_is_missing_and_said(county: Flask) -> None:
    page = visitor(county, "viewer").page("/lagging/")
    assert page.count("Unranked, missing: households with sewage treated") == len(names(page)) == 4


def test_a_problem_counts_at_once_for_the_village_it_was_recorded_on(county: Flask) -> None:
    count_only(county, "每百户未办结问题|1|0|2")
    viewer = visitor(county, "viewer")
    assert "Unranked, missing: open problems per 100 households" in plain(viewer.page("/lagging/"))
    Ledger(county).problem("新川村")
    page = viewer.page("/lagging/")
    # Of the town one of 750 households; drawn to it as if 50 more lived there.
    expected = (1 + 50 / 750) / 200 * 100 / 2 * 100
    assert f"{expected:.1f}" in rows(page)[0]
    assert names(page)[0] == "新川村"


def test_problems_are_counted_the_same_on_both_databases(
    engine: sa.Engine, settings: Settings, brought: list[int]
) -> None:
    app = strict(create_app(settings, engine))
    count_only(app, "每百户未办结问题|1|0|2", "未办结问题平均天数|1|0|100", "群众满意率|1|100|0")
    ledger = Ledger(app)
    ledger.problem("新川村")
    ledger.problem("新川村", steps=5)
    viewer = visitor(app, "viewer")
    page = plain(viewer.page(f"/lagging/{unit_id(app, '新川村')}"))
    assert "residents satisfied with what was done % 100.0 100.0 0.0 0" in page
    assert "days that open problems have been open days 0.0 0.0 100.0 0" in page
