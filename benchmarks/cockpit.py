"""How long the cockpit works with 50,000 problems and 20,000 projects, and plain SQL beside it.

A city of 7,000 villages in a GeoPackage, or in the empty PostGIS database whose address is given,
is asked for its cockpit of today and of past days, for a county, and for the pages beside it. The
peer is the same counts by plain ``GROUP BY`` over the ledgers as they stand: problems by village
with what is resolved, open and overdue, and each project's budget and payments, in the same run.
The cockpit does more: it counts two days, today and a week before, from the log of every step.

Run with ``python -m benchmarks.cockpit [address of a PostGIS database]``.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from benchmarks.problem_ledger import build_city, build_ledger
from benchmarks.project_lists import PASSWORD, build_projects
from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.problem_tally import OPEN_STATES, RUNNING
from geo_tracker.db.schema import migrate
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.problems import register_problem
from geo_tracker.workflows.users import add_user

PROBLEMS, PROJECTS, AIM_S = 50_000, 20_000, 0.5
TODAY = date.today()  # noqa: DTZ011

PEER = (
    f"""SELECT unit_id, count(*), sum(CASE WHEN state IN ('confirmed_fixed', 'closed') THEN 1 ELSE
    0 END), sum(CASE WHEN state IN {OPEN_STATES} THEN 1 ELSE 0 END), sum(CASE WHEN {RUNNING} AND
    due_on < '{TODAY}' THEN 1 ELSE 0 END) FROM problem GROUP BY unit_id""",
    """SELECT project_id, sum(amount_fen) FROM project_amount WHERE kind = 'budget'
    GROUP BY project_id""",
    "SELECT project_id, sum(amount_fen) FROM payment GROUP BY project_id",
)


def measured(what: str, do: Callable[[], Any]) -> float:
    """Say how long something took and the processor worked for it; return the work in seconds."""
    begun, busy = time.perf_counter(), time.process_time()
    do()
    work = time.process_time() - busy
    print(f"{what}: {time.perf_counter() - begun:.2f} s, of it work {work:.2f} s", flush=True)
    return work


def served(settings: Settings) -> tuple[sa.Engine, FlaskClient]:
    """Build the ledgers and return the browser of a planner who has signed in to them."""
    engine = make_engine(settings.url)
    migrate(engine)
    units = build_city(engine)
    build_ledger(engine, units, count=PROBLEMS, today=TODAY)
    build_projects(engine, units, count=PROJECTS, today=TODAY)
    add_user(engine, username="li", password=PASSWORD, role="planner", must_change=False)
    app = create_app(settings, engine)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"username": "li", "password": PASSWORD})
    return engine, client


def main() -> None:
    """Print how long each page takes, and how many times the peer that is."""
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[1] if len(sys.argv) > 1 else ""
        settings = Settings(data_dir=Path(folder), database_url=address, secret_key="x")
        engine, client = served(settings)

        def page(path: str) -> Callable[[], None]:
            def ask() -> None:
                if client.get(path).status_code != 200:
                    raise SystemExit(path)

            return ask

        def peer() -> None:
            with engine.connect() as connection:
                for statement in PEER:
                    connection.exec_driver_sql(statement).all()

        measured("the register read, once after every import", page("/projects/"))
        plain = min(measured("plain GROUP BY", peer) for _time in range(3))
        past = (TODAY - timedelta(days=100)).isoformat()
        measured("cockpit, the first one of a day", page("/cockpit/"))
        given = {"content": "路灯不亮", "unit_id": 1}
        register_problem(engine, given, actor=Actor(None, "planner"), today=TODAY)
        first = measured("cockpit, first after a change", page("/cockpit/"))
        again = measured("cockpit, again", page("/cockpit/"))
        county = measured("cockpit of a county", page("/cockpit/?county=330701"))
        measured("cockpit of a past day, first", page(f"/cockpit/?on={past}"))
        measured("cockpit of a past day, again", page(f"/cockpit/?on={past}"))
        for path in ("/followup/", "/", "/problems/rates", "/projects/totals/"):
            measured(path, page(path))
        engine.dispose()
    print(f"plain counts are 1; after a change {first / plain:.1f}, again {again / plain:.1f}")
    if max(again, county) > AIM_S:
        raise SystemExit(f"the aim is {AIM_S} s of work")


if __name__ == "__main__":
    main()
