"""An older database becomes a present one and keeps what people decided."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import make_engine, reading
from geo_tracker.db.decisions import standing_decisions
from geo_tracker.db.models import Base
from geo_tracker.db.schema import migrate
from tests.postgres import PostgresCluster

DAY, MOMENT = "2019-10-31", "2020-01-02T03:04:05.000Z"
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("user_account", {"id": 1, "username": "li", "password_hash": "x", "role": "planner",
                      "must_change_password": False, "active": True, "created_at": MOMENT}),
    ("source", {"id": 1, "title": "a file", "synthetic": False, "received_at": MOMENT}),
    ("import_run", {"id": 1, "kind": "boundaries", "source_id": 1, "as_of_on": DAY, "state":
                    "published", "choices": "{}", "preview": "{}", "result": "{}",
                    "created_at": MOMENT}),
    ("boundary_layer", {"id": 1, "import_id": 1, "as_of_on": "2018-10-31"}),
    ("boundary_layer", {"id": 2, "import_id": 1, "as_of_on": DAY}),
    *(("unit", {"id": unit}) for unit in range(1, 6)),
    *(("change_event", {"id": event, "event_type": "fusion", "status": status,
                        "before_layer_id": 1, "after_layer_id": 2, "effective_on": DAY,
                        "synthetic": False, "confidence": 0.5, "needs_review": True,
                        "created_at": MOMENT})
      for event, status in ((1, "proposed"), (2, "superseded"))),
]  # fmt: skip


def edge(event: int, former: int, later: int, **values: Any) -> dict[str, Any]:
    by_ground = values.pop("by_ground", True)
    return {
        "event_id": event,
        "from_unit_id": former,
        "to_unit_id": later,
        "method": "person",
        "said_by_geometry": by_ground,
        "said_by_table": not by_ground,
        "conflict": True,
        "accepted": False,
        "confidence": 0.5,
        "evidence": "[]",
        "decided_by_id": 1,
        "decided_at": MOMENT,
        "decision_reason": "附件",
    } | values


EDGES = [
    # 1: the table's was chosen; 2: the ground's; 3: neither; 4: nobody decided.
    edge(1, 1, 4),
    edge(1, 1, 5, by_ground=False, accepted=True),
    edge(1, 2, 4, accepted=True),
    edge(1, 2, 5, by_ground=False),
    edge(1, 3, 4),
    edge(1, 4, 5, accepted=True, decided_by_id=None, decided_at=None),
    edge(2, 4, 5, accepted=True),
]


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """Open an empty database of both kinds, as it is before any migration."""
    if request.param == "geopackage":
        engine = make_engine(f"sqlite:///{tmp_path / 'old.gpkg'}")
        yield engine
        engine.dispose()
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.empty_database() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def test_decisions_that_stood_on_links_become_decisions_of_their_own(bare: sa.Engine) -> None:
    migrate(bare, "0001")
    with bare.begin() as connection:
        for table, values in [*ROWS, *(("lineage_edge", edge) for edge in EDGES)]:
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)
    migrate(bare)
    with reading(bare) as session:
        found = standing_decisions(session)
        assert {former: decision.kind for former, decision in found.items()} == {
            **{1: "choose", 2: "accept", 3: "reject"}
        }
        assert found[1].successor_ids == {5}
        assert {link.to_unit_id for link in found[1].links} == {4, 5}
        assert {(d.note, d.decided_by.username) for d in found.values()} == {("附件", "li")}
        assert str(found[1].decided_at) == "2020-01-02 03:04:05+00:00"


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_the_schema_of_the_migrations_is_that_of_the_models(bare: sa.Engine) -> None:
    migrate(bare)
    inspector = sa.inspect(bare)
    for table in Base.metadata.sorted_tables:
        stored = {column["name"] for column in inspector.get_columns(table.name)}
        assert stored == {column.name for column in table.columns}, table.name
