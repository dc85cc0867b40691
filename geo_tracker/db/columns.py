"""Column kinds and the table base that all models share."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.orm import DeclarativeBase

CENT = Decimal("0.01")


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Yuan(sa.types.TypeDecorator[Decimal]):
    """Decimal yuan, stored as whole fen (0.01 yuan): exact in sums on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> int | None:
        if value is None:
            return None
        return int((Decimal(value) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        return None if value is None else (Decimal(int(value)) / 100).quantize(CENT)


class Moment(sa.types.TypeDecorator[datetime]):
    """A point in time in UTC, to the second; SQLite forgets the zone, reading puts it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name != "sqlite":
            return dialect.type_descriptor(self.impl)
        # The GeoPackage's own spelling, so that QGIS reads the column as a moment.
        return dialect.type_descriptor(
            DATETIME(  # type: ignore[no-untyped-call]
                storage_format=(
                    "%(year)04d-%(month)02d-%(day)02dT%(hour)02d:%(minute)02d:%(second)02d.000Z"
                ),
                regexp=r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.000Z",
            )
        )

    def process_bind_param(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(microsecond=0)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
