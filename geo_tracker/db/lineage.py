"""Change events and lineage edges."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from geo_tracker.db.frames import COUNTING_EVENTS
from geo_tracker.db.models import (
    ChangeEvent,
    DecisionLink,
    DrawnVillage,
    LineageDecision,
    MergerClaim,
    Project,
    RecordChange,
    Unit,
    VillageFigures,
    Vote,
)

_REFERENCES = (
    DrawnVillage.unit_id,
    VillageFigures.unit_id,
    Vote.unit_id,
    Project.unit_id,
    Project.former_unit_id,
    MergerClaim.from_unit_id,
    MergerClaim.to_unit_id,
    RecordChange.unit_id,
    LineageDecision.from_unit_id,
    DecisionLink.to_unit_id,
)


def standing_events(
    session: Session, *, between: tuple[int, int] | None = None
) -> list[ChangeEvent]:
    """Return the events that stand, with their edges; of two neighbouring layers, or all."""
    query = (
        sa.select(ChangeEvent)
        .where(ChangeEvent.status.in_(COUNTING_EVENTS))
        .options(selectinload(ChangeEvent.edges))
    )
    if between is not None:
        query = query.where(
            ChangeEvent.before_layer_id == between[0], ChangeEvent.after_layer_id == between[1]
        )
    return list(session.scalars(query))


def units_joined(session: Session, pairs: list[tuple[int, int]]) -> None:
    """Record that units turned out to be earlier ones, and lead everything to those.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    pairs : list of (int, int)
        The later unit and the earlier unit that it is.
    """
    for later, earlier in pairs:
        for column in _REFERENCES:
            session.execute(
                sa.update(column.class_).where(column == later).values({column.key: earlier})
            )
        session.execute(sa.update(Unit).where(Unit.id == later).values(same_as_id=earlier))


def claimed_successors(session: Session, unit_id: int) -> list[int]:
    """Return the villages that the merger table sends a former village to."""
    return list(
        session.scalars(
            sa.select(MergerClaim.to_unit_id)
            .where(MergerClaim.from_unit_id == unit_id)
            .order_by(MergerClaim.id)
        )
    )
