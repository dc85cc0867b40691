"""Projects of the small county as people register and lead them on, for tests."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, Payment, Project, VillageVersion
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows import project_money, project_reports, projects

TODAY = date(2026, 5, 20)
PLANNER = Actor(None, "planner")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def unit_named(engine: sa.Engine, name: str) -> int:
    with reading(engine) as session:
        query = sa.select(VillageVersion.unit_id).where(VillageVersion.name == name)
        return session.scalars(query.order_by(VillageVersion.id.desc())).first() or 0


class Projects:
    """What a planner does, always having seen how things stand."""

    def __init__(self, engine: sa.Engine, actor: Actor = PLANNER) -> None:
        self.engine = engine
        self.actor = actor

    def register(self, name: str = "道路硬化", **given: Any) -> int:
        values = {"name": name, "former_unit_id": unit_named(self.engine, "新川村")} | given
        return projects.register_project(self.engine, values, actor=self.actor, today=TODAY)

    def stored(self, project_id: int) -> Project:
        with reading(self.engine) as session:
            return session.get_one(Project, project_id)

    def _now(self, project_id: int) -> dict[str, Any]:
        version = self.stored(project_id).version
        return {"actor": self.actor, "version": version, "today": TODAY}

    def lead(self, project_id: int, stage: str, on: date | None = None, note: str = "") -> None:
        now = self._now(project_id)
        projects.lead_project(self.engine, project_id, stage, on=on, note=note, **now)

    def date_stage(self, project_id: int, stage: str, on: date | None) -> None:
        now = self._now(project_id)
        projects.date_stage(self.engine, project_id, stage, on=on, note="", **now)

    def report(self, project_id: int, progress: float | None, on: date | None = None) -> None:
        now = self._now(project_id)
        project_reports.report_progress(self.engine, project_id, progress, on=on, note="", **now)

    def live(self, project_id: int, state: str, note: str = "") -> None:
        now = self._now(project_id)
        project_reports.lead_livelihood(self.engine, project_id, state, on=None, note=note, **now)

    def correct(self, project_id: int, note: str = "核实", **given: Any) -> None:
        stored = self.stored(project_id)
        names = (*projects.DESCRIBED, "former_unit_id", "unit_id")
        names += (*projects.PLAN_DAYS, *projects.WORK_DAYS)
        values = {name: getattr(stored, name) for name in names} | given
        now = self._now(project_id)
        projects.correct_project(self.engine, project_id, values, note=note, **now)

    def amount(self, project_id: int, kind: str, amount: Any, note: str = "调整") -> None:
        now = self._now(project_id)
        project_money.enter_amount(
            self.engine, project_id, kind, _decimal(amount), note=note, **now
        )

    def pay(self, project_id: int, amount: Any, on: date | None = None, **given: Any) -> None:
        values = {"kind": "progress", "amount": _decimal(amount), "paid_on": on or TODAY} | given
        project_money.record_payment(self.engine, project_id, values, **self._now(project_id))

    def take_back(self, project_id: int, payment_id: int, note: str = "录错") -> None:
        now = self._now(project_id)
        project_money.take_back_payment(self.engine, project_id, payment_id, note=note, **now)

    def fund(
        self, project_id: int, channel: str, planned: Any, received: Any, note: str = "文件"
    ) -> None:
        project_money.change_fund(
            self.engine,
            project_id,
            channel,
            planned=_decimal(planned),
            received=_decimal(received),
            note=note,
            **self._now(project_id),
        )

    def steps(self, project_id: int) -> list[FollowupStep]:
        with reading(self.engine) as session:
            s = FollowupStep
            query = sa.select(s).where(s.table_name == "project", s.record_id == project_id)
            return list(session.scalars(query.order_by(s.id)))

    def payments(self, project_id: int) -> list[Payment]:
        with reading(self.engine) as session:
            query = sa.select(Payment).where(Payment.project_id == project_id)
            return list(session.scalars(query.order_by(Payment.id)))

    def paid(self, project_id: int) -> Decimal:
        return sum((payment.amount for payment in self.payments(project_id)), Decimal(0))


def _decimal(amount: Any) -> Decimal | None:
    return None if amount is None else Decimal(amount)
