"""What people decided, put into the links: after every decision and after every inference."""

from collections.abc import Iterable

import geopandas as gpd
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.db.decisions import edges_by_former, ending_layers, units_of_layer
from geo_tracker.db.frames import COUNTING_EVENTS
from geo_tracker.db.layers import unit_polygons
from geo_tracker.db.models import BoundaryLayer, ChangeEvent, LineageDecision, LineageEdge
from geo_tracker.language import N_, Message
from geo_tracker.lineage.overlaps import overlap_shares

_BY_PERSON = Message(N_("A person named this successor; neither boundaries nor table do."))


def follow_decisions(session: Session, decisions: dict[int, LineageDecision]) -> None:
    """Let the links of former villages be what people decided about them.

    A successor that a person named and that is no longer found is linked again. A link that came up
    after the decision is not followed until somebody looks at it.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    decisions : dict
        By former village, the decision that holds.
    """
    links = edges_by_former(session, list(decisions))
    touched = {edge.event_id for edges in links.values() for edge in edges}
    for former, decision in decisions.items():
        right = decision.successor_ids
        for edge in links[former]:
            edge.accepted = edge.to_unit_id in right
            edge.method = "person" if edge.accepted else _found_by(edge)
            if not edge.accepted and _found_by(edge) == "person":
                session.delete(edge)
        missing = right - {edge.to_unit_id for edge in links[former]}
        for successor in sorted(missing):
            event_id = _event_for(session, former, links[former], successor)
            if event_id is not None:
                link = _link_of_a_person(event_id, former, successor)
                _measure(session, link)
                session.add(link)
                touched.add(event_id)
    _review_events(session, touched)


def follow_findings(session: Session, unit_ids: list[int]) -> None:
    """Let the links of former villages be what ground and table say; no decision holds."""
    links = edges_by_former(session, unit_ids)
    for edge in (edge for edges in links.values() for edge in edges):
        edge.method = _found_by(edge)
        edge.accepted = edge.is_proposed
        if edge.method == "person":
            # What is kept for ever is the decision; the link was only what followed from it.
            session.delete(edge)
    _review_events(session, {edge.event_id for edges in links.values() for edge in edges})


def _found_by(edge: LineageEdge) -> str:
    """Return how a link is known without a person's word; ``person`` if it is not."""
    if edge.said_by_geometry:
        return "geometry"
    return "table" if edge.said_by_table else "person"


def _link_of_a_person(event_id: int, former: int, successor: int) -> LineageEdge:
    return LineageEdge(
        event_id=event_id,
        from_unit_id=former,
        to_unit_id=successor,
        method="person",
        said_by_geometry=False,
        said_by_table=False,
        conflict=False,
        accepted=True,
        # How sure the ground and the table are; of this link they say nothing.
        confidence=0.0,
        evidence=[_BY_PERSON.to_json()],
    )


def _measure(session: Session, link: LineageEdge) -> None:
    """Note the ground that both ends of a link share, so that figures can be carried along it."""
    former, later = link.from_unit_id, link.to_unit_id
    layers = ending_layers(session, [former]).get(former)
    if layers is None:
        return
    old, new = (
        gpd.GeoDataFrame(index=list(found), geometry=list(found.values()), crs=STORAGE_CRS)
        for found in (
            unit_polygons(session, [former], layer_id=layers[0]),
            unit_polygons(session, [later], layer_id=layers[1]),
        )
    )
    if old.empty or new.empty:
        return
    shares = overlap_shares(old, new)
    for row in shares[shares["shared_m2"] > 0].itertuples():
        link.shared_m2 = float(row.shared_m2)
        link.share_of_from = float(row.share_of_from)
        link.share_of_to = float(row.share_of_to)


def _event_for(
    session: Session, former: int, links: list[LineageEdge], successor: int
) -> int | None:
    """Return the event that a link which only a person names belongs to; a new one if need be."""
    if links:
        return links[0].event_id
    layers = ending_layers(session, [former]).get(former)
    if layers is None:
        return None
    before, after = layers
    between = (ChangeEvent.before_layer_id == before, ChangeEvent.after_layer_id == after)
    of_successor = session.scalar(
        sa.select(ChangeEvent.id)
        .join(LineageEdge)
        .where(
            LineageEdge.to_unit_id == successor, ChangeEvent.status.in_(COUNTING_EVENTS), *between
        )
        .order_by(LineageEdge.share_of_to.desc())
        .limit(1)
    )
    if of_successor is not None:
        return of_successor
    later = session.get_one(BoundaryLayer, after)
    lives_on = successor in units_of_layer(session, before)
    event = ChangeEvent(
        event_type="integration" if lives_on else "fusion",
        status="reviewed",
        before_layer_id=before,
        after_layer_id=after,
        effective_on=later.as_of_on,
        survivor_id=successor if lives_on else None,
        synthetic=later.run.source.synthetic,
        confidence=0.0,
    )
    session.add(event)
    session.flush()
    return event.id


def _review_events(session: Session, event_ids: Iterable[int]) -> None:
    """Mark events of which every former village was decided as reviewed, and only those."""
    session.flush()
    session.expire_all()
    ids = list(event_ids)
    events = session.scalars(
        sa.select(ChangeEvent)
        .where(ChangeEvent.id.in_(ids))
        .options(selectinload(ChangeEvent.edges))
    ).all()
    formers = {edge.from_unit_id for event in events for edge in event.edges}
    decided = set(
        session.scalars(
            sa.select(LineageDecision.from_unit_id).where(
                LineageDecision.from_unit_id.in_(formers),
                LineageDecision.superseded_at.is_(None),
                LineageDecision.kind.not_in(["note", "reopen"]),
            )
        )
    )
    for event in events:
        if not event.edges:
            # It held nothing but a person's link, and that is gone.
            event.status = "superseded"
        elif event.status in {"proposed", "reviewed"}:
            done = all(edge.from_unit_id in decided for edge in event.edges)
            event.status = "reviewed" if done else "proposed"
