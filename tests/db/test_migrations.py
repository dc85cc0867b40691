"""An older database becomes a present one and keeps what people decided."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from geo_tracker.db import make_engine, reading, writing
from geo_tracker.db.decisions import standing_decisions
from geo_tracker.db.geometry import Geometry, within_box
from geo_tracker.db.models import (
    Base,
    DrawnVillage,
    Fund,
    Payment,
    Project,
    ProjectAmount,
    StoredLayer,
    VillageVersion,
)
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
            add_row(connection, table, values)
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


def test_layers_of_an_older_database_are_shown_as_they_were(bare: sa.Engine) -> None:
    migrate(bare, "0002")
    other_run = dict(ROWS[2][1], id=2, as_of_on="2018-10-31")
    layers = ((1, 2, "2018-10-31", DAY), (2, 1, DAY, None))
    square = shapely.MultiPolygon([shapely.box(120, 29, 121, 30)])
    with bare.begin() as connection:
        for table, values in [*ROWS[:3], ("import_run", other_run), ("unit", {"id": 1})]:
            add_row(connection, table, values)
        for layer, run, day, until in layers:
            add_row(connection, "boundary_layer", {"id": layer, "import_id": run, "as_of_on": day})
            version = {"id": layer + 10, "unit_id": 1, "layer_id": layer, "valid_from": day}
            version |= {"valid_to": until, "name": "甲村", "pinyin": "jiacun", "initials": "jc"}
            version |= {"ground": "0" * 32, "area_m2": 1.0, "geometry_source": "surveyed"}
            version |= {"point_lon": 120.5, "point_lat": 29.5}
            geom = sa.literal(square, Geometry("MULTIPOLYGON"))
            columns: list[Any] = [sa.column(name) for name in [*version, "geom"]]
            versions = sa.table("village_version", *columns)
            connection.execute(sa.insert(versions).values(**version, geom=geom))
    migrate(bare)
    v = VillageVersion
    with reading(bare) as session:
        rows = session.execute(
            sa.select(v.id, v.layer_id, v.valid_from, v.valid_to, v.name, v.geom).order_by(v.id)
        ).all()
        east = session.scalars(sa.select(StoredLayer.east)).all()
        inside = within_box(v.geom, v.id, 120.2, 29.2, 120.3, 29.3)
        assert session.scalars(sa.select(v.id).where(inside).order_by(v.id)).all() == [11, 12]
    times = [(row.id, row.layer_id, str(row.valid_from), str(row.valid_to)) for row in rows]
    assert times == [(11, 1, "2018-10-31", DAY), (12, 2, DAY, "None")]
    assert {row.name for row in rows} == {"甲村"}
    assert all(row.geom.equals(square) for row in rows)
    assert east == [121, 121]
    with writing(bare) as session:
        session.add(drawn_again(session.get_one(DrawnVillage, 12)))


def drawn_again(drawn: DrawnVillage) -> DrawnVillage:
    names = (column.name for column in DrawnVillage.__table__.columns)
    return DrawnVillage(**{name: getattr(drawn, name) for name in names if name != "id"})


def add_row(connection: sa.Connection, table: str, values: dict[str, Any]) -> None:
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)


def test_projects_and_their_money_outlive_becoming_editable(bare: sa.Engine) -> None:
    migrate(bare, "0006")
    place = shapely.Point(120.5, 29.5)
    money: list[tuple[str, dict[str, Any]]] = [
        ("project_amount", {"id": 5, "project_id": 7, "kind": "budget", "amount_fen": 40_000,
                            "current": True, "recorded_at": MOMENT, "import_id": 1}),
        ("fund", {"id": 5, "project_id": 7, "channel": "自筹", "planned_fen": 5, "import_id": 1}),
        ("payment", {"id": 5, "project_id": 7, "kind": "reported", "amount_fen": 300,
                     "import_id": 1}),
    ]  # fmt: skip
    with bare.begin() as connection:
        for table, values in [*ROWS[:3], ("unit", {"id": 1})]:
            add_row(connection, table, values)
        values = {"id": 7, "name": "道路", "unit_id": 1, "synthetic": False, "import_id": 1}
        values |= {"row": 3}
        columns: list[Any] = [sa.column(name) for name in [*values, "geom"]]
        geom = sa.literal(place, Geometry("GEOMETRY"))
        connection.execute(sa.insert(sa.table("project", *columns)).values(**values, geom=geom))
        for table, values in money:
            add_row(connection, table, values)
    migrate(bare)
    with writing(bare) as session:
        project = session.get_one(Project, 7)
        assert (project.version, project.is_livelihood, project.import_id) == (1, False, 1)
        assert project.geom.equals(place)
        inside = within_box(Project.geom, Project.id, 120.2, 29.2, 120.6, 29.6)
        assert session.scalars(sa.select(Project.id).where(inside)).all() == [7]
        kept = [session.scalar(sa.select(amount)) for amount in (
            ProjectAmount.amount, Fund.planned, Payment.amount)]  # fmt: skip
        assert [str(amount) for amount in kept] == ["400.00", "0.05", "3.00"]
        session.add(Project(name="由人登记", unit_id=1, geom=place))
        session.flush()
        session.add(Payment(project_id=7, kind="progress", amount=1, takes_back_id=5))
    with reading(bare) as session:
        inside = within_box(Project.geom, Project.id, 120.2, 29.2, 120.6, 29.6)
        assert len(session.scalars(sa.select(Project.id).where(inside)).all()) == 2
    with pytest.raises(sa.exc.IntegrityError), writing(bare) as session:
        session.add(Payment(project_id=7, kind="progress", amount=1, takes_back_id=5))
    with pytest.raises(sa.exc.IntegrityError), writing(bare) as session:
        session.add(Fund(project_id=7, channel="自筹"))
