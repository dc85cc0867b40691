"""Sheets of projects as they go out and come back through the pages."""

import io
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import Project
from geo_tracker.web.context import Services
from tests.web.ledgers import TODAY
from tests.web.reading import plain
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, visitor

PROJECT = "双溪村道路硬化"


@pytest.fixture
def who(county: Flask) -> Visitor:
    return visitor(county, "planner")


def edited(who: Visitor, folder: Path, **cells: str) -> Path:
    """Return the exported sheet of projects with other words in some cells of one project."""
    book = openpyxl.load_workbook(io.BytesIO(who.get("/exports/projects.xlsx").data))
    page = book.worksheets[0]
    headers = {cell.value: cell.column for cell in page[3]}
    (row,) = [row for row in range(4, page.max_row) if page.cell(row, 2).value == PROJECT]
    for header, value in cells.items():
        page.cell(row, headers[header]).value = value
    path = folder / "项目.xlsx"
    book.save(path)
    return path


def preview(who: Visitor, file: Path) -> tuple[int, str]:
    import_id = import_id_of(uploaded(who, "table", file, TODAY.isoformat()))
    return import_id, plain(who.page(f"/imports/{import_id}/preview"))


def taken(county: Flask, who: Visitor, import_id: int) -> None:
    assert who.post(f"/imports/{import_id}/confirm", {}).status_code == 303
    work_done(county)


def project_page(county: Flask, who: Visitor) -> str:
    services: Services = county.extensions["geo_tracker"]
    with reading(services.engine) as session:
        project_id = session.scalars(sa.select(Project.id).where(Project.name == PROJECT)).one()
    return plain(who.page(f"/projects/{project_id}"))


def test_an_edited_sheet_is_previewed_stored_told_and_undone(
    county: Flask, who: Visitor, tmp_path: Path
) -> None:
    _id, page = preview(who, edited(who, tmp_path))
    assert "0 changed" in page or "Changed 0" in page, page
    cells = {"民生实事状态": "票决通过", "建设单位": "花街镇政府", "施工单位": "某建设公司"}
    import_id, page = preview(who, edited(who, tmp_path, **cells))
    assert "state as livelihood project" in page
    assert "Owner unit" in page
    taken(county, who, import_id)
    page = project_page(county, who)
    assert "livelihood project: Chosen by vote" in page
    assert f"Livelihood project: from “Candidate” to “Chosen by vote” on {TODAY}" in page
    assert page.count("Chosen by vote”") == 1
    assert "Owner unit 花街镇政府" in page
    _id, page = preview(who, edited(who, tmp_path, 民生实事状态="已测评"))
    assert "cannot get there" in page
    assert who.post(f"/imports/{import_id}/undo", {}).status_code == 303
    work_done(county)
    page = project_page(county, who)
    assert "livelihood project:" not in page
    assert "The import was undone." in page
