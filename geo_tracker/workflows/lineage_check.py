"""The stored lineage checked against its rules."""

import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.frames import decision_frame, edge_frame, version_frame
from geo_tracker.lineage.linter import Fault, lineage_faults
from geo_tracker.lineage.review import rejected_villages


def stored_faults(engine: sa.Engine) -> list[Fault]:
    """Return what the stored lineage says that cannot be right."""
    with reading(engine) as session:
        versions, edges = version_frame(session), edge_frame(session)
        rejected = rejected_villages(decision_frame(session))
    return lineage_faults(versions, edges, rejected=rejected)
