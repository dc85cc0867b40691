"""督办: what units under the limits have to do, from the proposal to the day it is closed."""

import html
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import BoardTodo
from tests.web.quarters import (
    BAD,
    TODAY,
    TODO,
    admin,
    drafted,
    engine_of,
    moved,
    on_both,
    published,
    steps,
    todo_of,
    towns,
)
from tests.web.reading import plain
from tests.web.visitors import Visitor, back, visitor

__all__ = ["admin", "on_both", "towns"]


def test_a_to_do_goes_from_proposal_to_closed(on_both: Flask) -> None:
    admin, planner = visitor(on_both, "admin"), back(on_both, "planner")
    unit = visitor(on_both, "handler", name="石柱经办", office="石柱镇")
    other = visitor(on_both, "handler", name="别处", office="花街镇")
    board = drafted(admin)
    assert admin.post(f"{board}/units/{BAD}/todo", TODO).status_code == 409
    published(admin, board)
    page = admin.page(board)
    assert "石柱镇 · Resolution rate 0.0 %" in plain(page)
    assert f"{board}/units/{BAD}?about=resolution#todo" in html.unescape(page)
    assert "Set a to-do" not in planner.page(board)
    assert planner.post(f"{board}/units/{BAD}/todo", TODO).status_code == 403
    todo = todo_of(admin, board)
    assert admin.post(f"{board}/units/{BAD}/todo", TODO).status_code == 409
    assert moved(other, todo, "answer", 1, "已改").status_code == 403
    assert moved(unit, todo, "close", 1).status_code == 409
    assert moved(unit, todo, "answer", 1, " ").status_code == 422
    assert moved(unit, todo, "answer", 1, "十五件已全部办结").status_code == 303
    assert moved(unit, todo, "close", 2).status_code == 403
    assert moved(planner, todo, "return", 2).status_code == 422
    assert moved(planner, todo, "return", 2, "缺照片").status_code == 303
    late = moved(unit, todo, "answer", 2, "我写的")
    assert late.status_code == 409
    assert "Changed since you opened it" in late.text
    assert "缺照片" in late.text
    assert "我写的" in late.text
    assert moved(unit, todo, "answer", 3, "照片已补").status_code == 303
    assert moved(planner, todo, "close", 4, "核实").status_code == 303
    assert moved(planner, todo, "close", 5).status_code == 409
    assert [step[:3] for step in steps(on_both, "board_todo")] == [
        ("set", None, "open"),
        ("answer", "open", "answered"),
        ("return", "answered", "open"),
        ("answer", "open", "answered"),
        ("close", "answered", "closed"),
    ]
    with reading(engine_of(on_both)) as session:
        kept = session.scalars(sa.select(BoardTodo)).one()
        assert (kept.state, kept.answer, kept.closed_on) == ("closed", "照片已补", TODAY)
    page = plain(admin.page(todo))
    for text in ("十五件已全部办结", "缺照片", "照片已补", "核实", "closed off"):
        assert text in page
    assert "逐件整改" in admin.page("/boards/todos/?state=closed")
    assert "逐件整改" not in admin.page("/boards/todos/?state=open")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"text": " "}, 422),
        ({"lead_unit": ""}, 422),
        ({"due_on": ""}, 422),
        ({"due_on": (TODAY - timedelta(days=1)).isoformat()}, 422),
        ({"due_on": "soon"}, 422),
        ({"component": "nonsense"}, 404),
    ],
)
def test_a_to_do_needs_a_text_a_unit_and_a_deadline(
    towns: Flask, admin: Visitor, wrong: dict[str, str], status: int
) -> None:
    board = published(admin, drafted(admin))
    answer = admin.post(f"{board}/units/{BAD}/todo", TODO | wrong)
    assert answer.status_code == status
    if status == 422:
        assert "王镇长" in answer.text
    with reading(engine_of(towns)) as session:
        assert session.scalar(sa.select(sa.func.count(BoardTodo.id))) == 0


def test_overdue_to_dos_say_so(towns: Flask, admin: Visitor) -> None:
    todo = todo_of(admin, published(admin, drafted(admin)))
    assert "overdue" not in plain(admin.page(todo))
    with engine_of(towns).begin() as connection:
        connection.execute(sa.update(BoardTodo).values(due_on=TODAY - timedelta(days=1)))
    assert "overdue" in plain(admin.page(todo))
    assert "逐件整改" in admin.page("/boards/todos/?state=overdue")
    moved(admin, todo, "answer", 1, "已改")
    moved(admin, todo, "close", 2)
    assert "overdue" not in plain(admin.page(todo))
