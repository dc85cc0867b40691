"""Correcting a layer and undoing imports, as the pages do it."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.decisions import case_revision
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.models import MergerClaim, Project, UserAccount, VillageVersion
from geo_tracker.web.context import Services
from geo_tracker.workflows.review import decide
from tests import samples
from tests.web.conftest import strict
from tests.web.ledgers import visited
from tests.web.test_villages import unit_id
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, back, visitor

HOSTILE = "<img src=x onerror=alert(1)>"
CORRECTED = [
    ("330784114200", HOSTILE, "花街镇", 0, 2),
    ("330784114230", "双溪村", "花街镇", 2, 3),
    ("330784115200", "石柱村", "石柱镇", 4, 5),
]


@pytest.fixture
def app(settings: Settings, engine: sa.Engine, brought: list[int]) -> Flask:
    """Serve what was brought in."""
    assert len(brought) == 3
    return strict(create_app(settings, engine))


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return back(app, "planner")


def corrected(
    planner: Visitor, folder: Path, rows: Sequence[tuple[str, str, str, float, float]] = CORRECTED
) -> int:
    file = samples.zipped_shapefile(samples.square_villages(rows), folder / "corrected.zip")
    return import_id_of(uploaded(planner, "boundary", file, samples.AFTER_ON.isoformat()))


def names(engine: sa.Engine) -> set[str]:
    with reading(engine) as session:
        return set(
            session.scalars(
                sa.select(VillageVersion.name).where(VillageVersion.valid_from == samples.AFTER_ON)
            )
        )


def test_the_preview_lists_what_a_correction_would_change(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = corrected(planner, tmp_path)
    page = planner.page(f"/imports/{import_id}/preview")
    assert "What this file changes" in page
    assert re.search(r"Changed: 2", page)
    assert "倪宅新村 → &lt;img" in page
    assert "<img src=x" not in page
    # 双溪村 was 2 km² and is 1: a hundred hectares less.
    assert re.search(r"-(100\.0|99\.9)\d", page)
    assert "Not in this file: 1" in page
    assert 'name="complete"' in page


def test_a_complete_correction_is_stored_and_undone_by_the_pages(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    import_id = corrected(planner, tmp_path)
    planner.post(f"/imports/{import_id}/confirm", {"complete": "yes"})
    work_done(app)
    assert names(engine) == {HOSTILE, "双溪村", "石柱村"}
    page = planner.page(f"/imports/{import_id}/undo")
    assert "after.zip" in page
    assert "disabled" not in page
    assert planner.get(f"/imports/{import_id}").status_code == 200
    answer = planner.post(f"/imports/{import_id}/undo", {})
    assert answer.status_code == 303
    assert "Being undone" in planner.page(f"/imports/{import_id}")
    work_done(app)
    assert names(engine) == {"倪宅新村", "双溪村", "石柱村", "前郎村"}
    shown = planner.page(f"/imports/{import_id}")
    assert "This import was undone" in shown
    assert "planner" in shown
    assert "Undone" in planner.page("/imports/")


def test_what_stands_in_the_way_of_undoing_is_listed(
    app: Flask, planner: Visitor, brought: list[int], tmp_path: Path
) -> None:
    before, *_ = brought
    page = planner.page(f"/imports/{before}/undo")
    assert "This import cannot be undone now." in page
    assert "records.xlsx" in page
    assert re.search(r"Votes</th><td class=\"gt-num\">3", page)
    assert planner.post(f"/imports/{before}/undo", {}).status_code == 409


def decided(app: Flask, village: str) -> None:
    admin = visitor(app, "admin")
    review = admin.post("/lagging/reviews/", {"title": "上半年"}).headers["Location"]
    form = {"decision": "watch", "version": 0}
    assert admin.post(f"{review}/{unit_id(app, village)}", form).status_code == 303


@pytest.mark.parametrize("work", [lambda app, village: visited(app, village, 3), decided])
def test_what_people_recorded_keeps_its_village(
    app: Flask,
    planner: Visitor,
    engine: sa.Engine,
    brought: list[int],
    tmp_path: Path,
    work: Callable[[Flask, str], object],
) -> None:
    added = [*samples._AFTER, ("330784115299", "新设村", "石柱镇", 6, 7)]
    file = samples.zipped_shapefile(samples.square_villages(added), tmp_path / "added.zip")
    import_id = import_id_of(uploaded(planner, "boundary", file, samples.AFTER_ON.isoformat()))
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    assert "disabled" not in planner.page(f"/imports/{import_id}/undo")
    assert len(brought) == 3
    work(app, "新设村")
    page = planner.page(f"/imports/{import_id}/undo")
    assert "People have recorded 1 things" in page
    assert "recorded by people" in page
    assert planner.post(f"/imports/{import_id}/undo", {}).status_code == 409
    assert "新设村" in names(engine)


def test_only_those_who_import_may_undo_and_never_by_a_link(
    app: Flask, planner: Visitor, brought: list[int], engine: sa.Engine, tmp_path: Path
) -> None:
    _before, after, _records = brought
    viewer = visitor(app, "viewer")
    assert viewer.get(f"/imports/{after}/undo").status_code == 403
    assert viewer.post(f"/imports/{after}/undo", {}).status_code == 403
    assert f"/imports/{after}/undo" not in viewer.page(f"/imports/{after}")
    planner.page(f"/imports/{after}/undo")
    assert "倪宅新村" in names(engine)


def test_villages_with_records_are_not_taken_away_by_a_complete_file(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    rows = [row for row in samples._BEFORE if row[1] != "新川村"]
    file = samples.zipped_shapefile(samples.square_villages(rows), tmp_path / "less.zip")
    import_id = import_id_of(uploaded(planner, "boundary", file))
    assert "records stand on 新川村" in planner.page(f"/imports/{import_id}/preview")
    planner.post(f"/imports/{import_id}/confirm", {"complete": "yes"})
    work_done(app)
    assert "Records stand on villages that would go: 新川村." in planner.page(
        f"/imports/{import_id}"
    )


def test_pages_stay_whole_when_a_layer_that_people_decided_about_is_gone(
    county: Flask, tmp_path: Path
) -> None:
    services: Services = county.extensions["geo_tracker"]
    who = visitor(county, "planner")
    with reading(services.engine) as session:
        former = session.scalars(
            sa.select(VillageVersion.unit_id).where(VillageVersion.name == "新川村")
        ).one()
        revision = case_revision(session, former)
        user = session.scalars(sa.select(UserAccount.id)).one()
    decide(services.engine, former, kind="accept", user_id=user, revision=revision)
    # The workbook names villages of the layer after, and would have to go first.
    with writing(services.engine) as session:
        for model in (MergerClaim, Project):
            session.execute(sa.update(model).values(import_id=3))
        session.execute(sa.delete(MergerClaim))
        session.execute(sa.update(Project).values(unit_id=Project.former_unit_id))
    page = who.page("/imports/2/undo")
    assert "Decisions of people" in page
    assert who.post("/imports/2/undo", {}).status_code == 303
    work_done(county)
    assert "This import was undone" in who.page("/imports/2")
    pages = ("/", "/map/", "/villages/", f"/villages/{former}", "/review/", "/votes/", "/projects/")
    for path in (*pages, "/lagging/", "/lineage/faults", "/imports/"):
        who.page(path)
    assert services.settings.tiles_dir.exists()
    with reading(services.engine) as session:
        (layer,) = layers_in_order(session)
    assert (services.settings.tiles_dir / f"{layer.tiles_key}.mbtiles").exists()
