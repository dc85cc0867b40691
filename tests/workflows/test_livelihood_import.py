"""Lists tell of livelihood projects, who owns and who builds: by the rules of the browser."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, Project
from geo_tracker.db.record_journal import Journal
from geo_tracker.importing.tables import Sheet, read_workbook
from geo_tracker.workflows.ledger_export import ExportWanted, ledger_export
from geo_tracker.workflows.periods import days_touched
from geo_tracker.workflows.undo_records import undo_stored
from tests import samples
from tests.workflows.ledger_books import exported, plan_of
from tests.workflows.project_cases import Projects
from tests.workflows.sheets import result, sheet, stored, tables

ROW: dict[str, Any] = {"project_no": "P-2019", "name": "道路", "former_code": "330784114222"}
WAY = ["candidate", "voted", "published", "under_way", "done", "assessed"]


@pytest.fixture
def do(engine: sa.Engine, bring_boundaries: Callable[[], None]) -> Projects:
    bring_boundaries()
    return Projects(engine)


def listed(**cells: Any) -> Sheet:
    return sheet("projects", [ROW | cells])


def brought(do: Projects, **cells: Any) -> int:
    return stored(do.engine, listed(**cells))


def the_project(do: Projects) -> Project:
    with reading(do.engine) as session:
        return session.scalars(sa.select(Project)).one()


def led(do: Projects) -> list[tuple[Any, ...]]:
    """Return the steps of all livelihood projects: from, to, and the import."""
    with reading(do.engine) as session:
        s = FollowupStep
        rows = session.execute(
            sa.select(s.from_state, s.to_state, s.import_id)
            .where(s.action == "livelihood")
            .order_by(s.id)
        )
        return [tuple(row) for row in rows]


def refused(do: Projects, **cells: Any) -> list[str]:
    """Return why the row of the project is left out, and make sure that it is."""
    (plan,) = plan_of(do.engine, listed(**cells)).sheets
    assert plan.planned == []
    assert {problem.severity for problem in plan.problems.problems} == {"error"}
    return [problem.message.text for problem in plan.problems.problems]


def test_the_first_list_that_tells_of_a_livelihood_project_leads_it_all_the_way(
    do: Projects,
) -> None:
    run = brought(do, livelihood_state="under_way")
    project = the_project(do)
    assert (project.is_livelihood, project.livelihood_state) == (True, "under_way")
    assert led(do) == [
        (before, after, run) for before, after in zip([None, *WAY[:3]], WAY[:4], strict=True)
    ]


def test_a_known_one_goes_on_by_one_step_and_nothing_else_is_changed(do: Projects) -> None:
    first = brought(do, livelihood_state="candidate", contractor="甲")
    sheets = listed(livelihood_state="voted", contractor="甲")
    (plan,) = plan_of(do.engine, sheets).sheets
    (one,) = [one for one in plan.planned if one.action == "changed"]
    assert one.fields == {"livelihood_state": ("candidate", "voted")}
    assert days_touched(plan.planned) == [samples.RECORDS_ON]
    second = stored(do.engine, sheets)
    assert led(do) == [(None, "candidate", first), ("candidate", "voted", second)]
    assert the_project(do).version == 2


@pytest.mark.parametrize(
    ("known", "told"),
    [("candidate", "published"), ("voted", "candidate"), ("assessed", "done"), ("done", "voted")],
)
def test_where_no_way_leads_the_row_is_left_out(do: Projects, known: str, told: str) -> None:
    brought(do, livelihood_state=known)
    (why,) = refused(do, livelihood_state=told)
    assert "cannot get there" in why
    assert the_project(do).livelihood_state == known


@pytest.mark.parametrize(("known", "told"), [("done", "under_way"), ("not_chosen", "candidate")])
def test_what_needs_a_reason_is_not_for_a_list(do: Projects, known: str, told: str) -> None:
    brought(do, livelihood_state=known)
    (why,) = refused(do, livelihood_state=told)
    assert "gives no reason" in why


def test_an_empty_cell_takes_no_state_away_but_what_describes(do: Projects) -> None:
    brought(do, livelihood_state="voted", owner_unit="镇政府", contractor="甲")
    brought(do, livelihood_state=None, owner_unit="镇政府", contractor=None)
    project = the_project(do)
    assert (project.livelihood_state, project.owner_unit, project.contractor) == (
        "voted", "镇政府", None,
    )  # fmt: skip
    assert len(led(do)) == 2


def test_undoing_gives_back_what_was_with_its_log(do: Projects) -> None:
    first = brought(do, owner_unit="镇政府")
    before, steps = tables(do.engine), led(do)
    second = brought(do, owner_unit="县交通局", contractor="甲", livelihood_state="done")
    assert the_project(do).is_livelihood
    undo_stored(do.engine, second, user_id=None)
    assert tables(do.engine) == before
    assert led(do) == steps == []
    undo_stored(do.engine, first, user_id=None)
    assert tables(do.engine)["project"] == []


def test_a_later_list_takes_over_the_steps_that_it_rests_on(do: Projects) -> None:
    brought(do)
    before = tables(do.engine)
    second = brought(do, livelihood_state="candidate")
    third = brought(do, livelihood_state="voted")
    undo_stored(do.engine, second, user_id=None)
    assert the_project(do).livelihood_state == "voted"
    assert led(do) == [(None, "candidate", third), ("candidate", "voted", third)]
    journal = Journal.from_json(result(do.engine, third)["journal"])
    (entry,) = journal.changed["project"].values()
    assert entry.fields["livelihood_state"] == [None, "voted"]
    undo_stored(do.engine, third, user_id=None)
    assert (tables(do.engine), led(do)) == (before, [])


def test_where_a_person_led_it_on_since_undoing_leaves_state_and_steps(do: Projects) -> None:
    brought(do)
    second = brought(do, livelihood_state="voted", owner_unit="镇政府")
    do.live(the_project(do).id, "published")
    undo_stored(do.engine, second, user_id=None)
    project = the_project(do)
    assert (project.livelihood_state, project.owner_unit) == ("published", None)
    assert [after for _before, after, _run in led(do)] == WAY[:3]
    stays = result(do.engine, second)["undone"]["stays"]
    assert [(stay["field"], stay["by_person"]) for stay in stays] == [("livelihood_state", True)]


def test_a_list_between_two_persons_words_never_mixes_their_steps(do: Projects) -> None:
    brought(do)
    second = brought(do, livelihood_state="candidate")
    do.live(the_project(do).id, "voted")
    third = brought(do, livelihood_state="published")
    undo_stored(do.engine, second, user_id=None)
    undo_stored(do.engine, third, user_id=None)
    assert the_project(do).livelihood_state == "voted"
    assert [step[:2] for step in led(do)] == [(None, "candidate"), ("candidate", "voted")]


def test_one_cell_edited_in_the_exported_sheet_is_one_change(do: Projects, tmp_path: Path) -> None:
    project_id = do.register(name="１２号 路", project_no="P-2019")
    do.correct(project_id, owner_unit="３号 镇政府", contractor="甲　公司")
    do.live(project_id, "candidate")
    (read,) = exported(do.engine, "projects", tmp_path).sheets
    (plan,) = plan_of(do.engine, read).sheets
    assert [one.fields for one in plan.planned if one.fields] == []
    path = tmp_path / "edited.xlsx"
    path.write_bytes(ledger_export(do.engine, ExportWanted("projects"), today=date(2026, 11, 3)))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    headers = {cell.value: cell.column for cell in page[3]}
    offered = {
        str(validation.sqref).rstrip("0123456789").split(":")[0][0]: validation.formula1
        for validation in page.data_validations.dataValidation
    }
    letter = openpyxl.utils.get_column_letter(headers["民生实事状态"])
    assert "候选" in offered[letter[0]]
    cell = page.cell(4, headers["民生实事状态"])
    assert cell.value == "候选"
    cell.value = "票决通过"
    book.save(path)
    (plan,) = plan_of(do.engine, *read_workbook(path).sheets).sheets
    assert [one.fields for one in plan.planned if one.fields] == [
        {"livelihood_state": ("candidate", "voted")}
    ]
