"""Undoing imports of what people work on: all leads back, but for what somebody did since."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, ImportRun, Problem
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.columns import SheetKind
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.problems import act
from geo_tracker.workflows.undo_plan import planned_undo
from geo_tracker.workflows.undo_records import undo_stored
from geo_tracker.workflows.users import add_user
from tests.workflows.ledger_books import (
    NI_ZHAI,
    SHUANG_XI,
    XIN_CHUAN,
    day,
    handed_over,
    ledger_sheet,
    steps,
)
from tests.workflows.sheets import cells, counts, result, stored, tables

Bring = Callable[..., Any]
SEEDS = range(8)

_STAGES: list[dict[str, Any]] = [
    {"registered_on": day(1)},
    {"assigned_on": day(3), "due_on": day(20), "lead_unit": "交通局"},
    {"claimed_on": day(5), "outcome": "已修"},
    {"revisited_on": day(7), "answer": "fixed", "satisfaction": "satisfied"},
    {"closed_on": day(9)},
]


def random_sheets(chance: Random) -> list[Sheet]:
    """Return sheets of few records, so that imports meet; problems come farther or not so far."""
    problems = []
    for number in range(1, 6):
        if chance.random() < 0.3:
            continue
        row: dict[str, Any] = {
            "problem_no": f"2025-0000{number}",
            "content": chance.choice(["路灯", "水管"]),
            "category": chance.choice([None, "照明", "饮水"]),
            "reporter": chance.choice([None, "王小明"]),
            "former_code": chance.choice([XIN_CHUAN, SHUANG_XI]) if number == 1 else XIN_CHUAN,
        }
        for part in _STAGES[: chance.randint(1, 5)]:
            row |= part
        problems.append(row)
    if chance.random() < 0.4:
        problems.append(
            handed_over("2025-00009", state="duplicate", closed_on=day(9), outcome="重复",
                        duplicate_no=f"2025-0000{chance.randint(1, 5)}")
        )  # fmt: skip
    visits = [
        {"visited_on": day(number), "service_group": "一组", "former_code": XIN_CHUAN,
         "people_served": chance.choice([None, 3, 4]), "summary": chance.choice([None, "甲"])}
        for number in (1, 2, 3) if chance.random() < 0.6
    ]  # fmt: skip
    incidents = [
        {"kind": kind, "happened_on": day(3), "village_code": NI_ZHAI, "summary": "账目",
         "about_merger": chance.choice([None, True, False]),
         "closed_on": day(9) if chance.random() < 0.5 else None}
        for kind in ("petition", "case") if chance.random() < 0.6
    ]  # fmt: skip
    checklists: list[dict[str, Any]] = [
        {"village_code": NI_ZHAI, "domain": "seals", "text": text,
         "owner_person": chance.choice([None, "张三", "李四"]), "due_on": day(20)}
        | ({"done_on": day(5), "evidence": "纪要"} if chance.random() < 0.5 else {})
        for text in ("启用新公章", "封存旧公章") if chance.random() < 0.7
    ]  # fmt: skip
    for row in checklists:
        if "done_on" in row and chance.random() < 0.5:
            row |= {"verified_on": day(7)}
    fusions = [
        {"former_code": code, "stage": chance.choice(["direct", "gradual"]),
         "since_on": day(chance.randint(1, 3)), "note": chance.choice([None, "三年"])}
        for code in (XIN_CHUAN, NI_ZHAI) if chance.random() < 0.7
    ]  # fmt: skip
    books: list[tuple[SheetKind, list[dict[str, Any]]]] = [
        ("problems", problems), ("visits", visits), ("incidents", incidents),
        ("checklists", checklists), ("fusions", fusions),
    ]  # fmt: skip
    return [ledger_sheet(kind, rows) for kind, rows in books if rows]


def state(engine: sa.Engine) -> dict[str, list[Any]]:
    """Return what tables and log say; how often something changed only ever grows."""
    said: dict[str, list[Any]] = {}
    for name, rows in tables(engine).items():
        said[name] = rows
    with reading(engine) as session:
        for name in ("problem", "visit", "incident", "checklist_item"):
            table = Problem.metadata.tables[name]
            columns = [c for c in table.columns if c.name != "version"]
            query = sa.select(*columns).order_by(table.c.id)
            said[name] = [tuple(row) for row in session.execute(query)]
        s = FollowupStep
        log = sa.select(s.table_name, s.record_id, s.action, s.happened_on, s.to_state, s.import_id)
        said["log"] = sorted(tuple(map(str, row)) for row in session.execute(log))
    return said


def undone(engine: sa.Engine, import_id: int) -> None:
    undo_stored(engine, import_id, user_id=None)


def test_undoing_imports_one_by_one_leads_back_through_every_state(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    begin = state(engine)
    changed = 0
    for seed in SEEDS:
        chance = Random(seed)
        states, imports = [], []
        for _ in range(3):
            states.append(state(engine))
            imports.append(stored(engine, *random_sheets(chance)))
            changed += sum(changes for _added, changes, _same in counts(engine, imports[-1]))
        while imports:
            undone(engine, imports.pop())
            assert state(engine) == states.pop(), seed
        assert state(engine) == begin, seed
    # Else the test would show nothing.
    assert changed > 20


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (1, 0, 2)])
def test_undoing_imports_in_any_order_leads_back_to_the_beginning(
    engine: sa.Engine, bring_boundaries: Bring, order: tuple[int, ...]
) -> None:
    bring_boundaries()
    begin = state(engine)
    for seed in SEEDS:
        chance = Random(seed)
        imports = [stored(engine, *random_sheets(chance)) for _ in range(3)]
        for number in order:
            undone(engine, imports[number])
            _makes_sense(engine)
        assert state(engine) == begin, seed


def _makes_sense(engine: sa.Engine) -> None:
    with reading(engine) as session:
        for problem in session.scalars(sa.select(Problem)):
            handed = problem.handover_round > 0
            assert handed == (problem.assigned_on is not None)
            over = problem.state in ("closed", "duplicate")
            assert over == (problem.closed_on is not None)
            last = session.scalars(
                sa.select(FollowupStep)
                .where(
                    FollowupStep.table_name == "problem",
                    FollowupStep.record_id == problem.id,
                    FollowupStep.action != "correct",
                )
                .order_by(FollowupStep.id.desc())
            ).first()
            assert last is not None
            assert last.to_state == problem.state


def planner(engine: sa.Engine) -> Actor:
    user_id = add_user(engine, username="li", password="password-123", role="planner")
    return Actor(user_id, "planner")


def the_problem(engine: sa.Engine) -> Problem:
    with reading(engine) as session:
        return session.scalars(sa.select(Problem)).one()


def test_what_somebody_worked_on_since_stays_with_its_log_and_the_page_says_so(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    rows = [handed_over("2025-00001"), handed_over("2025-00002")]
    import_id = stored(engine, ledger_sheet("problems", rows))
    with reading(engine) as session:
        first = session.scalars(sa.select(Problem).where(Problem.problem_no == "2025-00001")).one()
    act(engine, first.id, "accept", {}, actor=planner(engine), version=first.version, today=day(4))
    log = [step for step in steps(engine, "problem") if step[0] == first.id]
    undone(engine, import_id)
    assert the_problem(engine).id == first.id
    assert steps(engine, "problem") == log
    note = result(engine, import_id)["undone"]
    assert note["removed"] == {"problem": 1}
    (stay,) = note["stays"]
    assert (stay["record_id"], stay["by_person"], stay["import_id"]) == (first.id, True, None)


def test_a_change_stays_where_somebody_went_on_from_it(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    first = stored(engine, ledger_sheet("problems", [handed_over("2025-00001")]))
    row = handed_over("2025-00001", content="改", claimed_on=day(5), outcome="已修")
    second = stored(engine, ledger_sheet("problems", [row]))
    known = the_problem(engine)
    given = {"answer": "fixed", "satisfaction": "satisfied"}
    act(
        engine,
        known.id,
        "revisit",
        given,
        actor=planner(engine),
        version=known.version,
        today=day(6),
    )
    before = cells(engine, Problem), steps(engine, "problem")
    undone(engine, second)
    assert (cells(engine, Problem), steps(engine, "problem")) == before
    assert {stay["by_person"] for stay in result(engine, second)["undone"]["stays"]} == {True}
    undone(engine, first)
    assert (cells(engine, Problem), steps(engine, "problem")) == before


def test_what_returns_gets_a_number_that_no_open_page_has(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, ledger_sheet("problems", [handed_over("2025-00001")]))
    before = the_problem(engine).version
    row = handed_over("2025-00001", claimed_on=day(5))
    second = stored(engine, ledger_sheet("problems", [row]))
    shown = the_problem(engine).version
    undone(engine, second)
    now = the_problem(engine)
    assert (now.state, now.claimed_on) == ("assigned", None)
    assert now.version > shown > before


def test_a_state_returns_as_a_whole_or_not_at_all(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    begun = {"problem_no": "2025-00001", "content": "路灯", "former_code": XIN_CHUAN,
             "registered_on": day(1)}  # fmt: skip
    first, second, third = (
        stored(engine, ledger_sheet("problems", [row]))
        for row in (
            begun,
            handed_over("2025-00001", content="路灯"),
            handed_over("2025-00001", content="路灯", claimed_on=day(5)),
        )
    )
    undone(engine, second)
    # Handed over it was, else it could not have been fixed.
    now = the_problem(engine)
    assert (now.state, now.assigned_on) == ("claimed_fixed", day(3))
    assert {stay["import_id"] for stay in result(engine, second)["undone"]["stays"]} == {third}
    undone(engine, third)
    now = the_problem(engine)
    assert (now.state, now.assigned_on, now.lead_unit) == ("registered", None, None)
    assert [step[1] for step in steps(engine, "problem")] == ["register"]
    undone(engine, first)
    assert steps(engine, "problem") == []


def test_what_is_shown_before_undoing_is_what_is_done(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    chance = Random(7)
    for _ in range(3):
        last = stored(engine, *random_sheets(chance))
    before = state(engine)
    with reading(engine) as session:
        plan = planned_undo(session, session.get_one(ImportRun, last))
    assert state(engine) == before
    undone(engine, last)
    note = result(engine, last)["undone"]
    assert (note["removed"], note["stay_count"]) == (dict(plan.removed), len(plan.stays))


def test_no_id_of_a_removed_record_comes_back(engine: sa.Engine, bring_boundaries: Bring) -> None:
    bring_boundaries()
    ids = []
    for _ in range(2):
        import_id = stored(engine, ledger_sheet("problems", [handed_over("2025-00001")]))
        ids.append(the_problem(engine).id)
        undone(engine, import_id)
    assert ids[0] < ids[1]
