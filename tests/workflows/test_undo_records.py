"""An import is undone as one: every cell as before, but for what somebody changed since."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import ImportRun, Payment, ProjectAmount, VillageFigures
from geo_tracker.workflows.undo_plan import planned_undo
from geo_tracker.workflows.undo_records import undo_stored
from tests import samples
from tests.workflows.random_books import Fact, facts, random_book
from tests.workflows.sheets import result, sheet, stored, tables

Bring = Callable[..., Any]
SEEDS = range(6)


def undone(engine: sa.Engine, import_id: int) -> None:
    undo_stored(engine, import_id, user_id=None)


def test_undoing_imports_one_by_one_leads_back_through_every_state(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    begin = tables(engine)
    for seed in SEEDS:
        chance = Random(seed)
        states, imports = [], []
        for _ in range(3):
            states.append(tables(engine))
            imports.append(stored(engine, *random_book(chance)))
        while imports:
            undone(engine, imports.pop())
            assert tables(engine) == states.pop(), seed
        assert tables(engine) == begin, seed


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_undoing_imports_in_any_order_leads_back_to_the_beginning(
    engine: sa.Engine, bring_boundaries: Bring, order: tuple[int, ...]
) -> None:
    bring_boundaries()
    begin = tables(engine)
    for seed in SEEDS:
        chance = Random(seed)
        imports = [stored(engine, *random_book(chance)) for _ in range(3)]
        for number in order:
            undone(engine, imports[number])
        assert tables(engine) == begin, seed


def test_what_a_later_import_changed_stays_and_is_listed_and_nothing_else(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    changed_later = 0
    for seed in SEEDS:
        chance = Random(seed)
        first = stored(engine, *random_book(chance, share=0.9))
        after_first, first_tables = facts(engine), tables(engine)
        second = stored(engine, *random_book(chance))
        after_second = facts(engine)
        third = stored(engine, *random_book(chance))
        after_third = facts(engine)
        undone(engine, second)
        now, note = facts(engine), result(engine, second)["undone"]
        records = {fact[:2] for fact in after_first}
        of_first = {f for f in {**after_first, **after_second, **after_third} if f[:2] in records}
        kept: set[Fact] = set()
        for fact in of_first:
            by_first, by_second, by_third = (
                state.get(fact) for state in (after_first, after_second, after_third)
            )
            if by_second == by_third:
                assert now.get(fact) == by_first, (seed, fact)
                continue
            assert now.get(fact) == by_third, (seed, fact)
            if by_first != by_second:
                kept.add(fact)
        listed = {
            (stay["table"], stay["record_id"], stay["field"])
            for stay in note["stays"]
            if stay["field"] is not None
        }
        assert listed == kept, seed
        # A record of the second import stays only where the third names it, too.
        staying = {
            (stay["table"], stay["record_id"]) for stay in note["stays"] if stay["field"] is None
        }
        there = {fact[:2] for fact in now}
        for record in {fact[:2] for fact in after_second} - records:
            # Funds go and stay with their projects.
            assert record[0] == "fund" or (record in there) == (record in staying), (seed, record)
        changed_later += len(kept)
        undone(engine, third)
        assert tables(engine) == first_tables, seed
        undone(engine, first)
    # Else the test would show nothing.
    assert changed_later > 20


def money(engine: sa.Engine) -> tuple[list[tuple[Decimal, bool]], Decimal]:
    """Return the budgets of the only project, oldest first, and what was paid in all."""
    with reading(engine) as session:
        budgets = sa.select(ProjectAmount.amount, ProjectAmount.current).order_by(ProjectAmount.id)
        paid = session.scalar(sa.select(sa.func.sum(Payment.amount))) or Decimal(0)
        return [(row.amount, row.current) for row in session.execute(budgets)], paid


def test_money_stated_later_holds_whichever_import_before_it_goes(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    project = {"project_no": "P-2019", "name": "道路", "former_code": "330784114222"}
    first, second, third = (
        stored(
            engine,
            sheet(
                "projects",
                [project | {"budget_yuan": Decimal(budget), "paid_yuan": Decimal(paid)}],
            ),
        )
        for budget, paid in ((100, 20), (105, 30), (110, 45))
    )
    assert money(engine) == (
        [(Decimal(100), False), (Decimal(105), False), (Decimal(110), True)],
        Decimal(45),
    )
    undone(engine, second)
    assert money(engine) == ([(Decimal(100), False), (Decimal(110), True)], Decimal(45))
    stays = {(stay["field"], stay["value"], stay["import_id"])
             for stay in result(engine, second)["undone"]["stays"]}  # fmt: skip
    assert stays == {("budget", "110", third), ("paid", "45", third)}
    undone(engine, third)
    assert money(engine) == ([(Decimal(100), True)], Decimal(20))
    undone(engine, first)
    assert money(engine) == ([], Decimal(0))


def test_undoing_the_first_of_two_files_keeps_what_the_second_names(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    rows = [
        {"stat_code": code, "as_of_on": samples.BEFORE_ON, "households": n}
        for code, n in (("330784114222", 150), ("330784114200", 300))
    ]
    first = stored(engine, sheet("villages", rows))
    second = stored(engine, sheet("villages", rows[:1]))
    undone(engine, first)
    with reading(engine) as session:
        kept = session.execute(sa.select(VillageFigures.households, VillageFigures.import_id)).all()
    assert [tuple(row) for row in kept] == [(150, second)]
    undone(engine, second)
    assert not tables(engine)["village_figures"]


def test_no_id_of_a_removed_record_comes_back(engine: sa.Engine, bring_boundaries: Bring) -> None:
    bring_boundaries()
    vote = {"former_code": "330784114222", "held_on": date(2018, 11, 20), "eligible": 9,
            "present": 9, "agree": 9}  # fmt: skip
    ids = []
    for _ in range(2):
        import_id = stored(engine, sheet("votes", [vote]))
        ids.append(tables(engine)["vote"][0][0])
        undone(engine, import_id)
    assert ids[0] < ids[1]


def test_what_is_shown_before_undoing_is_what_is_done(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    chance = Random(7)
    for _ in range(3):
        second = stored(engine, *random_book(chance, share=0.8))
    before = tables(engine)
    with reading(engine) as session:
        plan = planned_undo(session, session.get_one(ImportRun, second))
    assert tables(engine) == before
    undone(engine, second)
    note = result(engine, second)["undone"]
    assert note["removed"] == dict(plan.removed)
    assert note["stay_count"] == len(plan.stays)
