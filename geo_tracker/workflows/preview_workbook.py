"""A workbook is looked at: read as wanted, with the villages a person chose, and compared."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import ImportRun
from geo_tracker.errors import InputError
from geo_tracker.importing.choices import SheetChoice, sheet_choices
from geo_tracker.importing.sheets import Workbook
from geo_tracker.importing.tables import refuse_without_tables, understood_workbook
from geo_tracker.language import N_
from geo_tracker.workflows.decided import with_chosen_villages
from geo_tracker.workflows.files import read_apart, stored_file
from geo_tracker.workflows.layout_files import remembered_layouts
from geo_tracker.workflows.matching import REFERENCES, villages_meant
from geo_tracker.workflows.preview_records import records_preview
from geo_tracker.workflows.preview_report import Looked
from geo_tracker.workflows.progress import Progress


def workbook_preview(
    engine: sa.Engine, settings: Settings, run: ImportRun, progress: Progress
) -> Looked:
    """Return what is understood of an import's workbook, read with the choices that are wanted.

    A sheet nobody decided about is read by the remembered layout that fits it.

    Raises
    ------
    InputError
        If the file cannot be used that way, or a village chosen anew cannot be meant there.
    NotFoundError
        If it is gone.
    """
    wanted, source = run.preview["wanted"], run.source
    progress.at(N_("Reading the sheets"))
    workbook = read_apart(
        settings,
        understood_workbook,
        stored_file(settings, source),
        file_name=source.file_name,
        choices=sheet_choices(wanted),
        layouts=remembered_layouts(settings),
    )
    if not run.earlier_preview:
        refuse_without_tables(workbook)
    progress.at(N_("Comparing with what is stored"))
    with reading(engine) as session:
        _check_villages(session, workbook, run.choices, wanted, run.as_of_on)
    decided = with_chosen_villages(workbook, wanted)
    preview, synthetic = records_preview(
        engine, decided, run.as_of_on, title=source.title, user_id=run.user_id
    )
    return Looked(preview, wanted | {"sheets": _sheets_as_read(workbook)}, synthetic)


def _check_villages(
    session: Session,
    workbook: Workbook,
    earlier: Mapping[str, Any],
    wanted: Mapping[str, Any],
    as_of_on: date,
) -> None:
    """Check that each village a person chose anew can be meant in its row."""
    references = {
        (str(sheet.number), reference.name): (sheet, reference)
        for sheet in workbook.sheets
        for reference in REFERENCES[sheet.kind]
    }
    for number, columns in wanted.get("villages", {}).items():
        for column, rows in columns.items():
            known = earlier.get("villages", {}).get(number, {}).get(column, {})
            anew = {row: word["unit_id"] for row, word in rows.items() if word != known.get(row)}
            place = references.get((number, column))
            if not anew:
                continue
            meant = villages_meant(session, *place, as_of_on=as_of_on) if place else []
            for row, unit_id in anew.items():
                if not any(
                    int(row) in index and unit_id in set(found["unit_id"]) for index, found in meant
                ):
                    raise InputError(N_("Row %(row)s cannot mean this village."), row=int(row))


def _sheets_as_read(workbook: Workbook) -> dict[str, Any]:
    """Return how each sheet is read, as plain data: a layout may be edited before publication."""
    decided = {sheet.number: sheet.choice for sheet in workbook.sheets}
    decided |= {sheet.number: sheet.choice for sheet in workbook.unread}
    return {
        str(number): choice.to_json()
        for number, choice in decided.items()
        if choice != SheetChoice()
    }
