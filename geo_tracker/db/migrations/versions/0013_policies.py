"""Support policies and their uses; steps of the log about records that have no village."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("document_no", sa.String(length=100)),
        sa.Column("issuing_unit", sa.String(length=120)),
        sa.Column("issued_on", sa.Date()),
        sa.Column("in_force_from", sa.Date()),
        sa.Column("in_force_until", sa.Date()),
        sa.Column("gives", sa.String(length=2000), nullable=False),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("source", sa.String(length=500)),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(length=60)),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("withdrawn_why", sa.String(length=1000)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "policy_use",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("policy_id", sa.Integer(), sa.ForeignKey("policy.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("document", sa.String(length=200)),
        sa.Column("note", sa.String(length=1000)),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("taken_back_on", sa.Date()),
        sa.Column("taken_back_why", sa.String(length=1000)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    for column in ("policy_id", "unit_id"):
        op.create_index(f"ix_policy_use_{column}", "policy_use", [column])
    for table in ("policy", "policy_use"):
        register_plain_table(op.get_bind(), table)
    # A policy lies in no village.
    with op.batch_alter_table("followup_step") as batch:
        batch.alter_column("unit_id", existing_type=sa.Integer(), nullable=True)
