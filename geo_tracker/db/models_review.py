"""What people decided about who became whom: appended and superseded, never changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo_tracker.db.columns import Base, Moment, now
from geo_tracker.db.models_imports import UserAccount


class LineageDecision(Base):
    """A person's word about one former village.

    ``kind``: ``accept`` (the links proposed), ``choose`` (one other), ``split`` (several),
    ``reject`` (none), ``reopen`` (the word before is taken back), ``note`` (a remark; links stay as
    they are). The newest that is no note holds; it names the one before as superseded.
    """

    __tablename__ = "lineage_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    from_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    before_layer_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_layer.id"))
    after_layer_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_layer.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    note: Mapped[str | None] = mapped_column(sa.String(500))
    bulk_above: Mapped[float | None]  # accepted with others of at least this confidence
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(Moment, default=now)
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lineage_decision.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UserAccount] = relationship(lazy="joined")
    links: Mapped[list["DecisionLink"]] = relationship(lazy="selectin")

    @property
    def successor_ids(self) -> set[int]:
        """The villages that are held for successors."""
        return {link.to_unit_id for link in self.links if link.is_right}


class DecisionLink(Base):
    """A successor that was looked at in a decision, and whether it was held for right."""

    __tablename__ = "decision_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("lineage_decision.id"), index=True)
    to_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    is_right: Mapped[bool]
