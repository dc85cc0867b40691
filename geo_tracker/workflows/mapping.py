"""What planners decide about a workbook before it is stored: columns, units, villages."""

from collections.abc import Mapping

import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.columns import now
from geo_tracker.db.imports import previewed_import
from geo_tracker.importing.choices import SheetChoice
from geo_tracker.workflows.looking import queued_look


def decide_sheets(
    engine: sa.Engine,
    import_id: int,
    *,
    sheets: Mapping[int, SheetChoice],
    user_id: int | None = None,
) -> int:
    """Have a workbook looked at again, with what the planner changed of its sheets.

    Returns
    -------
    int
        The job's id. Where the file cannot be read that way, the earlier preview says why.

    Raises
    ------
    ConflictError
        If the import is being looked at, was refused, or was accepted.
    """
    changed = {str(number): choice.to_json() for number, choice in sheets.items()}
    with writing(engine) as session:
        run = previewed_import(session, import_id)
        return queued_look(session, run, run.choices | {"sheets": changed}, user_id=user_id)


def choose_villages(
    engine: sa.Engine,
    import_id: int,
    *,
    chosen: Mapping[tuple[int, str, int], int | None],
    username: str,
    user_id: int | None = None,
) -> int:
    """Have a workbook looked at again, with the villages a planner chose for its rows.

    Parameters
    ----------
    engine, import_id
        The import.
    chosen : mapping
        (place of the sheet, column of the name, Excel row) → unit, None to leave the row out.
        Rows that are not named keep their choice.
    username : str
        Whose word it is.
    user_id : int, optional
        Who asks for the look.

    Returns
    -------
    int
        The job's id. Where a village cannot be meant, the earlier preview says so.

    Raises
    ------
    ConflictError
        If the import is being looked at, was refused, or was accepted.
    """
    moment = now().astimezone().isoformat(timespec="seconds")
    with writing(engine) as session:
        run = previewed_import(session, import_id)
        words = {
            sheet: {column: dict(rows) for column, rows in columns.items()}
            for sheet, columns in run.choices.get("villages", {}).items()
        }
        for (number, column, row), unit_id in chosen.items():
            rows = words.setdefault(str(number), {}).setdefault(column, {})
            if unit_id is None:
                rows.pop(str(row), None)
            elif rows.get(str(row), {}).get("unit_id") != unit_id:
                rows[str(row)] = {"unit_id": unit_id, "by": username, "at": moment}
        return queued_look(session, run, run.choices | {"villages": words}, user_id=user_id)
