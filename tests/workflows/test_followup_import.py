"""Problems, visits and incidents brought in by sheets, on both databases."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, Incident, Problem, Visit
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.columns import SheetKind
from geo_tracker.workflows import records
from geo_tracker.workflows.problems import act, register_problem
from geo_tracker.workflows.record_comparison import compared_sheets
from geo_tracker.workflows.rules import set_rule
from geo_tracker.workflows.users import add_user
from tests.workflows.ledger_books import (
    NI_ZHAI,
    PROBLEMS,
    SHUANG_XI,
    XIN_CHUAN,
    day,
    handed_over,
    ledger_sheet,
    plan_of,
    steps,
)
from tests.workflows.sheets import counts, stored

Bring = Callable[..., Any]
LAMP = {"problem_no": "2025-00001", "content": "路灯", "former_code": XIN_CHUAN,
        "registered_on": day(1)}  # fmt: skip


def problem(engine: sa.Engine, number: str = "2025-00001") -> Problem:
    with reading(engine) as session:
        return session.scalars(sa.select(Problem).where(Problem.problem_no == number)).one()


def brought(engine: sa.Engine, kind: SheetKind, *rows: dict[str, Any]) -> int:
    return stored(engine, ledger_sheet(kind, rows))


def refused(engine: sa.Engine, kind: SheetKind, *rows: dict[str, Any]) -> list[tuple[int, str]]:
    """Return row and reason of rows that are left out."""
    (plan,) = plan_of(engine, ledger_sheet(kind, rows)).sheets
    return [(p.row or 0, p.message.text) for p in plan.problems.errors]


def test_new_problems_get_their_states_and_their_log(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    import_id = brought(engine, "problems", *PROBLEMS)
    with reading(engine) as session:
        rows = session.execute(sa.select(Problem.state).order_by(Problem.problem_no))
        states = [row.state for row in rows]
    assert states == [
        *("registered", "assigned", "in_progress", "claimed_fixed", "confirmed_fixed", "closed"),
        *("assigned", "duplicate", "cannot_fix", "registered"),
    ]
    closed = problem(engine, "2025-00006")
    log = [step for step in steps(engine, "problem") if step[0] == closed.id]
    assert [(action, on) for _id, action, on, _to, _import in log] == [
        *(("register", day(1)), ("assign", day(3)), ("accept", day(3)), ("start", day(3))),
        *(("claim", day(5)), ("revisit", day(6)), ("close", day(7))),
    ]
    assert {step[4] for step in log} == {import_id}
    assert (closed.version, closed.synthetic, closed.claimed_by_id) == (7, True, None)
    duplicate = problem(engine, "2025-00008")
    assert duplicate.duplicate_of_id == problem(engine, "2025-00002").id
    assert problem(engine, "2025-00003").handover_round == 2


def test_a_problem_is_recorded_on_the_former_village_where_that_is_known(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(
        engine,
        "problems",
        LAMP,
        LAMP | {"problem_no": "2025-00002", "former_code": None, "village_code": NI_ZHAI},
        # Only the layer before has it: the column of today's villages may name it all the same.
        LAMP | {"problem_no": "2025-00003", "former_code": None, "village_name": "新川村",
                "town": "花街镇"},
    )  # fmt: skip
    first, second, third = (problem(engine, f"2025-0000{n}").unit_id for n in (1, 2, 3))
    assert first == third != second
    # A sheet that names the merged village only does not take the former one away.
    (plan,) = plan_of(
        engine,
        ledger_sheet("problems", [LAMP | {"former_code": None, "village_code": NI_ZHAI}]),
    ).sheets
    assert plan.counts.unchanged == 1
    (plan,) = plan_of(engine, ledger_sheet("problems", [LAMP | {"former_code": SHUANG_XI}])).sheets
    assert [list(one.fields) for one in plan.planned] == [["unit_id"]]


def test_a_known_problem_is_corrected_and_led_forward_in_one_row(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "problems", LAMP | {"category": "照明", "reporter": "王小明"})
    row = handed_over("2025-00001", content="路灯不亮", category=None, claimed_on=day(5))
    second = brought(engine, "problems", row)
    now = problem(engine)
    assert (now.content, now.category, now.reporter) == ("路灯不亮", None, "王小明")
    assert (now.state, now.claimed_on, now.version) == ("claimed_fixed", day(5), 6)
    own = [step[1] for step in steps(engine, "problem") if step[4] == second]
    assert own == ["correct", "assign", "accept", "start", "claim"]
    assert counts(engine, brought(engine, "problems", row)) == [(0, 0, 1)]
    assert problem(engine).version == 6


def test_an_empty_cell_clears_what_is_described_and_never_a_state(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "problems", handed_over("2025-00001", source="residents", outcome="在办"))
    empty = dict.fromkeys(("source", "assigned_on", "due_on", "lead_unit", "state", "outcome"))
    brought(engine, "problems", handed_over("2025-00001") | empty)
    now = problem(engine)
    assert (now.source, now.state, now.assigned_on) == (None, "assigned", day(3))
    assert (now.due_on, now.lead_unit, now.outcome) == (day(20), "交通运输局", "在办")


def test_rows_that_cannot_be_are_left_out_with_their_reason(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(
        engine,
        "problems",
        handed_over("2025-00001", claimed_on=day(5), revisited_on=day(6), answer="fixed",
                    satisfaction="satisfied", closed_on=day(7)),
        LAMP | {"problem_no": "2025-00002"},
    )  # fmt: skip
    before = steps(engine, "problem")
    rows = [
        handed_over("2025-00001", state="in_progress"),
        LAMP | {"problem_no": "2025-00002", "claimed_on": day(5)},
        LAMP | {"problem_no": "2025-00003", "lon": 120.0},
        LAMP | {"problem_no": "2025-00004", "registered_on": date(2999, 1, 1)},
        handed_over("2025-00005", state="duplicate", closed_on=day(9), duplicate_no="2025-09999"),
        LAMP | {"problem_no": "2025-00006"},
        LAMP | {"problem_no": "2025-00006", "content": "别的"},
    ]
    reasons = refused(engine, "problems", *rows)
    assert [row for row, _text in reasons] == [3, 4, 5, 6, 9, 7]
    import_id = brought(engine, "problems", *rows)
    assert counts(engine, import_id) == [(1, 0, 0)]
    assert [s for s in steps(engine, "problem") if s[4] != import_id] == before


def test_problems_without_a_number_of_their_own_get_one_and_are_found_again(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "problems", LAMP | {"problem_no": "2025-00007"})
    rows = [
        LAMP | {"problem_no": None, "content": "甲"},
        # A number that only counts rows.
        LAMP | {"problem_no": "1", "content": "乙", "registered_on": date(2024, 3, 1)},
    ]
    assert counts(engine, brought(engine, "problems", *rows)) == [(2, 0, 0)]
    assert problem(engine, "2025-00008").content == "甲"
    assert problem(engine, "2024-00001").content == "乙"
    assert counts(engine, brought(engine, "problems", *rows)) == [(0, 0, 2)]
    # Who registers one in the browser gets the next number.
    li = Actor(add_user(engine, username="li", password="password-123", role="planner"), "planner")
    given = {"content": "丙", "unit_id": problem(engine, "2025-00008").unit_id,
             "registered_on": day(9)}  # fmt: skip
    register_problem(engine, given, actor=li, today=day(9))
    assert problem(engine, "2025-00009").content == "丙"


def test_what_somebody_did_while_the_workbook_was_planned_is_not_overwritten(
    engine: sa.Engine, bring_boundaries: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_boundaries()
    brought(engine, "problems", handed_over("2025-00001"))
    li = Actor(add_user(engine, username="li", password="password-123", role="planner"), "planner")
    prepare = records._prepared
    meanwhile: list[int] = []

    def slow(*args: Any) -> Any:
        made = prepare(*args)
        if not meanwhile:
            meanwhile.append(1)
            known = problem(engine)
            act(engine, known.id, "accept", {}, actor=li, version=known.version, today=day(4))
        return made

    monkeypatch.setattr(records, "_prepared", slow)
    brought(engine, "problems", handed_over("2025-00001", state="accepted", content="改"))
    now = problem(engine)
    assert (now.state, now.content) == ("accepted", "改")
    assert [step[1] for step in steps(engine, "problem")] == [
        *("register", "assign", "accept", "correct"),
    ]


VISIT = {"visited_on": day(3), "service_group": "第一服务组", "former_code": XIN_CHUAN}


def test_visits_are_known_by_number_or_by_day_group_and_place(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    first = brought(engine, "visits", VISIT | {"people_served": 3})
    with reading(engine) as session:
        visit = session.scalars(sa.select(Visit)).one()
    assert counts(engine, brought(engine, "visits", VISIT | {"people_served": 4})) == [(0, 1, 0)]
    moved = VISIT | {"visit_no": f"zf-{visit.id}", "visited_on": day(4), "people_served": 4}
    second = brought(engine, "visits", moved)
    assert counts(engine, second) == [(0, 1, 0)]
    assert [(s[1], s[4] == first) for s in steps(engine, "visit")] == [
        *(("record", True), ("correct", False), ("correct", False)),
    ]
    reasons = refused(
        engine,
        "visits",
        VISIT | {"visit_no": "ZF-999"},
        VISIT | {"visit_no": f"ZF-{visit.id}", "former_code": SHUANG_XI},
        VISIT | {"visited_on": date(2999, 1, 1)},
        VISIT | {"people_served": 10**7},
    )
    assert [(row, text[:20]) for row, text in reasons] == [
        *((3, "There is no record %"), (4, "%(number)s is the nu")),
        *((5, "A day in the future "), (6, "Give a number from %")),
    ]


def test_a_visit_soon_after_another_is_told_of_and_stored(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    rows = [VISIT, VISIT | {"visited_on": day(17)}, VISIT | {"visited_on": date(2025, 12, 2)},
            VISIT | {"enterprise": "五金厂"}]  # fmt: skip
    (plan,) = plan_of(engine, ledger_sheet("visits", rows)).sheets
    assert [(p.severity, p.row) for p in plan.problems.problems] == [("warning", 4)]
    assert plan.counts.added == 4


CASE = {"kind": "petition", "happened_on": day(3), "former_code": XIN_CHUAN, "summary": "账目"}


def test_an_incident_is_closed_by_a_row_and_never_opened_again(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "incidents", CASE | {"about_merger": True})
    brought(engine, "incidents", CASE | {"about_merger": None, "closed_on": day(9)})
    with reading(engine) as session:
        incident = session.scalars(sa.select(Incident)).one()
    assert (incident.closed_on, incident.about_merger, incident.version) == (day(9), None, 3)
    assert [s[1] for s in steps(engine, "incident")] == ["record", "correct", "close"]
    assert counts(engine, brought(engine, "incidents", CASE | {"closed_on": None})) == [(0, 0, 1)]
    assert len(refused(engine, "incidents", CASE | {"closed_on": day(10)})) == 1
    assert len(refused(engine, "incidents", CASE | {"summary": "新", "closed_on": day(1)})) == 1


def test_every_step_says_whose_import_it_was(engine: sa.Engine, bring_boundaries: Bring) -> None:
    bring_boundaries()
    brought(engine, "problems", *PROBLEMS)
    with reading(engine) as session:
        assert session.scalar(
            sa.select(sa.func.count(FollowupStep.id)).where(FollowupStep.import_id.is_(None))
        ) == 0  # fmt: skip


def test_the_preview_names_who_gave_the_value_that_would_change(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    import_id = brought(engine, "problems", handed_over("2025-00001", category="照明"))
    li = Actor(add_user(engine, username="li", password="password-123", role="planner"), "planner")
    known = problem(engine)
    given = {"content": "路灯坏了", "note": "听错了"}
    act(engine, known.id, "correct", given, actor=li, version=known.version, today=day(9))
    row = handed_over("2025-00001", category="道路", content="路灯", state="accepted")
    plan = plan_of(engine, ledger_sheet("problems", [row]))
    with reading(engine) as session:
        (sheet,) = compared_sheets(session, plan)
    (record,) = sheet["changed_records"]
    givers = {field["field"]: (field["import_id"], field["username"]) for field in record["fields"]}
    assert givers["content"] == (None, "li")
    assert (givers["category"][0], givers["state"][0]) == (import_id, import_id)


def test_a_satisfaction_without_a_revisit_is_left_out_and_the_row_is_taken(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    row = handed_over("2025-00001", claimed_on=day(5), satisfaction="satisfied")
    (plan,) = plan_of(engine, ledger_sheet("problems", [row])).sheets
    assert [(p.severity, p.row, p.column) for p in plan.problems.problems] == [
        ("warning", 3, "satisfaction"),
    ]
    brought(engine, "problems", row)
    now = problem(engine)
    assert (now.state, now.satisfaction) == ("claimed_fixed", None)
    # Where somebody was there, it is whoever he met that was satisfied.
    brought(engine, "problems", row | {"revisited_on": day(6)})
    assert problem(engine).satisfaction == "satisfied"


def test_the_notice_of_a_meeting_is_judged_by_the_rule_of_its_year(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    meetings = [
        {"former_code": XIN_CHUAN, "held_on": date(year, 11, 20), "notice_on": date(year, 11, 13),
         "eligible": 26, "present": 19, "agree": 19} for year in (2018, 2019)
    ]  # fmt: skip
    set_rule(engine, "notice_days", from_year=2019, text="7", user_id=None)
    (plan,) = plan_of(engine, ledger_sheet("votes", meetings)).sheets
    (found,) = plan.problems.problems
    assert (found.severity, found.row, found.column) == ("warning", 3, "notice_on")
    assert found.message.values == {"a": 7, "b": 10}
