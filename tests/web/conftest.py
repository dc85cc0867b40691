"""The small county of `tests.samples` behind the pages, built once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import StrictUndefined

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from tests import samples
from tests.web.visitors import Visitor, visitor


def bring_county(engine: sa.Engine, settings: Settings, folder: Path) -> None:
    """Bring in both layers and the workbook by the ordinary imports."""
    for path, day in (
        (samples.before_zip(folder), samples.BEFORE_ON),
        (samples.after_zip(folder), samples.AFTER_ON),
    ):
        run_import(
            engine,
            settings,
            receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=day),
        )
    book = samples.workbook(folder)
    run_import(
        engine,
        settings,
        receive_records(engine, settings, book, file_name=book.name, as_of_on=samples.RECORDS_ON),
    )


def strict(app: Flask) -> Flask:
    """Have templates fail on values that no view gave them."""
    app.jinja_env.undefined = StrictUndefined
    return app


@pytest.fixture(scope="session")
def county_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the county in a folder of its own."""
    folder = tmp_path_factory.mktemp("county")
    settings = Settings(data_dir=folder)
    engine = make_engine(settings.url)
    migrate(engine)
    bring_county(engine, settings, tmp_path_factory.mktemp("files"))
    engine.dispose()
    return folder


@pytest.fixture
def county(county_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve a copy of the county from a GeoPackage."""
    folder = tmp_path / "data"
    shutil.copytree(county_folder, folder)
    settings = Settings(data_dir=folder, secret_key="test")
    engine = make_engine(settings.url)
    yield strict(create_app(settings, engine))
    engine.dispose()


@pytest.fixture
def empty(settings: Settings, engine: sa.Engine) -> Flask:
    """Serve an empty database, of both kinds."""
    return strict(create_app(settings, engine))


@pytest.fixture
def planner(county: Flask) -> Visitor:
    """Visit the county as a planner, in English."""
    return visitor(county, "planner")
