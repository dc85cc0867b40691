"""A person decides what became of a former village; decisions are added, never changed."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.columns import now
from geo_tracker.db.decisions import (
    case_revision,
    edges_by_former,
    ending_layers,
    layer_locked,
    standing_decisions,
    units_of_layer,
    unsuperseded,
)
from geo_tracker.db.frames import decision_frame, edge_frame
from geo_tracker.db.models import DecisionLink, LineageDecision, LineageEdge, RecordChange
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotFoundError
from geo_tracker.language import N_
from geo_tracker.lineage.review import bulk_candidates, bulk_stamp, review_cases
from geo_tracker.workflows.persons_word import follow_decisions, follow_findings

KINDS = ("accept", "choose", "split", "reject", "note", "reopen")
LONGEST_NOTE = 500


def decide(
    engine: sa.Engine,
    unit_id: int,
    *,
    kind: str,
    user_id: int,
    revision: str,
    successor_ids: frozenset[int] = frozenset(),
    note: str = "",
) -> int:
    """Record what a person decides about a former village, and let the links follow.

    Parameters
    ----------
    engine : Engine
        The database.
    unit_id : int
        A village that ended.
    kind : str
        One of `KINDS`; see `LineageDecision`.
    user_id : int
        Who decides.
    revision : str
        What `case_revision` gave when the case was shown.
    successor_ids : frozenset of int
        One village for ``choose``, several for ``split``, else not looked at.
    note : str
        Why; needed for everything that departs from what ground and table agree on.

    Returns
    -------
    int
        Id of the decision.

    Raises
    ------
    NotFoundError
        If the village is none that ended.
    InputError
        If a successor or the reason is lacking or not possible.
    ConflictError
        If there is nothing to accept or to take back.
    ChangedMeanwhileError
        If somebody decided, or the links were inferred anew, since the case was shown.
    """
    if kind not in KINDS:
        raise InputError(N_("Say what you decide."))
    with writing(engine) as session:
        layers = ending_layers(session, [unit_id]).get(unit_id)
        if layers is None:
            raise NotFoundError(N_("Village %(id)s did not end, or there is none."), id=unit_id)
        layer_locked(session, layers[1])
        if case_revision(session, unit_id) != revision:
            raise ChangedMeanwhileError(N_("This case has changed since you opened it."))
        links = edges_by_former(session, [unit_id])[unit_id]
        standing = standing_decisions(session, [unit_id]).get(unit_id)
        if kind == "reopen" and standing is None:
            raise ConflictError(N_("There is no decision to take back."))
        right = _successors(session, kind, successor_ids, links, after_id=layers[1])
        note = note.strip()[:LONGEST_NOTE]
        _check_reason(kind, note, links)
        decision = LineageDecision(
            from_unit_id=unit_id,
            before_layer_id=layers[0],
            after_layer_id=layers[1],
            kind=kind,
            note=note or None,
            decided_by_id=user_id,
        )
        if kind not in {"note", "reopen"}:
            decision.links = _looked_at(links, right)
        _store(session, [decision])
        if kind == "reopen":
            follow_findings(session, [unit_id])
        elif kind != "note":
            follow_decisions(session, {unit_id: decision})
        return decision.id


def _successors(
    session: Session,
    kind: str,
    named: frozenset[int],
    links: list[LineageEdge],
    *,
    after_id: int,
) -> set[int]:
    """Return the villages that a decision of this kind holds for successors."""
    if kind == "accept":
        proposed = _proposed(links)
        if not proposed:
            raise ConflictError(N_("There is no link to accept; choose a village or reject."))
        return proposed
    if kind == "choose" and len(named) != 1:
        raise InputError(N_("Choose one village."))
    if kind == "split" and len(named) < 2:
        raise InputError(N_("Mark two villages or more that it was divided among."))
    if kind not in {"choose", "split"}:
        return set()
    possible = units_of_layer(session, after_id) | {edge.to_unit_id for edge in links}
    if not named <= possible:
        raise InputError(N_("Choose villages of the boundaries that came after."))
    return set(named)


def _proposed(links: list[LineageEdge]) -> set[int]:
    return {edge.to_unit_id for edge in links if edge.is_proposed}


def _check_reason(kind: str, note: str, links: list[LineageEdge]) -> None:
    if kind == "note" and not note:
        raise InputError(N_("Write the note."))
    disputed = kind == "accept" and any(edge.conflict for edge in links)
    if (kind in {"choose", "split", "reject"} or disputed) and not note:
        raise InputError(N_("Say why you decide so; the reason is kept."))


def _looked_at(links: list[LineageEdge], right: set[int]) -> list[DecisionLink]:
    seen = right | {edge.to_unit_id for edge in links}
    return [DecisionLink(to_unit_id=unit, is_right=unit in right) for unit in sorted(seen)]


def _store(session: Session, decisions: list[LineageDecision]) -> None:
    """Add decisions, supersede the ones before, and note both in the villages' history."""
    binding = [decision for decision in decisions if decision.kind != "note"]
    before: dict[int, str] = {}
    earlier = unsuperseded(session, [decision.from_unit_id for decision in binding])
    session.add_all(decisions)
    session.flush()
    later = {decision.from_unit_id: decision.id for decision in binding}
    for old in earlier:
        before[old.from_unit_id] = old.kind
        old.superseded_by_id = later[old.from_unit_id]
        old.superseded_at = now()
    session.add_all(
        RecordChange(
            user_id=decision.decided_by_id,
            table_name="lineage_decision",
            record_id=decision.id,
            unit_id=decision.from_unit_id,
            field="kind",
            old=before.get(decision.from_unit_id),
            new=decision.kind,
            reason=decision.note,
        )
        for decision in decisions
    )
    session.flush()


def accept_in_bulk(
    engine: sa.Engine, unit_ids: list[int], *, above: float, stamp: str, user_id: int
) -> int:
    """Accept the proposed links of many former villages at once, or of none.

    Parameters
    ----------
    engine : Engine
        The database.
    unit_ids : list of int
        Those that were shown.
    above : float
        Confidence (0–1) that each has at least; kept with the decisions.
    stamp : str
        What `bulk_stamp` gave for the list that was shown.
    user_id : int
        Who decides.

    Returns
    -------
    int
        How many were accepted.

    Raises
    ------
    ChangedMeanwhileError
        If one of them was decided, or its links or their confidence changed, since they were shown.
    """
    with writing(engine) as session:
        layers = ending_layers(session, unit_ids)
        for layer_id in sorted({after for _before, after in layers.values()}):
            layer_locked(session, layer_id)
        cases = review_cases(edge_frame(session), decision_frame(session))
        possible = bulk_candidates(cases, above=above)
        still = possible[possible.index.isin(unit_ids)]
        if bulk_stamp(still) != stamp:
            raise ChangedMeanwhileError(
                N_(
                    "%(count)s villages were listed, %(left)s of them can still be accepted or "
                    "their links changed meanwhile. Nothing was accepted."
                ),
                count=len(unit_ids),
                left=len(still),
            )
        accepted = [int(unit) for unit in still.index]
        links = edges_by_former(session, accepted)
        decisions = [
            LineageDecision(
                from_unit_id=unit,
                before_layer_id=layers[unit][0],
                after_layer_id=layers[unit][1],
                kind="accept",
                bulk_above=above,
                decided_by_id=user_id,
                links=_looked_at(links[unit], _proposed(links[unit])),
            )
            for unit in accepted
        ]
        _store(session, decisions)
        follow_decisions(session, {decision.from_unit_id: decision for decision in decisions})
    return len(accepted)
