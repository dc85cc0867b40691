"""The small county of `tests.samples`: its layers brought in once, and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from tests import samples
from tests.postgres import PostgresCluster

Bring = Callable[[], None]


def bring_layers(engine: sa.Engine, settings: Settings, folder: Path) -> None:
    """Bring in the layers before and after by the ordinary imports."""
    for make, day in (
        (samples.before_zip, samples.BEFORE_ON),
        (samples.after_zip, samples.AFTER_ON),
    ):
        path = make(folder)
        run_import(
            engine,
            settings,
            receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=day),
        )


@pytest.fixture(scope="session")
def layers_in_geopackage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that holds both layers, and their files."""
    folder = tmp_path_factory.mktemp("layers")
    settings = Settings(data_dir=folder)
    engine = make_engine(settings.url)
    migrate(engine)
    bring_layers(engine, settings, folder)
    engine.dispose()
    return folder


@pytest.fixture(scope="session")
def layers_in_postgis(
    postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """Give a data folder and a database that hold both layers."""
    folder = tmp_path_factory.mktemp("layers")
    with postgres.copied_database() as url:
        settings = Settings(data_dir=folder, database_url=url)
        engine = make_engine(settings.url)
        bring_layers(engine, settings, folder)
        engine.dispose()
        yield folder, url


@pytest.fixture
def bring_boundaries(
    request: pytest.FixtureRequest, engine: sa.Engine, settings: Settings
) -> Bring:
    """Have both layers in the test's own database, which is empty until then, and their files."""

    def bring() -> None:
        engine.dispose()
        if settings.database_url:
            folder, model = request.getfixturevalue("layers_in_postgis")
            cluster: PostgresCluster = request.getfixturevalue("postgres")
            cluster.refill(settings.database_url, like=model)
        else:
            folder = request.getfixturevalue("layers_in_geopackage")
        shutil.copytree(folder, settings.data_dir, dirs_exist_ok=True)

    return bring


@pytest.fixture
def bring_records(engine: sa.Engine, settings: Settings, tmp_path: Path) -> Callable[..., int]:
    """Bring in a workbook, the sample's or one of other sheets; return its import."""

    def bring(sheets: dict[str, list[list[object]]] | None = None) -> int:
        path = samples.workbook(tmp_path, sheets)
        import_id = receive_records(
            engine, settings, path, file_name=path.name, as_of_on=samples.RECORDS_ON
        )
        run_import(engine, settings, import_id)
        return import_id

    return bring
