"""The error workbook of an import: all of its problems in the planner's own table."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.imports import existing_import
from geo_tracker.errors import InputError
from geo_tracker.importing.choices import sheet_choices
from geo_tracker.importing.marked_workbook import RowMarks, SheetMarks, Wording, marked_workbook
from geo_tracker.importing.sheets import Sheet
from geo_tracker.importing.tables import understood_workbook
from geo_tracker.language import N_, Message, translate
from geo_tracker.workflows.decided import with_chosen_villages
from geo_tracker.workflows.files import stored_file
from geo_tracker.workflows.matching import REFERENCES, matches_of, rows_left_out
from geo_tracker.workflows.preview_records import note_doubts
from geo_tracker.workflows.record_plan import planned_records
from geo_tracker.workflows.records import facts_of

_NOTES = (
    N_("Cells that cost a row are red, cells to look at are yellow. The last column says why."),
    N_("Correct the red cells in Excel or WPS, save the file and upload it again."),
    N_("The last column and this sheet are not read."),
    N_("Rows that are stored already are not stored twice: what changed is updated."),
)


@dataclass(frozen=True)
class ErrorWorkbook:
    """An xlsx file and how to call it."""

    content: bytes
    file_name: str


def error_workbook(
    engine: sa.Engine, settings: Settings, import_id: int, *, locale: str
) -> ErrorWorkbook:
    """Return the file of an import with all that is wrong with it, as its register stands now.

    Raises
    ------
    InputError
        If it is no workbook.
    NotFoundError
        If there is no such import, or its file is gone.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        if run.kind != "records":
            raise InputError(N_("Only workbooks come back with their errors."))
        path, name, as_of_on = stored_file(settings, run.source), run.source.file_name, run.as_of_on
        workbook = with_chosen_villages(
            understood_workbook(path, file_name=name, choices=sheet_choices(run.choices)),
            run.choices,
        )
        marks = []
        # What the register has to say against a row: two rows of one record, a way there is not.
        plan = planned_records(session, facts_of(run), workbook.sheets)
        for sheet, planned in zip(workbook.sheets, plan.sheets, strict=True):
            sheet.report.problems += planned.problems.problems
            matches = matches_of(session, sheet, as_of_on=as_of_on)
            note_doubts(sheet, matches)
            marks.append(_marks(sheet, matches, locale))
    title = name or "table"
    wording = Wording(
        reason_header=translate(Message(N_("Problem (geo_tracker)")), locale),
        notes_title=translate(Message(N_("Explanation (geo_tracker)")), locale),
        notes=[translate(Message(note), locale) for note in _NOTES],
        rebuilt=translate(
            Message(
                N_("This file was built anew from the values of yours, without its formatting.")
            ),
            locale,
        ),
    )
    content = marked_workbook(path, marks, wording, file_name=title)
    suffix = translate(Message(N_("errors")), locale)
    return ErrorWorkbook(content, f"{title.rpartition('.')[0] or title}-{suffix}.xlsx")


def _marks(sheet: Sheet, matches: Mapping[str, pd.DataFrame], locale: str) -> SheetMarks:
    numbers: dict[str, list[int]] = {}
    for target, number in sheet.found.items():
        numbers.setdefault(sheet.columns[target], []).append(number)
    rows: dict[int, RowMarks] = {}
    notes = []
    for problem in sheet.report.problems:
        if problem.severity == "info":
            continue
        text = translate(problem.message, locale)
        text = f"{problem.column}: {text}" if problem.column else text
        if problem.row is None:
            notes.append(f"{sheet.title} · {text}")
            continue
        marks = rows.setdefault(problem.row, RowMarks())
        is_error = problem.severity == "error"
        (marks.errors if is_error else marks.warnings).append(text)
        coloured = marks.bad if is_error else marks.doubtful
        coloured.update(numbers.get(problem.column or "", []))
    for row, (columns, reasons) in _without_village(sheet, matches).items():
        marks = rows.setdefault(row, RowMarks())
        marks.bad |= columns
        marks.errors += [translate(reason, locale) for reason in reasons]
    return SheetMarks(sheet.number, sheet.header_row, rows, notes)


def _without_village(
    sheet: Sheet, matches: Mapping[str, pd.DataFrame]
) -> dict[int, tuple[set[int], list[Message]]]:
    """Return the rows left out for want of a village: the columns that name it, and why."""
    found: dict[int, tuple[set[int], list[Message]]] = {}
    left_out = rows_left_out(sheet, matches)
    for reference in REFERENCES[sheet.kind]:
        match = matches[reference.name].loc[left_out.index]
        named = sheet.rows.loc[left_out.index, [reference.name, reference.code]].notna().any(axis=1)
        columns = {
            sheet.found[target]
            for target in (reference.name, reference.code, "town")
            if target in sheet.found
        }
        for row in match.index[match["unit_id"].isna() & named]:
            coloured, reasons = found.setdefault(int(row), (set(), []))
            coloured |= columns
            reasons.append(match.loc[row, "reason"])
    for row, reason in left_out["reason"].items():
        # A row that names no village at all has nothing to colour.
        found.setdefault(int(row), (set(), [reason]))
    return found
