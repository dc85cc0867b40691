"""The whole story of a village: whatever was recorded of it, in order, each with its page."""

from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import Visit
from geo_tracker.workflows.visits import remove_visit
from tests.web.ledger import Ledger, ledger
from tests.web.ledgers import PLANNER, TODAY, happened, visited
from tests.web.reading import plain
from tests.web.test_villages import unit_id
from tests.web.visitors import visitor
from tests.workflows.project_cases import Projects

__all__ = ["ledger"]


def test_every_ledger_is_in_the_story_and_leads_to_its_record(ledger: Ledger) -> None:
    visit = visited(ledger.app, "新川村", 3, people_served=4)
    incident = happened(ledger.app, "新川村", 5)
    problem = ledger.problem("新川村", steps=2)
    project = Projects(ledger.engine).register("水渠整治")
    page = visitor(ledger.app, "viewer").page(f"/villages/{unit_id(ledger.app, '新川村')}")
    told = plain(page)
    for said in ("Visit of 第三服务组", "Petition of", "Problem ", "水渠整治 · Registered"):
        assert said in told, said
    for address in (
        f"/visits/{visit}",
        f"/incidents/{incident}",
        f"/problems/{problem}",
        f"/projects/{project}",
    ):
        assert f'href="{address}"' in page, address


def test_a_removed_record_stays_in_the_story_without_a_way_to_it(county: Flask) -> None:
    engine = county.extensions["geo_tracker"].engine
    visit_id = visited(county, "新川村", 3)
    with reading(engine) as session:
        version = session.get_one(Visit, visit_id).version
    remove_visit(engine, visit_id, note="重复", actor=PLANNER, version=version, today=TODAY)
    page = visitor(county, "viewer").page(f"/villages/{unit_id(county, '新川村')}")
    assert "removed" in plain(page)
    assert "重复" in plain(page)
    assert f'href="/visits/{visit_id}"' not in page


def test_of_the_present_village_the_former_one_is_named(county: Flask) -> None:
    visited(county, "新川村", 3)
    page = visitor(county, "viewer").page(f"/villages/{unit_id(county, '倪宅新村')}")
    assert "新川村 · Visit of 第三服务组" in plain(page)
