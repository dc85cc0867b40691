"""Files become records: once, whole or not at all, and traceable."""

import copy
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.frames import edge_frame, version_frame, vote_frame
from geo_tracker.db.models import (
    ImportRun,
    MergerClaim,
    Project,
    ProjectAmount,
    RecordChange,
    VillageFigures,
    VillageVersion,
    Vote,
)
from geo_tracker.db.project_frames import project_frame
from geo_tracker.errors import AlreadyImportedError, GeoTrackerError
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.lineage_check import stored_faults
from geo_tracker.workflows.progress import Progress
from tests import samples

Bring = Callable[..., Any]


def unit_named(engine: sa.Engine, name: str, on: date) -> int:
    with reading(engine) as session:
        return session.scalars(
            sa.select(VillageVersion.unit_id).where(
                VillageVersion.name == name, VillageVersion.valid_from == on
            )
        ).one()


def test_two_layers_give_villages_with_their_times(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    with reading(engine) as session:
        versions = version_frame(session)
    assert versions.groupby("valid_from").size().to_list() == [6, 4]
    before = versions[versions["valid_from"] == samples.BEFORE_ON]
    assert set(before["valid_to"]) == {samples.AFTER_ON}
    assert versions["county"].unique().tolist() == [samples.COUNTY]
    assert before["area_m2"].to_list() == pytest.approx([1e6] * 6, rel=1e-3)
    assert before.set_index("name").loc["倪宅村", "pinyin"] == "nizhaicun"


def test_untouched_villages_stay_the_same_unit(engine: sa.Engine, bring_boundaries: Bring) -> None:
    bring_boundaries()
    for name in ("石柱村", "前郎村"):
        assert unit_named(engine, name, samples.BEFORE_ON) == unit_named(
            engine, name, samples.AFTER_ON
        )


def test_the_ground_tells_who_became_whom(engine: sa.Engine, bring_boundaries: Bring) -> None:
    bring_boundaries()
    with reading(engine) as session:
        edges = edge_frame(session)
        names = version_frame(session).drop_duplicates("unit_id").set_index("unit_id")["name"]
    links = {(names[e.from_unit_id], names[e.to_unit_id]) for e in edges.itertuples()}
    assert links == {
        ("倪宅村", "倪宅新村"),
        ("新川村", "倪宅新村"),
        ("双溪村", "双溪村"),
        ("上溪村", "双溪村"),
    }
    assert edges["share_of_from"].to_list() == pytest.approx([1] * 4)
    assert set(edges["event_type"]) == {"fusion", "integration"}
    assert set(edges["status"]) == {"proposed"}


def test_the_merger_table_confirms_what_the_ground_says(
    engine: sa.Engine, bring_boundaries: Bring, bring_records: Bring
) -> None:
    bring_boundaries()
    bring_records()
    with reading(engine) as session:
        edges = edge_frame(session)
    assert len(edges) == 4
    assert edges["said_by_table"].all()
    assert not edges["conflict"].any()
    assert set(edges["status"]) == {"effective"}
    cited = edges[edges["basis"] == "公开报道"]
    assert len(cited) == 2
    assert not cited["synthetic"].any()


def test_a_table_that_contradicts_the_ground_is_kept_beside_it_for_a_person(
    engine: sa.Engine, bring_boundaries: Bring, bring_records: Bring
) -> None:
    bring_boundaries()
    sheets = copy.deepcopy(samples.SHEETS)
    # 上溪村 lies in 双溪村, the table sends it to 倪宅新村.
    sheets["合并对照"][4][:2] = ["330784114200", "倪宅新村"]
    bring_records(sheets)
    upper = unit_named(engine, "上溪村", samples.BEFORE_ON)
    with reading(engine) as session:
        edges = edge_frame(session)
    rivals = edges[edges["from_unit_id"] == upper]
    assert rivals["conflict"].all()
    by_ground = rivals[rivals["said_by_geometry"]].iloc[0]
    by_table = rivals[rivals["said_by_table"]].iloc[0]
    assert by_ground["accepted"]
    assert not by_table["accepted"]
    assert by_table["to_unit_id"] == unit_named(engine, "倪宅新村", samples.AFTER_ON)


def test_records_stand_on_the_former_village_to_the_cent(
    engine: sa.Engine, bring_boundaries: Bring, bring_records: Bring
) -> None:
    bring_boundaries()
    bring_records()
    weaker = unit_named(engine, "新川村", samples.BEFORE_ON)
    with reading(engine) as session:
        figures = session.scalars(
            sa.select(VillageFigures).where(VillageFigures.unit_id == weaker)
        ).one()
        projects = project_frame(session).set_index("name")
        votes = vote_frame(session).set_index("unit_id")
    assert figures.operating_income == Decimal("45000.00")
    assert figures.registered_population == 450
    published = projects.loc["原新川村整治项目"]
    assert published["budget_fen"] == 400_000_000
    assert published["former_unit_id"] == weaker
    assert votes.loc[weaker, ["present", "agree"]].to_list() == [190, 171]
    road = projects.loc["双溪村道路硬化"]
    assert road["channels"] == ["美丽乡村", "自筹"]
    assert (road["stage"], road["paid_fen"]) == ("started", 20_000_000)


def test_a_corrected_workbook_changes_records_and_adds_none(
    engine: sa.Engine, bring_boundaries: Bring, bring_records: Bring
) -> None:
    bring_boundaries()
    bring_records()
    sheets = copy.deepcopy(samples.SHEETS)
    sheets["项目"][2][8] = 105  # budget 100 → 105
    sheets["表决"][2][10:12] = [172, 9]
    bring_records(sheets)
    with reading(engine) as session:
        counts = [
            session.scalar(sa.select(sa.func.count()).select_from(model))
            for model in (Vote, Project, MergerClaim, VillageFigures)
        ]
        budgets = session.execute(
            sa.select(ProjectAmount.amount, ProjectAmount.current)
            .join(Project, Project.id == ProjectAmount.project_id)
            .where(Project.project_no == "P2", ProjectAmount.kind == "budget")
            .order_by(ProjectAmount.id)
        ).all()
        changed = session.scalars(sa.select(RecordChange.field)).all()
    assert counts == [3, 2, 4, 5]
    assert [tuple(row) for row in budgets] == [
        (Decimal(1_000_000), False),
        (Decimal(1_050_000), True),
    ]
    assert set(changed) == {"agree", "oppose"}


def test_a_village_that_no_layer_has_is_reported_and_the_rest_is_stored(
    engine: sa.Engine, bring_boundaries: Bring, bring_records: Bring
) -> None:
    bring_boundaries()
    sheets = copy.deepcopy(samples.SHEETS)
    sheets["表决"][1][:2] = ["330784114999", "无此村"]
    import_id = bring_records(sheets)
    with reading(engine) as session:
        result = session.get_one(ImportRun, import_id).result
        votes = session.scalar(sa.select(sa.func.count()).select_from(Vote))
    by_kind = {sheet["kind"]: sheet for sheet in result["sheets"]}
    assert [row["row"] for row in by_kind["votes"]["unmatched"]] == [3]
    assert votes == 2


def test_the_very_same_file_is_recognised(
    engine: sa.Engine,
    settings: Settings,
    bring_boundaries: Bring,
    bring_records: Bring,
    tmp_path: Path,
) -> None:
    bring_boundaries()
    import_id = bring_records()
    with pytest.raises(AlreadyImportedError) as refused:
        receive_records(
            engine,
            settings,
            tmp_path / "records.xlsx",
            file_name="又一次.xlsx",
            as_of_on=samples.RECORDS_ON,
        )
    assert refused.value.import_id == import_id


def test_a_layer_can_be_brought_in_behind_the_others(
    engine: sa.Engine, settings: Settings, tmp_path: Path, bring_boundaries: Bring
) -> None:
    from geo_tracker.workflows.demo import run_import  # noqa: PLC0415

    for make, day in (
        (samples.after_zip, samples.AFTER_ON),
        (samples.before_zip, samples.BEFORE_ON),
    ):
        path = make(tmp_path)
        run_import(
            engine,
            settings,
            receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=day),
        )
    with reading(engine) as session:
        assert len(edge_frame(session)) == 4
        ends = version_frame(session).groupby("valid_from")["valid_to"].unique()
    assert ends[samples.BEFORE_ON].tolist() == [samples.AFTER_ON]


def test_a_failed_import_stores_nothing_and_says_why(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    from geo_tracker.workflows.demo import run_import  # noqa: PLC0415

    path = samples.before_zip(tmp_path)
    import_id = receive_boundaries(
        engine, settings, path, file_name=path.name, as_of_on=samples.BEFORE_ON
    )
    for kept in settings.uploads_dir.glob("*.zip"):
        kept.unlink()
    with pytest.raises(GeoTrackerError, match=r"before\.zip"):
        run_import(engine, settings, import_id)
    with reading(engine) as session:
        assert session.get_one(ImportRun, import_id).state == "failed"
        assert version_frame(session).empty


def test_a_part_that_moves_is_kept_and_does_not_make_two_villages_one(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    # 新川村 goes into 倪宅新村 but for its last kilometre, which 双溪村 gets.
    town = "花街镇"
    layers = (
        ("before", samples.BEFORE_ON, [("倪宅村", 0, 1), ("新川村", 1, 4), ("双溪村", 4, 6)]),
        ("after", samples.AFTER_ON, [("倪宅新村", 0, 3), ("双溪村", 3, 6)]),
    )
    codes = {"倪宅村": "200", "倪宅新村": "200", "新川村": "222", "双溪村": "230"}
    for title, day, villages in layers:
        rows = [
            (f"330784114{codes[name]}", name, town, west, east) for name, west, east in villages
        ]
        path = samples.zipped_shapefile(samples.square_villages(rows), tmp_path / f"{title}.zip")
        run_import(
            engine,
            settings,
            receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=day),
        )
    ended = unit_named(engine, "新川村", samples.BEFORE_ON)
    merged = unit_named(engine, "倪宅新村", samples.AFTER_ON)
    grown = unit_named(engine, "双溪村", samples.AFTER_ON)
    smaller = unit_named(engine, "双溪村", samples.BEFORE_ON)
    for _run in range(2):
        with reading(engine) as session:
            edges = edge_frame(session)
        shares = edges.set_index(["from_unit_id", "to_unit_id"])["share_of_from"].to_dict()
        assert shares[ended, merged] == pytest.approx(2 / 3, rel=1e-3)
        assert shares[ended, grown] == pytest.approx(1 / 3, rel=1e-3)
        assert shares[smaller, grown] == pytest.approx(1, rel=1e-3)
        assert len(shares) == 4
        assert stored_faults(engine) == []
        # A new inference finds the same.
        infer_lineage(engine, Progress())
