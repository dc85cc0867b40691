"""What happened to the records of some villages: imports, changed fields, revised money, events."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import (
    AssetFusion,
    BoundaryLayer,
    ChangeEvent,
    ChecklistItem,
    FollowupStep,
    Fund,
    ImportRun,
    Incident,
    LagReview,
    LineageEdge,
    MergerClaim,
    Policy,
    PolicyUse,
    Problem,
    Project,
    ProjectAmount,
    RecordChange,
    Source,
    UserAccount,
    VillageFigures,
    VillageVersion,
    Visit,
    Vote,
)

Rows = list[sa.Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class VillageHistory:
    """Rows by what they tell, each kind in the order it happened.

    Attributes
    ----------
    imports : list of Row
        ``what`` (boundaries, villages, mergers, votes, projects), ``import_id``, ``as_of_on``,
        ``at``, ``username``: one row per import and kind of record that it brought.
    changes : list of Row
        ``at``, ``username``, ``import_id``, ``table_name``, ``record_id``, ``unit_id``,
        ``field``, ``old``, ``new`` (text), ``reason``.
    amounts : list of Row
        Money of projects, revised or not: ``project_id``, ``project``, ``kind``, ``amount``
        (Decimal yuan), ``at``, ``import_id`` (None: a person entered it), ``username``.
    events : list of Row
        Change events, superseded ones too: ``at``, ``event_type``, ``status``, ``effective_on``.
    steps : list of Row
        What was done about records of the follow-up, as `steps_about`.
    """

    imports: Rows
    changes: Rows
    amounts: Rows
    events: Rows
    steps: Rows


def village_history(session: Session, unit_ids: list[int]) -> VillageHistory:
    """Return what happened to the records of these villages."""
    projects = sa.select(Project.id).where(
        sa.or_(Project.unit_id.in_(unit_ids), Project.former_unit_id.in_(unit_ids))
    )
    return VillageHistory(
        imports=_imports(session, unit_ids),
        changes=_changes(session, unit_ids, projects),
        amounts=_amounts(session, projects),
        events=_events(session, unit_ids),
        steps=_steps(session, unit_ids, projects),
    )


def _imports(session: Session, unit_ids: list[int]) -> Rows:
    brought = sa.union(
        sa.select(sa.literal("boundaries").label("what"), BoundaryLayer.import_id)
        .join(VillageVersion, VillageVersion.layer_id == BoundaryLayer.id)
        .where(VillageVersion.unit_id.in_(unit_ids)),
        sa.select(sa.literal("villages"), VillageFigures.import_id).where(
            VillageFigures.unit_id.in_(unit_ids)
        ),
        sa.select(sa.literal("mergers"), MergerClaim.import_id).where(
            sa.or_(MergerClaim.from_unit_id.in_(unit_ids), MergerClaim.to_unit_id.in_(unit_ids))
        ),
        sa.select(sa.literal("votes"), Vote.import_id).where(Vote.unit_id.in_(unit_ids)),
        sa.select(sa.literal("projects"), Project.import_id).where(
            sa.or_(Project.unit_id.in_(unit_ids), Project.former_unit_id.in_(unit_ids))
        ),
        *(
            sa.select(sa.literal(what), model.import_id).where(
                model.unit_id.in_(unit_ids), model.import_id.is_not(None)
            )
            for what, model in (
                *(("problems", Problem), ("visits", Visit), ("incidents", Incident)),
                *(("checklists", ChecklistItem), ("fusions", AssetFusion)),
            )
        ),
    ).subquery()
    return list(
        session.execute(
            sa.select(
                brought.c.what,
                brought.c.import_id,
                ImportRun.as_of_on,
                ImportRun.published_at.label("at"),
                UserAccount.username,
            )
            .join(ImportRun, ImportRun.id == brought.c.import_id)
            .outerjoin(UserAccount, UserAccount.id == ImportRun.user_id)
            .order_by(brought.c.import_id, brought.c.what)
        )
    )


def _changes(session: Session, unit_ids: list[int], projects: sa.Select[Any]) -> Rows:
    c = RecordChange
    funds = sa.select(Fund.id).where(Fund.project_id.in_(projects))
    return list(
        session.execute(
            sa.select(
                c.at,
                UserAccount.username,
                c.import_id,
                c.table_name,
                c.record_id,
                c.unit_id,
                c.field,
                c.old,
                c.new,
                c.reason,
            )
            .outerjoin(UserAccount, UserAccount.id == c.user_id)
            .where(
                sa.or_(
                    c.unit_id.in_(unit_ids),
                    sa.and_(c.table_name == "project", c.record_id.in_(projects)),
                    sa.and_(c.table_name == "fund", c.record_id.in_(funds)),
                ),
                told_by_no_step(),
            )
            .order_by(c.id)
        )
    )


def _amounts(session: Session, projects: sa.Select[Any]) -> Rows:
    return list(
        session.execute(
            sa.select(
                ProjectAmount.project_id,
                Project.name.label("project"),
                ProjectAmount.kind,
                ProjectAmount.amount,
                ProjectAmount.recorded_at.label("at"),
                ProjectAmount.import_id,
                UserAccount.username,
            )
            .join(Project, Project.id == ProjectAmount.project_id)
            .outerjoin(ImportRun, ImportRun.id == ProjectAmount.import_id)
            .outerjoin(UserAccount, UserAccount.id == ImportRun.user_id)
            .where(ProjectAmount.project_id.in_(projects))
            .order_by(ProjectAmount.id)
        )
    )


def _events(session: Session, unit_ids: list[int]) -> Rows:
    named = sa.select(LineageEdge.event_id).where(
        sa.or_(LineageEdge.from_unit_id.in_(unit_ids), LineageEdge.to_unit_id.in_(unit_ids))
    )
    return list(
        session.execute(
            sa.select(
                ChangeEvent.created_at.label("at"),
                ChangeEvent.event_type,
                ChangeEvent.status,
                ChangeEvent.effective_on,
            )
            .where(sa.or_(ChangeEvent.unit_id.in_(unit_ids), ChangeEvent.id.in_(named)))
            .order_by(ChangeEvent.id)
        )
    )


def steps_about() -> sa.Select[*tuple[Any, ...]]:
    """Return a query of steps with what their records are called.

    ``FollowupStep``, ``problem_no``, ``item`` (words of a checklist's), ``project`` (name),
    ``visit_id``, ``incident_id`` (missing where it was removed since), ``lag_period_id`` (of what
    a review of lagging villages decided), ``policy`` (title), ``used_policy_id`` (of a use),
    ``username``.
    """
    models = (Problem, ChecklistItem, Project, Visit, Incident, LagReview, Policy, PolicyUse)
    query: sa.Select[*tuple[Any, ...]] = sa.select(
        FollowupStep,
        Problem.problem_no,
        ChecklistItem.text.label("item"),
        Project.name.label("project"),
        Visit.id.label("visit_id"),
        Incident.id.label("incident_id"),
        LagReview.period_id.label("lag_period_id"),
        Policy.title.label("policy"),
        PolicyUse.policy_id.label("used_policy_id"),
        UserAccount.username,
    )
    for model in models:
        named = FollowupStep.table_name == model.__tablename__
        query = query.outerjoin(model, sa.and_(named, model.id == FollowupStep.record_id))
    return query.outerjoin(UserAccount, UserAccount.id == FollowupStep.user_id)


def _steps(session: Session, unit_ids: list[int], projects: sa.Select[Any]) -> Rows:
    step = FollowupStep
    of_projects = step.table_name == Project.__tablename__
    query = steps_about().where(
        sa.or_(
            sa.and_(step.unit_id.in_(unit_ids), sa.not_(of_projects)),
            sa.and_(of_projects, step.record_id.in_(projects)),
        )
    )
    return list(session.execute(query.order_by(step.id)))


def import_origins(session: Session) -> dict[int, tuple[str, bool]]:
    """Return the title of every import's source, and whether it is synthetic."""
    rows = session.execute(sa.select(ImportRun.id, Source.title, Source.synthetic).join(Source))
    return {row.id: (row.title, row.synthetic) for row in rows}


def import_people(session: Session) -> dict[int, str | None]:
    """Return by import the name of the user who brought it; None for the command line."""
    rows = session.execute(
        sa.select(ImportRun.id, UserAccount.username).outerjoin(
            UserAccount, UserAccount.id == ImportRun.user_id
        )
    )
    return {row.id: row.username for row in rows}


def told_by_no_step() -> sa.ColumnElement[bool]:
    """Return the condition for changes of files that no step of theirs tells of, too.

    How files lead livelihood projects, steps tell; that it was undone, they cannot.
    """
    c = RecordChange
    return sa.or_(c.field != "livelihood_state", c.reason.is_not(None))


def logged_steps(session: Session, records: set[tuple[str, int]]) -> Rows:
    """Return the steps about some records of the follow-up, the oldest first.

    Parameters
    ----------
    session : Session
        Any session.
    records : set of (str, int)
        Table and id; not more than some hundred.

    Returns
    -------
    list of Row
        ``table_name``, ``record_id``, ``fields``, ``from_state``, ``to_state``, ``import_id``,
        ``username``.
    """
    s = FollowupStep
    ids = {record_id for _table, record_id in records}
    rows = session.execute(
        sa.select(
            *(s.table_name, s.record_id, s.fields, s.from_state, s.to_state, s.import_id),
            UserAccount.username,
        )
        .outerjoin(UserAccount, UserAccount.id == s.user_id)
        .where(s.record_id.in_(ids))
        .order_by(s.id)
    )
    return [row for row in rows if (row.table_name, row.record_id) in records]


def logged_changes(session: Session, records: set[tuple[str, int]]) -> Rows:
    """Return every logged change of some records that still holds, the oldest first.

    What an import did that was undone since is left out, the undoing too.

    Parameters
    ----------
    session : Session
        Any session.
    records : set of (str, int)
        Table and id; not more than some hundred.

    Returns
    -------
    list of Row
        ``table_name``, ``record_id``, ``field``, ``import_id``, ``username``.
    """
    c = RecordChange
    ids = {record_id for _table, record_id in records}
    rows = session.execute(
        sa.select(c.table_name, c.record_id, c.field, c.import_id, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == c.user_id)
        .outerjoin(ImportRun, ImportRun.id == c.import_id)
        .where(c.record_id.in_(ids), sa.or_(ImportRun.id.is_(None), ImportRun.state != "undone"))
        .order_by(c.id)
    )
    return [row for row in rows if (row.table_name, row.record_id) in records]


def changes_of_record(session: Session, table: str, record_id: int, *, unit_id: int) -> Rows:
    """Return every logged change of a record, the oldest first.

    Parameters
    ----------
    session : Session
        Any session.
    table, record_id : str, int
        The record.
    unit_id : int
        Its village, by which the log is found quickly.

    Returns
    -------
    list of Row
        ``at``, ``username``, ``field``, ``old``, ``new``, ``reason``.
    """
    c = RecordChange
    return list(
        session.execute(
            sa.select(c.at, UserAccount.username, c.field, c.old, c.new, c.reason)
            .outerjoin(UserAccount, UserAccount.id == c.user_id)
            .where(c.unit_id == unit_id, c.table_name == table, c.record_id == record_id)
            .order_by(c.id)
        )
    )
