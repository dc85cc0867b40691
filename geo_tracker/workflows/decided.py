"""A workbook read the way its import decided, and what of that is a person's word."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import ImportRun, VillageVersion
from geo_tracker.importing.choices import sheet_choices
from geo_tracker.importing.sheets import Sheet, Workbook
from geo_tracker.importing.tables import read_workbook


def decided_workbook(path: Path, *, file_name: str | None, choices: Mapping[str, Any]) -> Workbook:
    """Read a workbook the way its import decided.

    Parameters
    ----------
    path : Path
        The file.
    file_name : str
        What its owner called it.
    choices : mapping
        The import's choices as they are kept.

    Returns
    -------
    Workbook
        Its sheets with the villages a person chose.

    Raises
    ------
    InputError
        If the file cannot be read that way.
    """
    workbook = read_workbook(path, file_name=file_name, choices=sheet_choices(choices))
    return with_chosen_villages(workbook, choices)


def with_chosen_villages(workbook: Workbook, choices: Mapping[str, Any]) -> Workbook:
    """Return a workbook whose sheets know the villages that a person chose."""
    kept = choices.get("villages", {})
    sheets = [
        replace(
            sheet,
            chosen={
                column: {int(row): chosen["unit_id"] for row, chosen in rows.items()}
                for column, rows in kept.get(str(sheet.number), {}).items()
            },
        )
        for sheet in workbook.sheets
    ]
    return replace(workbook, sheets=sheets)


def persons_words(session: Session, run: ImportRun, sheet: Sheet) -> list[dict[str, Any]]:
    """Return which villages a person chose for the rows of a sheet, as plain data to be kept.

    Each has ``row``, ``column``, ``written``, ``unit_id``, ``name`` (of the village as it was
    last), ``by`` and ``at``.
    """
    kept = run.choices.get("villages", {}).get(str(sheet.number), {})
    words = [
        {"row": int(row), "column": column, "written": _cell(sheet, int(row), column)} | chosen
        for column, rows in kept.items()
        for row, chosen in rows.items()
        if int(row) in sheet.rows.index
    ]
    units = {word["unit_id"] for word in words}
    rows = session.execute(
        sa.select(VillageVersion.unit_id, VillageVersion.name)
        .where(VillageVersion.unit_id.in_(units))
        .order_by(VillageVersion.valid_from)
    )
    names = {row.unit_id: row.name for row in rows}
    return [word | {"name": names.get(word["unit_id"])} for word in words]


def _cell(sheet: Sheet, row: int, column: str) -> str | None:
    cell = sheet.rows.loc[row, column]
    return None if cell is None else str(cell)
