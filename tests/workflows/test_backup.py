"""A backup holds every record with its files, and becomes the same again elsewhere."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from geo_tracker.cli import main
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading, writing
from geo_tracker.db.models import Attachment, Problem, Unit
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.attachment_files import content_path, stored_content, stored_thumbnail
from geo_tracker.workflows.attachments import Brought, add_files
from geo_tracker.workflows.backup import back_up, restore
from tests.files import photo

PDF = b"%PDF-1.7\n%%EOF"
TODAY = date(2026, 11, 30)


@pytest.fixture
def files(engine: sa.Engine, settings: Settings, tmp_path: Path) -> list[Attachment]:
    """Have a photo and a document of a problem, an upload and a remembered layout."""
    with writing(engine) as session:
        unit = Unit()
        session.add(unit)
        session.flush()
        problem = Problem(problem_no="1", content="灯", unit_id=unit.id, registered_on=TODAY)
        session.add(problem)
        session.flush()
        record = problem.id
    brought = []
    for name, content in (("灯.jpg", photo()), ("纪要.pdf", PDF)):
        path = tmp_path / name
        path.write_bytes(content)
        brought.append(Brought(path, name))
    planner = Actor(None, "planner")
    add_files(engine, settings, "problem", record, brought, actor=planner, today=TODAY)
    for room, name in (("uploads", "ab.zip"), ("layouts", "农经站.json"), ("tiles", "x.mbtiles")):
        (settings.data_dir / room).mkdir(exist_ok=True)
        (settings.data_dir / room / name).write_text("{}", encoding="utf-8")
    return rows(engine)


def rows(engine: sa.Engine) -> list[Attachment]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Attachment).order_by(Attachment.id)))


def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path / "elsewhere")


def repacked(file: Path, **changed: bytes | None) -> Path:
    """Write a backup anew with other members; None leaves one out."""
    out = file.with_name("repacked.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = changed.pop(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in changed.items():
            new.writestr(name, content or b"")
    return out


def test_a_backup_becomes_the_same_again_in_an_empty_folder(
    engine: sa.Engine, settings: Settings, files: list[Attachment], tmp_path: Path
) -> None:
    target = tmp_path / "backups" / "today.zip"
    done = back_up(engine, settings, target)
    assert (done.files, done.lost) == (4, [])
    assert done.with_database == (engine.dialect.name == "sqlite")
    assert list(target.parent.iterdir()) == [target]
    other = elsewhere(settings, tmp_path)
    assert restore(other, target).files == 4
    assert (other.uploads_dir / "ab.zip").read_text() == "{}"
    assert (other.data_dir / "layouts" / "农经站.json").exists()
    assert not other.tiles_dir.exists()
    assert not list(other.data_dir.glob(".restore-*"))
    again = make_engine(other.url)
    for one, stored in zip(files, rows(again), strict=True):
        assert (stored.sha256, stored.file_name) == (one.sha256, one.file_name)
        assert stored_content(other, stored) == stored_content(settings, one)
    assert stored_thumbnail(other, rows(again)[0])
    again.dispose()


def test_what_is_written_while_a_backup_is_taken_does_no_harm(
    engine: sa.Engine, settings: Settings, files: list[Attachment], tmp_path: Path
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the database of PostgreSQL is taken by its own program")
    with writing(engine) as session:
        session.add(Unit())
        session.flush()
        back_up(engine, settings, tmp_path / "b.zip")
    other = elsewhere(settings, tmp_path)
    restore(other, tmp_path / "b.zip")
    again = make_engine(other.url)
    with reading(again) as session:
        assert session.scalar(sa.select(sa.func.count(Unit.id))) == 1
    assert again.dialect.name == "sqlite"
    again.dispose()


def test_files_that_are_gone_or_were_changed_are_named(
    engine: sa.Engine, settings: Settings, files: list[Attachment], tmp_path: Path
) -> None:
    first, second = (content_path(settings, one.sha256) for one in files)
    first.unlink()
    second.write_bytes(b"%PDF-1.7 another")
    done = back_up(engine, settings, tmp_path / "b.zip")
    assert (done.files, sorted(done.lost)) == (2, sorted(["灯.jpg", "纪要.pdf"]))


def test_nothing_that_is_there_is_written_over(
    engine: sa.Engine, settings: Settings, files: list[Attachment], tmp_path: Path
) -> None:
    back_up(engine, settings, tmp_path / "b.zip")
    with pytest.raises(InputError):
        back_up(engine, settings, tmp_path / "b.zip")
    if engine.dialect.name == "sqlite":
        with pytest.raises(ConflictError):
            restore(settings, tmp_path / "b.zip")


@pytest.mark.parametrize(
    "changed",
    [
        {"../evil": b"x"},
        {"uploads/../../evil": b"x"},
        {"uploads/..": b"x"},
        {"attachments/ab/" + "c" * 64: b"x"},
        {"secret_key": b"x"},
        {"uploads/more.zip": b"x"},
        {"uploads/ab.zip": None},
        {"backup.json": b"{}"},
        {"backup.json": b"[]"},
        {"backup.json": None},
    ],
)
def test_what_is_no_backup_leaves_the_folder_empty(
    engine: sa.Engine,
    settings: Settings,
    files: list[Attachment],
    tmp_path: Path,
    changed: dict[str, Any],
) -> None:
    back_up(engine, settings, tmp_path / "b.zip")
    other = elsewhere(settings, tmp_path)
    with pytest.raises(InputError):
        restore(other, repacked(tmp_path / "b.zip", **changed))
    assert list(other.data_dir.iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_backup_with_a_changed_file_or_a_cut_off_one_is_refused(
    engine: sa.Engine, settings: Settings, files: list[Attachment], tmp_path: Path
) -> None:
    back_up(engine, settings, tmp_path / "b.zip")
    name = f"attachments/{files[0].sha256[:2]}/{files[0].sha256}"
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "b.zip").read_bytes()[:-200])
    other = elsewhere(settings, tmp_path)
    for file in (repacked(tmp_path / "b.zip", **{name: b"another"}), cut):
        with pytest.raises(InputError):
            restore(other, file)
    assert list(other.data_dir.iterdir()) == []


def test_a_backup_of_the_other_kind_of_database_is_refused(
    engine: sa.Engine, settings: Settings, files: list[Attachment], tmp_path: Path
) -> None:
    back_up(engine, settings, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        about = json.loads(archive.read("backup.json"))
    about["database"] = not about["database"]
    other = elsewhere(settings, tmp_path)
    with pytest.raises(InputError):
        restore(other, repacked(tmp_path / "b.zip", **{"backup.json": json.dumps(about).encode()}))


def test_the_commands_say_what_they_did(
    engine: sa.Engine,
    settings: Settings,
    files: list[Attachment],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEO_TRACKER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    target = tmp_path / "b.zip"

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, arguments)
        return result.exit_code, result.output

    code, said = run("backup", str(target))
    assert (code, "4 files" in said) == (0, True), said
    assert ("pg_dump" in said) == (engine.dialect.name != "sqlite")
    assert zipfile.is_zipfile(io.BytesIO(target.read_bytes()))
    monkeypatch.setenv("GEO_TRACKER_DATA_DIR", str(tmp_path / "elsewhere"))
    code, said = run("restore", str(target))
    assert (code, "4 files" in said) == (0, True), said
    content_path(settings, files[0].sha256).unlink()
    monkeypatch.setenv("GEO_TRACKER_DATA_DIR", str(settings.data_dir))
    code, said = run("backup", str(tmp_path / "c.zip"))
    assert code == 1
    assert "1 photos or documents are gone or were changed: 灯.jpg" in said
