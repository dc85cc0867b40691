"""What a workbook changes is shown before, can be looked at afterwards, and undone as one."""

import copy
import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.frames import edge_frame
from geo_tracker.db.models import ImportRun, Job, Project, RecordChange, VillageFigures, Vote
from geo_tracker.web.context import Services
from tests import samples
from tests.web.conftest import strict
from tests.web.reading import plain
from tests.web.test_villages import unit_id
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, back, visitor
from tests.workflows.sheets import tables


@pytest.fixture
def app(settings: Settings, engine: sa.Engine, brought: list[int]) -> Flask:
    """Serve what was brought in."""
    assert len(brought) == 3
    return strict(create_app(settings, engine))


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return back(app, "planner")


def corrected_sheets() -> dict[str, list[list[Any]]]:
    sheets = copy.deepcopy(samples.SHEETS)
    sheets["表决"][2][10:12] = [172, 9]
    sheets["项目"][2][8] = 105  # budget 100 → 105
    sheets["村庄"] = sheets["村庄"][:4]
    sheets["村庄"].append(["330784115201", "前郎村", "石柱镇", samples.BEFORE_ON, 220])
    return sheets


def looked_at(who: Visitor, folder: Path, sheets: dict[str, list[list[Any]]] | None = None) -> int:
    book = samples.workbook(folder, sheets or corrected_sheets())
    return import_id_of(uploaded(who, "table", book, "2020-06-30"))


def stored_correction(app: Flask, who: Visitor, folder: Path) -> int:
    import_id = looked_at(who, folder)
    who.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    return import_id


def test_the_preview_says_what_would_change_and_nothing_changes(
    app: Flask, planner: Visitor, brought: list[int], engine: sa.Engine, tmp_path: Path
) -> None:
    *_, first = brought
    before = tables(engine)
    page = planner.page(f"/imports/{looked_at(planner, tmp_path)}/preview")
    text = plain(page)
    assert "3 新川村 Project" not in text
    assert "agree 171 172 records.xlsx planner oppose 10 9 records.xlsx planner" in text
    assert "budget 100.00 10,000 yuan 105.00 10,000 yuan" in text
    assert "Rows that add a record: 1" in text
    assert "Records of 永康市 that no row of this sheet names: 2" in text
    assert "Nothing is deleted" in text
    assert f'href="/imports/{first}"' in page
    assert f'href="/villages/{unit_id(app, "新川村")}"' in page
    assert tables(engine) == before


def test_counts_lead_to_the_records_and_all_go_out_as_a_table(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = stored_correction(app, planner, tmp_path)
    page = planner.page(f"/imports/{import_id}")
    assert "Somebody changed the register" not in page
    assert f'href="/imports/{import_id}/changes?sheet=votes"' in page
    votes = planner.page(f"/imports/{import_id}/changes?sheet=votes")
    assert "Votes 4 Changed 新川村 Vote · 2018-11-20 agree 171 172" in plain(votes)
    added = plain(planner.page(f"/imports/{import_id}/changes?action=added"))
    assert "Villages 6 Added 前郎村 Figures · 2018-10-31 — — —" in added
    assert "nan" not in added
    answer = planner.get(f"/imports/{import_id}/changes.csv")
    assert answer.mimetype == "text/csv"
    table = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [(row["Village"], row["Field"], row["New value"]) for row in table] == [
        ("前郎村", "", ""),
        ("新川村", "agree", "172"),
        ("新川村", "oppose", "9"),
        ("双溪村", "budget", "105.00 10,000 yuan"),
    ]


def test_texts_of_files_are_no_formulas_in_the_table_that_goes_out(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    sheets = {"项目": copy.deepcopy(samples.SHEETS["项目"])}
    sheets["项目"][1][1] = "@SUM(1)<img src=x>"
    import_id = looked_at(planner, tmp_path, sheets)
    assert "<img src=x" not in planner.page(f"/imports/{import_id}/preview")
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    table = planner.get(f"/imports/{import_id}/changes.csv").get_data(as_text=True)
    assert ",'@SUM(1)" in table
    assert ",@SUM(1)" not in table
    for path in ("/changes", "/undo"):
        assert "<img src=x" not in planner.page(f"/imports/{import_id}{path}")


def test_an_import_is_undone_as_one_and_can_be_brought_in_again(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    before = tables(engine)
    import_id = stored_correction(app, planner, tmp_path)
    after = len(tables(engine)["village_figures"])
    asked = plain(planner.page(f"/imports/{import_id}/undo"))
    assert "Records that go 1 Fields that return 3 What stays 0" in asked
    assert "agree 172 171" in asked
    assert planner.post(f"/imports/{import_id}/undo", {}).status_code == 303
    assert "Being undone" in planner.page(f"/imports/{import_id}")
    work_done(app)
    assert tables(engine) == before
    page = plain(planner.page(f"/imports/{import_id}"))
    assert "1 records were removed · Figures 1" in page
    assert "3 fields are again what they were before" in page
    assert "Undo this import" not in page
    assert "Undone" in plain(planner.page("/imports/"))
    history = plain(planner.page(f"/villages/{unit_id(app, '新川村')}"))
    assert "Vote: agree was 172, is 171 The import was undone." in history
    gone = plain(planner.page(f"/villages/{unit_id(app, '前郎村')}"))
    assert "Figures (2018-10-31): removed The import was undone." in gone
    again = stored_correction(app, planner, tmp_path)
    assert again != import_id
    assert len(tables(engine)["village_figures"]) == after


def test_undoing_the_merger_table_leaves_who_became_whom_to_the_ground(
    app: Flask, planner: Visitor, brought: list[int], engine: sa.Engine, tmp_path: Path
) -> None:
    *_, import_id = brought
    assert "inferred anew" in planner.page(f"/imports/{import_id}/undo")
    planner.post(f"/imports/{import_id}/undo", {})
    work_done(app)
    with reading(engine) as session:
        edges = edge_frame(session)
        left = [session.scalar(sa.select(sa.func.count(m.id))) for m in (Vote, Project)]
    assert left == [0, 0]
    assert (len(edges), edges["said_by_table"].any()) == (4, False)
    assert set(edges["status"]) == {"proposed"}
    planner.page("/")


def test_what_a_later_file_changed_stays_and_the_page_says_so(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    import_id = stored_correction(app, planner, tmp_path)
    later = {"表决": copy.deepcopy(samples.SHEETS["表决"])[:3]}
    later["表决"][2][10:13] = [173, 9, 8]
    third = looked_at(planner, tmp_path, later)
    planner.post(f"/imports/{third}/confirm", {})
    work_done(app)
    stays = "Vote · 2018-11-20 agree 173 A later import changed it. records.xlsx"
    assert stays in plain(planner.page(f"/imports/{import_id}/undo"))
    planner.post(f"/imports/{import_id}/undo", {})
    work_done(app)
    assert stays in plain(planner.page(f"/imports/{import_id}"))
    with reading(engine) as session:
        agree = session.scalars(sa.select(Vote.agree).where(Vote.oppose == 10)).all()
    assert agree == [173]


def test_what_was_stored_is_told_apart_from_what_was_shown(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    import_id = looked_at(planner, tmp_path)
    with writing(engine) as session:
        session.execute(sa.update(Vote).where(Vote.agree == 171).values(agree=172))
    planner.post(f"/imports/{import_id}/confirm", {"synthetic": "yes"})
    work_done(app)
    assert "Somebody changed the register" in planner.page(f"/imports/{import_id}")


def test_saying_that_a_file_is_made_up_is_no_difference(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = looked_at(planner, tmp_path)
    planner.post(f"/imports/{import_id}/confirm", {"synthetic": "yes"})
    work_done(app)
    assert "Somebody changed the register" not in planner.page(f"/imports/{import_id}")


def test_only_planners_undo_and_only_by_a_form(
    app: Flask, planner: Visitor, brought: list[int], engine: sa.Engine, tmp_path: Path
) -> None:
    boundaries, _after, import_id = brought
    viewer = visitor(app, "viewer")
    assert viewer.get(f"/imports/{import_id}/undo").status_code == 403
    assert viewer.post(f"/imports/{import_id}/undo", {}).status_code == 403
    assert "Undo this import" not in viewer.page(f"/imports/{import_id}")
    assert viewer.get(f"/imports/{import_id}/changes").status_code == 200
    planner.page(f"/imports/{import_id}/undo")
    assert planner.get("/imports/99/undo").status_code == 404
    assert planner.get(f"/imports/{boundaries}/changes").status_code == 404
    with reading(engine) as session:
        assert session.get_one(ImportRun, import_id).state == "published"
        assert session.scalar(sa.select(sa.func.count(VillageFigures.id))) == 5


def test_an_import_is_undone_once(
    app: Flask, planner: Visitor, brought: list[int], tmp_path: Path
) -> None:
    *_, import_id = brought
    assert planner.post(f"/imports/{import_id}/undo", {}).status_code == 303
    assert planner.post(f"/imports/{import_id}/undo", {}).status_code == 409
    work_done(app)
    assert planner.post(f"/imports/{import_id}/undo", {}).status_code == 409
    assert planner.get(f"/imports/{import_id}/undo").status_code == 409
    assert planner.post(f"/imports/{import_id}/run-again", {}).status_code == 409


def test_an_import_of_before_is_not_undone_and_says_why(
    app: Flask, planner: Visitor, brought: list[int], engine: sa.Engine, tmp_path: Path
) -> None:
    *_, import_id = brought
    with writing(engine) as session:
        run = session.get_one(ImportRun, import_id)
        run.result = {"sheets": run.result["sheets"]}
    page = planner.page(f"/imports/{import_id}")
    assert "Undo this import" not in page
    answer = planner.post(f"/imports/{import_id}/undo", {})
    assert answer.status_code == 409
    assert "stored by an earlier version" in answer.text


def test_undoing_that_fails_changes_nothing_and_can_be_tried_again(
    app: Flask,
    planner: Visitor,
    brought: list[int],
    engine: sa.Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    *_, import_id = brought
    before = tables(engine)
    services: Services = app.extensions["geo_tracker"]
    with monkeypatch.context() as patch:

        def broken(*_args: Any) -> None:
            raise OSError("disk full")

        patch.setitem(services.worker.bodies, "undo_records", broken)
        planner.post(f"/imports/{import_id}/undo", {})
        work_done(app)
    assert tables(engine) == before
    page = planner.page(f"/imports/{import_id}")
    assert "The import could not be undone; nothing was changed." in page
    planner.post(f"/imports/{import_id}/undo", {})
    work_done(app)
    assert "records were removed" in planner.page(f"/imports/{import_id}")
    with reading(engine) as session:
        jobs = session.execute(sa.select(Job.kind, Job.state).order_by(Job.id)).all()
        reasons = set(session.scalars(sa.select(RecordChange.reason)))
    assert [tuple(job) for job in jobs][-2:] == [
        ("undo_records", "failed"),
        ("undo_records", "done"),
    ]
    assert reasons == {"undone"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_pages_open_in_both_languages(county: Flask, tmp_path: Path, language: str) -> None:
    who = visitor(county, "planner", language=language)
    import_id = stored_correction(county, who, tmp_path)
    for path in ("", "/changes", "/changes?sheet=projects&action=added", "/undo"):
        text = who.page(f"/imports/{import_id}{path}")
        assert "%(" not in text
        assert not re.search(r">\s*None\s*<", text)
