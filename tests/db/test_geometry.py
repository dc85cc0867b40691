"""Geometry columns behave the same on a live GeoPackage and on PostGIS."""

from datetime import date
from decimal import Decimal

import pyogrio
import pytest
import shapely
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.geometry import altered_feature_table, within_box
from geo_tracker.db.models import ImportRun, Project, ProjectAmount, Source
from geo_tracker.db.schema import changing_schema


def stored_import(session: Session) -> int:
    """Store an import for records to belong to, and return its id."""
    source = Source(title="a file")
    session.add(source)
    session.flush()
    run = ImportRun(kind="records", source_id=source.id, as_of_on=date(2020, 6, 30))
    session.add(run)
    session.flush()
    return run.id


def add_project(engine: sa.Engine, geom: shapely.Point | None) -> int:
    with writing(engine) as session:
        project = Project(name="a road", import_id=stored_import(session), row=3, geom=geom)
        session.add(project)
        session.flush()
        session.add(
            ProjectAmount(
                project_id=project.id,
                kind="budget",
                amount=Decimal("4000000.01"),
                import_id=project.import_id,
            )
        )
        return project.id


def found_in(engine: sa.Engine, *box: float) -> list[int]:
    with reading(engine) as session:
        return list(
            session.scalars(sa.select(Project.id).where(within_box(Project.geom, Project.id, *box)))
        )


def test_a_geometry_comes_back_as_it_was_stored(engine: sa.Engine) -> None:
    project_id = add_project(engine, shapely.Point(120.1, 28.9))
    with reading(engine) as session:
        assert session.get_one(Project, project_id).geom == shapely.Point(120.1, 28.9)


def test_the_index_finds_what_lies_in_a_box_and_follows_every_change(engine: sa.Engine) -> None:
    project_id = add_project(engine, shapely.Point(120, 29))
    assert found_in(engine, 119, 28, 121, 30) == [project_id]
    assert found_in(engine, 121, 28, 122, 30) == []
    for geom, here in (
        (shapely.Point(121.5, 29), True),
        (None, False),
        (shapely.Point(121.6, 29), True),
    ):
        with writing(engine) as session:
            session.get_one(Project, project_id).geom = geom
        assert (found_in(engine, 121, 28, 122, 30) == [project_id]) is here


def test_the_index_survives_a_migration_that_rebuilds_the_table(engine: sa.Engine) -> None:
    before = add_project(engine, shapely.Point(120, 29))
    with changing_schema(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with altered_feature_table(operations, "project", "POINT") as batch:
            batch.add_column(sa.Column("note", sa.String(20)))
            batch.alter_column("name", type_=sa.String(250))
        connection.exec_driver_sql("UPDATE project SET note = 'kept'")
    after = add_project(engine, shapely.Point(120.5, 29))
    assert found_in(engine, 119, 28, 121, 30) == [before, after]


def test_money_is_exact_in_sums_on_every_database(engine: sa.Engine) -> None:
    for _ in range(3):
        add_project(engine, None)
    with reading(engine) as session:
        total = session.scalar(sa.select(sa.func.sum(ProjectAmount.amount)))
    assert total == Decimal("12000000.03")


@pytest.mark.parametrize("settings", ["geopackage"], indirect=True)
def test_other_programs_read_the_geopackage_without_a_complaint(
    settings: Settings, engine: sa.Engine, recwarn: pytest.WarningsRecorder
) -> None:
    add_project(engine, shapely.Point(120, 29))
    engine.dispose()
    path = settings.data_dir / "tracker.gpkg"
    layers = dict(pyogrio.list_layers(path))
    assert layers["village_version"] == "MultiPolygon"
    for name in layers:
        pyogrio.read_dataframe(path, layer=name)
    assert [str(warning.message) for warning in recwarn] == []
