"""Photos and documents that people bring to records."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=120)),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("has_place", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("reason", sa.String(length=1000)),
    )
    op.create_index("ix_attachment_record", "attachment", ["table_name", "record_id"])
    op.create_index("ix_attachment_unit_id", "attachment", ["unit_id"])
    register_plain_table(op.get_bind(), "attachment")
