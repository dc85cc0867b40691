"""Projects in the browser: registered, led on, reported, paid; nothing is overwritten unseen."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import Fund, Project, ProjectAmount, ProjectReport, ProjectStage
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.projects import lead_project, register_project
from tests.workflows.project_cases import PLANNER, TODAY, Projects, ago, unit_named

Bring = Callable[[], None]


@pytest.fixture
def do(engine: sa.Engine, bring_boundaries: Bring) -> Projects:
    bring_boundaries()
    return Projects(engine)


def test_a_project_begins_in_reserve_with_its_day_and_its_step(do: Projects) -> None:
    project_id = do.register(kind="道路", planned_start_on=ago(9), stage_on=ago(3))
    project = do.stored(project_id)
    assert (project.stage, project.version, project.import_id) == ("reserve", 1, None)
    with reading(do.engine) as session:
        (stage,) = session.scalars(sa.select(ProjectStage))
        assert (stage.stage, stage.happened_on) == ("reserve", ago(3))
    (step,) = do.steps(project_id)
    assert step.action == "register"
    assert step.fields["name"] == [None, "道路硬化"]
    assert step.unit_id == unit_named(do.engine, "新川村")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": " "}, "name of the project"),
        ({"former_unit_id": None}, "in which village"),
        ({"former_unit_id": 9999}, "in which village"),
        ({"planned_start_on": TODAY, "planned_finish_on": ago(1)}, "before it starts"),
        ({"stage": "nonsense"}, "which stage"),
        ({"stage_on": date(2999, 1, 1)}, "future"),
        ({"name": "x" * 201}, "At most 200"),
    ],
)
def test_what_does_not_fit_is_not_registered(do: Projects, given: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        do.register(**given)
    with reading(do.engine) as session:
        assert session.scalar(sa.select(sa.func.count(Project.id))) == 0


def test_a_village_has_two_projects_of_one_name_only_with_different_numbers(do: Projects) -> None:
    do.register()
    with pytest.raises(InputError, match="already"):
        do.register()
    second = do.register(project_no="2026-17")
    with pytest.raises(InputError, match="already"):
        do.correct(second, project_no=None)
    do.register(former_unit_id=unit_named(do.engine, "倪宅村"))


def test_work_begins_and_ends_with_its_stages_and_goes_back_only_with_a_reason(
    do: Projects,
) -> None:
    project_id = do.register(stage_on=ago(30))
    do.lead(project_id, "contract", ago(20))
    do.lead(project_id, "started", ago(10))
    do.lead(project_id, "finished", ago(2))
    project = do.stored(project_id)
    assert (project.actual_start_on, project.actual_finish_on) == (ago(10), ago(2))
    with pytest.raises(InputError, match="only with a reason"):
        do.lead(project_id, "started")
    do.lead(project_id, "started", note="验收不合格，返工")
    project = do.stored(project_id)
    assert (project.actual_start_on, project.actual_finish_on) == (ago(10), None)
    do.lead(project_id, "design", note="重新设计")
    assert do.stored(project_id).actual_start_on is None
    assert [(s.from_state, s.to_state) for s in do.steps(project_id)][-2:] == [
        ("finished", "started"),
        ("started", "design"),
    ]
    assert do.stored(project_id).version == 6


def test_a_project_gets_nowhere_before_it_got_where_it_is(do: Projects) -> None:
    project_id = do.register(stage_on=ago(5))
    with pytest.raises(InputError, match="before"):
        do.lead(project_id, "design", ago(6))
    with pytest.raises(InputError, match="at this stage already"):
        do.lead(project_id, "reserve")


def test_the_days_of_stages_passed_are_filled_in_later(do: Projects) -> None:
    project_id = do.register(stage="contract", stage_on=ago(20))
    do.lead(project_id, "started", ago(10))
    do.date_stage(project_id, "design", ago(40))
    with pytest.raises(InputError, match="before later"):
        do.date_stage(project_id, "tender", ago(9))
    with pytest.raises(InputError, match="not got to"):
        do.date_stage(project_id, "finished", ago(9))
    with pytest.raises(InputError, match="Nothing was changed"):
        do.date_stage(project_id, "design", ago(40))
    do.date_stage(project_id, "started", ago(12))
    project = do.stored(project_id)
    assert (project.stage, project.actual_start_on) == ("started", ago(12))
    # What was filled in for an earlier stage does not say where it stands.
    do.lead(project_id, "finished", ago(11))
    with pytest.raises(InputError, match="before"):
        do.lead(project_id, "accepted", ago(12))


def test_only_the_newest_report_is_the_progress_and_all_stay(do: Projects) -> None:
    project_id = do.register()
    do.report(project_id, 0.5, ago(3))
    do.report(project_id, 0.4, ago(9))
    assert (do.stored(project_id).progress, do.stored(project_id).reported_on) == (0.5, ago(3))
    do.report(project_id, 0.3, ago(3))
    assert do.stored(project_id).progress == 0.3
    with reading(do.engine) as session:
        reports = sa.select(ProjectReport.progress).order_by(ProjectReport.id)
        assert list(session.scalars(reports)) == [0.5, 0.4, 0.3]
    for wrong in (None, -0.1, 1.01, float("nan")):
        with pytest.raises(InputError, match="per cent"):
            do.report(project_id, wrong)


def test_a_revised_amount_is_a_new_row_with_a_reason(do: Projects) -> None:
    project_id = do.register()
    do.amount(project_id, "budget", "400000.01", note="")
    with pytest.raises(InputError, match="Say why"):
        do.amount(project_id, "budget", 500, note=" ")
    with pytest.raises(InputError, match="Nothing was changed"):
        do.amount(project_id, "budget", "400000.01")
    do.amount(project_id, "budget", 410_000)
    do.amount(project_id, "change", -5)
    with pytest.raises(InputError):
        do.amount(project_id, "estimate", -5)
    with pytest.raises(InputError, match="whole fen"):
        do.amount(project_id, "estimate", "0.001")
    with reading(do.engine) as session:
        a = ProjectAmount
        rows = session.execute(sa.select(a.kind, a.amount, a.current).order_by(a.id)).all()
    assert [tuple(row) for row in rows] == [
        ("budget", Decimal("400000.01"), False),
        ("budget", Decimal(410_000), True),
        ("change", Decimal(-5), True),
    ]


def test_a_wrong_payment_is_taken_back_by_a_second_row_and_only_once(do: Projects) -> None:
    project_id = do.register()
    do.pay(project_id, 300, ago(4), document="凭证 7")
    do.pay(project_id, 20)
    wrong = do.payments(project_id)[0]
    with pytest.raises(InputError, match="Say why"):
        do.take_back(project_id, wrong.id, note="")
    do.take_back(project_id, wrong.id)
    rows = do.payments(project_id)
    assert [(r.amount, r.paid_on) for r in rows] == [
        (Decimal(300), ago(4)),
        (Decimal(20), TODAY),
        (Decimal(-300), ago(4)),
    ]
    for one in (wrong.id, rows[-1].id):
        with pytest.raises(ConflictError, match="already"):
            do.take_back(project_id, one)
    assert do.steps(project_id)[-1].fields["paid"] == ["320.00", "20.00"]
    other = do.register("别的")
    with pytest.raises(NotFoundError):
        do.take_back(other, rows[1].id)


@pytest.mark.parametrize("amount", [None, 0, -1, "0.001", 10**13, "NaN", "Infinity"])
def test_what_is_no_amount_is_not_paid(do: Projects, amount: Any) -> None:
    project_id = do.register()
    with pytest.raises(InputError):
        do.pay(project_id, amount)
    assert do.payments(project_id) == []


def test_what_a_channel_gives_is_changed_with_a_reason_and_was_kept(do: Projects) -> None:
    project_id = do.register()
    do.fund(project_id, "美丽乡村", 60, None, note="")
    do.fund(project_id, "美丽乡村", 60, 30, note="")
    with pytest.raises(InputError, match="Say why"):
        do.fund(project_id, "美丽乡村", 70, 30, note="")
    do.fund(project_id, "美丽乡村", 70, 30)
    assert do.steps(project_id)[-1].fields == {
        "channel": ["美丽乡村", "美丽乡村"],
        "planned": ["60.00", "70.00"],
    }
    with reading(do.engine) as session:
        (fund,) = session.scalars(sa.select(Fund))
        assert (fund.planned, fund.received, fund.import_id) == (Decimal(70), Decimal(30), None)


def test_a_livelihood_project_takes_only_the_ways_there_are(do: Projects) -> None:
    project_id = do.register()
    with pytest.raises(ConflictError):
        do.live(project_id, "done")
    for state in ("candidate", "voted", "published", "under_way", "done"):
        do.live(project_id, state)
    with pytest.raises(InputError, match="Say why"):
        do.live(project_id, "under_way")
    do.live(project_id, "under_way", note="群众不满意")
    project = do.stored(project_id)
    assert (project.is_livelihood, project.livelihood_state) == (True, "under_way")


def test_the_second_of_two_editors_is_refused_and_nothing_is_stored(do: Projects) -> None:
    project_id = do.register()
    seen = do.stored(project_id).version
    do.pay(project_id, 5)
    with pytest.raises(ChangedMeanwhileError):
        lead_project(do.engine, project_id, "design", on=None, note="", actor=PLANNER,
                     version=seen, today=TODAY)  # fmt: skip
    assert do.stored(project_id).stage == "reserve"


@pytest.mark.parametrize("role", ["viewer", "handler"])
def test_only_planners_and_administrators_change_projects(do: Projects, role: str) -> None:
    project_id = do.register()
    other = Projects(do.engine, Actor(None, role, "交通局"))
    with pytest.raises(NotAllowedError):
        other.pay(project_id, 5)
    with pytest.raises(NotAllowedError):
        register_project(do.engine, {"name": "x"}, actor=other.actor, today=TODAY)
    assert len(do.steps(project_id)) == 1
