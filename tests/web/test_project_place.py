"""The place of a project, drawn or typed."""

import json
import re
from html import unescape

import pytest
import shapely
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, Project
from tests.web.reading import plain
from tests.web.visitors import Visitor, visitor

CORNERS = "120.0301, 28.9301\n120.0305, 28.9301\n120.0305, 28.9306"


@pytest.fixture
def planner(county: Flask) -> Visitor:
    return visitor(county, "planner")


def stored(app: Flask) -> Project:
    with reading(app.extensions["geo_tracker"].engine) as session:
        return session.scalars(sa.select(Project).order_by(Project.id)).first() or Project()


def sent(who: Visitor, project: Project, **form: object) -> TestResponse:
    given = {"version": project.version, "kind": "area", "corners": CORNERS, "note": "实测"}
    return who.post(f"/projects/{project.id}/place", given | form)


def test_a_place_is_stored_and_told_and_on_the_map(county: Flask, planner: Visitor) -> None:
    project = stored(county)
    assert sent(planner, project).status_code == 303
    now = stored(county)
    assert now.version == project.version + 1
    assert shapely.get_num_coordinates(now.geom) == 4
    page = planner.page(f"/projects/{project.id}")
    assert "area at 120.03" in plain(page)
    assert "实测" in plain(page)
    shapes = planner.get("/map/projects.json").get_json()["shapes"]
    assert shapes[str(project.id)]["type"] == "Polygon"
    form = planner.page(f"/projects/{project.id}/place")
    assert "120.0301000, 28.9301000" in form


def test_a_place_far_from_the_village_is_stored_with_a_warning(
    county: Flask, planner: Visitor
) -> None:
    project = stored(county)
    answer = planner.post(
        f"/projects/{project.id}/place",
        {"version": project.version, "kind": "point", "corners": "120.5, 29.5", "note": "x"},
    )
    assert "lies outside of" in planner.page(answer.headers["Location"])
    assert stored(county).geom.geom_type == "Point"


def test_what_is_no_place_is_said_and_kept(county: Flask, planner: Visitor) -> None:
    project = stored(county)
    wrong = "120, 29\n121, 30\n121, 29\n120, 30"
    answer = sent(planner, project, corners=wrong)
    assert answer.status_code == 422
    assert "crosses itself" in answer.text
    assert wrong in answer.text


def test_the_second_of_two_is_told_and_a_place_goes_with_a_reason_only(
    county: Flask, planner: Visitor
) -> None:
    project = stored(county)
    assert sent(planner, project).status_code == 303
    assert sent(planner, project).status_code == 409
    now = stored(county)
    assert sent(planner, now, corners="", note="").status_code == 422
    assert sent(planner, now, corners="").status_code == 303
    assert stored(county).geom is None
    with reading(county.extensions["geo_tracker"].engine) as session:
        steps = session.scalars(sa.select(FollowupStep).where(FollowupStep.action == "place")).all()
    assert [bool(step.fields["geom"][1]) for step in steps] == [True, False]


def test_who_only_looks_cannot_draw(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    project = stored(county)
    assert viewer.get(f"/projects/{project.id}/place").status_code == 403
    assert sent(viewer, project).status_code == 403


def test_the_map_around_has_the_village_and_its_neighbours(county: Flask, planner: Visitor) -> None:
    page = planner.page(f"/projects/{stored(county).id}/place")
    found = re.search(r'data-place="([^"]*)"', page)
    assert found is not None
    around = json.loads(unescape(found[1]))
    assert around["own"]["type"].endswith("Polygon")
    assert "倪宅新村" in {other["name"] for other in around["others"]}
