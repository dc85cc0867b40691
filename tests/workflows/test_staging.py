"""While a layer is stored, others can save between any two of its short transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading, writing
from geo_tracker.db.models import DrawnVillage, Source, VillageVersion
from geo_tracker.workflows import staging
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries
from geo_tracker.workflows.staging import Turns
from tests import samples


def test_an_editor_saves_between_all_batches_and_sees_nothing_of_the_layer(
    engine: sa.Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BATCH", 2)
    editor = make_engine(settings.url)
    seen: list[tuple[int, int]] = []
    whole = Turns.turn

    @contextmanager
    def turn(self: Turns) -> Iterator[Session]:
        with whole(self) as session:
            yield session
        with writing(editor) as session:
            session.add(Source(title="a note"))
        with reading(editor) as session:
            counted = [
                session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
                for model in (DrawnVillage, VillageVersion)
            ]
        seen.append((counted[0], counted[1]))

    monkeypatch.setattr(Turns, "turn", turn)
    path = samples.before_zip(tmp_path)
    run_import(
        engine,
        settings,
        receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=samples.BEFORE_ON),
    )
    editor.dispose()
    assert [pair for pair in seen if pair[0]] == [(2, 0), (4, 0), (6, 0)]
    with reading(engine) as session:
        assert len(session.scalars(sa.select(VillageVersion.id)).all()) == 6


@pytest.mark.parametrize("settings", ["geopackage"], indirect=True)
def test_a_writer_gets_its_turn_soon_after_the_other_is_done(
    engine: sa.Engine, settings: Settings
) -> None:
    other = sqlite3.connect(settings.data_dir / "tracker.gpkg", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    looked: list[Any] = []
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection

        def ends(statement: str) -> None:
            if statement.startswith("BEGIN IMMEDIATE"):
                looked.append(statement)
                if len(looked) == 3:
                    other.execute("ROLLBACK")

        raw.set_trace_callback(ends)
    with writing(engine) as session:
        session.add(Source(title="a note"))
    other.close()
    # Looked anew until the lock was free, within some milliseconds each time.
    assert len(looked) >= 3
