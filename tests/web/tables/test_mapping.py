"""What the columns of a sheet mean, as planners say it on the preview."""

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import VillageFigures
from tests.web.reading import plain
from tests.web.tables.sheets import ODD, book, odd_as_villages, run_of, sent, stored, votes
from tests.web.visitors import Visitor, visitor


def test_a_sheet_nobody_knows_waits_for_its_meaning_and_is_stored_by_it(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    import_id = sent(planner, book({"甲": ODD}))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "No sheet of the file was recognised" in page
    assert planner.post(f"/imports/{import_id}/confirm", {}).status_code == 409
    odd_as_villages(planner, import_id)
    stored(app, planner, import_id)
    with reading(engine) as session:
        incomes = session.scalars(sa.select(VillageFigures.total_income)).all()
    assert sorted(incomes) == [180_000, 1_200_000]


def test_a_column_taken_wrongly_can_be_changed_or_not_used(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    rows = [["村名", "乡镇", "户数", "人口"], ["新川村", "花街镇", 1, 2]]
    import_id = sent(planner, book({"村庄": rows}))
    form = {"kind-0": "villages", "header-0": "1-1", "column-0-0": "name", "column-0-1": "town"}
    form |= {"column-0-2": "", "column-0-3": "households"}
    assert planner.post(f"/imports/{import_id}/read-sheets", form).status_code == 303
    stored(app, planner, import_id)
    with reading(engine) as session:
        figures = session.scalars(sa.select(VillageFigures)).one()
    assert (figures.households, figures.registered_population) == (2, None)


def test_a_sheet_can_be_left_out_and_taken_back(planner: Visitor, engine: sa.Engine) -> None:
    rows = [["村名", "乡镇", "户数"], ["新川村", "花街镇", 1]]
    import_id = sent(planner, book({"村庄": rows, "二": [*rows, ["倪宅村", "花街镇", 2]]}))
    address = f"/imports/{import_id}/read-sheets"
    planner.post(address, {"kind-0": "", "kind-1": "villages"})
    preview = run_of(engine, import_id).preview
    assert [s["title"] for s in preview["sheets"]] == ["二"]
    assert [s["title"] for s in preview["unread"]] == ["村庄"]
    planner.post(address, {"kind-0": "villages", "kind-1": "villages"})
    assert len(run_of(engine, import_id).preview["sheets"]) == 2


def test_a_sheet_that_lacks_a_column_is_shown_with_the_reason_and_blocks(
    planner: Visitor,
) -> None:
    rows = [
        ["原村", "乡镇", "日期", "应该到", "实到", "同意"],
        ["新川村", "花街镇", "2018.9", 9, 8, 7],
    ]
    import_id = sent(planner, book({"表决": rows}))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "The sheet 表决 lacks the column 应到." in page
    assert planner.post(f"/imports/{import_id}/confirm", {}).status_code == 409
    form = {f"column-0-{n}": target for n, target in enumerate(
        ["former_name", "town", "held_on", "eligible", "present", "agree"])}  # fmt: skip
    form |= {"kind-0": "votes", "header-0": "1-1"}
    planner.post(f"/imports/{import_id}/read-sheets", form)
    assert "lacks the column" not in planner.page(f"/imports/{import_id}/preview")
    assert planner.post(f"/imports/{import_id}/confirm", {}).status_code == 303


@pytest.mark.parametrize(
    "form",
    [
        {"kind-0": "nonsense"},
        {"kind-0": "villages", "column-0-0": "nonsense"},
        {"kind-0": "villages", "column-0-0": "town"},
        {"kind-0": "villages", "header-0": "19-20"},
        {"kind-0": "villages", "header-0": "0-0"},
    ],
)
def test_what_no_sheet_can_be_is_refused_and_the_preview_stays(
    planner: Visitor, engine: sa.Engine, form: dict[str, str]
) -> None:
    rows = [["村名", "乡镇", "户数"], ["新川村", "花街镇", 1]]
    import_id = sent(planner, book({"村庄": rows}))
    before = run_of(engine, import_id)
    answer = planner.post(f"/imports/{import_id}/read-sheets", form)
    # What no file could be is known at once; the rest, once the file was looked at again.
    page = answer.text if answer.status_code == 422 else planner.page(answer.headers["Location"])
    assert 'class="alert alert-danger"' in page
    after = run_of(engine, import_id)
    assert (after.earlier_preview, after.choices) == (before.preview, before.choices)


def test_only_those_who_import_change_what_is_read(app: Flask, planner: Visitor) -> None:
    import_id = sent(planner, book({"表决": votes(("新川村", "石柱镇"))}))
    viewer = visitor(app, "viewer")
    for path in ("read-sheets", "villages", "remember"):
        assert viewer.post(f"/imports/{import_id}/{path}", {}).status_code == 403
    assert viewer.get(f"/imports/{import_id}/errors.xlsx").status_code == 403
    assert viewer.get("/imports/layouts").status_code == 200
    assert viewer.post("/imports/layouts/forget", {"file": "x"}).status_code == 403


def test_headers_and_names_of_files_stay_texts(planner: Visitor) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    rows = [
        ["村名", "乡镇", "户数", hostile],
        ["倪宅村", "花街镇", 1, hostile],
        [hostile, "花街镇", 1],
    ]
    import_id = sent(planner, book({"村庄": rows, "<b>甲": ODD}))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in plain(page)
    assert "<b>甲" not in page
