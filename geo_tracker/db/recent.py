"""What was recorded lately: steps about records of the follow-up, and files brought in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import FollowupStep, ImportRun, Source, UserAccount

Rows = list[sa.Row[*tuple[Any, ...]]]


def worked_on_since(session: Session, moment: datetime) -> dict[str, int]:
    """Return by table how many records people did something about since a moment.

    What imports brought is told with the imports.
    """
    step = FollowupStep
    rows = session.execute(
        sa.select(step.table_name, sa.func.count(step.record_id.distinct()).label("records"))
        .where(step.at >= moment, step.import_id.is_(None))
        .group_by(step.table_name)
    )
    return {row.table_name: row.records for row in rows}


def imports_since(session: Session, moment: datetime, *, most: int) -> Rows:
    """Return the files stored since a moment, the newest first.

    ``id``, ``kind``, ``title``, ``published_at``, ``username``.
    """
    return list(
        session.execute(
            sa.select(
                ImportRun.id,
                ImportRun.kind,
                Source.title,
                ImportRun.published_at,
                UserAccount.username,
            )
            .join(Source, Source.id == ImportRun.source_id)
            .outerjoin(UserAccount, UserAccount.id == ImportRun.user_id)
            .where(ImportRun.state == "published", ImportRun.published_at >= moment)
            .order_by(ImportRun.published_at.desc(), ImportRun.id.desc())
            .limit(most)
        )
    )
