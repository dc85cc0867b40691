"""A file is looked at by a job: in steps, once at a time, again after an interruption."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.models import ImportRun, Job, Source
from geo_tracker.errors import ConflictError, InputError, UnusableArchiveError
from geo_tracker.language import Message
from geo_tracker.workflows import looking
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.files import keep_pictures, under_its_name
from geo_tracker.workflows.imports import Received, accept, receive
from geo_tracker.workflows.looking import look, look_again
from geo_tracker.workflows.progress import Progress
from tests import samples
from tests.workflows.work import done

Receive = Callable[..., Received]


class Heard(Progress):
    """Progress that remembers what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def say(self, stage: Message) -> None:
        """Remember it."""
        super().say(stage)
        self.said.append(stage.text)


@pytest.fixture
def received(engine: sa.Engine, settings: Settings, tmp_path: Path) -> Receive:
    """Receive a file, by default the layer before."""

    def receiving(path: Path | None = None, *, kind: Any = "boundaries") -> Received:
        file = path or samples.before_zip(tmp_path)
        day = samples.BEFORE_ON
        return receive(engine, settings, file, kind=kind, file_name=file.name, as_of_on=day)

    return receiving


def run_of(engine: sa.Engine, import_id: int) -> ImportRun:
    with reading(engine) as session:
        return session.get_one(ImportRun, import_id)


def broken(folder: Path, name: str = "坏.zip") -> Path:
    path = folder / name
    path.write_bytes(b"PK\x03\x04 broken")
    return path


def test_a_layer_is_looked_at_step_by_step(
    engine: sa.Engine, settings: Settings, received: Receive
) -> None:
    heard = Heard()
    look(engine, settings, received().import_id, heard)
    assert heard.said == [
        "Unpacking the file and finding out its encoding",
        "Reading the villages and checking their outlines",
        "Checking codes and names",
        "Looking for overlaps and gaps",
        "Drawing the preview",
        "Comparing with what is stored",
    ]


def test_a_workbook_is_looked_at_step_by_step(
    engine: sa.Engine, settings: Settings, received: Receive, tmp_path: Path
) -> None:
    heard = Heard()
    import_id = received(samples.workbook(tmp_path), kind="records").import_id
    look(engine, settings, import_id, heard)
    assert heard.said == ["Reading the sheets", "Comparing with what is stored"]


def test_of_many_who_ask_at_once_one_has_the_file_looked_at(
    engine: sa.Engine, settings: Settings, received: Receive
) -> None:
    import_id, job_id = received()
    done(engine, settings, job_id)
    together = threading.Barrier(4)
    granted: list[int] = []
    refused: list[ConflictError] = []

    def ask() -> None:
        together.wait(timeout=30)
        try:
            granted.append(look_again(engine, import_id, choices={}))
        except ConflictError as refusal:
            refused.append(refusal)

    def confirm() -> None:
        together.wait(timeout=30)
        try:
            granted.append(accept(engine, import_id))
        except ConflictError as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=what) for what in (ask, ask, ask, confirm)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), len(refused)) == (1, 3)


def test_a_look_that_was_finished_before_an_interruption_is_not_repeated(
    engine: sa.Engine, settings: Settings, received: Receive
) -> None:
    import_id, job_id = received()
    look(engine, settings, import_id, Progress())
    heard = Heard()
    look(engine, settings, import_id, heard)
    assert heard.said == []
    done(engine, settings, job_id)
    assert run_of(engine, import_id).state == "previewed"


def test_a_look_that_others_thought_dead_changes_nothing_of_a_later_one(
    engine: sa.Engine,
    settings: Settings,
    received: Receive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_id, job_id = received()

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(looking, "keep_pictures", keep_pictures)
        # The other worker finishes the same look, and the planner asks for the next one.
        done(engine, settings, job_id)
        look_again(engine, import_id, choices={"fields": {"name": "XJQYMC"}})
        keep_pictures(*arguments)

    monkeypatch.setattr(looking, "keep_pictures", meanwhile)
    look(engine, settings, import_id, Progress())
    run = run_of(engine, import_id)
    assert (run.state, run.choices) == ("looking", {})
    assert run.preview["wanted"] == {"fields": {"name": "XJQYMC"}}


def test_what_cannot_be_read_again_as_chosen_leaves_the_earlier_preview_and_says_why(
    engine: sa.Engine, settings: Settings, received: Receive
) -> None:
    import_id, job_id = received()
    done(engine, settings, job_id)
    before = run_of(engine, import_id)
    with pytest.raises(InputError):
        done(engine, settings, look_again(engine, import_id, choices={"encoding": "nonsense"}))
    after = run_of(engine, import_id)
    assert (after.state, after.earlier_preview, after.choices) == ("previewed", before.preview, {})
    assert after.preview["refusal"]["values"] == {"encoding": "nonsense"}
    done(engine, settings, look_again(engine, import_id, choices={}))
    assert run_of(engine, import_id).preview == before.preview


@pytest.mark.parametrize("first", [True, False])
def test_a_look_interrupted_again_and_again_is_given_up(
    engine: sa.Engine, settings: Settings, received: Receive, first: bool
) -> None:
    import_id, job_id = received()
    if not first:
        done(engine, settings, job_id)
        job_id = look_again(engine, import_id, choices={})
    with writing(engine) as session:
        session.execute(sa.update(Job).where(Job.id == job_id).values(attempts=3))
    assert worker_for(engine, settings).sweep() == []
    run = run_of(engine, import_id)
    assert run.state == ("refused" if first else "previewed")
    assert run.preview["refusal"]["values"] == {"times": 3}
    assert bool(list(settings.uploads_dir.glob("*.zip"))) is not first


def test_a_refused_file_is_kept_as_long_as_another_import_came_from_it(
    engine: sa.Engine, settings: Settings, received: Receive, tmp_path: Path
) -> None:
    first, second = received(broken(tmp_path)), received(broken(tmp_path, "又.zip"))
    with pytest.raises(UnusableArchiveError, match="坏"):
        done(engine, settings, first.job_id)
    assert len(list(settings.uploads_dir.iterdir())) == 1
    with pytest.raises(UnusableArchiveError, match="又"):
        done(engine, settings, second.job_id)
    assert list(settings.uploads_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("合并前（报审）.ZIP", "合并前（报审）.zip"),
        ("村" * 196 + ".zip", "村" * 70 + ".zip"),
        ("../../etc/passwd.zip", "passwd.zip"),
        ("a\0b.zip", "ab.zip"),
    ],
)
def test_files_are_read_under_the_name_their_owner_gave_them(
    settings: Settings, tmp_path: Path, name: str, shown: str
) -> None:
    settings.uploads_dir.mkdir()
    (settings.uploads_dir / f"{'0' * 64}.zip").write_bytes(b"content")
    source = Source(title=name, file_name=name, sha256="0" * 64)
    with under_its_name(settings, source) as named:
        assert named.name == shown
        assert named.read_bytes() == b"content"
    assert not named.parent.exists()


def test_looks_do_not_wait_for_jobs_that_store(
    engine: sa.Engine, settings: Settings, received: Receive, tmp_path: Path
) -> None:
    import_id, job_id = received()
    done(engine, settings, job_id)
    worker = worker_for(engine, settings)
    worker.wake(accept(engine, import_id))
    waiting = received(samples.after_zip(tmp_path)).job_id
    assert worker.sweep() == [waiting]
    assert (worker.queue.pending_count(), worker.queue_beside.pending_count()) == (1, 1)
