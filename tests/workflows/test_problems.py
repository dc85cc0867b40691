"""Problems as people work on them, on both databases."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.models import FollowupStep, Problem, Unit
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.problems import act, register_problem
from geo_tracker.workflows.rules import set_rule
from geo_tracker.workflows.users import add_user

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 6)
NEXT = date(2026, 11, 30)


class Desk:
    """A planner, a second one, and a handler before one village's problems."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        with writing(engine) as session:
            unit = Unit()
            session.add(unit)
            session.flush()
            self.unit_id = unit.id
        self.li, self.wang = (
            Actor(
                add_user(engine, username=name, password="password-123", role="planner"), "planner"
            )
            for name in ("li", "wang")
        )
        handler = add_user(engine, username="zhao", password="password-123", role="planner")
        self.zhao = Actor(handler, "handler", "交通局")

    def registered(self, **more: Any) -> int:
        given = {"content": "路灯不亮", "unit_id": self.unit_id} | more
        return register_problem(self.engine, given, actor=self.li, today=MONDAY)

    def does(
        self, problem_id: int, action: str, actor: Actor, on: date = MONDAY, **given: Any
    ) -> None:
        act(
            self.engine,
            problem_id,
            action,
            given,
            actor=actor,
            version=self.problem(problem_id).version,
            today=on,
        )

    def problem(self, problem_id: int) -> Problem:
        with reading(self.engine) as session:
            return session.get_one(Problem, problem_id)

    def claimed(self) -> int:
        problem_id = self.registered()
        self.does(problem_id, "assign", self.li, lead_unit="交通局", due_on=NEXT)
        self.does(problem_id, "accept", self.zhao)
        self.does(problem_id, "start", self.zhao)
        self.does(problem_id, "claim", self.zhao, on=TUESDAY, note="换了灯")
        return problem_id


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    return Desk(engine)


def test_a_problem_goes_its_way_and_every_step_is_kept(desk: Desk) -> None:
    problem_id = desk.claimed()
    desk.does(
        problem_id, "revisit", desk.li, on=FRIDAY, answer="not_fixed", due_on=NEXT, note="仍不亮"
    )
    second = desk.problem(problem_id)
    assert (second.state, second.handover_round) == ("assigned", 2)
    assert second.claimed_on is None
    desk.does(problem_id, "accept", desk.zhao, on=FRIDAY)
    desk.does(problem_id, "start", desk.zhao, on=FRIDAY)
    desk.does(problem_id, "claim", desk.zhao, on=FRIDAY, note="换了线")
    desk.does(problem_id, "revisit", desk.wang, on=FRIDAY, answer="fixed", satisfaction="satisfied")
    desk.does(problem_id, "close", desk.wang, on=FRIDAY)
    closed = desk.problem(problem_id)
    assert (closed.state, closed.closed_on, closed.outcome) == ("closed", FRIDAY, "换了线")
    with reading(desk.engine) as session:
        told = [
            (step.action, step.to_state, step.round, username)
            for step, username in steps_of(session, "problem", problem_id)
        ]
    assert [action for action, *_rest in told] == [
        *("register", "assign", "accept", "start", "claim", "revisit"),
        *("accept", "start", "claim", "revisit", "close"),
    ]
    assert told[5] == ("revisit", "assigned", 2, "li")


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(desk: Desk) -> None:
    problem_id = desk.registered()
    desk.does(problem_id, "assign", desk.li, lead_unit="交通局", due_on=NEXT)
    with pytest.raises(ChangedMeanwhileError):
        act(
            desk.engine,
            problem_id,
            "not_ours",
            {"note": "县里的事"},
            actor=desk.wang,
            version=1,
            today=MONDAY,
        )
    assert desk.problem(problem_id).state == "assigned"


def test_numbers_count_up_within_a_year_whatever_files_brought(desk: Desk) -> None:
    first = desk.registered()
    with writing(desk.engine) as session:
        other = session.get_one(Problem, first)
        other.problem_no = "2026-00041"
    more = [desk.registered() for _again in range(2)]
    assert [desk.problem(one).problem_no for one in more] == ["2026-00042", "2026-00043"]
    earlier = desk.registered(registered_on=date(2025, 12, 31))
    assert desk.problem(earlier).problem_no == "2025-00001"


def test_time_suspended_is_added_to_the_time_left_in_working_days(desk: Desk) -> None:
    problem_id = desk.registered()
    desk.does(problem_id, "assign", desk.li, lead_unit="交通局", due_on=NEXT)
    desk.does(problem_id, "suspend", desk.li, note="等汛期过去")
    set_rule(desk.engine, "days_off", from_year=2026, text="2026-11-04", user_id=None)
    desk.does(problem_id, "resume", desk.li, on=FRIDAY)
    # Tuesday, Thursday and Friday were worked.
    assert desk.problem(problem_id).due_on == date(2026, 12, 3)


def test_what_does_not_hold_is_a_new_problem_and_the_closed_one_stays_closed(desk: Desk) -> None:
    problem_id = desk.claimed()
    desk.does(problem_id, "revisit", desk.li, on=FRIDAY, answer="fixed", satisfaction="satisfied")
    desk.does(problem_id, "close", desk.li, on=FRIDAY)
    later = date(2027, 2, 10)
    desk.does(problem_id, "recheck", desk.wang, on=later, answer="not_fixed")
    assert desk.problem(problem_id).state == "closed"
    with reading(desk.engine) as session:
        again = session.scalars(sa.select(Problem).where(Problem.recurs_of_id == problem_id)).one()
    assert (again.state, again.content, again.registered_on) == ("registered", "路灯不亮", later)


def test_a_duplicate_of_a_duplicate_is_linked_to_the_first(desk: Desk) -> None:
    one, two, three = (desk.registered() for _again in range(3))
    desk.does(two, "duplicate", desk.li, duplicate_of_id=one)
    desk.does(three, "duplicate", desk.li, duplicate_of_id=two)
    assert desk.problem(three).duplicate_of_id == one
    with pytest.raises(InputError):
        desk.does(one, "duplicate", desk.li, duplicate_of_id=two)


@pytest.mark.parametrize(
    ("action", "given", "error"),
    [
        ("accept", {}, ConflictError),
        ("assign", {"lead_unit": "交通局", "due_on": date(2026, 10, 1)}, InputError),
        ("assign", {"lead_unit": " ", "due_on": NEXT}, InputError),
        ("not_ours", {"note": "x", "happened_on": TUESDAY}, InputError),
        ("not_ours", {"note": "x", "happened_on": date(2026, 11, 1)}, InputError),
        ("not_ours", {"note": "x" * 1001}, InputError),
        ("duplicate", {"duplicate_of_id": 999}, InputError),
        ("correct", {"note": "x", "content": " "}, InputError),
        ("correct", {"note": "x", "content": "路灯不亮"}, InputError),
        ("correct", {"note": "x", "source": "rumour"}, InputError),
        ("correct", {"note": "x", "lon": 120.0}, InputError),
        ("correct", {"note": "x", "unit_id": 999}, InputError),
    ],
)
def test_what_cannot_be_leaves_everything_as_it_was(
    desk: Desk, action: str, given: dict[str, Any], error: type[Exception]
) -> None:
    problem_id = desk.registered()
    with pytest.raises(error):
        desk.does(problem_id, action, desk.li, **given)
    problem = desk.problem(problem_id)
    assert (problem.state, problem.version) == ("registered", 1)
    with reading(desk.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FollowupStep)) == 1


def test_a_correction_says_what_was_changed(desk: Desk) -> None:
    problem_id = desk.registered()
    desk.does(problem_id, "correct", desk.wang, content="路灯全不亮", note="听错了")
    with reading(desk.engine) as session:
        step, username = steps_of(session, "problem", problem_id)[-1]
    assert step.fields == {"content": ["路灯不亮", "路灯全不亮"]}
    assert (username, step.note) == ("wang", "听错了")


def test_who_only_looks_registers_nothing(desk: Desk) -> None:
    with pytest.raises(NotAllowedError):
        register_problem(
            desk.engine,
            {"content": "x", "unit_id": desk.unit_id},
            actor=replace(desk.li, role="viewer"),
            today=MONDAY,
        )
