"""A county with problems that went different lengths of their way, for the tests of pages."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import Problem
from geo_tracker.db.problems import steps_of
from geo_tracker.followup.problem_states import Actor
from geo_tracker.web.context import Services
from geo_tracker.workflows.problems import act, register_problem
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor

TODAY = date.today()  # noqa: DTZ011 - as the pages' own
OFFICE = "交通局"
PLANNER, OTHER = Actor(None, "planner"), Actor(None, "admin")
WAY = ("assign", "accept", "start", "claim", "revisit", "close", "recheck")


class Ledger:
    """A county with problems, and who looks at them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        services: Services = app.extensions["geo_tracker"]
        self.engine = services.engine

    def problem(self, village: str, *, steps: int = 0, due: int = 30, **given: Any) -> int:
        """Register a problem in a village and take so many steps of its way."""
        values = {"content": "路灯不亮", "unit_id": unit_id(self.app, village)} | given
        problem_id = register_problem(self.engine, values, actor=PLANNER, today=TODAY)
        for action in WAY[:steps]:
            self.does(problem_id, action, due=due)
        return problem_id

    def does(self, problem_id: int, action: str, *, due: int = 30, **given: Any) -> None:
        day = TODAY + timedelta(days=due)
        values = {"lead_unit": OFFICE, "due_on": max(day, TODAY), "note": "已修", "answer": "fixed"}
        values |= {"satisfaction": "satisfied"} | given
        act(
            self.engine,
            problem_id,
            action,
            values,
            actor=PLANNER,
            version=self.stored(problem_id).version,
            today=TODAY,
        )

    def stored(self, problem_id: int) -> Problem:
        with reading(self.engine) as session:
            return session.get_one(Problem, problem_id)

    def late(self, problem_id: int) -> None:
        """Let a problem have been due long ago."""
        with self.engine.begin() as connection:
            long_ago = TODAY - timedelta(days=30)
            connection.execute(
                sa.update(Problem).where(Problem.id == problem_id).values(due_on=long_ago)
            )

    def actions(self, problem_id: int) -> list[str]:
        with reading(self.engine) as session:
            return [step.action for step, _name in steps_of(session, "problem", problem_id)]


@pytest.fixture
def ledger(county: Flask) -> Ledger:
    return Ledger(county)


def sent(who: Visitor, problem_id: int, action: str, version: int, **fields: Any) -> Any:
    form = {"action": action, "version": version} | fields
    return who.post(f"/problems/{problem_id}/act", form, form_of=f"/problems/{problem_id}")


def numbers(page: str) -> list[str]:
    return re.findall(r'<a href="/problems/\d+">([^<]+)</a>', page.partition("<tbody>")[2])
