"""While a file is looked at: how far it is, what cannot be done meanwhile, and what comes of it."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import ImportRun, Job
from geo_tracker.web import imports
from geo_tracker.web.context import Services
from tests import samples
from tests.web.reading import plain, rows
from tests.web.tables.sheets import book, votes
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, visitor

pytestmark = pytest.mark.apart


@pytest.fixture
def app(empty: Flask) -> Flask:
    return empty


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return visitor(app, "planner")


@pytest.fixture
def slow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files looked at later, when the worker comes to it."""
    monkeypatch.setattr(imports, "PATIENCE_S", 0)
    services: Services = app.extensions["geo_tracker"]
    services.worker.queue_beside.immediate = False


def run_of(engine: sa.Engine, import_id: int) -> ImportRun:
    with reading(engine) as session:
        return session.get_one(ImportRun, import_id)


@pytest.mark.usefixtures("slow")
def test_a_file_that_takes_long_is_found_again_and_shown_once_it_was_looked_at(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    answer = planner.get(f"/imports/{import_id}/preview")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/imports/{import_id}")
    page = planner.page(f"/imports/{import_id}")
    assert 'id="progress"' in page
    assert "Waiting for its turn" in page
    assert "You can leave this page" in page
    assert "HX-Redirect" not in planner.get(f"/imports/{import_id}/progress").headers
    listed = planner.page("/imports/")
    assert "Being looked at" in rows(listed)[0]
    assert f'href="/imports/{import_id}"' in listed
    work_done(app)
    headers = planner.get(f"/imports/{import_id}/progress").headers
    assert headers["HX-Redirect"] == f"/imports/{import_id}/preview"
    assert "倪宅村" in planner.page(headers["HX-Redirect"])
    assert "To be confirmed" in rows(planner.page("/imports/"))[0]


@pytest.mark.usefixtures("slow")
def test_who_may_not_import_sees_that_a_file_was_looked_at_and_no_more(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    viewer = visitor(app, "viewer")
    assert 'id="progress"' in viewer.page(f"/imports/{import_id}")
    work_done(app)
    headers = viewer.get(f"/imports/{import_id}/progress").headers
    assert ("HX-Redirect" in headers, headers["HX-Refresh"]) == (False, "true")
    assert "/preview" not in viewer.page(f"/imports/{import_id}")


@pytest.mark.usefixtures("slow")
def test_a_file_that_takes_long_and_cannot_be_used_is_refused_on_its_page(
    app: Flask, planner: Visitor
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", ("合并前.zip", b"PK\x03\x04 broken")))
    work_done(app)
    assert planner.get(f"/imports/{import_id}/progress").headers["HX-Refresh"] == "true"
    page = plain(planner.page(f"/imports/{import_id}"))
    assert "This file was refused; nothing of it was kept." in page
    assert "The zip file 合并前.zip is damaged or incomplete." in page


@pytest.mark.usefixtures("slow")
def test_a_file_that_is_looked_at_can_neither_be_confirmed_nor_changed(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    layer = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    table = import_id_of(uploaded(planner, "table", ("a.xlsx", book({"表决": votes()}))))
    for _once_first_then_again in range(2):
        for path in (
            *(f"{layer}/confirm", f"{layer}/read-again", f"{table}/confirm"),
            *(f"{table}/read-sheets", f"{table}/villages", f"{layer}/run-again"),
        ):
            answer = planner.post(f"/imports/{path}", {})
            assert answer.status_code == 409, path
            assert "This file is still being looked at." in answer.text
        with reading(engine) as session:
            queued = session.scalar(sa.select(sa.func.count()).where(Job.state == "queued"))
        assert queued == 2
        work_done(app)
        assert run_of(engine, layer).state == run_of(engine, table).state == "previewed"
        planner.post(f"/imports/{layer}/read-again", {})
        planner.post(f"/imports/{table}/read-sheets", {})


@pytest.mark.usefixtures("slow")
def test_reading_again_shows_how_far_it_is_and_then_the_new_preview(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    work_done(app)
    answer = planner.post(f"/imports/{import_id}/read-again", {"field_name": "XJQYMC"})
    assert planner.get(answer.headers["Location"]).headers["Location"] == f"/imports/{import_id}"
    assert 'id="progress"' in planner.page(f"/imports/{import_id}")
    work_done(app)
    assert "倪宅村" not in planner.page(f"/imports/{import_id}/preview")
