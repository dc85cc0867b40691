"""Reviews of lagging villages: the list as it was frozen, and what was decided of each village."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lag_period",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("data_on", sa.Date()),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("reference", sa.JSON(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("table_csv", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("closed_at", MOMENT),
    )
    op.create_table(
        "lag_review",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("period_id", sa.Integer(), sa.ForeignKey("lag_period.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float()),
        sa.Column("rank", sa.Integer()),
        sa.Column("helper_unit", sa.String(length=60)),
        sa.Column("target", sa.String(length=1000)),
        sa.Column("target_score", sa.Float()),
        sa.Column("due_on", sa.Date()),
        sa.Column("approver", sa.String(length=60)),
        sa.Column("minutes", sa.String(length=2000)),
        sa.Column("reason", sa.String(length=1000)),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("period_id", "unit_id", name="uq_lag_review_period_id"),
    )
    op.create_index("ix_lag_review_unit_id", "lag_review", ["unit_id"])
    for table in ("lag_period", "lag_review"):
        register_plain_table(op.get_bind(), table)
