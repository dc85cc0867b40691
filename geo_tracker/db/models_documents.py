"""Dossiers of many villages made at once, in the background."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, now


class DossierRun(Base):
    """Dossiers that somebody asked for, in one ZIP file once they are made.

    Its job tells how far it is. ``sha256`` is that of the file, which lies in the data folder;
    after `removed_at` it is gone, because newer ones took its place.
    """

    __tablename__ = "dossier_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id"), index=True)
    place_code: Mapped[str] = mapped_column(sa.String(12))  # of a county or a town
    place: Mapped[str] = mapped_column(sa.String(120))
    which: Mapped[str] = mapped_column(sa.String(20))  # merged, present, former
    file_kind: Mapped[str] = mapped_column(sa.String(10))  # pdf, docx
    locale: Mapped[str] = mapped_column(sa.String(20))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    made: Mapped[int | None]
    # Villages of which none could be made: list of {unit_id, name, reason (message as data)}.
    left_out: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON)
    seconds: Mapped[float | None]
    size: Mapped[int | None] = mapped_column(sa.BigInteger)  # bytes
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
