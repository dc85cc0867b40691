"""Periods that an administrator has closed, and the reasons for what is corrected in them."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "closed_period",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("last_step_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000)),
        sa.Column("closed_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_why", sa.String(length=1000)),
        sa.Column("withdrawn_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("withdrawn_at", MOMENT),
    )
    register_plain_table(op.get_bind(), "closed_period")
    # The order of a whole list, which need not be put in order for every page.
    op.create_index("ix_problem_rounds", "problem", [sa.text("handover_round DESC"), "runs_until"])
    for table in ("followup_step", "import_run"):
        op.add_column(table, sa.Column("correction", sa.String(length=1000)))
