"""Votes, projects and lagging villages: lists to look things up in."""

import copy
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.web.context import Services
from tests import samples
from tests.web.conftest import bring_book
from tests.web.reading import plain, rows
from tests.web.visitors import Visitor, visitor


def test_votes_show_both_rates_and_what_is_not_in_order(planner: Visitor) -> None:
    every = rows(planner.page("/votes/"))
    assert len(every) == 3
    (doubtful,) = rows(planner.page("/votes/?check=problem"))
    assert "上溪村" in doubtful
    assert "100.0 % 73.1 %" in doubtful
    assert "only representatives met" in doubtful
    assert "notice only 2 days before, 10 are needed" in doubtful


def test_full_and_partial_consent_divide_the_votes(planner: Visitor) -> None:
    assert len(rows(planner.page("/votes/?check=full"))) == 2
    (partial,) = rows(planner.page("/votes/?check=below"))
    assert "新川村" in partial


def test_votes_can_be_put_in_order_of_consent(planner: Visitor) -> None:
    assert "新川村" in rows(planner.page("/votes/?sort=consent"))[0]


def test_projects_show_light_money_and_the_former_village(planner: Visitor) -> None:
    every = rows(planner.page("/projects/?sort=budget"))
    assert len(every) == 2
    assert "原新川村整治项目" in every[0]
    assert "倪宅新村 新川村" in every[0]
    assert "Not known" in every[0]
    (behind,) = rows(planner.page("/projects/?light=red"))
    # Half a year of a year is planned, 15 % is done.
    assert "15 % / 50 %" in behind
    assert "110.00 100.00 95.00 20.00 20.0 %" in behind


def test_an_unknown_amount_is_not_zero(planner: Visitor) -> None:
    (unknown,) = rows(planner.page("/projects/?light=unknown"))
    assert "— 400.00 — — —" in unknown


def test_projects_are_found_by_name_and_by_village(planner: Visitor) -> None:
    assert len(rows(planner.page("/projects/?q=整治"))) == 1
    assert len(rows(planner.page("/projects/?q=新川村"))) == 1
    assert "No project matches" in planner.page("/projects/?q=没有这个")


def test_rows_of_the_lagging_list_lead_to_map_and_village(planner: Visitor) -> None:
    page = planner.page("/lagging/")
    village = re.search(r'href="(/lagging/\d+)">新川村', page)
    on_map = re.search(r'href="(/map/\?village=\d+)"', page)
    assert village is not None
    assert on_map is not None
    assert planner.get(village[1]).status_code == planner.get(on_map[1]).status_code == 200


@pytest.mark.parametrize(
    ("few", "many"),
    [
        ("/votes/?check=problem", "/votes/"),
        ("/projects/?light=red", "/projects/"),
        ("/lagging/?reason=behind_plan", "/lagging/"),
        ("/villages/?q=新川村", "/villages/"),
    ],
)
def test_lists_ask_as_often_whatever_the_number_of_rows(county: Flask, few: str, many: str) -> None:
    services: Services = county.extensions["geo_tracker"]
    viewer = visitor(county, "viewer")
    asked: list[str] = []
    sa.event.listen(
        services.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: asked.append(statement),
    )
    counts = []
    for path in (many, few, many):
        asked.clear()
        viewer.page(path)
        counts.append(len(asked))
    # The first visit reads the register; after that only what may have changed is asked.
    assert 0 < counts[1] == counts[2]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/map/", "/villages/", "/votes/", "/projects/", "/lagging/", "/review/"),
        *("/visits/", "/visits/waiting/", "/incidents/", "/incidents/zeros/"),
    ],
)
def test_an_empty_register_says_what_to_do(empty: Flask, path: str) -> None:
    planner = visitor(empty, "planner")
    page = planner.page(path)
    assert 'class="gt-empty"' in page


def test_a_vote_that_did_not_pass_is_not_in_order(county: Flask, tmp_path: Path) -> None:
    sheets = {"表决": copy.deepcopy(samples.SHEETS["表决"][:2])}
    header, vote = sheets["表决"]
    for name, count in (("同意", 200), ("反对", 200)):
        vote[header.index(name)] = count
    bring_book(county, tmp_path, sheets)
    problems = rows(visitor(county, "viewer").page("/votes/?check=problem"))
    assert any("not passed: 200 of 400 present agreed" in row for row in problems)


def test_a_village_where_nobody_lives_says_why_it_is_not_ranked(
    county: Flask, tmp_path: Path
) -> None:
    sheets = {"村庄": copy.deepcopy(samples.SHEETS["村庄"][:3])}
    sheets["村庄"][2][sheets["村庄"][0].index("户籍人口")] = 0
    bring_book(county, tmp_path, sheets)
    unranked = rows(visitor(county, "viewer").page("/lagging/?standing=unranked"))
    (empty_village,) = [row for row in unranked if "新川村" in row]
    assert "Unranked, missing: " in empty_village
    assert "operating income per head" in empty_village


def test_a_sum_says_of_how_many_projects_it_is_known(planner: Visitor) -> None:
    page = plain(planner.page("/projects/"))
    assert "Sum of all 2 projects found 110.00 known of 1 of 2 500.00 95.00 known of 1 of 2" in page
    assert "20.00 known of 1 of 2 20.0 % known of 1 of 2" in page


def test_totals_of_votes_lead_to_their_rows_and_stand_beside_what_was_published(
    planner: Visitor,
) -> None:
    every = rows(planner.page("/votes/totals/"))
    assert "永康市 3 " in every[0]
    by_town = rows(planner.page("/votes/totals/?county=330784"))
    assert "花街镇 3 " in by_town[0]
    # 400 + 171 + 19 of 400 + 190 + 19; the mean of 1, 0.9 and 1; of eligible 590 of 786.
    for figure in ("96.67 %", "96.88 %", "75.1 %", "90.0 %"):
        assert figure in by_town[0]
    assert "check=problem" in planner.page("/votes/totals/")


def test_the_ledgers_stand_side_by_side_with_what_they_amount_to(planner: Visitor) -> None:
    page = plain(planner.page("/followup/"))
    assert "Votes 3" in page
    assert "not in order 1" in page


@pytest.mark.parametrize("by", ["kind", "year", "stage", "county", "village", "former"])
def test_projects_add_up_to_the_same_however_they_are_grouped(planner: Visitor, by: str) -> None:
    page = plain(planner.page(f"/projects/totals/?by={by}"))
    assert "Sum 2 110.00 known of 1 of 2 500.00 95.00 known of 1 of 2 20.00 known of 1 of 2" in page


def test_channels_tell_what_they_give_and_lead_to_their_projects(planner: Visitor) -> None:
    listed = rows(planner.page("/projects/totals/?by=channel"))
    assert "美丽乡村 1 60.00 —" in listed[0]
    assert "自筹 1 40.00 —" in listed[1]
    assert len(rows(planner.page("/projects/?channel=自筹"))) == 1
    assert len(rows(planner.page("/projects/?kind=道路"))) == 1
    assert "No project matches" in planner.page("/projects/?channel=没有")


def test_a_projects_page_tells_its_money_as_it_came_in(county: Flask, tmp_path: Path) -> None:
    planner = visitor(county, "planner")
    before = plain(planner.page("/projects/2"))
    assert "美丽乡村 60.00 —" in before
    assert "by 2020-06-30 Total from a file 20.00 20.00" in before
    sheets = {"项目": copy.deepcopy(samples.SHEETS["项目"])}
    header, row = sheets["项目"][0], sheets["项目"][2]
    row[header.index("预算(万元)")] = 120
    row[header.index("已拨付(万元)")] = 50
    row[header.index("进度(%)")] = 40
    bring_book(county, tmp_path, sheets)
    after = planner.page("/projects/2")
    shown = plain(after)
    assert "budget 100.00 replaced" in shown
    assert "budget 120.00 current" in shown
    assert "30.00 50.00" in shown
    # Both reports are of the same day; the later one holds, the earlier stands in the log.
    assert after.count("gt-curve-dot") == 1
    assert "15" in shown
    assert planner.get("/projects/999").status_code == 404
