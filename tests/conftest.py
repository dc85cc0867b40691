"""What tests share: settings in a folder of their own, and both kinds of database."""

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from playwright.sync_api import Browser

from geo_tracker.bounded import Tell
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.workflows import files, users
from tests.browser import chromium
from tests.compiled import compiled_once
from tests.postgres import PostgresCluster
from tests.prepared import kept, prepare

__all__ = ["kept", "prepare"]  # fixtures for all tests


# On a busy machine any example may take long once.
hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")

# A sixth of the time went into collecting what little a test leaves in circles.
gc.set_threshold(200_000, 20, 100)


def read_here(
    read: Callable[..., Any], *args: Any, tell: Tell | None = None, **options: Any
) -> Any:
    """Do what `bounded` does, in this very process and without bounds."""
    for bound in ("seconds", "memory_mb", "file"):
        options.pop(bound)
    if tell is not None:
        options["tell"] = tell
    return read(*args, **options)


@pytest.fixture(autouse=True)
def _read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in the tests' own process, which saves a quarter of a second a file.

    What is about broken files and bounds is marked ``apart`` and reads as the program does.
    """
    if request.node.get_closest_marker("apart") is None:
        monkeypatch.setattr(files, "bounded", read_here)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords cheaply: tests make hundreds of accounts."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(users, "_hasher", cheap)
        patch.setattr(users, "_NOBODY", cheap.hash("nobody's"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Compile rules of addresses and statements once."""
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def empty_geopackage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one migrated GeoPackage, to be copied by every test that wants one."""
    path = tmp_path_factory.mktemp("template") / "tracker.gpkg"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresCluster]:
    """Run a PostgreSQL server of the tests' own, with a migrated database to copy."""
    with PostgresCluster(tmp_path_factory.mktemp("postgres"), for_copies=True) as cluster:
        engine = make_engine(cluster.url("template"))
        migrate(engine)
        engine.dispose()
        yield cluster


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, empty_geopackage: Path
) -> Iterator[Settings]:
    """Give settings with an empty database: the same test runs on both kinds."""
    if request.param == "geopackage":
        shutil.copy(empty_geopackage, tmp_path / "tracker.gpkg")
        yield Settings(data_dir=tmp_path, secret_key="test", job_stale_seconds=2)
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.copied_database() as url:
        yield Settings(data_dir=tmp_path, database_url=url, secret_key="test", job_stale_seconds=2)


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    """Open the database of the settings."""
    engine = make_engine(settings.url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for the tests of a module."""
    with chromium() as browser:
        yield browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no core waits for another at the end.

    It holds where pytest-xdist keeps the order: ``--no-loadscope-reorder``.
    """
    ranks: dict[Path, int] = {}
    for item in items:
        ranks[item.path] = min(_rank(item), ranks.get(item.path, 2))
    items.sort(key=lambda item: ranks[item.path])


def _rank(item: pytest.Item) -> int:
    """Return 0 for what is slow, 1 for what needs a database, 2 for all else."""
    if item.get_closest_marker("slow") or item.get_closest_marker("browser"):
        return 0
    return 1 if {"engine", "county_folder"} & set(getattr(item, "fixturenames", ())) else 2
