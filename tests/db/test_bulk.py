"""Many rows written at once are as good as rows written one by one, on both databases."""

from datetime import date
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.bulk import Encoded, insert_features, inserted_blank_rows
from geo_tracker.db.geometry import within_box
from geo_tracker.db.models import Project, Unit
from tests.db.test_geometry import stored_import


def add_projects(engine: sa.Engine, names: list[str], points: list[shapely.Point]) -> None:
    with writing(engine) as session:
        import_id = stored_import(session)
        columns: dict[str, list[Any]] = {
            "name": names,
            "import_id": [import_id] * len(names),
            "row": list(range(1, len(names) + 1)),
            "synthetic": [False] * len(names),
            "reported_on": [date(2019, 3, 1)] + [None] * (len(names) - 1),
        }
        shapes = Encoded.of(shapely.to_wkb(points), shapely.bounds(points), engine)
        insert_features(session.connection(), Project, columns, shapes)


def found_in(engine: sa.Engine, *box: float) -> list[str]:
    with reading(engine) as session:
        inside = within_box(Project.geom, Project.id, *box)
        return list(session.scalars(sa.select(Project.name).where(inside).order_by(Project.id)))


def test_rows_written_at_once_are_found_by_place(engine: sa.Engine) -> None:
    add_projects(engine, ["路", "桥"], [shapely.Point(120, 29), shapely.Point(122, 29)])
    add_projects(engine, ["渠"], [shapely.Point(120.5, 29)])
    assert found_in(engine, 119, 28, 121, 30) == ["路", "渠"]
    with reading(engine) as session:
        road, bridge, _canal = session.scalars(sa.select(Project).order_by(Project.id)).all()
    assert (road.reported_on, road.geom) == (date(2019, 3, 1), shapely.Point(120, 29))
    assert (bridge.reported_on, bridge.geom) == (None, shapely.Point(122, 29))


def test_a_row_written_alone_afterwards_is_found_too(engine: sa.Engine) -> None:
    add_projects(engine, ["路"], [shapely.Point(120, 29)])
    with writing(engine) as session:
        import_id = stored_import(session)
        session.add(Project(name="桥", import_id=import_id, row=1, geom=shapely.Point(120, 29.5)))
    assert found_in(engine, 119, 28, 121, 30) == ["路", "桥"]


def test_nothing_is_left_behind_when_the_transaction_fails(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        add_projects(engine, ["路", None], [shapely.Point(120, 29)] * 2)  # type: ignore[list-item]
    add_projects(engine, ["桥"], [shapely.Point(120, 29)])
    assert found_in(engine, 119, 28, 121, 30) == ["桥"]


def test_blank_rows_get_ids_of_their_own(engine: sa.Engine) -> None:
    with writing(engine) as session:
        first = inserted_blank_rows(session.connection(), Unit, 3)
        second = inserted_blank_rows(session.connection(), Unit, 2000)
        none = inserted_blank_rows(session.connection(), Unit, 0)
    assert [len(set(first)), len(second), none] == [3, 2000, []]
    with reading(engine) as session:
        assert sorted(session.scalars(sa.select(Unit.id))) == sorted(first + second)
