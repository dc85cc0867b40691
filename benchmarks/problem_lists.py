"""How long lists of 50,000 problems keep the server busy: paged, narrowed, put in order.

A ledger of 50,000 problems over 7,000 villages in a GeoPackage, or in the empty PostGIS database
whose address is given, is asked for its list as a planner asks: every filter, every order, first
and deep pages. What is measured is the whole answer, from the request to the finished page, and how
long the server's processor worked for it, which others on the machine do not lengthen as much.

Run with ``python -m benchmarks.problem_lists [address of a PostGIS database]``.
"""

import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from flask.testing import FlaskClient

from benchmarks.problem_ledger import CATEGORIES, OFFICES, SOURCES, build_city, build_ledger
from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.problem_lists import ORDERS
from geo_tracker.db.schema import migrate
from geo_tracker.workflows.users import add_user

COUNT, ASKED, AIM_MS = 50_000, 300, 100
PASSWORD = "only-for-measuring"
_PER_PAGE = 50


def signed_in(settings: Settings) -> FlaskClient:
    """Build the ledger and return the browser of a planner who has signed in to it."""
    engine = make_engine(settings.url)
    migrate(engine)
    units = build_city(engine)
    build_ledger(engine, units, count=COUNT, today=date.today())  # noqa: DTZ011
    add_user(engine, username="li", password=PASSWORD, role="planner", must_change=False)
    app = create_app(settings, engine)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"username": "li", "password": PASSWORD})
    return client


def questions(chance: random.Random) -> list[str]:
    """Return addresses of lists as they are asked for: a mix of filters, orders and pages."""
    county = f"3307{chance.randrange(1, 10):02d}"
    narrowed = [
        {},
        {"county": county},
        {"county": county, "town": f"{county}{chance.randrange(100, 114)}"},
        {"state": "open"},
        {"state": "closed"},
        {"light": "red"},
        {"light": "yellow"},
        {"lead": chance.choice(OFFICES)},
        {"source": chance.choice(SOURCES)},
        {"category": chance.choice(CATEGORIES)},
        {"rounds": "2"},
        {"q": f"第{chance.randrange(7000)}村"},
        {"q": f"{chance.randrange(2025, 2027)}-0{chance.randrange(5)}"},
        {"q": "村"},
        {"county": county, "state": "open", "category": chance.choice(CATEGORIES)},
        {"counted": "rectified"},
        {"counted": "in_time"},
    ]
    # A page too far is the last one: the deepest there is.
    pages = (1, 1, 2, chance.randrange(3, COUNT // _PER_PAGE), COUNT)
    return [
        urlencode({**filters, "sort": chance.choice(ORDERS), "page": chance.choice(pages)})
        for filters in narrowed
    ]


def main() -> None:
    """Print the quantiles, and the slowest question."""
    chance = random.Random(6)
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[1] if len(sys.argv) > 1 else ""
        settings = Settings(data_dir=Path(folder), database_url=address, secret_key="x")
        client = signed_in(settings)
        # The register is read once after every import, not with every list.
        client.get("/problems/")
        took: list[tuple[float, str]] = []
        worked: list[float] = []
        while len(took) < ASKED:
            for question in questions(chance):
                begun, busy = time.perf_counter(), time.process_time()
                answer = client.get(f"/problems/?{question}")
                took.append((1000 * (time.perf_counter() - begun), question))
                worked.append(1000 * (time.process_time() - busy))
                if answer.status_code != 200:
                    raise SystemExit(f"{question}: {answer.status_code}")
        begun = time.perf_counter()
        client.get("/problems/rates?on=2026-01-31")
        past_s = time.perf_counter() - begun
    p50, p95 = np.quantile([ms for ms, _question in took], [0.5, 0.95])
    busy_p50, busy_p95 = np.quantile(worked, [0.5, 0.95])
    slowest = max(took)
    kind = "PostGIS" if address else "GeoPackage"
    print(f"{COUNT:,} problems, {kind}: {len(took)} lists, p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    print(f"of these the server's own work: p50 {busy_p50:.0f} ms, p95 {busy_p95:.0f} ms")
    print(f"aim at p95: {AIM_MS} ms {'held' if p95 <= AIM_MS else 'MISSED'}")
    print(f"slowest {slowest[0]:.0f} ms: {slowest[1]}")
    print(f"rates as of a past day, counted from the log: {past_s:.1f} s")


if __name__ == "__main__":
    main()
