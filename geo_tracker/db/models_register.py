"""Tables of the register: figures of villages, events and lineage."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo_tracker.db.columns import Base, Moment, Yuan, now


class VillageFigures(Base):
    """A unit's people, income and living conditions as of a date; on former villages for ever."""

    __tablename__ = "village_figures"
    __table_args__ = (sa.UniqueConstraint("unit_id", "as_of_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    as_of_on: Mapped[date]
    households: Mapped[int | None]
    registered_population: Mapped[int | None]
    resident_population: Mapped[int | None]
    groups: Mapped[int | None]
    party_members: Mapped[int | None]
    total_income: Mapped[Any] = mapped_column("total_income_fen", Yuan, nullable=True)
    operating_income: Mapped[Any] = mapped_column("operating_income_fen", Yuan, nullable=True)
    income_year: Mapped[int | None]
    net_assets: Mapped[Any] = mapped_column("net_assets_fen", Yuan, nullable=True)
    debt: Mapped[Any] = mapped_column("debt_fen", Yuan, nullable=True)
    secretary_vacant_since: Mapped[date | None]
    sewage_share: Mapped[float | None]  # 0–1 of households, like the next two
    toilet_share: Mapped[float | None]
    tap_water_share: Mapped[float | None]
    environment_mark: Mapped[float | None]  # 0–100
    service_km: Mapped[float | None]
    # Share of the committee over share of the people; 1 where as many as its people sit there.
    committee_ratio: Mapped[float | None]
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"), index=True)


class ChangeEvent(Base):
    """What happened to villages between two layers; superseded, never deleted."""

    __tablename__ = "change_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_type: Mapped[str] = mapped_column(sa.String(30))
    status: Mapped[str] = mapped_column(sa.String(20))  # proposed, reviewed, effective, superseded
    before_layer_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_layer.id"))
    after_layer_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_layer.id"))
    effective_on: Mapped[date]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # lives on
    # Of a village that lives on: what it was held for from this event on, until it was known.
    joined_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    survivor_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("unit.id"), index=True
    )  # of a 并入
    document_no: Mapped[str | None] = mapped_column(sa.String(100))
    document_on: Mapped[date | None]
    basis: Mapped[str | None] = mapped_column(sa.String(300))
    synthetic: Mapped[bool] = mapped_column(default=False)
    residual_m2: Mapped[float | None]
    confidence: Mapped[float]
    needs_review: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    edges: Mapped[list["LineageEdge"]] = relationship(back_populates="event")


class LineageEdge(Base):
    """One former village became (part of) one later village, as table and ground say.

    Where they disagree both edges are stored with ``conflict``; ``accepted`` marks the one that
    figures follow: the ground's, until a person decides (`LineageDecision`). A link that only a
    person names is said by neither.
    """

    __tablename__ = "lineage_edge"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("change_event.id"), index=True)
    from_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    to_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    method: Mapped[str] = mapped_column(sa.String(20))  # table, geometry, name, person
    said_by_geometry: Mapped[bool]
    said_by_table: Mapped[bool]
    conflict: Mapped[bool] = mapped_column(default=False)
    accepted: Mapped[bool] = mapped_column(default=True)
    shared_m2: Mapped[float | None]
    share_of_from: Mapped[float | None]
    share_of_to: Mapped[float | None]
    confidence: Mapped[float]
    evidence: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    event: Mapped[ChangeEvent] = relationship(back_populates="edges")

    @property
    def is_proposed(self) -> bool:
        """Whether ground or table lead here and the ground does not deny it."""
        return self.said_by_geometry or (self.said_by_table and not self.conflict)


class MergerClaim(Base):
    """A row of the planners' table 合并对照: this former village went into that one."""

    __tablename__ = "merger_claim"
    __table_args__ = (sa.UniqueConstraint("from_unit_id", "to_unit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    from_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    to_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    kind: Mapped[str | None] = mapped_column(sa.String(30))
    document_no: Mapped[str | None] = mapped_column(sa.String(100))
    document_on: Mapped[date | None]
    basis: Mapped[str | None] = mapped_column(sa.String(300))
    synthetic: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int]
