"""Databases that many tests begin with: built once for each kind of database, then copied."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from tests.postgres import PostgresCluster

Prepare = Callable[[str, Callable[[], None]], None]
"""Takes a name and what builds it, and has it in the test's own database and folder."""


class Kept:
    """Data folders and databases as they were when they had been built, by name and kind."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, str], tuple[Path, str]] = {}

    def prepare(
        self,
        name: str,
        build: Callable[[], None],
        *,
        engine: sa.Engine,
        settings: Settings,
        cluster: PostgresCluster | None,
    ) -> None:
        key = (name, engine.dialect.name)
        if key not in self._kept:
            build()
            engine.dispose()
            folder = self._folder / "-".join(key)
            shutil.copytree(settings.data_dir, folder)
            url = ""
            if cluster is not None:
                url = cluster.kept_copy(settings.database_url)
            self._kept[key] = folder, url
            return
        folder, url = self._kept[key]
        engine.dispose()
        shutil.copytree(folder, settings.data_dir, dirs_exist_ok=True)
        if cluster is not None:
            cluster.refill(settings.database_url, like=url)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Keep what tests have built until the last of them."""
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def prepare(
    kept: Kept, engine: sa.Engine, settings: Settings, request: pytest.FixtureRequest
) -> Prepare:
    """Have something built in the test's database, or copied where a test before had it built."""
    cluster = request.getfixturevalue("postgres") if settings.database_url else None

    def prepared(name: str, build: Callable[[], None]) -> None:
        kept.prepare(name, build, engine=engine, settings=settings, cluster=cluster)

    return prepared
