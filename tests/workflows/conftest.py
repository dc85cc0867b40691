"""The small county of `tests.samples`: its layers brought in once, and copied for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from tests import samples
from tests.prepared import Prepare

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


@pytest.fixture
def bring_boundaries(engine: sa.Engine, settings: Settings, prepare: Prepare) -> Bring:
    """Have both layers in the test's own database, which is empty until then, and their files."""

    def bring() -> None:
        prepare("layers", lambda: bring_layers(engine, settings, settings.data_dir))

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
