"""The stored lineage checked against its rules."""

import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.frames import edge_frame, version_frame
from geo_tracker.lineage.linter import Fault, lineage_faults


def stored_faults(engine: sa.Engine) -> list[Fault]:
    """Return what the stored lineage says that cannot be right."""
    with reading(engine) as session:
        versions, edges = version_frame(session), edge_frame(session)
    return lineage_faults(versions, edges)
