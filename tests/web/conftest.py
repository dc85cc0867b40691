"""The small county of `tests.samples` behind the pages, built once and copied for each test."""

import copy
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import FileSystemBytecodeCache, StrictUndefined

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading
from geo_tracker.db.models import ImportRun
from geo_tracker.db.schema import migrate
from geo_tracker.web import lag, register
from geo_tracker.web.context import Services
from geo_tracker.web.register import Register, computed_register
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from tests import samples
from tests.prepared import Prepare
from tests.web.uploads import brought_in
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


def bring_book(app: Flask, folder: Path, sheets: dict[str, list[list[object]]]) -> None:
    """Bring in one more workbook."""
    services: Services = app.extensions["geo_tracker"]
    book = samples.workbook(folder, sheets)
    run_import(
        services.engine,
        services.settings,
        receive_records(
            services.engine,
            services.settings,
            book,
            file_name="more.xlsx",
            as_of_on=samples.RECORDS_ON,
        ),
    )


def bring_layer(
    app: Flask, folder: Path, rows: Sequence[tuple[str, str, str, float, float]], day: date
) -> None:
    """Bring in one more boundary layer, as `samples.square_villages` draws it."""
    services: Services = app.extensions["geo_tracker"]
    file = samples.zipped_shapefile(samples.square_villages(rows), folder / f"{day}.zip")
    run_import(
        services.engine,
        services.settings,
        receive_boundaries(
            services.engine, services.settings, file, file_name=file.name, as_of_on=day
        ),
    )


@pytest.fixture(scope="session", autouse=True)
def _quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile each template once, and leave the collector alone: tests make hundreds of sites."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", compiled)
        patch.setattr(register, "keep_for_long", lambda: None)
        yield


def strict(app: Flask) -> Flask:
    """Have templates fail on values that no view gave them, and files looked at at once."""
    app.jinja_env.undefined = StrictUndefined
    services: Services = app.extensions["geo_tracker"]
    services.worker.queue_beside.immediate = True
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


_registers: dict[Path, Register] = {}
_scores: dict[Path, Any] = {}


@contextmanager
def served_copy(county_folder: Path, folder: Path) -> Iterator[Flask]:
    """Serve a copy of a county, which begins with the figures of the county it is a copy of."""
    shutil.copytree(county_folder, folder)
    settings = Settings(data_dir=folder, secret_key="test")
    engine = make_engine(settings.url)
    app = strict(create_app(settings, engine))
    if county_folder not in _registers:
        _registers[county_folder] = computed_register(engine)
    with pytest.MonkeyPatch.context() as patch:
        key = str(engine.url)
        patch.setitem(register._kept, key, _registers[county_folder])
        if county_folder not in _scores:
            with app.app_context():
                lag.shown_lag()
            _scores[county_folder] = lag._kept[key]
        patch.setitem(lag._kept, key, _scores[county_folder])
        yield app
    engine.dispose()


@pytest.fixture
def county(county_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve a copy of the county from a GeoPackage, to do with as one likes."""
    with served_copy(county_folder, tmp_path / "data") as app:
        yield app


@pytest.fixture(scope="session")
def income_folder(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the county in which income per head alone counts."""
    # That module imports this one.
    from tests.web.test_lagging import INCOME, count_only  # noqa: PLC0415 - else in a circle

    folder = tmp_path_factory.mktemp("income") / "data"
    with served_copy(county_folder, folder) as app:
        count_only(app, INCOME)
    return folder


@pytest.fixture
def income_county(income_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve a copy of it, whose figures are computed for the first test only."""
    with served_copy(income_folder, tmp_path / "data") as app:
        yield app


@pytest.fixture(scope="session")
def disputed_folder(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the county whose table says that 上溪村 went to 倪宅新村, which the ground denies."""
    folder = tmp_path_factory.mktemp("disputed")
    sheets = {"合并对照": copy.deepcopy(samples.SHEETS["合并对照"])}
    sheets["合并对照"][-1][:2] = ["330784114200", "倪宅新村"]
    with served_copy(county_folder, folder / "data") as app:
        bring_book(app, folder, sheets)
    return folder / "data"


@pytest.fixture
def disputed(disputed_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve a copy of the disputed county from a GeoPackage, to do with as one likes."""
    with served_copy(disputed_folder, tmp_path / "data") as app:
        yield app


@pytest.fixture(scope="session")
def planner(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Visit the county as a planner, in English, only to look: all tests share this one."""
    with served_copy(county_folder, tmp_path_factory.mktemp("shared") / "data") as app:
        yield visitor(app, "planner")


@pytest.fixture
def brought(engine: sa.Engine, settings: Settings, prepare: Prepare) -> list[int]:
    """Have the county in the test's own database, of both kinds, brought in by a planner.

    Returns the imports: the layer before, the layer after, the workbook.
    """

    def bring() -> None:
        app = strict(create_app(settings, engine))
        brought_in(app, visitor(app, "planner"), settings.data_dir)

    prepare("brought", bring)
    with reading(engine) as session:
        return list(session.scalars(sa.select(ImportRun.id).order_by(ImportRun.id)))


@pytest.fixture
def empty(settings: Settings, engine: sa.Engine) -> Flask:
    """Serve an empty database, of both kinds."""
    return strict(create_app(settings, engine))
