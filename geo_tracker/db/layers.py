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
from geo_tracker.db.geometry import bulk_inserts, geopackage_blobs, wkb_of
from geo_tracker.db.models import BoundaryLayer, Place, Unit, VillageVersion

_PLAIN_COLUMNS = (
    *("name", "pinyin", "initials", "stat_code", "land_code", "ground"),
    *("area_m2", "point_lon", "point_lat"),
)


def added_layer(
    session: Session,
    villages: gpd.GeoDataFrame,
    *,
    import_id: int,
    as_of_on: date,
    geometry_source: str,
) -> BoundaryLayer:
    """Store a layer: one version per row, and every layer's validity put in order.

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
    unit_ids = villages["unit_id"].astype("Int64")
    new = int(unit_ids.isna().sum())
    if new:
        created = session.scalars(
            sa.insert(Unit).returning(Unit.id), [{"same_as_id": None}] * new
        ).all()
        unit_ids[unit_ids.isna()] = sorted(created)
    towns = _town_ids(session, villages)
    plain = villages[list(_PLAIN_COLUMNS)].copy()
    plain["stated_area_m2"] = villages["stated_area_m2"].astype(object)
    rows = plain.astype(object).where(plain.notna(), None).to_dict("records")
    parts, owner = shapely.get_parts(villages.geometry.to_numpy(), return_index=True)
    geometries = shapely.multipolygons(parts, indices=owner)
    stored = (
        geopackage_blobs(geometries)
        if session.get_bind().dialect.name == "sqlite"
        else list(shapely.to_wkb(geometries))
    )
    for row, unit_id, town_id, geometry in zip(rows, unit_ids, towns, stored, strict=True):
        row.update(
            unit_id=int(unit_id),
            layer_id=layer.id,
            valid_from=as_of_on,
            town_id=town_id,
            geometry_source=geometry_source,
            geom=geometry,
        )
    with bulk_inserts(session.connection(), VillageVersion.__tablename__):
        session.execute(sa.insert(VillageVersion.__table__), rows)
    _order_validity(session)
    return layer


def _town_ids(session: Session, villages: gpd.GeoDataFrame) -> list[int | None]:
    known = {place.code: place for place in session.scalars(sa.select(Place))}

    def place(level: str, code: str, name: str, parent: Place | None) -> Place:
        if code not in known:
            known[code] = Place(level=level, code=code, name=name, parent=parent)
            session.add(known[code])
        return known[code]

    pairs = villages[["county_code", "county", "town_code", "town"]].astype(object)
    pairs = pairs.where(pairs.notna(), None)
    found: dict[tuple[Any, ...], Place | None] = {}
    for key in dict.fromkeys(pairs.itertuples(index=False, name=None)):
        county_code, county, town_code, town = key
        county_code = county_code or (f"?{county}"[:12] if county else None)
        above = place("county", county_code, county or county_code, None) if county_code else None
        town_code = town_code or (f"?{county_code}/{town}"[:12] if town else None)
        found[key] = place("town", town_code, town or town_code, above) if town_code else None
    session.flush()
    return [
        None if (town := found[key]) is None else town.id
        for key in pairs.itertuples(index=False, name=None)
    ]


def _order_validity(session: Session) -> None:
    layers = session.scalars(sa.select(BoundaryLayer).order_by(BoundaryLayer.as_of_on)).all()
    ends: list[date | None] = [layer.as_of_on for layer in layers[1:]]
    for layer, end in zip(layers, [*ends, None], strict=True):
        session.execute(
            sa.update(VillageVersion)
            .where(
                VillageVersion.layer_id == layer.id,
                VillageVersion.valid_to.is_distinct_from(end),
            )
            .values(valid_to=end)
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


def unit_polygons(session: Session, unit_ids: list[int]) -> dict[int, shapely.MultiPolygon]:
    """Return the newest polygon of each unit, in STORAGE_CRS."""
    rows = session.execute(
        sa.select(VillageVersion.unit_id, VillageVersion.geom)
        .where(VillageVersion.unit_id.in_(unit_ids))
        .order_by(VillageVersion.valid_from)
    )
    return {row.unit_id: row.geom for row in rows}
