"""Lists tell the single payments of a project that they bring; of a known one people do."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import Payment, Project
from geo_tracker.importing.payment_cells import PAYMENT_WORDS, PaymentCell, payments, payments_text
from geo_tracker.importing.values import CellError
from geo_tracker.workflows.project_money import PAYMENT_KINDS
from geo_tracker.workflows.undo_records import undo_stored
from tests.workflows.ledger_books import exported, plan_of
from tests.workflows.project_cases import Projects
from tests.workflows.sheets import sheet, stored, tables

WAN = Decimal(10_000)
ROW: dict[str, Any] = {"project_no": "P-2019", "name": "道路", "former_code": "330784114222"}
FIRST = PaymentCell(date(2019, 5, 8), Decimal("125000.01"), "advance", "美丽乡村")
SECOND = PaymentCell(date(2019, 9, 1), Decimal(30_000), "progress", None)


@pytest.fixture
def do(engine: sa.Engine, bring_boundaries: Callable[[], None]) -> Projects:
    bring_boundaries()
    return Projects(engine)


def brought(do: Projects, **cells: Any) -> int:
    return stored(do.engine, sheet("projects", [ROW | cells]))


def paid(do: Projects) -> list[tuple[Any, ...]]:
    p = Payment
    with reading(do.engine) as session:
        rows = session.execute(sa.select(p.paid_on, p.amount, p.kind, p.note).order_by(p.id))
        return [tuple(row) for row in rows]


def refused(do: Projects, **cells: Any) -> str:
    (plan,) = plan_of(do.engine, sheet("projects", [ROW | cells])).sheets
    (problem,) = plan.problems.problems
    assert (plan.planned, problem.severity, problem.column) == ([], "error", "payments")
    return problem.message.text


def the_project(do: Projects) -> int:
    with reading(do.engine) as session:
        return session.scalars(sa.select(Project.id)).one()


def test_a_cell_of_payments_is_read_as_it_is_written() -> None:
    text = payments_text([FIRST, SECOND], unit_yuan=WAN)
    assert text == "2019-05-08 12.500001 预付款 美丽乡村;2019-09-01 3 进度款"
    assert payments(text, unit_yuan=WAN) == [FIRST, SECOND]
    assert payments("2019.5.8 2万元；\n2019年9月1日  3 质保金 县镇 配套", unit_yuan=Decimal(1)) == [
        PaymentCell(date(2019, 5, 8), Decimal(20_000), "progress", None),
        PaymentCell(date(2019, 9, 1), Decimal(3), "retention", "县镇 配套"),
    ]
    assert payments(" ; ", unit_yuan=WAN) is None
    for wrong in ("2019-05-08", "12.5", "2019-05-08 进度款", "2019-05-08 0", "2019-05-08 -1"):
        with pytest.raises(CellError):
            payments(wrong, unit_yuan=WAN)
    assert set(PAYMENT_WORDS) == set(PAYMENT_KINDS)


def test_single_payments_come_with_a_new_project_and_the_total_holds(do: Projects) -> None:
    before = tables(do.engine)
    run = brought(do, payments=[FIRST, SECOND], paid_yuan=Decimal(160_000),
                  reported_on=date(2020, 6, 30))  # fmt: skip
    assert paid(do) == [
        (FIRST.paid_on, FIRST.amount, "advance", "美丽乡村"),
        (SECOND.paid_on, SECOND.amount, "progress", None),
        # What the total says beyond them.
        (date(2020, 6, 30), Decimal("4999.99"), "reported", None),
    ]
    assert do.paid(the_project(do)) == 160_000
    undo_stored(do.engine, run, user_id=None)
    assert tables(do.engine) == before


def test_where_they_are_the_total_nothing_is_added(do: Projects) -> None:
    brought(do, payments=[FIRST, SECOND], paid_yuan=FIRST.amount + SECOND.amount)
    assert [kind for _on, _amount, kind, _note in paid(do)] == ["advance", "progress"]
    later = brought(do, payments=[FIRST, SECOND], paid_yuan=Decimal(200_000))
    assert do.paid(the_project(do)) == 200_000
    undo_stored(do.engine, later, user_id=None)
    assert do.paid(the_project(do)) == FIRST.amount + SECOND.amount


def test_a_later_list_that_names_the_project_keeps_its_payments(do: Projects) -> None:
    first = brought(do, payments=[FIRST, SECOND])
    second = brought(do, payments=[SECOND, FIRST])
    undo_stored(do.engine, first, user_id=None)
    assert do.paid(the_project(do)) == FIRST.amount + SECOND.amount
    undo_stored(do.engine, second, user_id=None)
    assert paid(do) == []


def test_more_than_the_total_or_in_the_future_or_unknown_is_refused(do: Projects) -> None:
    assert "more than" in refused(do, payments=[FIRST], paid_yuan=Decimal(1))
    future = FIRST._replace(paid_on=date(2999, 1, 1))
    assert "future" in refused(do, payments=[future])
    brought(do, payments=[FIRST])
    assert "not recorded" in refused(do, payments=[FIRST, SECOND])
    assert "not recorded" in refused(do, payments=[FIRST, FIRST])
    assert do.paid(the_project(do)) == FIRST.amount


def test_what_people_paid_and_took_back_comes_back_unchanged(do: Projects, tmp_path: Path) -> None:
    brought(do, payments=[FIRST], paid_yuan=Decimal(130_000))
    project_id = the_project(do)
    do.pay(project_id, 5, note="备注; 2019-01-01 7")
    do.pay(project_id, 9)
    do.take_back(project_id, do.payments(project_id)[-1].id)
    (read,) = exported(do.engine, "projects", tmp_path).sheets
    assert [(p.amount, p.channel) for p in read.rows["payments"].iloc[0]] == [
        (FIRST.amount, "美丽乡村"), (5, None),
    ]  # fmt: skip
    (plan,) = plan_of(do.engine, read).sheets
    assert [one.fields for one in plan.planned if one.fields] == []
    assert plan.problems.problems == []
