"""Twenty people at once on one ledger of projects; no money of theirs appears or is lost.

Run with ``python -m tests.workflows.project_editors --seconds 120 [--database URL]``; without an
address on a GeoPackage in a temporary folder. The database must be empty.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.models import (
    FollowupStep,
    Fund,
    Payment,
    Project,
    ProjectAmount,
    ProjectReport,
    ProjectStage,
    Unit,
)
from geo_tracker.followup.problem_states import Actor
from geo_tracker.indicators.lights import STAGES
from geo_tracker.workflows import project_money, project_reports, projects
from geo_tracker.workflows.users import add_user
from tests.workflows.many_editors import EDITORS, Done, all_at_once, run

PROJECTS = 12
TODAY = date(2026, 11, 2)
KINDS, CHANNELS = ("budget", "contract"), ("美丽乡村", "自筹")


@dataclass
class Told(Done):
    """What the editors were told was stored.

    ``said``: by project and the version that it was said on, the action and its values.
    """

    said: dict[tuple[int, int], tuple[str, Any]] = field(default_factory=dict)


def prepared(engine: sa.Engine) -> tuple[list[Actor], list[int]]:
    """Store a village, people and some projects; return the people and the projects."""
    with writing(engine) as session:
        unit = Unit()
        session.add(unit)
        session.flush()
        unit_id = unit.id
    people = [
        Actor(
            add_user(engine, username=f"p{number}", password="password-123", role="planner"),
            "planner",
        )
        for number in range(EDITORS)
    ]
    given = [{"name": f"道路硬化{number}", "former_unit_id": unit_id} for number in range(PROJECTS)]
    return people, [
        projects.register_project(engine, one, actor=people[0], today=TODAY) for one in given
    ]


def one_edit(
    engine: sa.Engine, who: Actor, ids: list[int], chance: random.Random, told: Told
) -> None:
    """Look at a project, think, and change something of it; note what was told to be stored."""
    project_id = chance.choice(ids)
    with reading(engine) as session:
        version = session.get_one(Project, project_id).version
        paid = list(
            session.scalars(
                sa.select(Payment).where(
                    Payment.project_id == project_id, Payment.takes_back_id.is_(None)
                )
            )
        )
    # Others go on while this one looks.
    time.sleep(chance.random() * 0.02)
    yuan = Decimal(chance.randrange(1, 10**9)) / 100
    seen: dict[str, Any] = {"actor": who, "version": version, "today": TODAY}
    action = chance.choice(("amount", "pay", "pay", "take_back", "fund", "report", "stage"))
    values: Any = None
    if action == "amount":
        kind = chance.choice(KINDS)
        project_money.enter_amount(engine, project_id, kind, yuan, note="调整", **seen)
        values = (kind, yuan)
    elif action == "pay":
        given = {"kind": "progress", "amount": yuan, "paid_on": TODAY}
        project_money.record_payment(engine, project_id, given, **seen)
        values = yuan
    elif action == "take_back":
        if not paid:
            return
        wrong = chance.choice(paid)
        project_money.take_back_payment(engine, project_id, wrong.id, note="录错", **seen)
        values = -wrong.amount
    elif action == "fund":
        channel = chance.choice(CHANNELS)
        project_money.change_fund(
            engine, project_id, channel, planned=yuan, received=None, note="文件", **seen
        )
        values = (channel, yuan)
    elif action == "report":
        values = chance.randrange(101) / 100
        project_reports.report_progress(engine, project_id, values, on=TODAY, note="", **seen)
    else:
        values = chance.choice(STAGES)
        projects.lead_project(engine, project_id, values, on=TODAY, note="核实", **seen)
    with told.lock:
        told.steps[project_id] += 1
        if (project_id, version) in told.said:
            told.broken.append(f"{project_id}: two people changed version {version}")
        told.said[project_id, version] = (action, values)


def edited(engine: sa.Engine, *, seconds: float) -> Told:
    """Let twenty people work on one ledger at once."""
    people, ids = prepared(engine)
    told = Told(steps=Counter(ids))
    all_at_once(
        people,
        lambda who, chance: one_edit(engine, who, ids, chance, told),
        seconds=seconds,
        done=told,
    )
    return told


def faults(engine: sa.Engine, told: Told) -> list[str]:
    """Return what was lost or appeared: money to the cent, steps, versions, what stands."""
    found = list(told.broken)
    with reading(engine) as session:
        for project in session.scalars(sa.select(Project).order_by(Project.id)):
            said = [told.said[key] for key in sorted(k for k in told.said if k[0] == project.id)]
            found.extend(
                f"{project.id}: {what} is {kept}, told was {expected}"
                for what, kept, expected in _compared(session, project, said)
                if kept != expected
            )
        everything = session.scalar(sa.select(sa.func.sum(Payment.amount))) or Decimal(0)
    paid = sum((v for a, v in told.said.values() if a in ("pay", "take_back")), Decimal(0))
    if everything != paid:
        found.append(f"{everything} yuan paid in all, told were {paid}")
    return found


def _compared(
    session: Any, project: Project, said: list[tuple[str, Any]]
) -> list[tuple[str, Any, Any]]:
    """Return what is kept of a project beside what its editors were told, in their order."""

    def values(*actions: str) -> list[Any]:
        return [value for action, value in said if action in actions]

    def kept(column: Any, *where: Any) -> list[Any]:
        model = column.class_
        mine = sa.select(column).where(model.project_id == project.id, *where)
        return list(session.scalars(mine.order_by(model.id)))

    steps = session.scalars(
        sa.select(FollowupStep)
        .where(FollowupStep.table_name == "project", FollowupStep.record_id == project.id)
        .order_by(FollowupStep.id)
    ).all()
    payments = values("pay", "take_back")
    compared = [
        ("version", project.version, len(said) + 1),
        ("the log", [step.action for step in steps], ["register", *(a for a, _v in said)]),
        ("payments", kept(Payment.amount), payments),
        ("reports", kept(ProjectReport.progress), values("report")),
        ("progress", project.progress, (values("report") or [None])[-1]),
        ("stages", kept(ProjectStage.stage), [STAGES[0], *values("stage")]),
        ("stage", project.stage, [STAGES[0], *values("stage")][-1]),
    ]
    total = Decimal(0)
    sums = [total := total + amount for amount in payments]
    in_log = [Decimal(step.fields["paid"][1]) for step in steps if "paid" in step.fields]
    compared.append(("what was paid in all after each payment", in_log, sums))
    for kind in KINDS:
        entered = [yuan for one, yuan in values("amount") if one == kind]
        a = ProjectAmount
        compared.append((kind, kept(a.amount, a.kind == kind), entered))
        current = kept(a.amount, a.kind == kind, a.current)
        compared.append((f"current {kind}", current, entered[-1:]))
    for channel in CHANNELS:
        planned = [yuan for one, yuan in values("fund") if one == channel]
        compared.append((channel, kept(Fund.planned, Fund.channel == channel), planned[-1:]))
    return compared


if __name__ == "__main__":
    run(edited, faults, __doc__)
