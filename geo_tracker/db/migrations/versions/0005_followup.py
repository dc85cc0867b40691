"""Problems, visits and incidents with their log; rules that hold from a year on; offices."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


_RUNNING = "state IN ('assigned', 'accepted', 'in_progress') AND suspended_on IS NULL"
_CLAIMED = "state IN ('claimed_fixed', 'confirmed_fixed', 'closed')"
_OTHERWISE = "state NOT IN ('duplicate', 'not_ours', 'cannot_fix')"
_BITS = (
    "state IN ('registered', 'assigned', 'accepted', 'in_progress', 'claimed_fixed')",
    _RUNNING,
    "state IN ('confirmed_fixed', 'closed')",
    "handover_round >= 1",
    "handover_round >= 2",
    f"handover_round >= 1 AND {_CLAIMED}",
    f"handover_round >= 1 AND suspended_on IS NULL AND {_OTHERWISE}",
    f"{_CLAIMED} AND claimed_on <= due_on",
    "revisited_on IS NOT NULL",
    "satisfaction IN ('satisfied', 'basically_satisfied')",
    "recheck_answer IS NOT NULL",
    "recheck_answer = 'fixed'",
)
TALLY = " + ".join(f"CASE WHEN {bit} THEN {1 << n} ELSE 0 END" for n, bit in enumerate(_BITS))
RUNS_UNTIL = f"CASE WHEN {_RUNNING} THEN COALESCE(due_on, '9999-12-31') ELSE '9999-12-31' END"


def _provenance() -> list[sa.Column[object]]:
    return [
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id")),
        sa.Column("row", sa.Integer()),
    ]


def _unit() -> sa.Column[object]:
    return sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False)


def upgrade() -> None:
    op.add_column("user_account", sa.Column("office", sa.String(length=60)))
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("service_group", sa.String(length=60), nullable=False),
        sa.Column("leader", sa.String(length=60)),
        _unit(),
        sa.Column("enterprise", sa.String(length=120)),
        sa.Column("people_served", sa.Integer()),
        sa.Column("summary", sa.String(length=2000)),
        *_provenance(),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        _unit(),
        sa.Column("summary", sa.String(length=2000), nullable=False),
        sa.Column("about_merger", sa.Boolean()),
        sa.Column("closed_on", sa.Date()),
        *_provenance(),
    )
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("problem_no", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20)),
        sa.Column("category", sa.String(length=60)),
        sa.Column("content", sa.String(length=2000), nullable=False),
        sa.Column("reporter", sa.String(length=80)),
        _unit(),
        sa.Column("lon", sa.Double()),
        sa.Column("lat", sa.Double()),
        sa.Column("lead_unit", sa.String(length=60)),
        sa.Column("helper_units", sa.String(length=200)),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("handover_round", sa.Integer(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("assigned_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("claimed_on", sa.Date()),
        sa.Column("claimed_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("revisited_on", sa.Date()),
        sa.Column("answer", sa.String(length=20)),
        sa.Column("satisfaction", sa.String(length=20)),
        sa.Column("closed_on", sa.Date()),
        sa.Column("outcome", sa.String(length=1000)),
        sa.Column("suspended_on", sa.Date()),
        sa.Column("rechecked_on", sa.Date()),
        sa.Column("recheck_answer", sa.String(length=20)),
        sa.Column("duplicate_of_id", sa.Integer(), sa.ForeignKey("problem.id")),
        sa.Column("recurs_of_id", sa.Integer(), sa.ForeignKey("problem.id")),
        sa.Column("visit_id", sa.Integer(), sa.ForeignKey("visit.id")),
        *_provenance(),
        sa.Column("tally", sa.Integer(), sa.Computed(TALLY, persisted=True), nullable=False),
        sa.Column("runs_until", sa.Date(), sa.Computed(RUNS_UNTIL, persisted=True), nullable=False),
        sa.UniqueConstraint("problem_no"),
    )
    op.create_table(
        "followup_step",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id")),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        _unit(),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("from_state", sa.String(length=20)),
        sa.Column("to_state", sa.String(length=20)),
        sa.Column("round", sa.Integer()),
        sa.Column("note", sa.String(length=1000)),
        sa.Column("fields", sa.JSON(), nullable=False),
    )
    op.create_table(
        "rule_value",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON()),
        sa.Column("set_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    for table, columns in (
        ("visit", ["unit_id", "enterprise", "visited_on"]),
        ("visit", ["visited_on", "unit_id", "enterprise", "people_served"]),
        ("visit", ["import_id"]),
        ("incident", ["happened_on"]),
        ("incident", ["unit_id"]),
        ("incident", ["import_id"]),
        ("problem", ["registered_on"]),
        ("problem", ["lead_unit"]),
        ("problem", ["runs_until"]),
        ("problem", ["duplicate_of_id"]),
        ("problem", ["recurs_of_id"]),
        ("problem", ["visit_id"]),
        ("problem", ["import_id"]),
        ("followup_step", ["unit_id"]),
        ("followup_step", ["import_id"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    op.create_index("ix_problem_tally", "problem", ["tally", "due_on"])
    op.create_index(
        "ix_problem_list",
        "problem",
        [
            *("unit_id", "state", "due_on", "suspended_on", "handover_round", "registered_on"),
            *("lead_unit", "source", "category", "claimed_on", "revisited_on", "satisfaction"),
            *("recheck_answer", "problem_no"),
        ],
    )
    op.create_index("ix_followup_step_record", "followup_step", ["table_name", "record_id"])
    for table in ("visit", "incident", "problem", "followup_step", "rule_value"):
        register_plain_table(op.get_bind(), table)
