"""A corrected layer changes what it says otherwise, and undoing it brings all of it back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.decisions import case_revision, standing_decisions
from geo_tracker.db.frames import edge_frame, version_frame
from geo_tracker.db.models import (
    BoundaryLayer,
    ChangeEvent,
    DrawnVillage,
    ImportRun,
    RecordChange,
    UserAccount,
    VillageVersion,
)
from geo_tracker.errors import AlreadyImportedError, ConflictError, GeoTrackerError
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import accept, receive_boundaries
from geo_tracker.workflows.looking import look_again
from geo_tracker.workflows.review import decide
from geo_tracker.workflows.undoing import queue_undoing, what_undoing_means
from tests import samples
from tests.workflows.work import done

Row = tuple[str, str, str, float, float]
Bring = Callable[..., Any]
AFTER: list[Row] = list(samples._AFTER)
CORRECTED: list[Row] = [
    # 倪宅新村 is called otherwise, 双溪村 gives its last kilometre to a village that was forgotten,
    # 石柱村 is as it was, 前郎村 is not in the file.
    ("330784114200", "倪宅村", "花街镇", 0, 2),
    ("330784114230", "双溪村", "花街镇", 2, 3),
    ("330784114231", "上溪村", "花街镇", 3, 4),
    ("330784115200", "石柱村", "石柱镇", 4, 5),
]


class County:
    """The sample's two layers in a database, and what is done to them."""

    def __init__(self, engine: sa.Engine, settings: Settings, folder: Path) -> None:
        self.engine, self.settings, self.folder = engine, settings, folder

    def received(
        self, rows: list[Row], name: str = "corrected", day: Any = samples.AFTER_ON
    ) -> int:
        path = samples.zipped_shapefile(samples.square_villages(rows), self.folder / f"{name}.zip")
        return self.received_file(path, day)

    def received_file(self, path: Path, day: Any = samples.AFTER_ON) -> int:
        return receive_boundaries(
            self.engine, self.settings, path, file_name=path.name, as_of_on=day
        )

    def corrected(self, rows: list[Row] = CORRECTED, *, complete: bool = False) -> int:
        import_id = self.received(rows)
        job = accept(self.engine, import_id, drops_missing=complete)
        assert worker_for(self.engine, self.settings).run(job) is None
        return import_id

    def undone(self, import_id: int) -> None:
        job = queue_undoing(self.engine, import_id, user_id=None)
        assert worker_for(self.engine, self.settings).run(job) is None

    def run(self, import_id: int) -> ImportRun:
        with reading(self.engine) as session:
            return session.get_one(ImportRun, import_id)

    def names(self) -> list[str]:
        """Return the names of the layer after, from west to east."""
        v = VillageVersion
        with reading(self.engine) as session:
            return list(
                session.scalars(
                    sa.select(v.name).where(v.valid_from == samples.AFTER_ON).order_by(v.point_lon)
                )
            )

    def units(self) -> dict[str, int]:
        v = VillageVersion
        with reading(self.engine) as session:
            rows = session.execute(
                sa.select(v.name, v.unit_id).where(v.valid_from == samples.AFTER_ON)
            )
            return {row.name: row.unit_id for row in rows}

    def bytes_shown(self) -> list[tuple[Any, ...]]:
        """Return every column of every version as it is stored, but for the row's own id."""
        names = [c.name for c in VillageVersion.__table__.columns if c.name not in {"id", "geom"}]
        geom = "hex(geom)" if self.engine.dialect.name == "sqlite" else "geom::text"
        query = f"SELECT {', '.join(names)}, {geom} FROM village_version ORDER BY layer_id, unit_id"
        with reading(self.engine) as session:
            return [tuple(row) for row in session.execute(sa.text(query))]

    def links(self) -> set[tuple[str, str]]:
        with reading(self.engine) as session:
            edges = edge_frame(session)
            versions = version_frame(session)
        before = versions[versions["valid_from"] == samples.BEFORE_ON].set_index("unit_id")["name"]
        after = versions[versions["valid_from"] == samples.AFTER_ON].set_index("unit_id")["name"]
        return {(before[e.from_unit_id], after[e.to_unit_id]) for e in edges.itertuples()}


@pytest.fixture
def county(
    engine: sa.Engine, settings: Settings, tmp_path: Path, bring_boundaries: Bring
) -> County:
    bring_boundaries()
    return County(engine, settings, tmp_path)


def test_the_preview_says_what_a_corrected_layer_would_change(county: County) -> None:
    changes = county.run(county.received(CORRECTED)).preview["changes"]
    assert changes["counts"] == {
        **{"added": 1, "changed": 2, "redrawn": 1, "unchanged": 1, "missing": 1}
    }
    assert [row["name"] for row in changes["added"]] == ["上溪村"]
    assert [row["name"] for row in changes["missing"]] == ["前郎村"]
    redrawn, renamed = changes["changed"]
    assert (redrawn["name"], redrawn["fields"]) == ("双溪村", {})
    assert redrawn["area_m2"] - redrawn["area_before_m2"] == pytest.approx(-1e6, rel=1e-3)
    assert renamed["fields"] == {"name": ["倪宅新村", "倪宅村"]}
    assert not renamed["redrawn"]
    assert county.names() == ["倪宅新村", "双溪村", "石柱村", "前郎村"]


def test_a_first_layer_is_compared_with_none(county: County) -> None:
    first = county.received(AFTER[:1], day=samples.RECORDS_ON)
    assert county.run(first).preview["changes"] is None


def test_a_correction_changes_and_adds_and_keeps_what_it_does_not_have(county: County) -> None:
    units = county.units()
    county.corrected()
    assert county.names() == ["倪宅村", "双溪村", "上溪村", "石柱村", "前郎村"]
    now_units = county.units()
    assert now_units["倪宅村"] == units["倪宅新村"]
    assert [now_units[name] for name in ("石柱村", "前郎村")] == [
        units[name] for name in ("石柱村", "前郎村")
    ]
    with reading(county.engine) as session:
        layers = session.scalars(sa.select(BoundaryLayer).order_by(BoundaryLayer.as_of_on)).all()
        assert [layer.as_of_on for layer in layers] == [samples.BEFORE_ON, samples.AFTER_ON]


def test_a_complete_file_takes_away_what_it_does_not_have(county: County) -> None:
    county.corrected(complete=True)
    assert county.names() == ["倪宅村", "双溪村", "上溪村", "石柱村"]


def test_lineage_is_inferred_anew_from_the_corrected_ground(county: County) -> None:
    assert ("上溪村", "双溪村") in county.links()
    county.corrected()
    # 双溪村 and 上溪村 are as they were before; each turned out to be the village it was.
    assert county.links() == {("倪宅村", "倪宅村"), ("新川村", "倪宅村")}
    with reading(county.engine) as session:
        standing = session.scalars(
            sa.select(ChangeEvent.event_type).where(ChangeEvent.status != "superseded")
        ).all()
    assert "integration" not in standing


def test_the_history_of_each_village_says_what_a_correction_changed(county: County) -> None:
    import_id = county.corrected(complete=True)
    units = county.units()
    with reading(county.engine) as session:
        rows = session.scalars(
            sa.select(RecordChange).where(RecordChange.import_id == import_id)
        ).all()
    noted = {(row.unit_id, row.field): (row.old, row.new) for row in rows}
    assert noted[units["倪宅村"], "name"] == ("倪宅新村", "倪宅村")
    assert noted.pop((units["上溪村"], "village")) == (None, "上溪村")
    areas = [float(text or "nan") for text in noted[units["双溪村"], "outline"]]
    assert areas == pytest.approx([2e6, 1e6], rel=1e-3)
    assert ("前郎村", None) in noted.values()
    assert len(rows) == 4


def test_what_a_person_decided_holds_after_a_correction(county: County) -> None:
    with writing(county.engine) as session:
        session.add(UserAccount(id=1, username="li", password_hash="x", role="planner"))
    with reading(county.engine) as session:
        v = VillageVersion
        former = session.scalars(
            sa.select(v.unit_id).where(v.name == "新川村", v.valid_from == samples.BEFORE_ON)
        ).one()
    with reading(county.engine) as session:
        revision = case_revision(session, former)
    decide(county.engine, former, kind="accept", user_id=1, revision=revision)
    county.corrected()
    with reading(county.engine) as session:
        assert standing_decisions(session)[former].successor_ids == {county.units()["倪宅村"]}
        edges = edge_frame(session)
    link = edges[edges["from_unit_id"] == former]
    assert link["method"].tolist() == ["person"]


def test_the_very_same_file_is_refused_as_ever(county: County) -> None:
    county.corrected()
    for name in ("after", "corrected"):
        with pytest.raises(AlreadyImportedError):
            county.received_file(county.folder / f"{name}.zip")


def test_a_file_is_compared_again_when_the_layer_changed_meanwhile(county: County) -> None:
    waiting = county.received([*CORRECTED, AFTER[3]], "waiting")
    county.corrected()
    with pytest.raises(ConflictError, match="changed after"):
        accept(county.engine, waiting)
    done(county.engine, county.settings, look_again(county.engine, waiting, choices={}))
    assert county.run(waiting).preview["changes"]["counts"]["unchanged"] == 5
    accept(county.engine, waiting)


def test_undoing_a_correction_restores_the_layer_to_the_byte(
    county: County, bring_records: Bring
) -> None:
    bring_records()
    before, links = county.bytes_shown(), county.links()
    with reading(county.engine) as session:
        said = edge_frame(session)[["from_unit_id", "to_unit_id", "said_by_table", "status"]]
    import_id = county.corrected(complete=True)
    assert county.bytes_shown() != before
    county.undone(import_id)
    assert county.bytes_shown() == before
    assert county.links() == links
    with reading(county.engine) as session:
        again = edge_frame(session)[said.columns]
    assert sorted(again.to_numpy().tolist()) == sorted(said.to_numpy().tolist())
    assert said["said_by_table"].all()
    run = county.run(import_id)
    assert run.state == "undone"
    assert run.undone_at is not None
    with reading(county.engine) as session:
        reasons = session.scalars(
            sa.select(RecordChange.reason).where(RecordChange.import_id == import_id)
        ).all()
    assert sorted(reasons, key=str) == [None] * 4 + ["undone"] * 4


def test_undoing_a_first_import_takes_its_layer_and_the_file_can_come_again(
    county: County,
) -> None:
    county.undone(2)
    assert county.names() == []
    with reading(county.engine) as session:
        assert session.scalars(sa.select(BoundaryLayer.as_of_on)).all() == [samples.BEFORE_ON]
        assert set(version_frame(session)["valid_to"]) == {None}
        assert edge_frame(session).empty
    # The very same file.
    again = county.received_file(county.folder / "after.zip")
    run_import(county.engine, county.settings, again)
    assert county.names() == ["倪宅新村", "双溪村", "石柱村", "前郎村"]
    assert len(county.links()) == 4


def test_an_import_that_a_later_one_corrects_is_not_undone_before_that(county: County) -> None:
    later = county.corrected()
    with pytest.raises(ConflictError, match=r"corrected\.zip"):
        queue_undoing(county.engine, 2, user_id=None)
    county.undone(later)
    county.undone(2)


def test_a_layer_that_records_build_on_is_not_undone_and_they_are_named(
    county: County, bring_records: Bring
) -> None:
    records = bring_records()
    meaning = what_undoing_means(county.engine, 1)
    # Only the layer before has the four that merged.
    assert sorted(meaning.goes) == ["上溪村", "倪宅村", "双溪村", "新川村"]
    assert meaning.hanging.import_ids == [records]
    assert meaning.hanging.by_import["votes", records] == 3
    with pytest.raises(ConflictError, match=r"records\.xlsx"):
        queue_undoing(county.engine, 1, user_id=None)
    assert county.run(1).state == "published"


def test_a_correction_that_fails_leaves_nothing_behind(county: County) -> None:
    import_id = county.received(CORRECTED)
    for kept in county.settings.uploads_dir.glob("*.zip"):
        kept.unlink()
    before = county.bytes_shown()
    with pytest.raises(GeoTrackerError):
        run_import(county.engine, county.settings, import_id)
    assert county.bytes_shown() == before
    with reading(county.engine) as session:
        drawn = session.scalars(sa.select(DrawnVillage.import_id).distinct()).all()
    assert sorted(drawn) == [1, 2]
