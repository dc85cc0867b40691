"""Boundary layers: storing one, and reading one back as a GeoDataFrame."""

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.db.bulk import insert_features, inserted_blank_rows
from geo_tracker.db.geometry import within_box, wkb_of
from geo_tracker.db.models import BoundaryLayer, Place, Unit, VillageVersion

_PLAIN_COLUMNS = (
    *("name", "pinyin", "initials", "stat_code", "land_code", "ground"),
    *("area_m2", "stated_area_m2", "point_lon", "point_lat"),
)


def added_layer(
    session: Session,
    villages: gpd.GeoDataFrame,
    *,
    import_id: int,
    as_of_on: date,
    geometry_source: str,
) -> BoundaryLayer:
    """Store a layer: one version per row, and the validity of the layer before ended.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    villages : GeoDataFrame
        MultiPolygons in STORAGE_CRS with columns ``unit_id`` (missing: a new unit), ``name``,
        ``ground``,
        ``pinyin``, ``initials``, ``stat_code``, ``land_code``, ``county``, ``county_code``,
        ``town``, ``town_code``, ``area_m2``, ``stated_area_m2``, ``point_lon``, ``point_lat``.
    import_id, as_of_on, geometry_source
        Where the layer came from, from when it holds, ``surveyed`` or ``synthetic``.
    """
    layer = BoundaryLayer(import_id=import_id, as_of_on=as_of_on)
    session.add(layer)
    session.flush()
    connection = session.connection()
    count = len(villages)
    unit_ids = villages["unit_id"].astype("Int64")
    new = unit_ids.isna()
    unit_ids[new] = inserted_blank_rows(connection, Unit, int(new.sum()))
    parts, owner = shapely.get_parts(villages.geometry.to_numpy(), return_index=True)
    insert_features(
        connection,
        VillageVersion,
        {
            "unit_id": unit_ids.to_numpy("int64").tolist(),
            "layer_id": [layer.id] * count,
            "valid_from": [as_of_on] * count,
            "valid_to": [_next_date(session, as_of_on)] * count,
            "town_id": _town_ids(session, villages),
            "geometry_source": [geometry_source] * count,
            **{name: _values(villages[name]) for name in _PLAIN_COLUMNS},
        },
        shapely.multipolygons(parts, indices=owner),
    )
    _end_layer_before(session, as_of_on)
    return layer


def _values(column: pd.Series) -> list[Any]:
    """Return a column's values with None for what is missing."""
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _town_ids(session: Session, villages: gpd.GeoDataFrame) -> list[int | None]:
    """Return the town of each village, and store the places that are new."""
    columns = ("county_code", "county", "town_code", "town")
    rows = list(zip(*(_values(villages[name]) for name in columns), strict=True))
    counties: dict[str, dict[str, Any]] = {}
    towns: dict[str, dict[str, Any]] = {}
    above: dict[str, str | None] = {}
    place: dict[str, Any]
    town_code_of: dict[tuple[Any, ...], str | None] = {}
    for row in dict.fromkeys(rows):
        county_code, county, town_code, town = row
        county_code = county_code or (f"?{county}"[:12] if county else None)
        if county_code:
            place = {"level": "county", "code": county_code, "name": county or county_code}
            counties.setdefault(county_code, {**place, "parent_id": None})
        town_code = town_code or (f"?{county_code}/{town}"[:12] if town else None)
        if town_code:
            place = {"level": "town", "code": town_code, "name": town or town_code}
            towns.setdefault(town_code, place)
            above.setdefault(town_code, county_code)
        town_code_of[row] = town_code
    known = _with_places(session, _place_ids(session), list(counties.values()))
    for code, place in towns.items():
        parent = above[code]
        place["parent_id"] = known[parent] if parent else None
    known = _with_places(session, known, list(towns.values()))
    id_of = {row: known[code] if code else None for row, code in town_code_of.items()}
    return [id_of[row] for row in rows]


def _place_ids(session: Session) -> dict[str, int]:
    return {place.code: place.id for place in session.execute(sa.select(Place.code, Place.id))}


def _with_places(
    session: Session, known: dict[str, int], places: list[dict[str, Any]]
) -> dict[str, int]:
    """Store the places whose code is not known; return the ids of all by code."""
    new = [place for place in places if place["code"] not in known]
    if not new:
        return known
    session.connection().execute(sa.insert(Place), new)
    return _place_ids(session)


def _next_date(session: Session, day: date) -> date | None:
    later = sa.select(sa.func.min(BoundaryLayer.as_of_on)).where(BoundaryLayer.as_of_on > day)
    return session.scalar(later)


def _end_layer_before(session: Session, day: date) -> None:
    """Let the versions of the layer before a new one end where the new one begins."""
    earlier = (
        sa.select(BoundaryLayer.id)
        .where(BoundaryLayer.as_of_on < day)
        .order_by(BoundaryLayer.as_of_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        sa.update(VillageVersion).where(VillageVersion.layer_id == earlier).values(valid_to=day),
        execution_options={"synchronize_session": False},
    )


def layer_grounds(session: Session, layer_id: int) -> pd.DataFrame:
    """Return ``unit_id``, ``ground``, ``name`` and ``stat_code`` of a layer's villages."""
    v = VillageVersion
    rows = session.execute(
        sa.select(v.unit_id, v.ground, v.name, v.stat_code).where(v.layer_id == layer_id)
    ).all()
    return pd.DataFrame(
        [tuple(row) for row in rows], columns=["unit_id", "ground", "name", "stat_code"]
    )


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
