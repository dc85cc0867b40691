"""Boundary layers read back, as GeoDataFrames or without their outlines."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.db.blobs import wkb_of
from geo_tracker.db.geometry import within_box
from geo_tracker.db.models import Place, VillageVersion


def layer_villages(session: Session, layer_id: int) -> gpd.GeoDataFrame:
    """Return a layer's villages.

    Returns
    -------
    GeoDataFrame
        MultiPolygons in STORAGE_CRS indexed by ``unit_id``; ``name``, ``stat_code``,
        ``town_id``, ``county_id`` (missing where unknown).
    """
    version = VillageVersion.__table__.c
    rows = session.execute(
        sa.select(
            version.unit_id,
            version.name,
            version.stat_code,
            version.town_id,
            Place.parent_id,
            # The bytes as stored: decoding all at once is several times faster.
            sa.type_coerce(sa.cast(version.geom, sa.LargeBinary), sa.LargeBinary)
            if session.get_bind().dialect.name == "sqlite"
            else sa.func.ST_AsBinary(sa.type_coerce(version.geom, sa.LargeBinary)),
        )
        .select_from(VillageVersion.__table__.outerjoin(Place, Place.id == version.town_id))
        .where(version.layer_id == layer_id)
        .order_by(version.unit_id)
    ).all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    ids, names, codes, towns, counties, blobs = columns
    return gpd.GeoDataFrame(
        {
            "name": list(names),
            "stat_code": list(codes),
            "town_id": pd.array(towns, dtype="Int64"),
            "county_id": pd.array(counties, dtype="Int64"),
        },
        index=pd.Index(ids, name="unit_id", dtype="int64"),
        geometry=shapely.from_wkb(np.array([wkb_of(blob) for blob in blobs], dtype=object)),
        crs=STORAGE_CRS,
    )


def villages_in_box(
    session: Session, layer_id: int, bounds: tuple[float, float, float, float]
) -> gpd.GeoDataFrame:
    """Return the villages of a layer whose boxes meet a box.

    Parameters
    ----------
    session : Session
        Any session.
    layer_id : int
        Which layer.
    bounds : tuple of float
        West, south, east, north in STORAGE_CRS.

    Returns
    -------
    GeoDataFrame
        MultiPolygons in STORAGE_CRS indexed by ``unit_id``; ``name``.
    """
    v = VillageVersion
    rows = session.execute(
        sa.select(v.unit_id, v.name, v.geom)
        .where(v.layer_id == layer_id, within_box(v.geom, v.id, *bounds))
        .order_by(v.unit_id)
    ).all()
    ids, names, shapes = zip(*rows, strict=True) if rows else ((), (), ())
    return gpd.GeoDataFrame(
        {"name": list(names)},
        index=pd.Index(ids, name="unit_id", dtype="int64"),
        geometry=list(shapes),
        crs=STORAGE_CRS,
    )


def unit_polygons(
    session: Session, unit_ids: list[int], *, layer_id: int | None = None
) -> dict[int, shapely.MultiPolygon]:
    """Return the polygon of each unit in a layer, or its newest one, in STORAGE_CRS."""
    query = sa.select(VillageVersion.unit_id, VillageVersion.geom).where(
        VillageVersion.unit_id.in_(unit_ids)
    )
    if layer_id is not None:
        query = query.where(VillageVersion.layer_id == layer_id)
    rows = session.execute(query.order_by(VillageVersion.valid_from))
    return {row.unit_id: row.geom for row in rows}
