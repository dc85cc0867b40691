"""Policies as planners keep them, on both databases: errors beside fields, every step kept."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.hanging import hanging_on
from geo_tracker.db.history import steps_about
from geo_tracker.db.models import FollowupStep, Policy, PolicyUse, Unit
from geo_tracker.db.policies import standing_uses
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    FieldsError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.policies import (
    change_policy,
    record_use,
    register_policy,
    take_back_use,
    withdraw_policy,
)
from geo_tracker.workflows.policy_forms import TypedPolicy

TODAY = date(2026, 11, 30)
PLANNER = Actor(None, "planner")
ROWS = [("operating_income", "below", "15"), ("", "at_least", ""), ("hidden", "is", "是")]
PLACES = {"county": ["永康市"], "town": ["花街镇"]}
TYPED = {
    **{
        "title": "薄弱村扶持",
        "document_no": "示例〔2026〕1号",
        "gives": "每村补助",
        "amount": "50",
    },
    **{"level": "former", "in_force_from": "2026-01-01", "in_force_until": "2026-12-31"},
}
USE = {"used_on": "2026-03-02", "amount": "50", "document": "凭证1", "note": ""}


class Desk:
    """A planner who keeps policies, and one village."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        with writing(engine) as session:
            unit = Unit()
            session.add(unit)
            session.flush()
            self.unit_id = unit.id

    def registered(self, actor: Actor = PLANNER, rows: Any = None, **more: str) -> int:
        given = TypedPolicy(TYPED | more, ROWS if rows is None else rows, PLACES)
        return register_policy(self.engine, given, actor=actor, today=TODAY)

    def changed(self, policy_id: int, *, version: int = 1, note: str = "改", **more: str) -> None:
        given = TypedPolicy(TYPED | more, ROWS, PLACES)
        change_policy(
            self.engine,
            policy_id,
            given,
            note=note,
            actor=PLANNER,
            version=version,
            today=TODAY,
        )

    def withdrawn(self, policy_id: int, *, version: int = 1, why: str = "废止") -> None:
        withdraw_policy(
            self.engine, policy_id, why=why, actor=PLANNER, version=version, today=TODAY
        )

    def used(self, policy_id: int, actor: Actor = PLANNER, **more: Any) -> int:
        unit_id = more.pop("unit_id", self.unit_id)
        return record_use(self.engine, policy_id, unit_id, USE | more, actor=actor, today=TODAY)

    def policy(self, policy_id: int) -> Policy:
        with reading(self.engine) as session:
            return session.get_one(Policy, policy_id)

    def log(self) -> list[tuple[str, str, int | None]]:
        with reading(self.engine) as session:
            steps = session.scalars(sa.select(FollowupStep).order_by(FollowupStep.id))
            return [(step.table_name, step.action, step.unit_id) for step in steps]


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    return Desk(engine)


def test_a_policy_is_registered_changed_used_and_withdrawn_and_every_step_is_kept(
    desk: Desk,
) -> None:
    policy_id = desk.registered()
    policy = desk.policy(policy_id)
    assert (policy.amount, policy.level, policy.in_force_until) == (
        Decimal(500_000),
        "former",
        date(2026, 12, 31),
    )
    assert policy.conditions == [
        {"field": "operating_income", "operator": "below", "value": "15"},
        {"field": "hidden", "operator": "is", "value": True},
    ]
    assert (policy.synthetic, policy.document_no) == (False, "示例〔2026〕1号")
    desk.changed(policy_id, amount="60")
    use_id = desk.used(policy_id)
    desk.withdrawn(policy_id, version=2)
    policy = desk.policy(policy_id)
    assert (policy.amount, policy.version, policy.withdrawn_on, policy.withdrawn_why) == (
        Decimal(600_000),
        3,
        TODAY,
        "废止",
    )
    assert desk.log() == [
        ("policy", "register", None),
        ("policy", "correct", None),
        ("policy_use", "record", desk.unit_id),
        ("policy", "withdraw", None),
    ]
    with reading(desk.engine) as session:
        steps = list(session.execute(steps_about().order_by(FollowupStep.id)))
        assert [row.policy for row in steps] == ["薄弱村扶持", "薄弱村扶持", None, "薄弱村扶持"]
        assert [row.used_policy_id for row in steps] == [None, None, policy_id, None]
        assert steps[1].FollowupStep.fields == {"amount": ["500000.00", "600000.00"]}
        assert steps[2].FollowupStep.happened_on == date(2026, 3, 2)
        use = session.get_one(PolicyUse, use_id)
        assert (use.unit_id, use.amount, use.document) == (desk.unit_id, 500_000, "凭证1")


def test_all_that_is_wrong_is_said_at_once_each_beside_its_field(desk: Desk) -> None:
    wrong: dict[str, Any] = {
        **{"title": " ", "gives": "", "amount": "-1", "level": "all", "issued_on": "yesterday"},
        **{"in_force_from": "2026-02-01", "in_force_until": "2026-01-01", "source": "x" * 501},
    }
    rows = [("score", "above", "5"), ("score", "is", "5"), ("hidden", "is", "x")]
    with pytest.raises(FieldsError) as refused:
        desk.registered(rows=rows, **wrong)
    assert set(refused.value.fields) == {
        *("title", "gives", "amount", "level", "issued_on", "in_force_until", "source"),
        *("condition-1", "condition-2"),
    }
    with pytest.raises(FieldsError) as refused:
        desk.registered(rows=[("", "is", "")])
    assert set(refused.value.fields) == {"conditions"}
    with pytest.raises(FieldsError) as refused:
        desk.registered(rows=[("score", "above", "5")] * 21)
    assert set(refused.value.fields) == {"conditions"}
    assert desk.log() == []


@pytest.mark.parametrize("role", ["viewer", "handler"])
def test_who_does_not_follow_up_keeps_no_policies(desk: Desk, role: str) -> None:
    policy_id = desk.registered()
    nobody = Actor(None, role)
    with pytest.raises(NotAllowedError):
        desk.registered(actor=nobody)
    with pytest.raises(NotAllowedError):
        desk.used(policy_id, actor=nobody)
    with pytest.raises(NotAllowedError):
        withdraw_policy(desk.engine, policy_id, why="x", actor=nobody, version=1, today=TODAY)
    assert len(desk.log()) == 1


def test_nobody_overwrites_what_he_has_not_seen(desk: Desk) -> None:
    policy_id = desk.registered()
    desk.changed(policy_id, amount="60")
    with pytest.raises(ChangedMeanwhileError):
        desk.changed(policy_id, amount="70")
    with pytest.raises(ChangedMeanwhileError):
        desk.withdrawn(policy_id)
    assert desk.policy(policy_id).amount == 600_000


def test_a_change_needs_a_reason_and_something_changed(desk: Desk) -> None:
    policy_id = desk.registered()
    with pytest.raises(InputError, match="Nothing was changed"):
        desk.changed(policy_id)
    with pytest.raises(FieldsError) as refused:
        desk.changed(policy_id, amount="60", note=" ")
    assert set(refused.value.fields) == {"note"}
    with pytest.raises(InputError, match="Say why"):
        desk.withdrawn(policy_id, why="")


def test_what_was_withdrawn_stays_and_takes_nothing_more(desk: Desk) -> None:
    policy_id = desk.registered()
    desk.withdrawn(policy_id)
    for again in (
        lambda: desk.changed(policy_id, version=2, amount="60"),
        lambda: desk.withdrawn(policy_id, version=2),
        lambda: desk.used(policy_id),
    ):
        with pytest.raises(ConflictError, match="withdrawn"):
            again()
    assert desk.policy(policy_id).title == "薄弱村扶持"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"used_on": "2025-12-31"}, "used_on"),
        ({"used_on": "2026-12-01"}, "used_on"),
        ({"used_on": ""}, "used_on"),
        ({"used_on": "3月"}, "used_on"),
        ({"amount": "much"}, "amount"),
        ({"amount": "100000000"}, "amount"),
        ({"document": "x" * 201}, "document"),
        ({"unit_id": None}, "village"),
        ({"unit_id": 2**40}, "village"),
    ],
)
def test_a_use_that_cannot_be_is_refused_beside_its_field(
    desk: Desk, given: dict[str, Any], field: str
) -> None:
    policy_id = desk.registered()
    with pytest.raises(FieldsError) as refused:
        desk.used(policy_id, **given)
    assert set(refused.value.fields) == {field}


def test_a_policy_for_villages_of_today_takes_no_former_village(desk: Desk) -> None:
    policy_id = desk.registered(level="today")
    with pytest.raises(FieldsError) as refused:
        desk.used(policy_id)
    assert set(refused.value.fields) == {"village"}
    assert desk.used(desk.registered(level="both"))


def test_one_use_is_recorded_once_and_taken_back_with_a_reason(desk: Desk) -> None:
    policy_id = desk.registered()
    use_id = desk.used(policy_id)
    with pytest.raises(ConflictError, match="recorded already"):
        desk.used(policy_id, amount="1")
    take = {"actor": PLANNER, "today": TODAY}
    with pytest.raises(InputError, match="Say why"):
        take_back_use(desk.engine, use_id, why="", version=1, **take)  # type: ignore[arg-type]
    taken = take_back_use(desk.engine, use_id, why="记错村", version=1, **take)  # type: ignore[arg-type]
    assert taken == policy_id
    with pytest.raises(ChangedMeanwhileError):
        take_back_use(desk.engine, use_id, why="再来", version=1, **take)  # type: ignore[arg-type]
    with reading(desk.engine) as session:
        assert standing_uses(session) == []
        assert session.get_one(PolicyUse, use_id).taken_back_why == "记错村"
    assert desk.used(policy_id) != use_id
    assert desk.log()[2] == ("policy_use", "remove", desk.unit_id)


def test_a_use_keeps_the_village_that_it_is_recorded_on(desk: Desk) -> None:
    desk.used(desk.registered())
    with reading(desk.engine) as session:
        assert hanging_on(session, [desk.unit_id]).by_hand == {"policy_uses": 1}


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for policy_id in (99, 2**31, 2**70):
        with pytest.raises(NotFoundError):
            desk.used(policy_id)
    with pytest.raises(NotFoundError):
        take_back_use(desk.engine, 2**40, why="x", actor=PLANNER, version=1, today=TODAY)
