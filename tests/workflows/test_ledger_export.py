"""A ledger exported and brought in again unchanged changes nothing."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.models import Incident, Problem, Visit
from geo_tracker.importing.columns import SheetKind
from geo_tracker.workflows.ledger_export import EXPORTED, ExportWanted, ledger_export
from tests.workflows.ledger_books import HOSTILE, ROWS, exported, ledger_sheet, plan_of
from tests.workflows.sheets import counts, stored, tables

Bring = Callable[..., Any]
KINDS = list(EXPORTED)


def raw(engine: sa.Engine, kind: SheetKind) -> Any:
    content = ledger_export(engine, ExportWanted(kind), today=date(2026, 11, 3))
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported_comes_back_with_nothing_changed(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path, kind: SheetKind
) -> None:
    bring_boundaries()
    first = stored(engine, ledger_sheet(kind))
    assert counts(engine, first) == [(len(ROWS[kind]), 0, 0)]
    before = tables(engine)
    book = exported(engine, kind, tmp_path)
    (read,) = book.sheets
    assert (read.kind, len(read.rows), read.unknown_columns) == (kind, len(ROWS[kind]), [])
    assert {p.severity for p in read.report.problems} == {"info"}
    (plan,) = plan_of(engine, read).sheets
    assert [p.message.text for p in plan.problems.problems] == []
    assert len(plan.unmatched) == 0
    changes = [(one.label, one.fields) for one in plan.planned if one.action != "unchanged"]
    assert changes == []
    assert (plan.counts.added, plan.counts.changed) == (0, 0)
    assert plan.counts.unchanged == len(ROWS[kind])
    assert tables(engine) == before


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_brought_in_elsewhere_tells_the_same(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path, kind: SheetKind
) -> None:
    bring_boundaries()
    import_id = stored(engine, ledger_sheet(kind))
    (read,) = exported(engine, kind, tmp_path).sheets
    rows = read.rows.drop(columns=[c for c in ("visit_no", "incident_no") if c in read.rows])
    with writing(engine) as session:
        for table in (
            "problem",
            "visit",
            "incident",
            "vote",
            "payment",
            "fund",
            "project_amount",
            "checklist_item",
            "asset_fusion",
        ):
            session.execute(sa.text(f"DELETE FROM {table}"))
        session.execute(sa.text("DELETE FROM project"))
    again = stored(engine, ledger_sheet(kind, rows.astype(object).where(rows.notna(), None)
                                        .to_dict("records")))  # fmt: skip
    assert counts(engine, again) == [(len(ROWS[kind]), 0, 0)]
    assert again != import_id
    (second,) = exported(engine, kind, tmp_path).sheets
    left = [c for c in rows.columns if c not in ("shape",)]
    assert second.rows[left].astype(str).equals(rows[left].astype(str))


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_of_nothing_is_a_table_without_rows(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path, kind: SheetKind
) -> None:
    bring_boundaries()
    (read,) = exported(engine, kind, tmp_path).sheets
    assert len(read.rows) == 0
    assert "合计" in [cell.value for cell in raw(engine, kind)["A"]]


def test_texts_start_no_formula_and_codes_are_text(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, *(ledger_sheet(kind) for kind in KINDS))
    for kind in KINDS:
        page = raw(engine, kind)
        cells = [
            cell for row in page.iter_rows(min_row=1) for cell in row if cell.value is not None
        ]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}, kind
        begins = [cell for cell in cells if str(cell.value)[:1] in "=+-@"]
        assert begins or kind == "votes"
        assert all(cell.quotePrefix for cell in begins), kind
        headers = {cell.value: cell.column for cell in page[3]}
        codes = [page.cell(4, headers[h]) for h in headers if h.endswith("代码")]
        assert all(cell.data_type == "s" or cell.value is None for cell in codes)
    assert raw(engine, "problems").cell(4, 4).value == HOSTILE


def test_the_sheet_has_a_title_sums_lists_and_a_line_to_sign(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, ledger_sheet("votes"), ledger_sheet("projects"))
    votes, projects = raw(engine, "votes"), raw(engine, "projects")
    assert votes["A1"].value == "表决台账"
    assert "2026-11-03" in votes["A2"].value
    assert votes.freeze_panes == "D4"
    headers = {cell.value: cell.column for cell in votes[3]}
    total = votes.max_row - 2
    assert votes.cell(total, 1).value == "合计"
    assert votes.cell(total, headers["应到"]).value == 35
    assert votes.cell(total, headers["同意"]).value == 26
    assert str(votes.cell(votes.max_row, 1).value).startswith("填报人：")
    assert any("村民会议" in v.formula1 for v in votes.data_validations.dataValidation)
    headers = {cell.value: cell.column for cell in projects[3]}
    paid = projects.cell(projects.max_row - 2, headers["已拨付(万元)"]).value
    assert paid == pytest.approx(12.345678)


def test_reporters_are_masked_and_their_names_stay_when_the_file_comes_back(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    stored(engine, ledger_sheet("problems"))
    (read,) = exported(engine, "problems", tmp_path).sheets
    assert read.rows["reporter"].dropna().tolist() == ["王**"]
    read.rows.loc[read.rows["problem_no"] == "2025-00001", "content"] = "改了"
    (plan,) = plan_of(engine, read).sheets
    changed = [one for one in plan.planned if one.action == "changed"]
    assert [sorted(one.fields) for one in changed] == [["content"]]
    # Another name is another name.
    read.rows.loc[read.rows["problem_no"] == "2025-00001", "reporter"] = "李**"
    (plan,) = plan_of(engine, read).sheets
    (one,) = [one for one in plan.planned if one.action == "changed"]
    assert one.fields["reporter"] == ("王小明", "李**")


def test_what_people_typed_in_the_browser_is_the_same_after_the_way_through_a_sheet(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    stored(engine, ledger_sheet("problems"), ledger_sheet("visits"))
    with writing(engine) as session:
        for problem in session.scalars(sa.select(Problem)):
            problem.content = " １２号 路灯\r\n不亮\x07 _x0041_ "
            problem.category = "\t—— "
        for visit in session.scalars(sa.select(Visit)):
            visit.summary = "　全角空格　"
    for kind in ("problems", "visits"):
        (read,) = exported(engine, kind, tmp_path).sheets
        (plan,) = plan_of(engine, read).sheets
        assert [one.fields for one in plan.planned if one.fields] == [], kind


def test_a_filter_narrows_the_export(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    stored(engine, *(ledger_sheet(kind) for kind in KINDS))
    for kind, where, count in (
        ("problems", [Problem.handover_round >= 2], 2),
        ("problems", [Problem.state == "closed", Problem.source == "residents"], 0),
        ("problems", [sa.false()], 0),
        ("visits", [Visit.visited_on <= date(2025, 11, 3)], 1),
        ("incidents", [Incident.closed_on.is_(None)], 2),
    ):
        (read,) = exported(engine, kind, tmp_path, where=where).sheets  # type: ignore[arg-type]
        assert len(read.rows) == count, (kind, where)
