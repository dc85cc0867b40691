"""Places, units, and the layers of boundaries as imports brought them and as they are shown.

What an import draws goes into `DrawnVillage` and is seen by nobody. A date's `StoredLayer` names
the import whose drawing is shown; publishing, correcting and undoing change that one name. All
else reads `BoundaryLayer` and `VillageVersion`, two views of what is shown, so that no query has
to leave out what is not published.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo_tracker.db.columns import Base
from geo_tracker.db.geometry import Geometry
from geo_tracker.db.models_imports import ImportRun


class Place(Base):
    """A county or town, known by its statistical code."""

    __tablename__ = "place"
    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(10))  # county, town
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    parent: Mapped["Place | None"] = relationship(remote_side="Place.id")


class Unit(Base):
    """A village's stable identity, never a code; ``same_as_id``: what it turned out to be."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    same_as_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)


class StoredLayer(Base):
    """A date that boundaries hold from, and the import whose drawing of them is shown.

    ``import_id`` is None where every import of the date was undone; the row stays, because events
    and decisions name it. ``until_on`` is the date of the next layer that is shown.
    """

    __tablename__ = "stored_layer"
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    as_of_on: Mapped[date] = mapped_column(unique=True)
    until_on: Mapped[date | None]
    tiles_key: Mapped[str | None] = mapped_column(sa.String(40))
    west: Mapped[float | None]
    south: Mapped[float | None]
    east: Mapped[float | None]
    north: Mapped[float | None]


class DrawnVillage(Base):
    """A village as one import draws it: written once, shown as long as its import is."""

    __tablename__ = "drawn_village"
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    stat_code: Mapped[str | None] = mapped_column(sa.String(12))
    land_code: Mapped[str | None] = mapped_column(sa.String(19))
    name: Mapped[str] = mapped_column(sa.String(100))
    pinyin: Mapped[str] = mapped_column(sa.String(200))
    initials: Mapped[str] = mapped_column(sa.String(50))
    town_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    ground: Mapped[str] = mapped_column(sa.String(32))  # digest: equal for equal outlines
    area_m2: Mapped[float]
    stated_area_m2: Mapped[float | None]
    point_lon: Mapped[float]  # inside the polygon
    point_lat: Mapped[float]
    seat_lon: Mapped[float | None]  # of the village committee, where known
    seat_lat: Mapped[float | None]
    geometry_source: Mapped[str] = mapped_column(sa.String(20))  # surveyed, synthetic
    geom: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))


class BoundaryLayer(Base):
    """All villages' boundaries as they hold from a date on, until the next layer's date.

    A view of the stored layers that are shown; written through `StoredLayer`.
    """

    __tablename__ = "boundary_layer"
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"))
    as_of_on: Mapped[date]
    until_on: Mapped[date | None]
    tiles_key: Mapped[str | None]
    run: Mapped[ImportRun] = relationship(lazy="joined", viewonly=True)


class VillageVersion(Base):
    """A unit's name, codes and ground for a time: ``valid_from`` ≤ day < ``valid_to``.

    A view of the drawn villages that are shown; written through `DrawnVillage`.
    """

    __tablename__ = "village_version"
    __table_args__ = ({"info": {"indexed_as": "drawn_village"}},)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    layer_id: Mapped[int] = mapped_column(sa.ForeignKey("boundary_layer.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    stat_code: Mapped[str | None]
    land_code: Mapped[str | None]
    name: Mapped[str]
    pinyin: Mapped[str]
    initials: Mapped[str]
    town_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"))
    ground: Mapped[str]
    area_m2: Mapped[float]
    stated_area_m2: Mapped[float | None]
    point_lon: Mapped[float]
    point_lat: Mapped[float]
    seat_lon: Mapped[float | None]
    seat_lat: Mapped[float | None]
    geometry_source: Mapped[str]
    geom: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))
