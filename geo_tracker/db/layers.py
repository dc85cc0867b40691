"""Boundary layers read back, as GeoDataFrames or without their outlines."""

from collections.abc import Iterator
from typing import Any

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

_AT_ONCE = 4096
_IDS_AT_ONCE = 500


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
            _stored_bytes(session),
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
        geometry=_decoded(blobs),
        crs=STORAGE_CRS,
    )


def layer_facts(session: Session, layer_id: int) -> pd.DataFrame:
    """Return a layer's villages without their outlines.

    Returns
    -------
    DataFrame
        Indexed by ``unit_id``, rising; ``name``, ``code`` (text, empty where unknown),
        ``town_id``, ``county_id`` (0 where unknown), ``town``, ``county`` (their names, empty
        where unknown), ``ground`` (equal for equal outlines); texts as objects.
    """
    # Column by column, and places apart: a row of objects takes several times as long.
    v = VillageVersion.__table__.c
    rows = session.execute(
        sa.select(v.unit_id, v.name, v.stat_code, v.town_id, v.ground)
        .where(v.layer_id == layer_id)
        .order_by(v.unit_id)
    ).all()
    ids, names, codes, town_ids, grounds = zip(*rows, strict=True) if rows else [()] * 5
    place = Place.__table__.c
    places = session.execute(sa.select(place.id, place.parent_id, place.name)).all()
    parents = {row[0]: row[1] for row in places}
    place_names = {row[0]: row[2] for row in places}
    county_ids = [parents.get(town) for town in town_ids]
    facts = {
        "name": names,
        "code": [code or "" for code in codes],
        "town_id": np.array([town or 0 for town in town_ids], dtype=np.int64),
        "county_id": np.array([county or 0 for county in county_ids], dtype=np.int64),
        "town": [place_names.get(town, "") for town in town_ids],
        "county": [place_names.get(county, "") for county in county_ids],
        "ground": grounds,
    }
    index = pd.Index(ids, name="unit_id", dtype="int64")
    return pd.DataFrame(
        {
            # Texts as they are: most often they are compared once, and packing takes longer.
            name: pd.Series(some, index=index, dtype=getattr(some, "dtype", "object"))
            for name, some in facts.items()
        }
    )


def layer_outlines(session: Session, layer_id: int) -> Iterator[Any]:
    """Give a layer's outlines by rising ``unit_id``, some thousands at a time.

    Yields
    ------
    array of geometries
        MultiPolygons in STORAGE_CRS.
    """
    rows = session.execute(
        _outlines(session, layer_id).order_by(VillageVersion.unit_id),
        execution_options={"yield_per": _AT_ONCE},
    )
    for part in rows.partitions():
        yield _decoded([row[1] for row in part])


def outlines_of(session: Session, layer_id: int, unit_ids: list[int]) -> dict[int, Any]:
    """Return the outlines of some villages of a layer: MultiPolygons in STORAGE_CRS by unit."""
    found: dict[int, Any] = {}
    for at in range(0, len(unit_ids), _IDS_AT_ONCE):
        some = unit_ids[at : at + _IDS_AT_ONCE]
        query = _outlines(session, layer_id).where(VillageVersion.unit_id.in_(some))
        rows = session.execute(query).all()
        found |= zip([row[0] for row in rows], _decoded([row[1] for row in rows]), strict=True)
    return found


def _outlines(session: Session, layer_id: int) -> Any:
    query = sa.select(VillageVersion.__table__.c.unit_id, _stored_bytes(session))
    return query.where(VillageVersion.layer_id == layer_id)


def _stored_bytes(session: Session) -> Any:
    """Return the column of outlines as bytes: decoding many at once is several times faster."""
    geom = VillageVersion.__table__.c.geom
    if session.get_bind().dialect.name == "sqlite":
        return sa.type_coerce(sa.cast(geom, sa.LargeBinary), sa.LargeBinary)
    return sa.func.ST_AsBinary(sa.type_coerce(geom, sa.LargeBinary))


def _decoded(blobs: Any) -> Any:
    return shapely.from_wkb(np.array([wkb_of(blob) for blob in blobs], dtype=object))


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
