"""Layouts of suppliers: remembered, used by themselves, forgotten, and never in the way."""

import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import VillageFigures
from tests.web.tables.sheets import (
    ODD,
    book,
    odd_as_villages,
    run_of,
    sent,
    stored,
)
from tests.web.visitors import Visitor


def test_a_remembered_layout_reads_the_next_file_by_itself_and_says_so(
    app: Flask, planner: Visitor, engine: sa.Engine, settings: Settings
) -> None:
    first = sent(planner, book({"2018年甲": ODD}))
    odd_as_villages(planner, first)
    answer = planner.post(f"/imports/{first}/remember", {"supplier": "花街镇<农经站>"})
    assert answer.status_code == 303
    (file,) = (settings.data_dir / "layouts").glob("*.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert (kept["supplier"], kept["remembered_by"]) == ("花街镇<农经站>", "planner")
    assert kept["sheets"][0]["title"] == "*年甲"
    assert kept["sheets"][0]["columns"]["家庭数"] == "households"
    assert kept["sheets"][0]["units"] == {"集体收入": "万元"}

    moved = [["情况表"], [], [*reversed(ODD[0])], [None, 25, 200, "花街镇", "双溪村", 3]]
    second = sent(planner, book({"2019年甲": moved}))
    page = planner.page(f"/imports/{second}/preview")
    assert "Read as in the layout of 花街镇&lt;农经站&gt;." in page
    # What is published is what was shown, whatever became of the layout.
    file.unlink()
    stored(app, planner, second)
    with reading(engine) as session:
        figures = session.scalars(sa.select(VillageFigures)).one()
    assert (figures.households, figures.total_income) == (200, 250_000)


def test_a_layout_can_be_put_aside_for_one_file_and_forgotten_for_all(
    planner: Visitor, engine: sa.Engine
) -> None:
    first = sent(planner, book({"甲": ODD}))
    odd_as_villages(planner, first)
    planner.post(f"/imports/{first}/remember", {"supplier": "农经站"})
    second = sent(planner, book({"甲": [*ODD, [3, "双溪村", "花街镇", 1, 1, ""]]}))
    form = {"kind-0": "villages", "header-0": "1-1", "layout-0": ""}
    planner.post(f"/imports/{second}/read-sheets", form)
    assert run_of(engine, second).preview["sheets"] == []
    planner.post(f"/imports/{second}/read-sheets", {"kind-0": "", "layout-0": "农经站"})
    assert run_of(engine, second).preview["sheets"][0]["layout"] == "农经站"
    page = planner.page("/imports/layouts")
    assert "农经站" in page
    found = re.search(r'name="file" value="([^"]+)"', page)
    assert found is not None
    assert planner.post("/imports/layouts/forget", {"file": found[1]}).status_code == 303
    assert "No layout is remembered yet" in planner.page("/imports/layouts")
    assert planner.post("/imports/layouts/forget", {"file": "../secret_key"}).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"[]", b"{}", b'{"supplier": "a", "sheets": [{"kind": "nonsense"}]}',
     b"[" * 100_000, b'{"supplier": 1}'],
)  # fmt: skip
def test_a_layout_file_that_cannot_be_used_is_said_and_does_no_harm(
    planner: Visitor, settings: Settings, content: bytes
) -> None:
    folder = settings.data_dir / "layouts"
    folder.mkdir()
    (folder / "broken.json").write_bytes(content)
    page = planner.page("/imports/layouts")
    assert "broken.json" in page
    assert "This file cannot be used and is left aside." in page
    rows = [["村名", "乡镇", "户数"], ["新川村", "花街镇", 1]]
    assert sent(planner, book({"村庄": rows}))
