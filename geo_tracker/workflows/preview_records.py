"""What is understood of a workbook, as plain data for its preview."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.importing.sheets import FileColumn, Sheet, UnreadSheet, Workbook
from geo_tracker.importing.tables import fault_of
from geo_tracker.importing.unread_cells import column_letters
from geo_tracker.workflows.matching import (
    REFERENCES,
    matches_of,
    rows_left_out,
    villages_meant,
)
from geo_tracker.workflows.periods import days_touched
from geo_tracker.workflows.preview_report import SHOWN_PROBLEMS, shortened
from geo_tracker.workflows.record_comparison import compared_sheets, plan_digest, with_problems
from geo_tracker.workflows.record_plan import planned_records
from geo_tracker.workflows.records import unmatched_rows
from geo_tracker.workflows.sheet_plan import FileFacts
from geo_tracker.workflows.village_candidates import VillageCandidates


def records_preview(
    engine: sa.Engine,
    workbook: Workbook,
    as_of_on: date,
    *,
    title: str,
    user_id: int | None = None,
) -> tuple[dict[str, Any], bool]:
    """Return what is understood of a workbook, and whether it says that it is made up.

    What is doubtful about the villages that were found is added to the sheets' reports.

    Parameters
    ----------
    engine : Engine
        The database; it is only read.
    workbook : Workbook
        As read.
    as_of_on : date
        The date its figures hold at, where rows name none.
    title : str
        What the file is called.
    user_id : int, optional
        Who brings it.
    """
    synthetic = bool(workbook.sheets) and all(
        sheet.synthetic for sheet in workbook.sheets if sheet.kind != "published"
    )
    sheets = []
    with reading(engine) as session:
        facts = FileFacts(as_of_on, title, synthetic, user_id)
        plan = planned_records(session, facts, workbook.sheets)
        compared = compared_sheets(session, plan)
        for sheet, planned, changes in zip(workbook.sheets, plan.sheets, compared, strict=True):
            matches = matches_of(session, sheet, as_of_on=as_of_on)
            note_doubts(sheet, matches)
            left_out = unmatched_rows(rows_left_out(sheet, matches))
            sheets.append(
                {
                    "kind": sheet.kind,
                    "title": sheet.title,
                    "number": sheet.number,
                    "header_row": sheet.header_row,
                    "columns": sheet.columns,
                    "unknown_columns": sheet.unknown_columns,
                    "rows": len(sheet.rows) - len(planned.problems.errors),
                    "report": shortened(with_problems(sheet.report, planned.problems)),
                    "unmatched": left_out[:SHOWN_PROBLEMS],
                    "unmatched_count": len(left_out),
                    "changes": changes,
                    "fitting_layouts": sheet.fitting_layouts,
                    "open_rows": _open_rows(session, sheet, matches, as_of_on),
                }
                | _mapping(sheet)
            )
    preview: dict[str, Any] = {
        "sheets": sheets,
        "unread": [_unread(sheet) for sheet in workbook.unread],
        "digest": plan_digest(plan),
        "days": [str(day) for day in days_touched(plan.planned)],
    }
    fault = fault_of(workbook)
    if fault is not None:
        preview["problem"] = fault.to_json()
    return preview, synthetic


def note_doubts(sheet: Sheet, matches: Mapping[str, pd.DataFrame]) -> None:
    """Add to a sheet's report what is doubtful about the villages of rows that are stored.

    Either the village found has another name or code, or a project stays without one of its two.
    """
    left_out = set(rows_left_out(sheet, matches).index)
    for reference in REFERENCES[sheet.kind]:
        match = matches[reference.name]
        named = sheet.rows[[reference.name, reference.code]].notna().any(axis=1)
        doubtful = match[match["reason"].notna() & named]
        for row, reason in doubtful["reason"].items():
            if row not in left_out:
                column = sheet.columns.get(reference.name)
                sheet.report.add("warning", reason, row=row, column=column)


def _mapping(sheet: Sheet | UnreadSheet) -> dict[str, Any]:
    return {
        "header_rows": list(sheet.header_rows),
        "possible_headers": [asdict(rows) for rows in sheet.possible_headers],
        "file_columns": [_column(column) for column in sheet.file_columns],
        "layout": sheet.choice.layout,
    }


def _column(column: FileColumn) -> dict[str, Any]:
    return asdict(column) | {"letter": column_letters(column.number)}


def _unread(sheet: UnreadSheet) -> dict[str, Any]:
    return {
        "number": sheet.number,
        "title": sheet.title,
        "kind": sheet.kind,
        "fault": sheet.fault.to_json() if sheet.fault else None,
    } | _mapping(sheet)


def _open_rows(
    session: Session, sheet: Sheet, matches: Mapping[str, pd.DataFrame], as_of_on: date
) -> list[dict[str, Any]]:
    """Return the villages a person may choose: rows without one, and what was chosen before.

    The first rows only: those that follow are listed once these are decided.
    """
    listed = []
    for reference in REFERENCES[sheet.kind]:
        match = matches[reference.name]
        written = [c for c in (reference.name, reference.code) if c in sheet.rows]
        named = sheet.rows[written].notna().any(axis=1)
        chosen = sheet.chosen.get(reference.name, {})
        unknown = match.index[match["unit_id"].isna() & named]
        decided = [row for row in match.index if row in chosen]
        wanted = [*decided, *unknown[~unknown.isin(decided)][:SHOWN_PROBLEMS]]
        if not wanted:
            continue
        for index, villages in villages_meant(session, sheet, reference, as_of_on=as_of_on):
            candidates = VillageCandidates(villages)
            for row in wanted:
                if row not in index:
                    continue
                code, name, town = (
                    None if pd.isna(cell) else str(cell)
                    for cell in sheet.rows.loc[row, [reference.code, reference.name, "town"]]
                )
                reason = match.loc[row, "reason"]
                listed.append(
                    {
                        "row": int(row),
                        "column": reference.name,
                        "written": {"code": code, "name": name, "town": town},
                        "reason": reason.to_json() if reason is not None else None,
                        "chosen": chosen.get(row),
                        "candidates": [asdict(c) for c in candidates.of(code, name, town)],
                    }
                )
    return sorted(listed, key=lambda entry: (entry["chosen"] is not None, entry["row"]))
