"""What checklists, visits, incidents and money amounted to on a past day, by village or project."""

from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import (
    ChecklistItem,
    FollowupStep,
    ImportRun,
    Incident,
    Payment,
    Problem,
    Project,
    ProjectAmount,
    ProjectReport,
    ProjectStage,
    Visit,
)
from geo_tracker.db.problem_rates import RESOLVED_STATES, is_counted, latest_marked, without_mark
from geo_tracker.db.problem_tally import DUPLICATE

CHECKLIST_COUNTS = ("applicable", "done", "verified", "overdue")


def checklist_counts_as_of(
    session: Session, on: date, *, due_before: date | None = None
) -> pd.DataFrame:
    """Count items of checklists as they stood on a day, from the log.

    Parameters
    ----------
    session : Session
        Any session.
    on : date
        What happened up to and with this day is counted.
    due_before : date, optional
        The day that ``overdue`` is judged at, if not the same.

    Returns
    -------
    DataFrame
        By ``unit_id`` of the merged village: whole numbers in `CHECKLIST_COUNTS`; done counts
        verified ones too. Of a day that an item was due by, the log is not asked: that of today
        counts.
    """
    s, item = FollowupStep, ChecklistItem
    marks = (
        sa.select(s.record_id, latest_marked(s.to_state).label("state"))
        .where(s.table_name == item.__tablename__, s.happened_on <= on)
        .group_by(s.record_id)
        .subquery()
    )
    state = without_mark(marks.c.state)
    counted = {
        "applicable": state != "not_applicable",
        "done": state.in_(("done", "verified")),
        "verified": state == "verified",
        "overdue": (state == "open") & (item.due_on < (due_before or on)),
    }
    rows = session.execute(
        sa.select(item.unit_id, *(sa.func.count(sa.case((one, 1))) for one in counted.values()))
        .join(marks, marks.c.record_id == item.id)
        .group_by(item.unit_id)
    )
    return _by_unit(rows.all(), list(CHECKLIST_COUNTS))


def visit_counts_as_of(session: Session, on: date) -> pd.DataFrame:
    """Count visits until a day: by ``unit_id`` ``visits``, ``people`` (missing: none known)."""
    rows = session.execute(
        sa.select(Visit.unit_id, sa.func.count(), sa.func.sum(Visit.people_served))
        .where(Visit.visited_on <= on)
        .group_by(Visit.unit_id)
    )
    return _by_unit(rows.all(), ["visits", "people"])


def incident_counts_as_of(session: Session, on: date) -> pd.DataFrame:
    """Count incidents up to and with a day: by ``unit_id`` ``incidents``."""
    rows = session.execute(
        sa.select(Incident.unit_id, sa.func.count())
        .where(Incident.happened_on <= on)
        .group_by(Incident.unit_id)
    )
    return _by_unit(rows.all(), ["incidents"])


def _fen(amount: Any) -> sa.Label[int]:
    """Return an amount as the whole fen that is stored: tens of thousands are summed up faster."""
    return sa.type_coerce(amount, sa.BigInteger).label("fen")


def project_money_as_of(session: Session, on: date) -> pd.DataFrame:
    """Return what was known of each project's money on a day.

    Returns
    -------
    DataFrame
        By ``project_id``, of projects that a file or a person told of by that day: ``budget_fen``
        (the last amount told of by then) and ``paid_fen`` (of payments until then; where a file
        told only a total, on the day that file holds at); whole numbers, missing where not known.
    """
    told_on = sa.func.coalesce(ImportRun.as_of_on, sa.func.date(ProjectAmount.recorded_at))
    amounts = session.execute(
        sa.select(ProjectAmount.project_id, _fen(ProjectAmount.amount))
        .outerjoin(ImportRun, ImportRun.id == ProjectAmount.import_id)
        .where(ProjectAmount.kind == "budget", told_on <= on)
        .order_by(ProjectAmount.id)
    )
    budget = {row.project_id: row.fen for row in amounts}
    paid_on = sa.func.coalesce(Payment.paid_on, ImportRun.as_of_on)
    payments = session.execute(
        sa.select(Payment.project_id, sa.func.sum(_fen(Payment.amount)).label("fen"))
        .outerjoin(ImportRun, ImportRun.id == Payment.import_id)
        .where(paid_on <= on)
        .group_by(Payment.project_id)
    )
    paid = {row.project_id: int(row.fen) for row in payments}
    brought = session.scalars(
        sa.select(Project.id)
        .join(ImportRun, ImportRun.id == Project.import_id)
        .where(ImportRun.as_of_on <= on)
    )
    s = FollowupStep
    worked_on = session.scalars(
        sa.select(s.record_id)
        .where(s.table_name == Project.__tablename__, s.happened_on <= on)
        .distinct()
    )
    ids = sorted({*brought, *worked_on, *budget, *paid})
    return pd.DataFrame(
        {
            "budget_fen": pd.array([budget.get(one) for one in ids], dtype="Int64"),
            "paid_fen": pd.array([paid.get(one) for one in ids], dtype="Int64"),
        },
        index=pd.Index(ids, name="project_id", dtype="int64"),
    )


def project_progress_as_of(session: Session, on: date) -> pd.DataFrame:
    """Return what people told of projects up to and with a day.

    Returns
    -------
    DataFrame
        By ``project_id``, of all projects that people ever reported on or led to a stage:
        ``progress`` (0–1), ``reported_on`` and ``stage`` of the last report and stage by then,
        missing where there was none; ``has_stages`` (bool), whether any is recorded at all.
    """
    report, stage = ProjectReport, ProjectStage
    reports = session.execute(
        sa.select(report.project_id, report.progress, report.reported_on)
        .where(report.reported_on <= on)
        .order_by(report.reported_on, report.id)
    )
    last = {row.project_id: (row.progress, row.reported_on) for row in reports}
    reached = session.execute(
        sa.select(stage.project_id, stage.stage, stage.happened_on).order_by(stage.id)
    ).all()
    then = {row.project_id: row.stage for row in reached if row.happened_on <= on}
    with_stages = {row.project_id for row in reached}
    ids = sorted({*last, *with_stages})
    return pd.DataFrame(
        {
            "progress": [last.get(one, (None, None))[0] for one in ids],
            "reported_on": [last.get(one, (None, None))[1] for one in ids],
            "stage": [then.get(one) for one in ids],
            "has_stages": [one in with_stages for one in ids],
        },
        index=pd.Index(ids, name="project_id", dtype="int64"),
    )


def _by_unit(rows: object, columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit_id", *columns]).astype("Int64")
    frame.index = pd.Index(frame.pop("unit_id").astype("int64"), name="unit_id")
    return frame


def problem_flow(
    session: Session, until: date, *, after_step: int = 0, last_step: int | None = None
) -> pd.DataFrame:
    """Return month by month what became of problems up to and with a day, from the log.

    ``after_step``, ``last_step``: of steps with higher numbers only, and none higher than that.

    Returns
    -------
    DataFrame
        Columns ``unit_id``, ``month`` (text, 2020-03), ``registered`` (how many were, less those
        found to be duplicates of others),
        ``resolved`` (how many became resolved, less those that ceased to be).
    """
    s = FollowupStep
    is_now, was = s.to_state.in_(RESOLVED_STATES), s.from_state.in_(RESOLVED_STATES)
    now, before = (
        sa.case((sa.and_(state.is_not(None), is_counted(state)), 1), else_=0)
        for state in (s.to_state, s.from_state)
    )
    counts = sa.case((s.to_state.is_(None), 0), else_=now - before)
    change = sa.case((s.to_state.is_(None), 0), (is_now & was, 0), (is_now, 1), (was, -1), else_=0)
    told = (*RESOLVED_STATES, DUPLICATE)
    month = sa.func.substr(sa.cast(s.happened_on, sa.String), 1, len("2020-03"))
    rows = session.execute(
        sa.select(
            s.unit_id,
            month.label("month"),
            sa.func.sum(counts).label("registered"),
            sa.func.sum(change).label("resolved"),
        )
        .where(s.table_name == Problem.__tablename__, s.happened_on <= until)
        .where(s.id > after_step, sa.true() if last_step is None else s.id <= last_step)
        .where(sa.or_(s.from_state.is_(None), s.to_state.in_(told), s.from_state.in_(told)))
        .group_by(s.unit_id, month)
    )
    return pd.DataFrame(rows.all(), columns=["unit_id", "month", "registered", "resolved"])


def payment_flow(session: Session, until: date) -> pd.DataFrame:
    """Return month by month what was paid up to and with a day: ``project_id``, ``month``, ``fen``.

    Totals that a file told without a day count in the month that the file holds at.
    """
    paid_on = sa.func.coalesce(Payment.paid_on, ImportRun.as_of_on)
    rows = session.execute(
        sa.select(Payment.project_id, paid_on.label("on"), _fen(Payment.amount))
        .outerjoin(ImportRun, ImportRun.id == Payment.import_id)
        .where(paid_on <= until)
    )
    flow = pd.DataFrame(rows.all(), columns=["project_id", "month", "fen"])
    flow["month"] = flow["month"].astype(str).str.slice(0, len("2020-03"))
    return flow
