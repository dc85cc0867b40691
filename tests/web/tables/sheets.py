"""Workbooks made, sent and stored by the tests of tables."""

import io
from typing import Any

import openpyxl
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import ImportRun
from tests import samples
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import Visitor

ODD: list[list[Any]] = [
    ["序号", "村子", "所在镇", "家庭数", "集体收入", "备注"],
    [1, "新川村", "花街镇", 150, 18, "x"],
    [2, "倪宅村", "花街镇", 300, 120, None],
]


def book(sheets: dict[str, Any]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def sent(who: Visitor, content: bytes, name: str = "表.xlsx", day: str = "2018-10-31") -> int:
    return import_id_of(uploaded(who, "table", (name, content), day))


def stored(app: Flask, who: Visitor, import_id: int) -> None:
    assert who.post(f"/imports/{import_id}/confirm", {}).status_code == 303
    work_done(app)
    assert 'id="stored"' in who.page(f"/imports/{import_id}")


def run_of(engine: sa.Engine, import_id: int) -> ImportRun:
    with reading(engine) as session:
        return session.get_one(ImportRun, import_id)


def votes(*named: tuple[str | None, str | None]) -> list[list[Any]]:
    header, vote = samples.SHEETS["表决"][:2]
    return [header, *([None, name, town, *vote[3:]] for name, town in named)]


def bytes_of(workbook: Any) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def errors_of(who: Visitor, import_id: int) -> Any:
    answer = who.get(f"/imports/{import_id}/errors.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def odd_as_villages(who: Visitor, import_id: int) -> None:
    """Say what the odd sheet is, as a planner does: its kind first, then its columns."""
    address = f"/imports/{import_id}/read-sheets"
    assert who.post(address, {"kind-0": "villages", "header-0": "1-1"}).status_code == 303
    fields = {"column-0-1": "name", "column-0-2": "town", "column-0-3": "households"}
    fields |= {"column-0-4": "total_income_yuan", "unit-0-4": "万元"}
    answer = who.post(address, {"kind-0": "villages", "header-0": "1-1"} | fields)
    assert answer.status_code == 303
