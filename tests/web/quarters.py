"""Problems of a quarter that has ended, in the small county's two towns, for tests of boards."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, Problem
from geo_tracker.followup.board_lines import Quarter, quarter_of
from geo_tracker.followup.problem_states import Actor
from geo_tracker.web.context import Services
from geo_tracker.workflows.problems import act, register_problem
from geo_tracker.workflows.rules import set_rule
from tests.web.conftest import strict
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

TODAY = date.today()  # noqa: DTZ011 - as the pages' own
LAST: Quarter = quarter_of(TODAY).before
COUNTY, GOOD, BAD = "330784", "330784114", "330784115"
"""永康市; 花街镇, where all is solved, and 石柱镇, where nothing is."""

COUNTED = "解决率|2\n满意率|1"
TODO = {
    **{"component": "resolution", "text": "逐件整改", "lead_unit": "石柱镇"},
    **{"lead_person": "王镇长", "due_on": (TODAY + timedelta(days=10)).isoformat()},
}
WAY = ("assign", "accept", "start", "claim", "revisit")
BOARDS = "/boards/"


def engine_of(app: Flask) -> sa.Engine:
    """Return the database behind an app."""
    services: Services = app.extensions["geo_tracker"]
    return services.engine


def recorded(app: Flask, village: str, *, solved: bool, quarter: Quarter = LAST) -> int:
    """Record a problem in the middle of a quarter, solved to satisfaction or not at all."""
    engine, day = engine_of(app), quarter.first_on + timedelta(days=20)
    who = Actor(None, "planner")
    values = {"content": "路灯不亮", "unit_id": unit_id(app, village)}
    problem_id = register_problem(engine, values, actor=who, today=day)
    given: dict[str, Any] = {
        "lead_unit": "交通局",
        "due_on": day + timedelta(days=9),
        "note": "已修",
    }
    given |= {"answer": "fixed", "satisfaction": "satisfied"}
    for action in WAY if solved else ():
        with reading(engine) as session:
            version = session.get_one(Problem, problem_id).version
        act(engine, problem_id, action, given, actor=who, version=version, today=day)
    return problem_id


def counted(app: Flask, lines: str = COUNTED) -> None:
    """Have boards count these components."""
    set_rule(engine_of(app), "board_components", from_year=2000, text=lines, user_id=None)


def two_towns(app: Flask, *, each: int = 15) -> None:
    """Record a quarter in which one town solved all and the other nothing."""
    counted(app)
    for _one in range(each):
        recorded(app, "倪宅新村", solved=True)
        recorded(app, "石柱村", solved=False)


def drafted(admin: Visitor, quarter: Quarter = LAST, county: str = COUNTY) -> str:
    """Draft a board and return its address."""
    answer = admin.post(BOARDS, {"quarter": quarter.text, "county": county})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def published(admin: Visitor, board: str) -> str:
    """Publish a board; return its address again."""
    assert admin.post(f"{board}/publish", {"sure": "yes"}).status_code == 303
    return board


def compared(app: Flask, village: str, mark: str) -> dict[str, str]:
    """Publish a board with all that people can write on it, and leave another one a draft."""
    counted(app)
    recorded(app, village, solved=True)
    admin = visitor(app, "admin", name="拟榜人")
    pages: dict[str, str] = {}
    score = {"score": "90", "comment": f"意见{mark}", "version": 0}
    for name, quarter in (("", LAST), (" · published", LAST.before)):
        recorded(app, village, solved=True, quarter=quarter)
        board = drafted(admin, quarter)
        unit = f"{board}/units/{GOOD}"
        assert admin.post(f"{unit}/score", score).status_code == 303
        assert admin.post(f"{unit}/mark", {"reason": f"优秀{mark}"}).status_code == 303
        pages |= {f"board.show{name}": board, f"board_unit.show{name}": unit}
    published(admin, board)
    todo = {
        "component": "resolution",
        "text": f"整改{mark}",
        "lead_unit": f"镇{mark}"[:60],
        "lead_person": f"王{mark}"[:60],
        "due_on": TODAY.isoformat(),
    }
    assert admin.post(f"{unit}/todo", todo).status_code == 303
    answer = {"action": "answer", "version": 1, "note": f"已改{mark}"}
    assert admin.post("/boards/todos/1/act", answer).status_code == 303
    return pages | {"board_todos.show": "/boards/todos/1"}


@pytest.fixture
def on_both(engine: sa.Engine, settings: Settings, brought: list[int]) -> Flask:
    """Serve two towns from both kinds of database."""
    app = strict(create_app(settings, engine))
    two_towns(app)
    return app


@pytest.fixture
def towns(county: Flask) -> Flask:
    two_towns(county)
    return county


@pytest.fixture
def admin(towns: Flask) -> Visitor:
    return visitor(towns, "admin")


def steps(app: Flask, table: str) -> list[tuple[str, str | None, str | None, int | None]]:
    with reading(engine_of(app)) as session:
        return [
            (step.action, step.from_state, step.to_state, step.unit_id)
            for step in session.scalars(
                sa.select(FollowupStep)
                .where(FollowupStep.table_name == table)
                .order_by(FollowupStep.id)
            )
        ]


def todo_of(admin: Visitor, board: str) -> str:
    assert admin.post(f"{board}/units/{BAD}/todo", TODO).status_code == 303
    found = re.search(r'href="(/boards/todos/\d+)"', admin.page(board))
    assert found is not None
    return found[1]


def moved(who: Visitor, todo: str, action: str, version: int, note: str = "") -> Any:
    return who.post(f"{todo}/act", {"action": action, "version": version, "note": note})
