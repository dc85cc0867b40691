"""The small county of `tests.samples`, brought in by the ordinary imports."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from tests import samples

Bring = Callable[[], None]


@pytest.fixture
def bring_boundaries(engine: sa.Engine, settings: Settings, tmp_path: Path) -> Bring:
    """Bring in the layers before and after."""

    def bring() -> None:
        for make, day in (
            (samples.before_zip, samples.BEFORE_ON),
            (samples.after_zip, samples.AFTER_ON),
        ):
            path = make(tmp_path)
            run_import(
                engine,
                settings,
                receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=day),
            )

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
