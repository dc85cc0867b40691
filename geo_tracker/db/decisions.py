"""Decisions of people about lineage: which hold, and which came before."""

from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.frames import BINDING_KINDS, COUNTING_EVENTS
from geo_tracker.db.models import (
    BoundaryLayer,
    ChangeEvent,
    LineageDecision,
    LineageEdge,
    StoredLayer,
    VillageVersion,
)


def layer_locked(session: Session, layer_id: int) -> None:
    """Let nobody else decide, infer or publish about a layer until this transaction ends."""
    # SQLite's writers wait for each other anyway; there this only reads.
    session.execute(
        sa.select(StoredLayer.id).where(StoredLayer.id == layer_id).with_for_update(key_share=True)
    )


def ending_layers(session: Session, unit_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return by village the last layer it is in and the next one; only of those that ended."""
    layers = list(session.scalars(sa.select(BoundaryLayer.id).order_by(BoundaryLayer.as_of_on)))
    following = dict(pairwise(layers))
    last = session.execute(
        sa.select(VillageVersion.unit_id, VillageVersion.layer_id)
        .where(VillageVersion.unit_id.in_(unit_ids))
        .order_by(VillageVersion.valid_from)
    )
    last_of = {row.unit_id: row.layer_id for row in last}
    return {
        unit: (layer, following[layer]) for unit, layer in last_of.items() if layer in following
    }


def units_of_layer(session: Session, layer_id: int) -> set[int]:
    """Return the villages of a layer."""
    return set(
        session.scalars(
            sa.select(VillageVersion.unit_id).where(VillageVersion.layer_id == layer_id)
        )
    )


def standing_decisions(
    session: Session, unit_ids: list[int] | None = None
) -> dict[int, LineageDecision]:
    """Return by former village the decision that holds: the newest that binds, if not taken back.

    Parameters
    ----------
    session : Session
        Any session.
    unit_ids : list of int, optional
        Former villages; all where not given.
    """
    query = (
        sa.select(LineageDecision)
        .where(LineageDecision.superseded_at.is_(None), LineageDecision.kind != "note")
        .order_by(LineageDecision.id)
    )
    if unit_ids is not None:
        query = query.where(LineageDecision.from_unit_id.in_(unit_ids))
    newest = {decision.from_unit_id: decision for decision in session.scalars(query)}
    return {unit: decision for unit, decision in newest.items() if decision.kind in BINDING_KINDS}


def unsuperseded(session: Session, unit_ids: list[int]) -> list[LineageDecision]:
    """Return what a new decision about these villages supersedes."""
    return list(
        session.scalars(
            sa.select(LineageDecision).where(
                LineageDecision.from_unit_id.in_(unit_ids),
                LineageDecision.superseded_at.is_(None),
                LineageDecision.kind != "note",
            )
        )
    )


def case_revision(session: Session, unit_id: int) -> str:
    """Return something that differs after every decision, note or new link of a former village."""
    decision = sa.select(sa.func.max(LineageDecision.id)).where(
        LineageDecision.from_unit_id == unit_id
    )
    edge = (
        sa.select(sa.func.max(LineageEdge.id))
        .join(ChangeEvent)
        .where(LineageEdge.from_unit_id == unit_id, ChangeEvent.status.in_(COUNTING_EVENTS))
    )
    return f"{session.scalar(decision) or 0}-{session.scalar(edge) or 0}"


def edges_by_former(session: Session, unit_ids: list[int]) -> dict[int, list[LineageEdge]]:
    """Return the standing links of former villages, those that share most ground first."""
    edges = session.scalars(
        sa.select(LineageEdge)
        .join(ChangeEvent)
        .where(LineageEdge.from_unit_id.in_(unit_ids), ChangeEvent.status.in_(COUNTING_EVENTS))
        .order_by(LineageEdge.id)
    )
    found: dict[int, list[LineageEdge]] = {unit_id: [] for unit_id in unit_ids}
    for edge in edges:
        found[edge.from_unit_id].append(edge)
    return {
        unit_id: sorted(links, key=lambda edge: -(edge.share_of_from or 0))
        for unit_id, links in found.items()
    }
