"""What planners decide about a workbook before it is stored: columns, units, villages."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.imports import previewed_import
from geo_tracker.errors import InputError
from geo_tracker.importing.choices import SheetChoice, sheet_choices
from geo_tracker.importing.sheets import Workbook
from geo_tracker.importing.tables import understood_workbook
from geo_tracker.language import N_
from geo_tracker.workflows.decided import with_chosen_villages
from geo_tracker.workflows.files import read_apart, stored_file
from geo_tracker.workflows.layout_files import remembered_layouts
from geo_tracker.workflows.matching import REFERENCES, villages_meant
from geo_tracker.workflows.preview_records import records_preview


def read_records_again(
    engine: sa.Engine, settings: Settings, import_id: int, *, sheets: Mapping[int, SheetChoice]
) -> None:
    """Look at a workbook again, with what the planner changed of its sheets.

    Raises
    ------
    ConflictError
        If the import was accepted already.
    InputError
        If the file cannot be used that way; the earlier preview stays.
    """
    with reading(engine) as session:
        choices = previewed_import(session, import_id).choices
    changed = {str(number): choice.to_json() for number, choice in sheets.items()}
    _look_again(engine, settings, import_id, choices | {"sheets": changed})


def choose_villages(
    engine: sa.Engine,
    settings: Settings,
    import_id: int,
    *,
    chosen: Mapping[tuple[int, str, int], int | None],
    username: str,
) -> None:
    """Keep which villages a planner chose for rows, and look at the workbook again.

    Parameters
    ----------
    engine, settings, import_id
        The import.
    chosen : mapping
        (place of the sheet, column of the name, Excel row) → unit, None to leave the row out.
        Rows that are not named keep their choice.
    username : str
        Whose word it is.

    Raises
    ------
    ConflictError
        If the import was accepted already.
    InputError
        If a village cannot be meant there.
    """
    with reading(engine) as session:
        run = previewed_import(session, import_id)
        choices, as_of_on = run.choices, run.as_of_on
        path, name = stored_file(settings, run.source), run.source.file_name
        workbook = read_apart(
            settings, understood_workbook, path, file_name=name, choices=sheet_choices(choices)
        )
        possible = {
            (sheet.number, reference.name): villages_meant(
                session, sheet, reference, as_of_on=as_of_on
            )
            for sheet in workbook.sheets
            for reference in REFERENCES[sheet.kind]
        }
    kept = {
        sheet: {column: dict(rows) for column, rows in columns.items()}
        for sheet, columns in choices.get("villages", {}).items()
    }
    moment = now().astimezone().isoformat(timespec="seconds")
    for (number, column, row), unit_id in chosen.items():
        rows = kept.setdefault(str(number), {}).setdefault(column, {})
        if unit_id is None:
            rows.pop(str(row), None)
            continue
        meant = possible.get((number, column), [])
        if not any(row in index and unit_id in set(found["unit_id"]) for index, found in meant):
            raise InputError(N_("Row %(row)s cannot mean this village."), row=row)
        if rows.get(str(row), {}).get("unit_id") != unit_id:
            rows[str(row)] = {"unit_id": unit_id, "by": username, "at": moment}
    _look_again(engine, settings, import_id, choices | {"villages": kept})


def _look_again(
    engine: sa.Engine, settings: Settings, import_id: int, choices: dict[str, Any]
) -> None:
    with reading(engine) as session:
        run = previewed_import(session, import_id)
        path, name, as_of_on = stored_file(settings, run.source), run.source.file_name, run.as_of_on
        title = run.source.title
    looked = read_apart(
        settings,
        understood_workbook,
        path,
        file_name=name,
        choices=sheet_choices(choices),
        layouts=remembered_layouts(settings),
    )
    decided = with_chosen_villages(looked, choices)
    preview, synthetic = records_preview(engine, decided, as_of_on, title=title)
    with writing(engine) as session:
        run = previewed_import(session, import_id)
        run.preview = preview
        run.choices = choices | {"sheets": preview_choices(looked)}
        run.source.synthetic = synthetic


def preview_choices(workbook: Workbook) -> dict[str, Any]:
    """Return how each sheet is read, as plain data: a layout may be edited before publication."""
    decided = {sheet.number: sheet.choice for sheet in workbook.sheets}
    decided |= {sheet.number: sheet.choice for sheet in workbook.unread}
    return {
        str(number): choice.to_json()
        for number, choice in decided.items()
        if choice != SheetChoice()
    }
