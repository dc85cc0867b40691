"""What a request works with: the application's engine, settings and worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.workflows.jobs import Worker


@dataclass(frozen=True)
class Services:
    """Made once by `create_app`."""

    engine: sa.Engine
    settings: Settings
    worker: Worker


def services() -> Services:
    """Return the services of the application at hand."""
    found: Services = current_app.extensions["geo_tracker"]
    return found


@contextmanager
def read_session() -> Iterator[Session]:
    """Open a session for a view that only reads."""
    with reading(services().engine) as session:
        yield session
