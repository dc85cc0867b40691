"""Uploading, looking, confirming and watching, as the pages do it."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import VillageVersion
from geo_tracker.web.context import Services
from tests import samples
from tests.web.conftest import strict
from tests.web.uploads import HOSTILE, brought_in, import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, visitor

pytestmark = pytest.mark.apart


@pytest.fixture
def app(settings: Settings, engine: sa.Engine) -> Flask:
    return strict(create_app(settings, engine))


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return visitor(app, "planner")


def test_an_import_to_be_confirmed_leads_on_to_its_preview(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    answer = planner.get(f"/imports/{import_id}")
    assert answer.headers["Location"] == f"/imports/{import_id}/preview"
    # Who may not confirm it sees how far it is.
    assert "Not stored yet" in visitor(app, "viewer").page(f"/imports/{import_id}")


def test_a_layer_is_shown_before_it_is_stored(
    planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    answer = uploaded(planner, "boundary", samples.before_zip(tmp_path))
    assert answer.status_code == 303
    page = planner.page(answer.headers["Location"])
    for text in ("before.zip", "GB18030", "EPSG:4549", "ZLDWMC", "倪宅村", "<svg", "2018-10-31"):
        assert text in page
    with reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count(VillageVersion.id))) == 0


def test_confirming_stores_in_the_background_and_shows_the_result(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    assert planner.post(f"/imports/{import_id}/confirm", {}).status_code == 303
    assert 'id="progress"' in planner.page(f"/imports/{import_id}")
    assert "HX-Refresh" not in planner.get(f"/imports/{import_id}/progress").headers
    work_done(app)
    assert planner.get(f"/imports/{import_id}/progress").headers["HX-Refresh"] == "true"
    page = planner.page(f"/imports/{import_id}")
    assert 'id="stored"' in page
    assert "villages stored" in page


def test_a_workbook_is_shown_sheet_by_sheet_and_stored(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    *_, import_id = brought_in(app, planner, tmp_path)
    page = planner.page(f"/imports/{import_id}")
    assert "Votes: 3 added, 0 changed, 0 unchanged" in page
    assert "Projects: 2 added, 0 changed, 0 unchanged" in page


def test_a_village_that_no_layer_has_is_named_before_and_after_storing(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    header, vote = samples.SHEETS["表决"][0], samples.SHEETS["表决"][1]
    unknown = [None, "无名村", *vote[2:]]
    book = samples.workbook(tmp_path, {"表决": [header, vote, unknown]})
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    answer = uploaded(planner, "table", book, "2020-06-30")
    preview = planner.page(answer.headers["Location"])
    assert "There is no village 无名村 in 花街镇." in preview
    table_id = import_id_of(answer)
    planner.post(f"/imports/{table_id}/confirm", {})
    work_done(app)
    result = planner.page(f"/imports/{table_id}")
    assert "rows left out, their village is not known" in result
    assert "无名村" in result


def test_the_same_file_twice_leads_to_its_first_import(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    first, *_ = brought_in(app, planner, tmp_path)
    again = uploaded(planner, "boundary", tmp_path / "before.zip", "2017-10-31")
    assert again.status_code == 422
    assert "before.zip was imported already" in again.text
    assert f'href="/imports/{first}"' in again.text
    assert 'value="2017-10-31"' in again.text


def empty_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    return content.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("boundary", "合并前.zip", b"no zip at all"),
        ("boundary", "合并前.zip", empty_zip()),
        ("table", "台账.xlsx", b"no workbook"),
        ("table", "台账.csv", "甲\n1\n".encode()),
    ],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_file_that_cannot_be_used_is_refused_with_a_reason_and_not_kept(
    app: Flask, settings: Settings, kind: str, name: str, content: bytes, language: str
) -> None:
    planner = visitor(app, "planner", language=language)
    import_id = import_id_of(uploaded(planner, kind, (name, content)))
    page = planner.page(f"/imports/{import_id}")
    reason = re.search(r'class="alert alert-danger".*?<br>(.+?)</div>', page)
    assert reason is not None
    assert ("没有" in reason[1] or "不是" in reason[1]) == (language == "zh-CN"), reason[1]
    # The file is called what its owner calls it.
    assert kind == "table" or name in reason[1]
    assert reason[1] in planner.page("/imports/")
    assert not list(settings.uploads_dir.iterdir())
    # The way back: the same form, with the same day.
    assert f'name="{kind}_file"' in page
    assert 'value="2018-10-31"' in page


def test_nothing_chosen_is_said_at_the_form(planner: Visitor) -> None:
    answer = uploaded(planner, "boundary", ("", b""))
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_the_corrected_file_is_taken_after_one_that_was_refused(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    good = samples.before_zip(tmp_path).read_bytes()
    for content in (good[:-200], good[:-200], good):
        answer = uploaded(planner, "boundary", ("before.zip", content))
    assert "倪宅村" in planner.page(answer.headers["Location"])
    page = planner.page("/imports/")
    assert (page.count(">Refused<"), page.count(">To be confirmed<")) == (2, 1)


def test_a_layer_without_its_day_is_refused(planner: Visitor, tmp_path: Path) -> None:
    answer = uploaded(planner, "boundary", samples.before_zip(tmp_path), "31.10.2018")
    assert answer.status_code == 422
    assert "Give the date the file holds from" in answer.text


def test_a_layer_without_a_coordinate_system_waits_for_a_choice(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    source = samples.before_zip(tmp_path)
    bare = tmp_path / "bare.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            if not name.endswith(".prj"):
                new.writestr(name, old.read(name))
    answer = uploaded(planner, "boundary", bare)
    import_id = import_id_of(answer)
    page = planner.page(answer.headers["Location"])
    assert "EPSG:4549" in page
    assert "disabled" in page
    assert planner.post(f"/imports/{import_id}/confirm", {}).status_code == 409
    chosen = planner.post(f"/imports/{import_id}/read-again", {"crs": "EPSG:4549"})
    assert chosen.status_code == 303
    assert "倪宅村" in planner.page(f"/imports/{import_id}/preview")
    assert planner.post(f"/imports/{import_id}/confirm", {}).status_code == 303


def test_a_column_that_is_not_there_is_refused_and_the_preview_stays(
    planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    planner.post(f"/imports/{import_id}/read-again", {"field_name": HOSTILE})
    page = planner.page(f"/imports/{import_id}/preview")
    assert "The file cannot be read as you asked" in page
    assert HOSTILE not in page
    assert "倪宅村" in page
    # What was asked is forgotten once something else is asked.
    planner.post(f"/imports/{import_id}/read-again", {"field_name": "ZLDWMC"})
    assert "The file cannot be read" not in planner.page(f"/imports/{import_id}/preview")


def test_chosen_columns_are_what_is_shown_and_stored(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    planner.post(f"/imports/{import_id}/read-again", {"field_name": "XJQYMC"})
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    with reading(engine) as session:
        names = set(session.scalars(sa.select(VillageVersion.name)))
    assert names == {"花街镇", "石柱镇"}


def test_texts_of_files_are_escaped_everywhere(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    villages = samples.square_villages([("330784114200", HOSTILE, "花街镇", 0, 1)])
    file = samples.zipped_shapefile(villages, tmp_path / "hostile.zip")
    answer = uploaded(planner, "boundary", (f"{HOSTILE}.zip", file.read_bytes()))
    import_id = import_id_of(answer)
    pages = [planner.page(answer.headers["Location"]), planner.page("/imports/")]
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    pages.append(planner.page(f"/imports/{import_id}"))
    for page in pages:
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_an_interrupted_job_can_be_run_again(
    app: Flask, planner: Visitor, engine: sa.Engine, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    planner.post(f"/imports/{import_id}/confirm", {})
    services: Services = app.extensions["geo_tracker"]
    for file in services.settings.uploads_dir.glob("*.zip"):
        file.rename(file.with_suffix(".away"))
    work_done(app)
    page = planner.page(f"/imports/{import_id}")
    assert "This import failed; nothing of it was stored." in page
    for file in services.settings.uploads_dir.glob("*.away"):
        file.rename(file.with_suffix(".zip"))
    assert planner.post(f"/imports/{import_id}/run-again", {}).status_code == 303
    work_done(app)
    assert 'id="stored"' in planner.page(f"/imports/{import_id}")


def test_viewers_see_imports_and_bring_in_nothing(app: Flask, tmp_path: Path) -> None:
    planner = visitor(app, "planner")
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    viewer = visitor(app, "viewer")
    assert 'type="file"' not in viewer.page("/imports/")
    assert uploaded(viewer, "boundary", samples.after_zip(tmp_path)).status_code == 403
    assert viewer.post(f"/imports/{import_id}/confirm", {}).status_code == 403
    assert viewer.get(f"/imports/{import_id}").status_code == 200


def test_an_import_that_does_not_exist_is_not_found(planner: Visitor) -> None:
    for path in ("/imports/99", "/imports/99/preview", "/imports/99/progress"):
        assert planner.get(path).status_code == 404
