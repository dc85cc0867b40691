"""Files of records on both databases: stored once, never lost, never given out changed."""

import io
import struct
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.attachments import attachments_of, file_steps
from geo_tracker.db.models import Attachment, ChecklistItem, Problem, Project, Unit, Vote
from geo_tracker.errors import (
    ConflictError,
    DamagedFileError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.attachment_files import (
    content_path,
    stored_content,
    stored_thumbnail,
    thumbnail_path,
)
from geo_tracker.workflows.attachments import (
    MOST_AT_ONCE,
    Brought,
    Outcome,
    add_files,
    remove_file,
)
from geo_tracker.workflows.problems import act
from geo_tracker.workflows.undo_records import undo_stored
from geo_tracker.workflows.users import add_user
from geo_tracker.workflows.visits import record_visit, remove_visit
from tests.files import compound_file, office_file, photo
from tests.workflows.conftest import bring_layers

TODAY = date(2026, 11, 30)
PDF = b"%PDF-1.7\n%%EOF"


class Office:
    """A village with a problem of 交通局, a visit and an item of its checklist; who is about."""

    def __init__(self, engine: sa.Engine, settings: Settings, folder: Path) -> None:
        self.engine, self.settings, self.folder = engine, settings, folder
        with writing(engine) as session:
            unit = Unit()
            session.add(unit)
            session.flush()
            problem = Problem(
                problem_no="2026-00001",
                content="路灯不亮",
                unit_id=unit.id,
                registered_on=TODAY,
                lead_unit="交通局",
                state="assigned",
                handover_round=1,
                assigned_on=TODAY,
                due_on=TODAY,
            )
            item = ChecklistItem(unit_id=unit.id, domain="seals", text="收缴印章")
            session.add_all([problem, item])
            session.flush()
            self.unit, self.problem, self.item = unit.id, problem.id, item.id
        ids = [
            add_user(engine, username=name, password="password-123", role="planner")
            for name in ("li", "zhao")
        ]
        self.li, self.zhao = Actor(ids[0], "planner"), Actor(ids[1], "handler", "交通局")

    def brought(self, *contents: bytes, name: str = "a.jpg") -> list[Brought]:
        files = []
        for number, content in enumerate(contents):
            path = self.folder / f"brought-{number}"
            path.write_bytes(content)
            files.append(Brought(path, name))
        return files

    def add(self, *contents: bytes, **more: Any) -> Outcome:
        table, record = more.pop("table", "problem"), more.pop("record", self.problem)
        name = more.pop("name", "a.jpg")
        return add_files(
            self.engine,
            more.pop("settings", self.settings),
            table,
            record,
            self.brought(*contents, name=name),
            actor=more.pop("actor", self.li),
            today=TODAY,
            **more,
        )

    def file(self, attachment_id: int) -> Attachment:
        with reading(self.engine) as session:
            return session.get_one(Attachment, attachment_id)

    def remove(self, attachment_id: int, note: str = "拍错了", actor: Actor | None = None) -> None:
        remove_file(self.engine, attachment_id, note=note, actor=actor or self.li, today=TODAY)

    def steps(self, table: str = "problem", record: int = 0) -> list[tuple[str, Any, str | None]]:
        with reading(self.engine) as session:
            found = file_steps(session, table, [record or self.problem])
        return [(step.action, step.note, username) for step, username, _record in found]

    def contents(self) -> list[Path]:
        folder = self.settings.attachments_dir
        return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def office(engine: sa.Engine, settings: Settings, tmp_path: Path) -> Office:
    return Office(engine, settings, tmp_path)


def test_a_photo_lies_under_its_hash_and_is_given_back_as_it_was_stored(office: Office) -> None:
    (one,) = office.add(photo(), title="东头路灯").added
    file = office.file(one)
    content = stored_content(office.settings, file)
    assert Image.open(io.BytesIO(content)).size == (60, 40)
    assert (file.table_name, file.record_id, file.unit_id) == (
        "problem",
        office.problem,
        office.unit,
    )
    assert (file.title, file.size, file.media_type) == ("东头路灯", len(content), "image/jpeg")
    assert content_path(office.settings, file.sha256).parent.name == file.sha256[:2]
    assert stored_thumbnail(office.settings, file)[:3] == b"\xff\xd8\xff"
    assert not list(office.settings.attachments_dir.rglob("*.partial"))


def test_the_same_content_is_stored_once_and_stands_once_on_a_record(office: Office) -> None:
    first = office.add(PDF, PDF, name="纪要.pdf")
    assert (len(first.added), len(first.refused)) == (1, 1)
    assert office.add(PDF, name="again.pdf").added == []
    (elsewhere,) = office.add(PDF, table="checklist_item", record=office.item).added
    assert office.file(elsewhere).sha256 == office.file(first.added[0]).sha256
    assert len(office.contents()) == 1
    office.remove(first.added[0])
    assert len(office.add(PDF, name="back.pdf").added) == 1


def test_one_file_that_cannot_be_taken_in_keeps_no_other_out(office: Office) -> None:
    outcome = office.add(b"<html>", photo(), photo()[:300], b"")
    assert (len(outcome.added), len(outcome.refused)) == (1, 3)
    assert {message.values["name"] for message in outcome.refused} == {"a.jpg"}


def test_nothing_too_large_or_too_much_is_taken(office: Office) -> None:
    small = replace(office.settings, max_attachment_mb=0)
    assert office.add(PDF, settings=small).refused[0].values["size"] == 0
    with pytest.raises(InputError):
        office.add()
    with pytest.raises(InputError):
        office.add(*[PDF] * (MOST_AT_ONCE + 1))
    with pytest.raises(InputError):
        office.add(PDF, title="长" * 121)
    assert office.contents() == []


def test_every_addition_and_removal_is_logged_and_leaves_the_record_as_it_is(
    office: Office,
) -> None:
    (one,) = office.add(photo(), actor=office.zhao).added
    office.remove(one)
    assert office.steps() == [("add", None, "zhao"), ("remove", "拍错了", "li")]
    with reading(office.engine) as session:
        assert session.get_one(Problem, office.problem).version == 1
    # What was done before the photo came can still be recorded.
    given = {"happened_on": date(2026, 11, 1)}
    act(
        office.engine,
        office.problem,
        "accept",
        given,
        actor=office.zhao,
        version=1,
        today=TODAY,
    )


def test_what_is_removed_stays_with_its_reason_and_cannot_be_removed_twice(office: Office) -> None:
    (one,) = office.add(photo()).added
    with pytest.raises(InputError):
        office.remove(one, note="  ")
    office.remove(one)
    with pytest.raises(ConflictError):
        office.remove(one, note="再删")
    with reading(office.engine) as session:
        ((file, added_by, removed_by),) = attachments_of(session, "problem", [office.problem])[
            office.problem
        ]
    assert (added_by, removed_by, file.reason) == ("li", "li", "拍错了")
    assert file.removed_at is not None
    assert stored_content(office.settings, file)


def test_who_may_not_adds_and_removes_nothing(office: Office) -> None:
    (one,) = office.add(photo()).added
    viewer = Actor(office.li.user_id, "viewer")
    elsewhere = Actor(office.zhao.user_id, "handler", "水务局")
    for somebody in (viewer, elsewhere):
        with pytest.raises(NotAllowedError):
            office.add(PDF, actor=somebody)
        with pytest.raises(NotAllowedError):
            office.remove(one, actor=somebody)
    with pytest.raises(NotAllowedError):
        office.remove(one, actor=office.zhao)
    with pytest.raises(NotAllowedError):
        office.add(PDF, table="checklist_item", record=office.item, actor=office.zhao)
    assert len(office.steps()) == 1


@pytest.mark.parametrize(("table", "record"), [("problem", 999), ("unit", 1), ("../x", 1)])
def test_files_belong_to_records_that_are_there(office: Office, table: str, record: int) -> None:
    with pytest.raises(NotFoundError):
        office.add(PDF, table=table, record=record)


def test_a_file_that_is_no_longer_what_was_stored_is_not_given_out(office: Office) -> None:
    (one,) = office.add(photo()).added
    file = office.file(one)
    path = content_path(office.settings, file.sha256)
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"x")
    with pytest.raises(DamagedFileError, match="no longer what was stored"):
        stored_content(office.settings, file)
    thumbnail_path(office.settings, file.sha256).unlink()
    with pytest.raises(DamagedFileError):
        stored_thumbnail(office.settings, file)
    # Whoever brings the same content again mends it.
    office.add(photo(), table="checklist_item", record=office.item)
    assert stored_content(office.settings, file) == good
    path.unlink()
    with pytest.raises(DamagedFileError, match="no longer where"):
        stored_content(office.settings, file)


def test_a_thumbnail_that_is_gone_is_made_again(office: Office) -> None:
    (one,) = office.add(photo()).added
    file = office.file(one)
    made = stored_thumbnail(office.settings, file)
    thumbnail_path(office.settings, file.sha256).unlink()
    assert Image.open(io.BytesIO(stored_thumbnail(office.settings, file))).size == (60, 40)
    assert made


def test_files_of_a_visit_that_is_removed_are_removed_for_its_reason(office: Office) -> None:
    given = {"visited_on": TODAY, "service_group": "三组", "unit_id": office.unit}
    visit = record_visit(office.engine, given, actor=office.li, today=TODAY)
    (one,) = office.add(photo(), table="visit", record=visit).added
    remove_visit(office.engine, visit, note="重复登记", actor=office.li, version=1, today=TODAY)
    file = office.file(one)
    assert (file.reason, file.removed_by_id) == ("重复登记", office.li.user_id)
    assert [action for action, _note, _who in office.steps("visit", visit)] == ["add", "remove"]
    assert stored_content(office.settings, file)


def test_a_project_and_a_vote_with_files_stay_when_their_import_is_undone(
    office: Office, engine: sa.Engine, settings: Settings, bring_records: Any, tmp_path: Path
) -> None:
    bring_layers(engine, settings, tmp_path)
    book = bring_records()

    def stored(model: Any) -> dict[int, Any]:
        with reading(engine) as session:
            return {row.id: row for row in session.scalars(sa.select(model))}

    def money_of(project: int) -> list[Any]:
        with reading(engine) as session:
            text = sa.text("SELECT amount_fen FROM project_amount WHERE project_id = :id")
            return sorted(session.scalars(text, {"id": project}))

    vote, project = min(stored(Vote)), min(stored(Project))
    money = money_of(project)
    assert money
    assert office.add(PDF, table="vote", record=vote).added
    assert office.add(PDF, table="project", record=project).added
    plan = undo_stored(engine, book, user_id=None)
    assert (set(stored(Vote)), set(stored(Project))) == ({vote}, {project})
    assert money_of(project) == money
    assert {(stay.table, stay.by_person) for stay in plan.stays if stay.field is None} == {
        ("vote", True),
        ("project", True),
    }


@pytest.mark.apart
def test_files_are_looked_at_in_a_process_of_its_own(office: Office) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    # Few bytes that unpack to 8,000 × 9,000 grey values, and a head that says so.
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8_000, 9_000, 8, 2, 0, 0, 0))
    packed = zlib.compress(bytes(1 + 8_000 * 3) * 9_000, 9)
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    narrow = replace(office.settings, read_memory_mb=100)
    outcome = office.add(bomb, compound_file("Root Entry"), photo(), settings=narrow)
    assert len(outcome.added) == 1
    assert "MB to read" in outcome.refused[0].text
    assert office.add(office_file("word/document.xml"), name="a.docx").added
