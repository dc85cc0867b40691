"""One project's money and reports as they came in, the oldest first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import (
    Fund,
    ImportRun,
    Payment,
    ProjectAmount,
    RecordChange,
    UserAccount,
)

Rows = list[sa.Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class ProjectRecords:
    """What is recorded of a project besides itself.

    Attributes
    ----------
    amounts : list of Row
        ``kind``, ``amount`` (Decimal yuan), ``current``, ``at``, ``import_id``, ``username``.
    payments : list of Row
        ``paid_on`` (None where a file told the total only), ``as_of_on`` (of that file), ``kind``,
        ``amount``, ``document``, ``import_id``.
    funds : list of Row
        ``channel``, ``planned``, ``received``, ``import_id``.
    changes : list of Row
        Of the project's own fields: ``at``, ``field``, ``old``, ``new`` (text), ``import_id``,
        ``username``.
    """

    amounts: Rows
    payments: Rows
    funds: Rows
    changes: Rows


def project_records(session: Session, project_id: int) -> ProjectRecords:
    """Return what is recorded of a project."""
    amount, payment, change = ProjectAmount, Payment, RecordChange
    return ProjectRecords(
        amounts=list(
            session.execute(
                sa.select(
                    amount.kind,
                    amount.amount,
                    amount.current,
                    amount.recorded_at.label("at"),
                    amount.import_id,
                    UserAccount.username,
                )
                .join(ImportRun, ImportRun.id == amount.import_id)
                .outerjoin(UserAccount, UserAccount.id == ImportRun.user_id)
                .where(amount.project_id == project_id)
                .order_by(amount.id)
            )
        ),
        payments=list(
            session.execute(
                sa.select(
                    payment.paid_on,
                    ImportRun.as_of_on,
                    payment.kind,
                    payment.amount,
                    payment.document,
                    payment.import_id,
                )
                .join(ImportRun, ImportRun.id == payment.import_id)
                .where(payment.project_id == project_id)
                .order_by(sa.func.coalesce(payment.paid_on, ImportRun.as_of_on), payment.id)
            )
        ),
        funds=list(
            session.execute(
                sa.select(Fund.channel, Fund.planned, Fund.received, Fund.import_id)
                .where(Fund.project_id == project_id)
                .order_by(Fund.id)
            )
        ),
        changes=list(
            session.execute(
                sa.select(
                    change.at,
                    change.field,
                    change.old,
                    change.new,
                    change.import_id,
                    UserAccount.username,
                )
                .outerjoin(UserAccount, UserAccount.id == change.user_id)
                .where(change.table_name == "project", change.record_id == project_id)
                .order_by(change.id)
            )
        ),
    )


def days_of_imports(session: Session, import_ids: set[int]) -> dict[int, date]:
    """Return the day that each of some imports holds at."""
    rows = session.execute(
        sa.select(ImportRun.id, ImportRun.as_of_on).where(ImportRun.id.in_(import_ids))
    )
    return {row.id: row.as_of_on for row in rows}
