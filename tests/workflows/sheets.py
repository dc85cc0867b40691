"""Sheets as read, without the workbook around them, and what the tables hold afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.columns import Base
from geo_tracker.db.models import ImportRun, Source
from geo_tracker.db.record_plan import MODELS
from geo_tracker.importing.columns import LAYOUTS, SheetKind
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.records import store_sheets
from tests import samples

FIRST_ROW = 3


def sheet(kind: SheetKind, rows: Sequence[Mapping[str, Any]], *, title: str | None = None) -> Sheet:
    """Return a sheet whose columns are those that any of its rows names."""
    columns = dict.fromkeys(name for row in rows for name in row)
    frame = pd.DataFrame(
        {
            target: pd.Series(
                [row.get(target) for row in rows],
                index=range(FIRST_ROW, FIRST_ROW + len(rows)),
                dtype=float if column.reading in {"share", "number", "lon", "lat"} else object,
            )
            for target, column in LAYOUTS[kind].columns.items()
        },
        index=pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(rows), name="row"),
    )
    return Sheet(
        kind=kind,
        title=title or LAYOUTS[kind].titles[0],
        header_row=FIRST_ROW - 1,
        columns={name: name for name in columns},
        unknown_columns=[],
        rows=frame,
        report=ImportReport(),
        synthetic=False,
    )


def added_run(engine: sa.Engine, *, title: str = "records.xlsx") -> int:
    """Add an import as if its file had been looked at; return its id."""
    with writing(engine) as session:
        source = Source(title=title, file_name=title)
        session.add(source)
        session.flush()
        run = ImportRun(
            kind="records", source_id=source.id, as_of_on=samples.RECORDS_ON, state="queued"
        )
        session.add(run)
        session.flush()
    return run.id


def stored(engine: sa.Engine, *sheets: Sheet, title: str = "records.xlsx") -> int:
    """Store sheets as an import of their own; return its id."""
    run_id = added_run(engine, title=title)
    store_sheets(engine, run_id, list(sheets))
    return run_id


def result(engine: sa.Engine, run_id: int) -> dict[str, Any]:
    """Return what an import noted of itself."""
    with reading(engine) as session:
        return session.get_one(ImportRun, run_id).result


def counts(engine: sa.Engine, run_id: int) -> list[tuple[int, int, int]]:
    """Return for each sheet of an import how many rows added, changed, and did nothing."""
    return [(s["added"], s["changed"], s["unchanged"]) for s in result(engine, run_id)["sheets"]]


def tables(engine: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every cell of every table that workbooks write; versions only ever grow."""
    return {name: cells(engine, model) for name, model in MODELS.items()}


def cells(engine: sa.Engine, model: type[Base]) -> list[tuple[Any, ...]]:
    """Return every cell of a table but versions, in the order of its ids."""
    table = model.metadata.tables[model.__tablename__]
    columns = [column for column in table.columns if column.name != "version"]
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(table.c.id))]
