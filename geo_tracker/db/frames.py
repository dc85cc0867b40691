"""The register and ledger as frames, one query a noun, for pages that look at all of them."""

from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.models import (
    BoundaryLayer,
    ChangeEvent,
    DecisionLink,
    ImportRun,
    LineageDecision,
    LineageEdge,
    MergerClaim,
    Place,
    PublishedFigure,
    RecordChange,
    UserAccount,
    VillageFigures,
    VillageVersion,
    Vote,
)

COUNTING_EVENTS = ("proposed", "reviewed", "effective")
"""States of events that stand; a superseded one no longer does."""

BINDING_KINDS = ("accept", "choose", "split", "reject")
"""Decisions that links follow; a note does not bind, a ``reopen`` takes the last one back."""

_FIGURE_COUNTS = (
    *("households", "registered_population", "resident_population", "groups"),
    *("party_members", "total_income_fen", "operating_income_fen", "income_year"),
    *("net_assets_fen", "debt_fen"),
)
CONDITIONS = (
    *("sewage_share", "toilet_share", "tap_water_share"),
    *("environment_mark", "service_km", "committee_ratio"),
)
"""Living conditions as files state them: columns of `VillageFigures`."""

_VOTE_COUNTS = (
    *("eligible", "present", "issued", "returned"),
    *("agree", "oppose", "abstain", "invalid"),
)


def register_stamp(session: Session) -> tuple[Any, ...]:
    """Return something that differs after every change to what frames show; cheap to ask."""
    row = session.execute(
        sa.select(
            sa.select(sa.func.max(ImportRun.published_at)).scalar_subquery(),
            sa.select(sa.func.max(ImportRun.id))
            .where(ImportRun.state == "published")
            .scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(ImportRun)
            .where(ImportRun.state == "published")
            .scalar_subquery(),
            sa.select(sa.func.max(RecordChange.id)).scalar_subquery(),
            sa.select(sa.func.max(ChangeEvent.id)).scalar_subquery(),
            sa.select(sa.func.max(BoundaryLayer.tiles_key)).scalar_subquery(),
            sa.select(sa.func.min(BoundaryLayer.tiles_key)).scalar_subquery(),
        )
    ).one()
    return tuple(row)


def table_of(session: Session, query: sa.Select[*tuple[Any, ...]], **kinds: str) -> pd.DataFrame:
    """Return what a query finds, its columns as kinds say."""
    result = session.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    return frame.astype(kinds)


def version_frame(session: Session) -> pd.DataFrame:
    """Return every version of every village.

    Returns
    -------
    DataFrame
        ``unit_id``, ``layer_id``, ``import_id``, ``valid_from``, ``valid_to`` (None: still
        valid), ``stat_code``, ``land_code``, ``name``, ``pinyin``, ``initials``, ``town_id``,
        ``town_code``, ``town``, ``county_id``, ``county_code``, ``county``, ``area_m2``,
        ``point_lon``, ``point_lat``, ``seat_lon``, ``seat_lat``, ``geometry_source``; oldest first.
    """
    county = aliased(Place)
    v = VillageVersion
    return table_of(
        session,
        sa.select(
            v.unit_id,
            v.layer_id,
            BoundaryLayer.import_id,
            v.valid_from,
            v.valid_to,
            v.stat_code,
            v.land_code,
            v.name,
            v.pinyin,
            v.initials,
            v.town_id,
            Place.code.label("town_code"),
            Place.name.label("town"),
            county.id.label("county_id"),
            county.code.label("county_code"),
            county.name.label("county"),
            v.area_m2,
            v.point_lon,
            v.point_lat,
            v.seat_lon,
            v.seat_lat,
            v.geometry_source,
        )
        .join(BoundaryLayer, BoundaryLayer.id == v.layer_id)
        .outerjoin(Place, Place.id == v.town_id)
        .outerjoin(county, county.id == Place.parent_id)
        .order_by(v.valid_from, v.stat_code, v.unit_id),
        town_id="Int64",
        county_id="Int64",
        seat_lon="float64",
        seat_lat="float64",
    )


def edge_frame(session: Session) -> pd.DataFrame:
    """Return the lineage edges of standing events.

    Returns
    -------
    DataFrame
        ``edge_id``, ``event_id``, ``event_type``, ``status``, ``effective_on``,
        ``document_no``, ``document_on``, ``basis``, ``synthetic``, ``survivor_id``,
        ``from_unit_id``, ``to_unit_id``, ``method``, ``said_by_geometry``, ``said_by_table``,
        ``conflict``, ``accepted``, ``shared_m2``, ``share_of_from``, ``share_of_to`` (0–1),
        ``confidence`` (0–1), ``evidence``, ``after_layer_id``; of the decision that holds and that
        looked at this link: ``decision_id``, ``decision_kind``, ``decided_by_id``, ``decided_by``
        (user name), ``decided_at``, ``decision_reason``, ``bulk_above``; and of the merger table's
        row that names this pair: ``claim_import_id``, ``claim_row``, ``claim_basis``,
        ``claim_synthetic`` (missing where there is none).
    """
    e, ev, claim = LineageEdge, ChangeEvent, MergerClaim
    d, looked_at = LineageDecision, DecisionLink
    decided = (
        sa.select(
            d.id.label("decision_id"),
            d.kind.label("decision_kind"),
            d.from_unit_id,
            looked_at.to_unit_id,
            d.decided_by_id,
            UserAccount.username.label("decided_by"),
            d.decided_at,
            d.note.label("decision_reason"),
            d.bulk_above,
        )
        .join(looked_at, looked_at.decision_id == d.id)
        .join(UserAccount, UserAccount.id == d.decided_by_id)
        .where(d.superseded_at.is_(None), d.kind.in_(BINDING_KINDS))
        .subquery()
    )
    edges = table_of(
        session,
        sa.select(
            e.id.label("edge_id"),
            ev.id.label("event_id"),
            ev.event_type,
            ev.status,
            ev.effective_on,
            ev.document_no,
            ev.document_on,
            ev.basis,
            ev.synthetic,
            ev.survivor_id,
            e.from_unit_id,
            e.to_unit_id,
            e.method,
            e.said_by_geometry,
            e.said_by_table,
            e.conflict,
            e.accepted,
            e.shared_m2,
            e.share_of_from,
            e.share_of_to,
            e.confidence,
            e.evidence,
            ev.after_layer_id,
            decided.c.decision_id,
            decided.c.decision_kind,
            decided.c.decided_by_id,
            decided.c.decided_by,
            decided.c.decided_at,
            decided.c.decision_reason,
            decided.c.bulk_above,
            claim.import_id.label("claim_import_id"),
            claim.row.label("claim_row"),
            claim.basis.label("claim_basis"),
            claim.synthetic.label("claim_synthetic"),
        )
        .join(ev)
        .outerjoin(
            decided,
            sa.and_(decided.c.from_unit_id == e.from_unit_id, decided.c.to_unit_id == e.to_unit_id),
        )
        .outerjoin(
            claim,
            sa.and_(claim.from_unit_id == e.from_unit_id, claim.to_unit_id == e.to_unit_id),
        )
        .where(ev.status.in_(COUNTING_EVENTS))
        .order_by(e.id, decided.c.decision_id),
        **dict.fromkeys(("said_by_geometry", "said_by_table", "conflict", "accepted"), "bool"),
        survivor_id="Int64",
        decision_id="Int64",
        decided_by_id="Int64",
        bulk_above="float64",
        claim_import_id="Int64",
        claim_row="Int64",
        claim_synthetic="boolean",
    )
    # Units that turned out to be one may bring two decisions; the newest holds.
    return edges.drop_duplicates("edge_id", keep="last", ignore_index=True)


def decision_frame(session: Session) -> pd.DataFrame:
    """Return everything people decided about lineage or noted, the oldest first.

    Returns
    -------
    DataFrame
        ``decision_id``, ``from_unit_id``, ``kind`` (as `LineageDecision`), ``note``,
        ``bulk_above``, ``decided_by`` (user name), ``decided_at``, ``superseded_by_id``,
        ``superseded_at``, ``to_ids`` (list: the successors held for right).
    """
    d, link = LineageDecision, DecisionLink
    decisions = table_of(
        session,
        sa.select(
            d.id.label("decision_id"),
            d.from_unit_id,
            d.kind,
            d.note,
            d.bulk_above,
            UserAccount.username.label("decided_by"),
            d.decided_at,
            d.superseded_by_id,
            d.superseded_at,
        )
        .join(UserAccount, UserAccount.id == d.decided_by_id)
        .order_by(d.id),
        bulk_above="float64",
        superseded_by_id="Int64",
    )
    links = table_of(
        session,
        sa.select(link.decision_id, link.to_unit_id).where(link.is_right).order_by(link.id),
    )
    right = links.groupby("decision_id")["to_unit_id"].unique()
    decisions["to_ids"] = [
        [int(unit) for unit in right.get(decision_id, [])]
        for decision_id in decisions["decision_id"]
    ]
    return decisions


def figures_frame(session: Session) -> pd.DataFrame:
    """Return people, income and conditions of units as of dates, oldest first; money in fen."""
    f = VillageFigures
    money = {
        "total_income": f.total_income,
        "operating_income": f.operating_income,
        "net_assets": f.net_assets,
        "debt": f.debt,
    }
    return table_of(
        session,
        sa.select(
            f.unit_id,
            f.as_of_on,
            f.households,
            f.registered_population,
            f.resident_population,
            f.groups,
            f.party_members,
            *(sa.type_coerce(c, sa.BigInteger).label(f"{n}_fen") for n, c in money.items()),
            f.income_year,
            f.secretary_vacant_since,
            *(getattr(f, name) for name in CONDITIONS),
            f.import_id,
        ).order_by(f.as_of_on, f.id),
        **dict.fromkeys(_FIGURE_COUNTS, "Int64"),
        **dict.fromkeys(CONDITIONS, "float"),
    )


def vote_frame(session: Session) -> pd.DataFrame:
    """Return every vote with its counts, as `Vote` holds them, with ``vote_id``."""
    columns = [column for column in Vote.__table__.columns if column.name != "id"]
    return table_of(
        session,
        sa.select(Vote.id.label("vote_id"), *columns).order_by(Vote.held_on, Vote.id),
        **dict.fromkeys(_VOTE_COUNTS, "Int64"),
    )


def published_frame(session: Session) -> pd.DataFrame:
    """Return published figures in the order they came."""
    columns = [c for c in PublishedFigure.__table__.columns if c.name != "id"]
    return table_of(session, sa.select(*columns).order_by(PublishedFigure.id))


def claim_frame(session: Session) -> pd.DataFrame:
    """Return what the planners' merger tables say, one row per former and later village."""
    columns = [c for c in MergerClaim.__table__.columns if c.name != "id"]
    return table_of(session, sa.select(*columns).order_by(MergerClaim.id))
