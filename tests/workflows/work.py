"""What the worker would do, done here and now."""

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.workflows.background import worker_for


def done(engine: sa.Engine, settings: Settings, job_id: int) -> None:
    """Run a job; raise why it failed, if so."""
    failure = worker_for(engine, settings).run(job_id)
    if failure is not None:
        raise failure
