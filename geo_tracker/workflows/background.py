"""Which work can run in the background."""

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.workflows.boundaries import publish_boundaries
from geo_tracker.workflows.dossiers import DOSSIER_JOB
from geo_tracker.workflows.files import discard_refused
from geo_tracker.workflows.jobs import JobBody, Worker
from geo_tracker.workflows.looking import LOOK_JOB, look
from geo_tracker.workflows.records import publish_records
from geo_tracker.workflows.staging import discard_leftovers
from geo_tracker.workflows.tiles import renew_tiles
from geo_tracker.workflows.undo_records import UNDO_JOB, undo_records
from geo_tracker.workflows.undoing import undo_boundaries


def worker_for(engine: sa.Engine, settings: Settings, *, dossiers: JobBody | None = None) -> Worker:
    """Return the worker of a database, which knows all kinds of jobs.

    Parameters
    ----------
    engine, settings
        The register.
    dossiers : callable, optional
        Makes dossiers, in the words of the pages, which this floor does not know; without it this
        worker must not be given any to make.
    """
    in_page_words = {} if dossiers is None else {DOSSIER_JOB: dossiers}
    return Worker(
        engine,
        settings,
        {
            LOOK_JOB: look,
            "publish_boundaries": publish_boundaries,
            "publish_records": publish_records,
            UNDO_JOB: undo_records,
            "undo_boundaries": undo_boundaries,
        }
        | in_page_words,
        beside=frozenset({LOOK_JOB, DOSSIER_JOB}),
        tidy=_tidy,
        upkeep=renew_tiles,
    )


def _tidy(engine: sa.Engine, settings: Settings, import_id: int) -> None:
    """Clear away what an import laid down or kept that nobody will publish."""
    discard_leftovers(engine)
    discard_refused(engine, settings, import_id)
