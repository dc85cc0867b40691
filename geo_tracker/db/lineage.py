"""Change events and lineage edges."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from geo_tracker.db.frames import COUNTING_EVENTS
from geo_tracker.db.models import (
    ChangeEvent,
    DecisionLink,
    DrawnVillage,
    ImportRun,
    LineageDecision,
    MergerClaim,
    Project,
    RecordChange,
    StoredLayer,
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


def units_parted(session: Session, layer_id: int, unit_ids: list[int]) -> None:
    """Take apart again what turned out to be one unit, where a layer was drawn anew.

    From the later layer on the village is the unit that it was held for before, with what is
    recorded on it since; an inference then says whether they are one after all.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    layer_id : int
        The layer that was drawn anew.
    unit_ids : list of int
        Villages with another outline in it.
    """
    events = session.scalars(
        sa.select(ChangeEvent)
        .where(
            ChangeEvent.status.in_(COUNTING_EVENTS),
            ChangeEvent.unit_id.in_(unit_ids),
            ChangeEvent.joined_unit_id.is_not(None),
            sa.or_(ChangeEvent.before_layer_id == layer_id, ChangeEvent.after_layer_id == layer_id),
        )
        # The latest first: an earlier one takes apart what is left of the unit from its date on.
        .order_by(ChangeEvent.effective_on.desc(), ChangeEvent.id)
    ).all()
    for event in events:
        unit, apart, day = event.unit_id, event.joined_unit_id, event.effective_on
        of_day = sa.select(ImportRun.id).where(
            ImportRun.kind == "boundaries", ImportRun.as_of_on >= day
        )
        later = sa.select(StoredLayer.id).where(StoredLayer.as_of_on >= day)
        decided_later = sa.select(LineageDecision.id).where(
            LineageDecision.after_layer_id.in_(later)
        )
        drawn_before = (
            sa.select(DrawnVillage.unit_id)
            .join(ImportRun, ImportRun.id == DrawnVillage.import_id)
            .where(ImportRun.as_of_on < day)
        )
        recorded_later = sa.select(ImportRun.id).where(ImportRun.as_of_on >= day)
        for column, where in (
            (DrawnVillage.unit_id, DrawnVillage.import_id.in_(of_day)),
            (LineageDecision.from_unit_id, LineageDecision.before_layer_id.in_(later)),
            (DecisionLink.to_unit_id, DecisionLink.decision_id.in_(decided_later)),
            (MergerClaim.to_unit_id, MergerClaim.from_unit_id.in_(drawn_before)),
            (VillageFigures.unit_id, VillageFigures.as_of_on >= day),
            # What people registered they registered on the villages there are now.
            (
                Project.unit_id,
                sa.or_(Project.import_id.is_(None), Project.import_id.in_(recorded_later)),
            ),
        ):
            session.execute(
                sa.update(column.class_).where(column == unit, where).values({column.key: apart}),
                execution_options={"synchronize_session": False},
            )
        session.execute(sa.update(Unit).where(Unit.id == apart).values(same_as_id=None))
        event.status = "superseded"
    session.flush()


def claimed_successors(session: Session, unit_id: int) -> list[int]:
    """Return the villages that the merger table sends a former village to."""
    return list(
        session.scalars(
            sa.select(MergerClaim.to_unit_id)
            .where(MergerClaim.from_unit_id == unit_id)
            .order_by(MergerClaim.id)
        )
    )
