"""A register of both layers and nothing else, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.web.context import Services
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries
from tests import samples
from tests.web.conftest import served_copy
from tests.web.visitors import Visitor, visitor


@pytest.fixture(scope="session")
def layers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a register of both layers and nothing else, to be copied by every test."""
    folder = tmp_path_factory.mktemp("layers")
    settings = Settings(data_dir=folder)
    engine = make_engine(settings.url)
    migrate(engine)
    files = tmp_path_factory.mktemp("files")
    for file, day in (
        (samples.before_zip(files), samples.BEFORE_ON),
        (samples.after_zip(files), samples.AFTER_ON),
    ):
        import_id = receive_boundaries(engine, settings, file, file_name=file.name, as_of_on=day)
        run_import(engine, settings, import_id)
    engine.dispose()
    return folder


@pytest.fixture
def app(layers_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    with served_copy(layers_folder, tmp_path / "data") as app:
        yield app


@pytest.fixture
def engine(app: Flask) -> sa.Engine:
    services: Services = app.extensions["geo_tracker"]
    return services.engine


@pytest.fixture
def settings(app: Flask) -> Settings:
    services: Services = app.extensions["geo_tracker"]
    return services.settings


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return visitor(app, "planner")
