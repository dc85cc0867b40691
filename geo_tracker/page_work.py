"""Background work in the words of the pages, which are loaded once the first of it is asked for."""

from functools import lru_cache, partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.workflows.progress import Progress

if TYPE_CHECKING:
    from geo_tracker.workflows.jobs import JobBody


def dossiers(engine: sa.Engine, settings: Settings, job_id: int, progress: Progress) -> None:
    """Make dossiers, as the worker process does."""
    _maker(engine, settings)(engine, settings, job_id, progress)


@lru_cache(maxsize=1)
def _maker(engine: sa.Engine, settings: Settings) -> "JobBody":
    # Imports need little memory; they do not have to carry all pages along.
    from geo_tracker.app import create_app  # noqa: PLC0415
    from geo_tracker.web.dossier_job import make_dossiers  # noqa: PLC0415

    return partial(make_dossiers, create_app(settings, engine))
