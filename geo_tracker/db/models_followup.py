"""Tables of what follows a merger: problems, visits, incidents, their log, and the rules."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geo_tracker.db.columns import Base, Moment, Yuan, now
from geo_tracker.db.problem_tally import RUNS_UNTIL_SQL, TALLY_SQL


class Problem(Base):
    """A problem, recorded on the village it was met in: the former one where that is known.

    State, round and dates say how it stands; how it came there stands in `FollowupStep`.
    ``version`` grows with every change, so that nobody overwrites what he has not seen. The
    database keeps ``tally`` and ``runs_until`` itself, so that lists of many thousands are
    counted and put in order within milliseconds, whoever writes.
    """

    __tablename__ = "problem"
    __table_args__ = (
        sa.Index("ix_problem_registered_on", "registered_on"),
        sa.Index("ix_problem_lead_unit", "lead_unit"),
        sa.Index("ix_problem_runs_until", "runs_until"),
        sa.Index("ix_problem_rounds", sa.desc("handover_round"), "runs_until"),
        sa.Index("ix_problem_tally", "tally", "due_on"),
        # Holds all that lists are narrowed and ordered by: they need not look at the texts. Of
        # columns that it computes itself SQLite never believes that; they have their own.
        sa.Index(
            "ix_problem_list",
            *("unit_id", "state", "due_on", "suspended_on", "handover_round", "registered_on"),
            *("lead_unit", "source", "category", "claimed_on", "revisited_on", "satisfaction"),
            *("recheck_answer", "problem_no"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    problem_no: Mapped[str] = mapped_column(sa.String(40), unique=True)
    source: Mapped[str | None] = mapped_column(sa.String(20))  # a code of `PROBLEM_SOURCES`
    category: Mapped[str | None] = mapped_column(sa.String(60))
    content: Mapped[str] = mapped_column(sa.String(2000))
    reporter: Mapped[str | None] = mapped_column(sa.String(80))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    lead_unit: Mapped[str | None] = mapped_column(sa.String(60))
    helper_units: Mapped[str | None] = mapped_column(sa.String(200))
    state: Mapped[str] = mapped_column(sa.String(20), default="registered")
    handover_round: Mapped[int] = mapped_column(default=0)
    registered_on: Mapped[date]
    assigned_on: Mapped[date | None]  # of the last round
    due_on: Mapped[date | None]
    claimed_on: Mapped[date | None]
    claimed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    revisited_on: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(sa.String(20))
    satisfaction: Mapped[str | None] = mapped_column(sa.String(20))
    closed_on: Mapped[date | None]  # also where it was closed otherwise
    outcome: Mapped[str | None] = mapped_column(sa.String(1000))  # what was done, or the reason
    suspended_on: Mapped[date | None]
    rechecked_on: Mapped[date | None]
    recheck_answer: Mapped[str | None] = mapped_column(sa.String(20))
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("problem.id"), index=True)
    recurs_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("problem.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visit.id"), index=True)
    synthetic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int | None]
    tally: Mapped[int] = mapped_column(sa.Computed(TALLY_SQL, persisted=True))
    runs_until: Mapped[date] = mapped_column(sa.Computed(RUNS_UNTIL_SQL, persisted=True))


class Visit(Base):
    """A visit of a service group to a village or an enterprise in it."""

    __tablename__ = "visit"
    __table_args__ = (
        # Visits to one place in their order, and what totals sum up: neither looks at the texts.
        sa.Index("ix_visit_unit_id_enterprise_visited_on", "unit_id", "enterprise", "visited_on"),
        sa.Index(
            "ix_visit_visited_on_unit_id_enterprise_people_served",
            *("visited_on", "unit_id", "enterprise", "people_served"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    visited_on: Mapped[date]
    service_group: Mapped[str] = mapped_column(sa.String(60))
    leader: Mapped[str | None] = mapped_column(sa.String(60))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    enterprise: Mapped[str | None] = mapped_column(sa.String(120))
    people_served: Mapped[int | None]
    summary: Mapped[str | None] = mapped_column(sa.String(2000))
    synthetic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int | None]


class Incident(Base):
    """One of the "three zeros": of public opinion (舆情), a petition (信访), a case (案件)."""

    __tablename__ = "incident"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))  # a code of `INCIDENT_KINDS`
    happened_on: Mapped[date] = mapped_column(index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    summary: Mapped[str] = mapped_column(sa.String(2000))
    about_merger: Mapped[bool | None]  # None: not known
    closed_on: Mapped[date | None]
    synthetic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int | None]


class ChecklistItem(Base):
    """Something that a merged village has to bring together."""

    __tablename__ = "checklist_item"
    __table_args__ = (sa.Index("ix_checklist_item_state_due_on", "state", "due_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # the merged one
    domain: Mapped[str] = mapped_column(sa.String(20))  # a code of `DOMAINS`
    text: Mapped[str] = mapped_column(sa.String(200))
    owner_unit: Mapped[str | None] = mapped_column(sa.String(60), index=True)
    owner_person: Mapped[str | None] = mapped_column(sa.String(60))
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(sa.String(20), default="open")
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    evidence: Mapped[str | None] = mapped_column(sa.String(1000))
    verified_on: Mapped[date | None]
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    synthetic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int | None]


class AssetFusion(Base):
    """How far a former village's assets are in the merged one's accounts; a change is a new row."""

    __tablename__ = "asset_fusion"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # the former one
    stage: Mapped[str] = mapped_column(sa.String(20))  # a code of `FUSION_STAGES`
    since_on: Mapped[date]
    stays: Mapped[Any] = mapped_column("stays_fen", Yuan, nullable=True)  # on its own account
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    current: Mapped[bool] = mapped_column(default=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    synthetic: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    row: Mapped[int | None]


class FollowupStep(Base):
    """One thing that was done about a record; only ever added to.

    ``unit_id``: the village, of records that lie in one. ``fields``: what was changed, name →
    [what was, what is], as plain data. ``correction``: why it was recorded although its day lay in
    a closed period.
    """

    __tablename__ = "followup_step"
    __table_args__ = (
        sa.Index("ix_followup_step_record", "table_name", "record_id"),
        sa.Index("ix_followup_step_table_name_id", "table_name", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    table_name: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(20))
    happened_on: Mapped[date]
    from_state: Mapped[str | None] = mapped_column(sa.String(20))
    to_state: Mapped[str | None] = mapped_column(sa.String(20))
    round: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(sa.String(1000))
    fields: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    correction: Mapped[str | None] = mapped_column(sa.String(1000))


class RuleValue(Base):
    """A rule as somebody set it: holds from a year on, until one of a later year.

    Of several for one year the last holds; ``value`` None leads back to the default.
    """

    __tablename__ = "rule_value"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    from_year: Mapped[int]
    value: Mapped[Any] = mapped_column(sa.JSON, nullable=True)
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(Moment, default=now)
