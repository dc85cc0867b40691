"""One project as stored: itself, its money and reports as they came in, the oldest first."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.history import told_by_no_step
from geo_tracker.db.models import (
    FollowupStep,
    Fund,
    ImportRun,
    Payment,
    Project,
    ProjectAmount,
    ProjectReport,
    ProjectStage,
    RecordChange,
    UserAccount,
)
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

Rows = list[sa.Row[*tuple[Any, ...]]]


def existing_project(session: Session, project_id: int) -> Project:
    """Return a project.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    return _project(session, project_id, lock=False)


def locked_project(session: Session, project_id: int) -> Project:
    """Return a project that nobody else can change until this transaction ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    return _project(session, project_id, lock=True)


def _project(session: Session, project_id: int, *, lock: bool) -> Project:
    found = None
    if 0 < project_id < 2**31:
        found = session.get(Project, project_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(N_("There is no project %(id)s."), id=project_id)
    return found


def alike_projects(
    session: Session, name: str, former_unit_id: int | None, unit_id: int | None
) -> list[Project]:
    """Return the projects of one name and village: of the former one where both name it."""
    p = Project
    same = p.unit_id == unit_id
    if former_unit_id is not None:
        same = sa.or_(p.former_unit_id == former_unit_id, sa.and_(p.former_unit_id.is_(None), same))
    return list(session.scalars(sa.select(p).where(p.name == name, same)))


def stage_reached_on(session: Session, project_id: int, stage: str | None) -> date | None:
    """Return the day that a project got to a stage on, as somebody last said; None where nobody."""
    s = ProjectStage
    query = sa.select(s.happened_on).where(s.project_id == project_id, s.stage == stage)
    return session.scalars(query.order_by(s.id.desc()).limit(1)).first()


def current_amount(session: Session, project_id: int, kind: str) -> ProjectAmount | None:
    """Return the amount of a kind that holds."""
    a = ProjectAmount
    query = sa.select(a).where(a.project_id == project_id, a.kind == kind, a.current)
    return session.scalars(query.order_by(a.id.desc()).limit(1)).first()


def fund_of(session: Session, project_id: int, channel: str) -> Fund | None:
    """Return what a channel gives to a project."""
    query = sa.select(Fund).where(Fund.project_id == project_id, Fund.channel == channel)
    return session.scalars(query).one_or_none()


def paid_in_all(session: Session, project_id: int) -> Decimal | None:
    """Return what was paid for a project; None where nothing is recorded."""
    query = sa.select(sa.func.sum(Payment.amount)).where(Payment.project_id == project_id)
    paid: Decimal | None = session.scalar(query)
    return paid


def payment_of(
    session: Session, project_id: int, payment_id: int
) -> tuple[Payment, date | None, bool]:
    """Return a payment of a project, its day, and whether another row takes it back.

    The day of a payment that a file told without one is the file's.

    Raises
    ------
    NotFoundError
        If the project has none with this id.
    """
    found = session.get(Payment, payment_id) if 0 < payment_id < 2**31 else None
    if found is None or found.project_id != project_id:
        raise NotFoundError(N_("There is no payment %(id)s."), id=payment_id)
    day = found.paid_on
    if day is None and found.import_id is not None:
        day = session.get_one(ImportRun, found.import_id).as_of_on
    other = sa.select(Payment.id).where(Payment.takes_back_id == payment_id)
    return found, day, session.scalar(other) is not None


@dataclass(frozen=True)
class ProjectRecords:
    """What is recorded of a project besides itself.

    Attributes
    ----------
    amounts : list of Row
        ``kind``, ``amount`` (Decimal yuan), ``current``, ``at``, ``import_id``, ``username``.
    payments : list of Row
        ``id``, ``paid_on`` (None where a file told the total only), ``as_of_on`` (of that file),
        ``kind``, ``amount``, ``document``, ``note``, ``takes_back_id``, ``import_id``, ``at`` and
        ``username``.
    funds : list of Row
        ``channel``, ``planned``, ``received``, ``import_id``, ``username`` (of who added it).
    changes : list of Row
        Of the project's and its channels' fields, by imports: ``at``, ``table_name``, ``channel``
        (of a fund), ``field``, ``old``, ``new`` (text), ``import_id``, ``reason``, ``username``.
    stages : list of Row
        ``stage``, ``happened_on``, ``note``, ``at``, ``username``.
    reports : list of Row
        ``reported_on``, ``progress``, ``note``, ``at``, ``username``.
    steps : list of (FollowupStep, str or None)
        What people did, with their names.
    """

    amounts: Rows
    payments: Rows
    funds: Rows
    changes: Rows
    stages: Rows
    reports: Rows
    steps: list[tuple[FollowupStep, str | None]]


def project_records(session: Session, project_id: int) -> ProjectRecords:
    """Return what is recorded of a project."""
    return ProjectRecords(
        amounts=_amounts(session, project_id),
        payments=_payments(session, project_id),
        funds=_funds(session, project_id),
        changes=_changes(session, project_id),
        stages=_told(session, project_id, ProjectStage, "stage", "happened_on"),
        reports=_told(session, project_id, ProjectReport, "reported_on", "progress"),
        steps=project_steps(session, project_id),
    )


def _amounts(session: Session, project_id: int) -> Rows:
    amount, brought, typed = ProjectAmount, aliased(UserAccount), aliased(UserAccount)
    return list(
        session.execute(
            sa.select(
                amount.kind,
                amount.amount,
                amount.current,
                amount.recorded_at.label("at"),
                amount.import_id,
                sa.func.coalesce(typed.username, brought.username).label("username"),
            )
            .outerjoin(ImportRun, ImportRun.id == amount.import_id)
            .outerjoin(brought, brought.id == ImportRun.user_id)
            .outerjoin(typed, typed.id == amount.user_id)
            .where(amount.project_id == project_id)
            .order_by(amount.id)
        )
    )


def _payments(session: Session, project_id: int) -> Rows:
    payment, brought, typed = Payment, aliased(UserAccount), aliased(UserAccount)
    return list(
        session.execute(
            sa.select(
                payment.id,
                payment.paid_on,
                ImportRun.as_of_on,
                payment.kind,
                payment.amount,
                payment.document,
                payment.note,
                payment.takes_back_id,
                payment.import_id,
                sa.func.coalesce(payment.recorded_at, ImportRun.published_at).label("at"),
                sa.func.coalesce(typed.username, brought.username).label("username"),
            )
            .outerjoin(ImportRun, ImportRun.id == payment.import_id)
            .outerjoin(brought, brought.id == ImportRun.user_id)
            .outerjoin(typed, typed.id == payment.user_id)
            .where(payment.project_id == project_id)
            .order_by(sa.func.coalesce(payment.paid_on, ImportRun.as_of_on), payment.id)
        )
    )


def _funds(session: Session, project_id: int) -> Rows:
    return list(
        session.execute(
            sa.select(
                Fund.channel, Fund.planned, Fund.received, Fund.import_id, UserAccount.username
            )
            .outerjoin(UserAccount, UserAccount.id == Fund.user_id)
            .where(Fund.project_id == project_id)
            .order_by(Fund.id)
        )
    )


def _changes(session: Session, project_id: int) -> Rows:
    funds = session.execute(
        sa.select(Fund.id, Fund.channel).where(Fund.project_id == project_id)
    ).all()
    channels = sa.case({row.id: row.channel for row in funds}, value=RecordChange.record_id)
    change = RecordChange
    is_fund = sa.and_(change.table_name == "fund", change.record_id.in_([row.id for row in funds]))
    return list(
        session.execute(
            sa.select(
                change.at,
                change.table_name,
                (channels if funds else sa.null()).label("channel"),
                change.field,
                change.old,
                change.new,
                change.import_id,
                change.reason,
                UserAccount.username,
            )
            .outerjoin(UserAccount, UserAccount.id == change.user_id)
            .where(
                sa.or_(
                    is_fund,
                    sa.and_(change.table_name == "project", change.record_id == project_id),
                ),
                told_by_no_step(),
            )
            .order_by(change.id)
        )
    )


def _told(session: Session, project_id: int, model: Any, *names: str) -> Rows:
    return list(
        session.execute(
            sa.select(
                *(getattr(model, name) for name in names),
                model.note,
                model.recorded_at.label("at"),
                UserAccount.username,
            )
            .outerjoin(UserAccount, UserAccount.id == model.user_id)
            .where(model.project_id == project_id)
            .order_by(model.id)
        )
    )


def project_steps(session: Session, project_id: int) -> list[tuple[FollowupStep, str | None]]:
    """Return the steps about a project, the oldest first, with who took them."""
    step = FollowupStep
    rows = session.execute(
        sa.select(step, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == step.user_id)
        .where(step.table_name == "project", step.record_id == project_id)
        .order_by(step.id)
    )
    return [(row[0], row[1]) for row in rows]


def days_of_imports(session: Session, import_ids: set[int]) -> dict[int, date]:
    """Return the day that each of some imports holds at."""
    rows = session.execute(
        sa.select(ImportRun.id, ImportRun.as_of_on).where(ImportRun.id.in_(import_ids))
    )
    return {row.id: row.as_of_on for row in rows}


def last_project_step(session: Session) -> int:
    """Return a number that grows with everything that people do about projects."""
    step = FollowupStep
    query = sa.select(sa.func.max(step.id)).where(step.table_name == "project")
    return session.scalar(query) or 0


def projects_edited_since(session: Session, step_id: int) -> list[int]:
    """Return the projects that people did something about after a step."""
    step = FollowupStep
    query = sa.select(step.record_id).where(step.table_name == "project", step.id > step_id)
    return sorted(set(session.scalars(query)))
