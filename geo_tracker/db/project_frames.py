"""Projects and their money as frames, for pages that look at all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.frames import table_of
from geo_tracker.db.models import Fund, Payment, Project, ProjectAmount

AMOUNT_KINDS = ("estimate", "budget", "contract", "change", "settlement", "final_account")
"""Kinds of amounts of a project, one of each current."""


def project_frame(session: Session, ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Return every project with its money, or some of them.

    Parameters
    ----------
    session : Session
        Any session.
    ids : sequence of int, optional
        Only these, some hundred at most.

    Returns
    -------
    DataFrame
        The columns of `Project` (``project_id``) with ``shape`` (lines and areas in STORAGE_CRS;
        None for points and where no place is known), ``lon``, ``lat`` (a point on it), current
        ``<kind>_fen`` of `AMOUNT_KINDS` and summed ``paid_fen``, ``received_fen`` (Int64, missing
        where nothing is recorded), ``channels`` (list of channel names).
    """
    columns = [c for c in Project.__table__.columns if c.name not in {"id", "geom"}]
    projects = table_of(
        session,
        _some(
            sa.select(Project.id.label("project_id"), *columns, Project.geom), Project.id, ids
        ).order_by(Project.id),
        unit_id="Int64",
        former_unit_id="Int64",
        progress="float64",
        import_id="Int64",
        row="Int64",
        # Else of which kind a column is would hang on what it holds just now.
        **{c.key: "str" for c in columns if isinstance(c.type, sa.String)},
    )
    shapes = projects.pop("geom").to_numpy(dtype=object)
    points = shapely.point_on_surface(shapes)
    projects["lon"], projects["lat"] = shapely.get_x(points), shapely.get_y(points)
    plain = shapely.is_missing(shapes) | (shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    projects["shape"] = pd.Series(np.where(plain, None, shapes), index=projects.index, dtype=object)
    amounts = table_of(
        session,
        _some(
            sa.select(
                ProjectAmount.project_id,
                ProjectAmount.kind,
                sa.type_coerce(ProjectAmount.amount, sa.BigInteger).label("fen"),
            ).where(ProjectAmount.current),
            ProjectAmount.project_id,
            ids,
        ).order_by(ProjectAmount.id),
    ).drop_duplicates(["project_id", "kind"], keep="last")
    by_kind = amounts.pivot(index="project_id", columns="kind", values="fen").astype("Int64")
    key = projects["project_id"]
    for kind in AMOUNT_KINDS:
        projects[f"{kind}_fen"] = key.map(by_kind[kind]) if kind in by_kind else pd.NA
        projects[f"{kind}_fen"] = projects[f"{kind}_fen"].astype("Int64")
    paid = table_of(
        session,
        _some(
            sa.select(
                Payment.project_id,
                sa.cast(
                    sa.func.sum(sa.type_coerce(Payment.amount, sa.BigInteger)), sa.BigInteger
                ).label("fen"),
            ),
            Payment.project_id,
            ids,
        ).group_by(Payment.project_id),
    ).set_index("project_id")["fen"]
    projects["paid_fen"] = key.map(paid.astype("Int64")).astype("Int64")
    funds = table_of(
        session,
        _some(
            sa.select(
                Fund.project_id,
                Fund.channel,
                sa.type_coerce(Fund.received, sa.BigInteger).label("fen"),
            ),
            Fund.project_id,
            ids,
        ).order_by(Fund.project_id, Fund.id),
        fen="Int64",
    )
    received = funds.groupby("project_id")["fen"].sum(min_count=1)
    projects["received_fen"] = key.map(received).astype("Int64")
    channels = funds.groupby("project_id")["channel"].agg(list)
    projects["channels"] = [channels.get(project_id, []) for project_id in key]
    return projects


def _some(
    query: sa.Select[*tuple[Any, ...]], column: Any, ids: Sequence[int] | None
) -> sa.Select[*tuple[Any, ...]]:
    return query if ids is None else query.where(column.in_(ids))


def fund_frame(session: Session, project_ids: list[int]) -> pd.DataFrame:
    """Return what each channel gives to some projects.

    Returns
    -------
    DataFrame
        ``project_id``, ``channel``, ``planned``, ``received`` (Decimal yuan or None), in the order
        they came.
    """
    return table_of(
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
    return table_of(
        session,
        sa.select(
            Fund.project_id, Fund.channel, *(column.label(name) for name, column in fen.items())
        ).order_by(Fund.id),
        planned_fen="Int64",
        received_fen="Int64",
    )
