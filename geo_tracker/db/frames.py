"""The register and ledger as frames, one query a noun, for pages that look at all of them."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.models import (
    BoundaryLayer,
    ChangeEvent,
    DecisionLink,
    Fund,
    ImportRun,
    LineageDecision,
    LineageEdge,
    MergerClaim,
    Payment,
    Place,
    Project,
    ProjectAmount,
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
)
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


def _frame(session: Session, query: sa.Select[*tuple[Any, ...]], **kinds: str) -> pd.DataFrame:
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
    return _frame(
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
    edges = _frame(
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
    decisions = _frame(
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
    links = _frame(
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
    """Return people and income of units as of dates, oldest first; money in fen."""
    f = VillageFigures
    money = {"total_income": f.total_income, "operating_income": f.operating_income}
    return _frame(
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
            f.import_id,
        ).order_by(f.as_of_on, f.id),
        **dict.fromkeys(_FIGURE_COUNTS, "Int64"),
    )


def vote_frame(session: Session) -> pd.DataFrame:
    """Return every vote with its counts, as `Vote` holds them, with ``vote_id``."""
    columns = [column for column in Vote.__table__.columns if column.name != "id"]
    return _frame(
        session,
        sa.select(Vote.id.label("vote_id"), *columns).order_by(Vote.held_on, Vote.id),
        **dict.fromkeys(_VOTE_COUNTS, "Int64"),
    )


def project_frame(session: Session) -> pd.DataFrame:
    """Return every project with its money.

    Returns
    -------
    DataFrame
        The columns of `Project` (``project_id``) with ``shape`` (lines and areas in STORAGE_CRS;
        None for points and where no place is known), ``lon``, ``lat`` (a point on it), current
        ``estimate_fen``, ``budget_fen``, ``contract_fen`` and summed ``paid_fen`` (Int64, missing
        where nothing is recorded), ``channels`` (list of channel names).
    """
    columns = [c for c in Project.__table__.columns if c.name not in {"id", "geom"}]
    projects = _frame(
        session,
        sa.select(Project.id.label("project_id"), *columns, Project.geom).order_by(Project.id),
        unit_id="Int64",
        former_unit_id="Int64",
        progress="float64",
    )
    shapes = projects.pop("geom").to_numpy(dtype=object)
    points = shapely.point_on_surface(shapes)
    projects["lon"], projects["lat"] = shapely.get_x(points), shapely.get_y(points)
    plain = shapely.is_missing(shapes) | (shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    projects["shape"] = pd.Series(np.where(plain, None, shapes), index=projects.index, dtype=object)
    amounts = _frame(
        session,
        sa.select(
            ProjectAmount.project_id,
            ProjectAmount.kind,
            sa.type_coerce(ProjectAmount.amount, sa.BigInteger).label("fen"),
        ).where(ProjectAmount.current),
    ).drop_duplicates(["project_id", "kind"], keep="last")
    by_kind = amounts.pivot(index="project_id", columns="kind", values="fen").astype("Int64")
    key = projects["project_id"]
    for kind in ("estimate", "budget", "contract"):
        projects[f"{kind}_fen"] = key.map(by_kind[kind]) if kind in by_kind else pd.NA
        projects[f"{kind}_fen"] = projects[f"{kind}_fen"].astype("Int64")
    paid = _frame(
        session,
        sa.select(
            Payment.project_id,
            sa.cast(
                sa.func.sum(sa.type_coerce(Payment.amount, sa.BigInteger)), sa.BigInteger
            ).label("fen"),
        ).group_by(Payment.project_id),
    ).set_index("project_id")["fen"]
    projects["paid_fen"] = key.map(paid.astype("Int64")).astype("Int64")
    funds = _frame(
        session, sa.select(Fund.project_id, Fund.channel).order_by(Fund.project_id, Fund.id)
    )
    channels = funds.groupby("project_id")["channel"].agg(list)
    projects["channels"] = [channels.get(project_id, []) for project_id in key]
    return projects


def fund_frame(session: Session, project_ids: list[int]) -> pd.DataFrame:
    """Return what each channel gives to some projects.

    Returns
    -------
    DataFrame
        ``project_id``, ``channel``, ``planned``, ``received`` (Decimal yuan or None), in the order
        they came.
    """
    return _frame(
        session,
        sa.select(Fund.project_id, Fund.channel, Fund.planned, Fund.received)
        .where(Fund.project_id.in_(project_ids))
        .order_by(Fund.project_id, Fund.id),
    )


def all_funds(session: Session) -> pd.DataFrame:
    """Return what each channel gives to each project.

    Returns
    -------
    DataFrame
        ``project_id``, ``channel``, ``planned_fen``, ``received_fen`` (Int64, missing where not
        known).
    """
    fen = {
        f"{name}_fen": sa.type_coerce(getattr(Fund, name), sa.BigInteger)
        for name in ("planned", "received")
    }
    return _frame(
        session,
        sa.select(
            Fund.project_id, Fund.channel, *(column.label(name) for name, column in fen.items())
        ).order_by(Fund.id),
        planned_fen="Int64",
        received_fen="Int64",
    )


def published_frame(session: Session) -> pd.DataFrame:
    """Return published figures in the order they came."""
    columns = [c for c in PublishedFigure.__table__.columns if c.name != "id"]
    return _frame(session, sa.select(*columns).order_by(PublishedFigure.id))


def claim_frame(session: Session) -> pd.DataFrame:
    """Return what the planners' merger tables say, one row per former and later village."""
    columns = [c for c in MergerClaim.__table__.columns if c.name != "id"]
    return _frame(session, sa.select(*columns).order_by(MergerClaim.id))
