"""What planners decide about a workbook is what is stored, on both kinds of database."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import ImportRun, MergerClaim, Project, VillageVersion, Vote
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.importing.choices import SheetChoice
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.error_workbook import error_workbook
from geo_tracker.workflows.imports import receive_records
from geo_tracker.workflows.mapping import choose_villages, decide_sheets
from geo_tracker.workflows.table_templates import counties, table_template
from tests import samples
from tests.workflows.work import done

Bring = Callable[..., Any]


def received(
    engine: sa.Engine, settings: Settings, folder: Path, sheets: dict[str, list[list[Any]]]
) -> int:
    path = samples.workbook(folder, sheets)
    return receive_records(engine, settings, path, file_name=path.name, as_of_on=samples.RECORDS_ON)


def unit_named(engine: sa.Engine, name: str, on: Any) -> int:
    with reading(engine) as session:
        return session.scalars(
            sa.select(VillageVersion.unit_id).where(
                VillageVersion.name == name, VillageVersion.valid_from == on
            )
        ).one()


def preview_of(engine: sa.Engine, import_id: int) -> dict[str, Any]:
    with reading(engine) as session:
        return session.get_one(ImportRun, import_id).preview


def test_columns_units_and_villages_are_stored_as_a_person_says(
    engine: sa.Engine, settings: Settings, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    rows: list[list[Any]] = [["工程", "村子", "钱"], ["村道", "新川村", 40], ["沟渠", "老村", 5]]
    import_id = received(engine, settings, tmp_path, {"甲": rows})
    assert "problem" in preview_of(engine, import_id)
    choice = SheetChoice(
        "projects", (2, 2), {0: "name", 1: "former_name", 2: "budget_yuan"}, {2: "万元"}
    )
    done(engine, settings, decide_sheets(engine, import_id, sheets={0: choice}))
    (sheet,) = preview_of(engine, import_id)["sheets"]
    assert sheet["unmatched_count"] == 2
    unit_id = unit_named(engine, "新川村", samples.BEFORE_ON)
    chosen = {(0, "former_name", 3): unit_id}
    done(engine, settings, choose_villages(engine, import_id, chosen=chosen, username="li"))
    run_import(engine, settings, import_id)
    with reading(engine) as session:
        project = session.scalars(sa.select(Project)).one()
        result = session.get_one(ImportRun, import_id).result["sheets"][0]
    assert (project.name, project.former_unit_id) == ("村道", unit_id)
    (word,) = result["chosen"]
    assert (word["row"], word["by"], word["name"]) == (3, "li", "新川村")
    assert [row["row"] for row in result["unmatched"]] == [4]
    with pytest.raises(ConflictError):
        choose_villages(engine, import_id, chosen={}, username="li")


def test_each_side_of_a_merger_can_be_chosen(
    engine: sa.Engine, settings: Settings, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    rows = [["新村", "原村", "乡镇"], ["倪宅", "倪家宅村", "花街镇"]]
    import_id = received(engine, settings, tmp_path, {"合并对照": rows})
    (sheet,) = preview_of(engine, import_id)["sheets"]
    # 倪宅新村 is not silently 倪宅.
    assert {entry["column"] for entry in sheet["open_rows"]} == {"old_name", "new_name"}
    old = unit_named(engine, "倪宅村", samples.BEFORE_ON)
    new = unit_named(engine, "倪宅新村", samples.AFTER_ON)
    # A village of the newest layer is no former one.
    wrong = choose_villages(engine, import_id, chosen={(0, "old_name", 3): new}, username="li")
    with pytest.raises(InputError, match="Row 3 cannot mean this village"):
        done(engine, settings, wrong)
    assert preview_of(engine, import_id)["sheets"] == [sheet]
    both = {(0, "old_name", 3): old, (0, "new_name", 3): new}
    done(engine, settings, choose_villages(engine, import_id, chosen=both, username="li"))
    run_import(engine, settings, import_id)
    with reading(engine) as session:
        claim = session.scalars(sa.select(MergerClaim)).one()
    assert (claim.from_unit_id, claim.to_unit_id) == (old, new)


def test_a_name_that_repeats_across_towns_is_never_taken_by_itself(
    engine: sa.Engine, settings: Settings, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    sheets = {"表决": copy.deepcopy(samples.SHEETS["表决"][:2])}
    sheets["表决"][1][0] = sheets["表决"][1][2] = None
    import_id = received(engine, settings, tmp_path, sheets)
    run_import(engine, settings, import_id)
    with reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count(Vote.id))) == 0


def test_a_project_without_one_of_its_two_villages_is_stored_and_said(
    engine: sa.Engine, settings: Settings, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    rows = [["名称", "新村", "原村", "乡镇"], ["村道", "倪宅新村", "无名村", "花街镇"]]
    import_id = received(engine, settings, tmp_path, {"项目": rows})
    (sheet,) = preview_of(engine, import_id)["sheets"]
    assert sheet["unmatched_count"] == 0
    (problem,) = sheet["report"]["problems"]
    assert (problem["severity"], problem["row"], problem["column"]) == ("warning", 3, "原村")


def test_templates_and_error_workbooks_are_made_of_both_databases(
    engine: sa.Engine, settings: Settings, bring_boundaries: Bring, bring_records: Bring
) -> None:
    bring_boundaries()
    import_id = bring_records()
    with reading(engine) as session:
        assert counties(session) == [("330784", samples.COUNTY)]
    assert table_template(engine, "votes", county="330784", locale="en").startswith(b"PK")
    book = error_workbook(engine, settings, import_id, locale="en")
    assert book.file_name == "records-errors.xlsx"
    assert book.content.startswith(b"PK")
