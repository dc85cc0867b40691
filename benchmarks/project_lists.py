"""How long lists of 20,000 projects keep the server busy, and an edit until it is seen in them.

A ledger of 20,000 projects with their money over 7,000 villages in a GeoPackage, or in the empty
PostGIS database whose address is given, is asked for its list as a planner asks: every filter,
every order, first and deep pages. Then projects are edited one by one, and the list asked for after
each. What is measured is the whole answer, and how long the server's processor worked for it, which
others on the machine do not lengthen as much.

Run with ``python -m benchmarks.project_lists [address of a PostGIS database]``.
"""

import random
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import sqlalchemy as sa
from flask.testing import FlaskClient

from benchmarks.problem_ledger import FORMERS, build_city
from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, writing
from geo_tracker.db.columns import now
from geo_tracker.db.models import Fund, ImportRun, Payment, Project, ProjectAmount, Source
from geo_tracker.db.schema import migrate
from geo_tracker.followup.livelihood import LIVELIHOOD_STATES
from geo_tracker.followup.problem_states import Actor
from geo_tracker.followup.rules import Rules
from geo_tracker.indicators.lights import STAGES
from geo_tracker.web.project_list import SORTS
from geo_tracker.workflows.project_money import record_payment
from geo_tracker.workflows.users import add_user

COUNT, ASKED, EDITS, AIM_MS = 20_000, 300, 30, 100
PASSWORD = "only-for-measuring"
_PER_PAGE = 50
KINDS, CHANNELS = Rules().project_kinds, Rules().project_channels


def build_projects(engine: sa.Engine, units: list[int], *, count: int, today: date) -> None:
    """Store projects of all stages with their money, as a file brought them."""
    chance = random.Random(6)
    with writing(engine) as session:
        source = Source(title="项目台账", file_name="projects.xlsx")
        run = ImportRun(kind="records", source=source, as_of_on=today, state="published")
        run.published_at = now()
        session.add(run)
        session.flush()
        projects: list[dict[str, Any]] = []
        money: dict[Any, list[dict[str, Any]]] = {ProjectAmount: [], Fund: [], Payment: []}
        for number in range(1, count + 1):
            project = _project(chance, number, chance.choice(units[:FORMERS]), today)
            projects.append(project | {"import_id": run.id, "row": number + 2})
            about = {"project_id": number, "import_id": run.id}
            budget = Decimal(chance.randrange(1_000_000, 90_000_000)) / 100
            for kind, times in (("estimate", "1.05"), ("budget", "1"), ("contract", "0.96")):
                amount = {"kind": kind, "amount": budget * Decimal(times), "current": True}
                money[ProjectAmount].append(about | amount)
            for channel in chance.sample(CHANNELS, chance.randrange(1, 4)):
                given = {"planned": budget / 2, "received": budget / 3}
                money[Fund].append(about | {"channel": channel} | given)
            for _ in range(chance.randrange(4)):
                paid = {"paid_on": today, "kind": "progress", "amount": budget / 5}
                money[Payment].append(about | paid)
        for model, rows in ((Project, projects), *money.items()):
            for begin in range(0, len(rows), 10_000):
                session.execute(sa.insert(model), rows[begin : begin + 10_000])
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _project(chance: random.Random, number: int, unit_id: int, today: date) -> dict[str, Any]:
    start = today - timedelta(days=chance.randrange(-200, 700))
    is_livelihood = chance.random() < 0.05
    return {
        "id": number,
        "project_no": f"2026-{number:05d}",
        "name": f"第{number}号整治项目",
        "kind": chance.choice(KINDS),
        "former_unit_id": unit_id,
        "stage": chance.choice(STAGES),
        "planned_start_on": start,
        "planned_finish_on": start + timedelta(days=chance.randrange(60, 400)),
        "progress": chance.random(),
        "reported_on": today - timedelta(days=chance.randrange(90)),
        "is_livelihood": is_livelihood,
        "livelihood_state": chance.choice(LIVELIHOOD_STATES) if is_livelihood else None,
        "synthetic": True,
        "version": 1,
    }


def signed_in(settings: Settings) -> tuple[FlaskClient, sa.Engine]:
    """Build the ledger and return the browser of a planner who has signed in to it."""
    engine = make_engine(settings.url)
    migrate(engine)
    units = build_city(engine)
    build_projects(engine, units, count=COUNT, today=date.today())  # noqa: DTZ011
    add_user(engine, username="li", password=PASSWORD, role="planner", must_change=False)
    app = create_app(settings, engine)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"username": "li", "password": PASSWORD})
    return client, engine


def questions(chance: random.Random) -> list[str]:
    """Return addresses of lists as they are asked for: a mix of filters, orders and pages."""
    county = f"3307{chance.randrange(1, 10):02d}"
    narrowed = [
        {},
        {"county": county},
        {"county": county, "town": f"{county}{chance.randrange(100, 114)}"},
        {"light": "red"},
        {"light": "green"},
        {"stage": chance.choice(STAGES)},
        {"kind": chance.choice(KINDS)},
        {"channel": chance.choice(CHANNELS)},
        {"livelihood": "yes"},
        {"money": "over_received"},
        {"livelihood": chance.choice(LIVELIHOOD_STATES)},
        {"q": f"第{chance.randrange(7000)}村"},
        {"q": f"第{chance.randrange(COUNT)}号"},
        {"q": "整治"},
        {"county": county, "light": "red", "kind": chance.choice(KINDS)},
    ]
    # A page too far is the last one: the deepest there is.
    pages = (1, 1, 2, chance.randrange(3, COUNT // _PER_PAGE), COUNT)
    return [
        urlencode({**filters, "sort": chance.choice(list(SORTS)), "page": chance.choice(pages)})
        for filters in narrowed
    ]


class Times:
    """How long answers took, and the processor worked for them, in milliseconds."""

    def __init__(self) -> None:
        self.took: list[tuple[float, str]] = []
        self.worked: list[float] = []

    def ask(self, client: FlaskClient, address: str) -> None:
        """Ask for a page and note how long it took."""
        begun, busy = time.perf_counter(), time.process_time()
        answer = client.get(address)
        self.took.append((1000 * (time.perf_counter() - begun), address))
        self.worked.append(1000 * (time.process_time() - busy))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")

    def tell(self, what: str) -> None:
        """Print the quantiles, and what took longest."""
        for name, times in (("answer", [t for t, _address in self.took]), ("work", self.worked)):
            middle, tail = np.percentile(times, [50, 95])
            print(f"{what}: {name} {middle:.0f} ms in the middle, {tail:.0f} ms at p95")
        slowest, address = max(self.took)
        print(f"  the slowest {slowest:.0f} ms: {address}")


def main() -> None:
    """Print how long lists take, and how long lists after an edit."""
    chance = random.Random(6)
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[1] if len(sys.argv) > 1 else ""
        settings = Settings(data_dir=Path(folder), database_url=address, secret_key="x")
        client, engine = signed_in(settings)
        # The register is read once after every import, not with every list.
        client.get("/projects/")
        lists = Times()
        while len(lists.took) < ASKED:
            for question in questions(chance):
                lists.ask(client, f"/projects/?{question}")
        lists.tell(f"{len(lists.took)} lists of {COUNT:,} projects")
        after = Times()
        today = date.today()  # noqa: DTZ011
        for number in range(1, EDITS + 1):
            given = {"paid_on": today, "kind": "progress", "amount": Decimal(5)}
            planner = Actor(None, "planner")
            record_payment(engine, number, given, actor=planner, version=1, today=today)
            after.ask(client, "/projects/")
        after.tell(f"{EDITS} lists right after an edit")
        tail = float(np.percentile(lists.worked, 95))
        if tail > AIM_MS:
            raise SystemExit(f"the aim is {AIM_MS} ms of server time at p95")


if __name__ == "__main__":
    main()
