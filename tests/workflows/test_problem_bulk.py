"""Many problems at once: each as a whole or not at all, and every outcome told."""

import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, Problem
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.problem_bulk import act_on_many
from tests.workflows.test_problems import MONDAY, NEXT, Desk, desk

__all__ = ["desk"]


def test_each_row_is_done_or_refused_or_found_changed_and_that_is_told(desk: Desk) -> None:
    plain, changed, further = (desk.registered() for _again in range(3))
    desk.does(changed, "correct", desk.wang, content="路灯全不亮", note="听错了")
    desk.does(further, "assign", desk.li, lead_unit="水利局", due_on=NEXT)
    given = {"lead_unit": "交通局", "due_on": NEXT}
    versions = {further: 2, changed: 1, plain: 1, 99_999: 1}
    told = act_on_many(desk.engine, versions, "assign", given, actor=desk.li, today=MONDAY)
    kinds = {outcome.problem_id: outcome.kind for outcome in told}
    assert list(kinds) == [further, changed, plain, 99_999]
    assert kinds == {further: "refused", changed: "changed", plain: "done", 99_999: "refused"}
    assert desk.problem(plain).lead_unit == "交通局"
    assert (desk.problem(further).lead_unit, desk.problem(further).version) == ("水利局", 2)
    assert desk.problem(changed).state == "registered"


def test_what_is_refused_leaves_no_step_behind(desk: Desk) -> None:
    one, other = desk.registered(), desk.registered()
    given = {"lead_unit": "交通局", "due_on": NEXT}
    nobody = Actor(desk.zhao.user_id, "handler", "水利局")
    told = act_on_many(desk.engine, {one: 1, other: 1}, "assign", given, actor=nobody, today=MONDAY)
    assert {outcome.kind for outcome in told} == {"refused"}
    with reading(desk.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FollowupStep)) == 2
        assert set(session.scalars(sa.select(Problem.version))) == {1}
