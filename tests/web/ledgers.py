"""Visits and incidents in the small county, for tests of their pages."""

import html
import re
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import writing
from geo_tracker.db.models import Problem, UserAccount, Visit
from geo_tracker.followup.problem_states import Actor
from geo_tracker.web.context import Services
from geo_tracker.workflows.incidents import record_incident
from geo_tracker.workflows.visits import record_visit
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

TODAY = date.today()  # noqa: DTZ011 - as the server's clock
PLANNER = Actor(None, "planner")


def ago(days: int) -> date:
    """Return a day before today."""
    return TODAY - timedelta(days=days)


def visited(app: Flask, village: str, days_ago: int, **more: Any) -> int:
    """Record a visit to a village some days ago, whatever others there are."""
    engine = _engine(app)
    given = {
        "visited_on": ago(days_ago),
        "service_group": "第三服务组",
        "unit_id": unit_id(app, village),
    }
    with writing(engine) as session:
        every = list(session.scalars(sa.select(Visit.id)))
    return record_visit(engine, given | more, actor=PLANNER, today=TODAY, knowing=every)


def happened(app: Flask, village: str, days_ago: int, **more: Any) -> int:
    """Record an incident in a village some days ago."""
    given = {
        "kind": "petition",
        "happened_on": ago(days_ago),
        "unit_id": unit_id(app, village),
        "summary": "来访一次",
        "about_merger": None,
    }
    return record_incident(_engine(app), given | more, actor=PLANNER, today=TODAY)


def found_at(app: Flask, visit_id: int, village: str, content: str) -> None:
    """Store a problem that was found at a visit."""
    with writing(_engine(app)) as session:
        session.add(
            Problem(
                problem_no=f"2026-{visit_id:05d}",
                content=content,
                unit_id=unit_id(app, village),
                registered_on=TODAY,
                visit_id=visit_id,
            )
        )


def problem_in(app: Flask, village: str, number: str, **more: Any) -> int:
    """Store a problem in a village, registered 60 days ago unless said otherwise."""
    given = {"content": "路灯不亮", "registered_on": ago(60), "unit_id": unit_id(app, village)}
    problem = Problem(problem_no=number, **given | more)
    with writing(_engine(app)) as session:
        session.add(problem)
        session.flush()
        return problem.id


def handler(app: Flask) -> Visitor:
    """Return somebody signed in who handles problems for an office."""
    somebody = visitor(app, "planner")
    with writing(_engine(app)) as session:
        session.execute(sa.update(UserAccount).values(role="handler", office="交通局"))
    return somebody


def reviewed(app: Flask, former: int, mark: str) -> dict[str, str]:
    """Decide of a former village in a review that is closed, and in one that is open."""
    admin = visitor(app, "admin", name="复核员")
    texts = {"helper_unit": 60, "target": 1000, "approver": 60, "minutes": 2000, "reason": 1000}
    given = {name: f"评议{mark}"[:most] for name, most in texts.items()} | {"decision": "assist"}
    addresses = []
    for _again in range(2):
        opening = admin.post("/lagging/reviews/", {"title": f"半年{mark}"[:120]})
        assert opening.status_code == 303
        addresses.append(opening.headers["Location"])
        decided = admin.post(f"{addresses[-1]}/{former}", given | {"version": 0})
        assert decided.status_code == 303
        if len(addresses) == 1:
            assert admin.post(f"{addresses[0]}/close", {}).status_code == 303
    closed, still_open = addresses
    return {
        "lag_reviews.show": still_open,
        "lag_reviews.show · closed": closed,
        "lag_review.show": f"{still_open}/{former}",
        "lag_review.show · closed": f"{closed}/{former}",
    }


def supported(who: Visitor, former: int, mark: str) -> dict[str, str]:
    """Register a policy that a former village used, and take one back."""
    texts = {"title": 200, "document_no": 100, "issuing_unit": 120, "gives": 2000, "source": 500}
    given: dict[str, Any] = {name: f"扶持{mark}"[:most] for name, most in texts.items()}
    given |= {"channel": f"甲{mark}"[:60], "amount": "5", "level": "both"}
    given |= {"field": "households", "operator": "at_least", "value": "0"}
    registering = who.post("/policies/new", given, form_of="/policies/new")
    assert registering.status_code == 303
    address = str(registering.headers["Location"])
    page = who.page(f"{address}?unit={former}")
    found = re.search(r'name="village" [^>]*value="([^"]*)"', page)
    assert found is not None
    used = {"village": html.unescape(found[1]), "known_id": former, "amount": "5"}
    used |= {"document": f"凭证{mark}"[:200], "note": f"备注{mark}"}
    for day, status in (("2020-06-01", 303), ("2020-06-02", 303), ("tomorrow", 422)):
        assert who.post(f"{address}/uses", used | {"used_on": day}).status_code == status
    take = {"version": "1", "note": f"记错{mark}"}
    assert who.post(f"{address}/uses/1/remove", take).status_code == 303
    return {
        "policies.show": address,
        "policies.show · used": f"{address}?state=used",
        "policy_entry.correct": f"{address}/correct",
    }


def _engine(app: Flask) -> sa.Engine:
    services: Services = app.extensions["geo_tracker"]
    return services.engine
