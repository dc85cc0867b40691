"""Who became whom, inferred from neighbouring layers and the merger table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.db.decisions import layer_locked, standing_decisions
from geo_tracker.db.frames import claim_frame
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_villages
from geo_tracker.db.lineage import standing_events, units_joined
from geo_tracker.db.models import BoundaryLayer, ChangeEvent, LineageEdge
from geo_tracker.language import N_
from geo_tracker.lineage.agreement import compared_with_table
from geo_tracker.lineage.events import classified_changes
from geo_tracker.lineage.name_evidence import with_names
from geo_tracker.lineage.overlaps import overlap_shares
from geo_tracker.workflows.persons_word import follow_decisions
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.staging import BATCH, Turns

EVENTS_AT_ONCE = 20
"""Events in one transaction."""

_SIDES = ("from_id", "to_id")
_Pair = tuple[Any, Any]
_Item = TypeVar("_Item")
ONE_UNIT_EVENTS = {
    "unchanged",
    "name_change",
    "identifier_change",
    "to_community",
    "rectification",
}
"""Events through which a village stays the same unit, when one became one."""


@dataclass
class LineageSummary:
    """What stands after an inference."""

    events: int = 0
    edges: int = 0
    conflicts: int = 0


def infer_lineage(engine: sa.Engine, progress: Progress) -> LineageSummary:
    """Infer the change events between every two neighbouring layers.

    What stands already and is found again stays as it is; what is no longer found is superseded,
    never deleted. What people decided holds whatever is found. Events are stored some at a time, so
    that nobody waits; after an interruption the next inference finds what is stored.
    """
    with reading(engine) as session:
        layers = layers_in_order(session)
    _end_overtaken_events(engine, layers)
    summary = LineageSummary()
    for earlier, later in pairwise(layers):
        with reading(engine) as session:
            before = layer_villages(session, earlier.id)
            after = layer_villages(session, later.id)
            claims = claim_frame(session)
        progress.at(N_("Comparing the boundaries of %(count)s villages"), count=len(before))
        found = _Findings.of(before, after, claims)
        progress.at(N_("Storing who became whom"))
        _store(engine, found, earlier, later)
    with reading(engine) as session:
        events = standing_events(session)
        summary.events = len(events)
        summary.edges = sum(len(event.edges) for event in events)
        summary.conflicts = len(
            {e.from_unit_id for event in events for e in event.edges if e.conflict}
        )
    return summary


def _end_overtaken_events(engine: sa.Engine, layers: list[BoundaryLayer]) -> None:
    """Supersede what was found between layers that have another between them by now."""
    neighbours = {(earlier.id, later.id) for earlier, later in pairwise(layers)}
    with reading(engine) as session:
        overtaken = [
            event.id
            for event in standing_events(session)
            if (event.before_layer_id, event.after_layer_id) not in neighbours
        ]
    _supersede(engine, overtaken)


def _batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def _supersede(engine: sa.Engine, event_ids: list[int]) -> None:
    turns = Turns(engine)
    for some in _batched(event_ids, BATCH):
        with turns.turn() as session:
            session.execute(
                sa.update(ChangeEvent).where(ChangeEvent.id.in_(some)).values(status="superseded")
            )


@dataclass(frozen=True)
class _Findings:
    """What ground and table say about two layers: events, their edges, the claims behind them."""

    events: pd.DataFrame
    edges: pd.DataFrame
    claims: dict[_Pair, list[dict[str, Any]]]
    renamed: dict[int, str]
    unrenamed: frozenset[int]
    ended: frozenset[int]

    @classmethod
    def of(
        cls, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, claims: pd.DataFrame
    ) -> "_Findings":
        staying = before.index.intersection(after.index)
        gone, come = before.drop(staying), after.drop(staying)
        old, new = before.loc[staying], after.loc[staying]
        renamed = {
            unit_id: "name_change" if name else "identifier_change"
            for unit_id, name, code in zip(
                staying.tolist(),
                old["name"] != new["name"],
                old["stat_code"].fillna("") != new["stat_code"].fillna(""),
                strict=True,
            )
            if name or code
        }
        table = claims.rename(columns={"from_unit_id": "from_id", "to_unit_id": "to_id"})
        table = table[table["from_id"].isin(gone.index) & table["to_id"].isin(after.index)]
        events, links = classified_changes(overlap_shares(gone, come), gone, come)
        names = gone["name"].to_dict(), come["name"].to_dict()
        links = links.assign(evidence=with_names(links, *names))
        compared = compared_with_table(links, table)
        edges = compared.merge(
            links.drop(columns=["confidence"]), how="left", on=["from_id", "to_id"]
        )
        # A claim the ground does not bear out belongs to the event its former village is in.
        by_former = links.drop_duplicates("from_id").set_index("from_id")["event"]
        edges["event"] = edges["event"].fillna(edges["from_id"].map(by_former))
        return cls(
            events,
            edges[edges["event"].notna()],
            _by_pair(table),
            renamed,
            frozenset(staying.tolist()) - renamed.keys(),
            frozenset(gone.index.tolist()),
        )


def _by_pair(table: pd.DataFrame) -> dict[_Pair, list[dict[str, Any]]]:
    """Return the rows of the merger table by the villages they name."""
    rows: dict[_Pair, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        rows.setdefault((row["from_id"], row["to_id"]), []).append(row)
    return rows


def _store(
    engine: sa.Engine, found: _Findings, earlier: BoundaryLayer, later: BoundaryLayer
) -> None:
    with reading(engine) as session:
        events = standing_events(session, between=(earlier.id, later.id))
        standing = {
            frozenset(
                (e.from_unit_id, e.to_unit_id, e.said_by_geometry, e.said_by_table)
                for e in event.edges
                if e.said_by_geometry or e.said_by_table
            ): event.id
            for event in events
            if event.unit_id is None
        }
        # Events that only a person's links make up are not the inference's to end.
        standing.pop(frozenset(), None)
    _store_renamings(engine, found, events, earlier, later)
    shared = _in_several_events(found.edges)
    members: dict[Any, list[dict[str, Any]]] = {}
    for edge in found.edges.to_dict("records"):
        members.setdefault(edge["event"], []).append(edge)
    turns = Turns(engine)
    stated = [facts for facts in found.events.to_dict("records") if facts["event"] in members]
    for some in _batched(stated, EVENTS_AT_ONCE):
        with turns.turn() as session:
            layer_locked(session, later.id)
            formers = [former for facts in some for former in facts["from_ids"]]
            # Asked anew each time: people decide while this goes on.
            decided = set(standing_decisions(session, [int(former) for former in formers]))
            for facts in some:
                edges = members[facts["event"]]
                alone = len(facts["from_ids"]) == len(facts["to_ids"]) == 1
                # Where a part moved as well, the links have to be kept, with both villages.
                alone = alone and not any(edge[side] in shared for edge in edges for side in _SIDES)
                # Nor does a village turn out to be the one that a person said it became, or not.
                alone = alone and not any(edge["from_id"] in decided for edge in edges)
                conflict = any(edge["conflict"] for edge in edges)
                if alone and facts["event_type"] in ONE_UNIT_EVENTS and not conflict:
                    _add_event(session, facts, edges, found.claims, earlier, later, one_unit=True)
                    units_joined(session, [(int(facts["to_ids"][0]), int(facts["from_ids"][0]))])
                    continue
                signature = frozenset(
                    tuple(edge[name] for name in (*_SIDES, "said_by_geometry", "said_by_table"))
                    for edge in edges
                )
                if standing.pop(signature, None) is None:
                    _add_event(session, facts, edges, found.claims, earlier, later)
    _supersede(engine, list(standing.values()))
    _follow_decisions(engine, sorted(found.ended), later)


def _follow_decisions(engine: sa.Engine, formers: list[int], later: BoundaryLayer) -> None:
    with reading(engine) as session:
        ended = set(formers)
        decided = [former for former in standing_decisions(session) if former in ended]
    turns = Turns(engine)
    for some in _batched(decided, EVENTS_AT_ONCE):
        with turns.turn() as session:
            layer_locked(session, later.id)
            follow_decisions(session, standing_decisions(session, list(some)))


def _in_several_events(edges: pd.DataFrame) -> set[int]:
    """Return the villages that take part in more than one event."""
    sides = (edges[[side, "event"]].set_axis(["unit", "event"], axis=1) for side in _SIDES)
    counts = pd.concat(sides).groupby("unit")["event"].nunique()
    return set(counts.index[counts > 1])


def _store_renamings(
    engine: sa.Engine,
    found: _Findings,
    standing: list[ChangeEvent],
    earlier: BoundaryLayer,
    later: BoundaryLayer,
) -> None:
    """Record a new name or code of villages that live on, once; end what a correction took back."""
    known = {(event.unit_id, event.event_type) for event in standing}
    _supersede(
        engine,
        [
            event.id
            for event in standing
            if event.unit_id is not None
            and event.event_type in {"name_change", "identifier_change"}
            and event.unit_id in found.unrenamed
        ],
    )
    new = [pair for pair in found.renamed.items() if pair not in known]
    turns = Turns(engine)
    for some in _batched(new, BATCH):
        with turns.turn() as session:
            session.add_all(
                ChangeEvent(
                    event_type=event_type,
                    status="proposed",
                    before_layer_id=earlier.id,
                    after_layer_id=later.id,
                    effective_on=later.as_of_on,
                    unit_id=unit_id,
                    synthetic=any(layer.run.source.synthetic for layer in (earlier, later)),
                    confidence=1.0,
                )
                for unit_id, event_type in some
            )


def _add_event(
    session: Session,
    facts: dict[str, Any],
    edges: list[dict[str, Any]],
    claims: dict[_Pair, list[dict[str, Any]]],
    earlier: BoundaryLayer,
    later: BoundaryLayer,
    *,
    one_unit: bool = False,
) -> None:
    said = [row for edge in edges for row in claims.get((edge["from_id"], edge["to_id"]), [])]
    kinds = {row["kind"] for row in said if not _missing(row["kind"])}
    agreed = all(edge["said_by_table"] and not edge["conflict"] for edge in edges)
    event_type = str(facts["event_type"])
    if agreed and len(kinds) == 1 and not one_unit:
        # How a merger was done is the approval's to say; the ground cannot show it.
        (event_type,) = kinds
    survivor = None if _missing(facts["survivor_id"]) else int(facts["survivor_id"])
    event = ChangeEvent(
        event_type=event_type,
        status="effective" if agreed else "proposed",
        before_layer_id=earlier.id,
        after_layer_id=later.id,
        effective_on=later.as_of_on,
        unit_id=int(facts["from_ids"][0]) if one_unit else None,
        joined_unit_id=int(facts["to_ids"][0]) if one_unit else None,
        survivor_id=survivor if event_type == "integration" else None,
        document_no=_first(said, "document_no"),
        document_on=_first(said, "document_on"),
        basis=_first(said, "basis"),
        synthetic=_is_synthetic(said, earlier, later),
        residual_m2=float(facts["residual_m2"]),
        confidence=float(min(edge["confidence"] for edge in edges)),
        needs_review=any(edge["needs_review"] for edge in edges),
    )
    if not one_unit:
        event.edges = [_edge(edge) for edge in edges]
    session.add(event)


def _edge(row: dict[str, Any]) -> LineageEdge:
    by_ground = bool(row["said_by_geometry"])
    evidence = [row[name] for name in ("evidence", "reason") if not _missing(row[name])]
    return LineageEdge(
        from_unit_id=int(row["from_id"]),
        to_unit_id=int(row["to_id"]),
        method="geometry" if by_ground else "table",
        said_by_geometry=by_ground,
        said_by_table=bool(row["said_by_table"]),
        conflict=bool(row["conflict"]),
        # Until a person decides, figures follow the ground.
        accepted=by_ground or not row["conflict"],
        shared_m2=_number(row["shared_m2"]),
        share_of_from=_number(row["share_of_from"]),
        share_of_to=_number(row["share_of_to"]),
        confidence=float(row["confidence"]),
        evidence=[message.to_json() for message in evidence],
    )


def _missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _number(value: Any) -> float | None:
    return None if _missing(value) else float(value)


def _first(rows: list[dict[str, Any]], column: str) -> Any:
    return next((row[column] for row in rows if not _missing(row[column])), None)


def _is_synthetic(said: list[dict[str, Any]], earlier: BoundaryLayer, later: BoundaryLayer) -> bool:
    if said:
        return any(row["synthetic"] for row in said)
    return any(layer.run.source.synthetic for layer in (earlier, later))
