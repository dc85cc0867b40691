"""The checklist of merged villages, and how far former villages' assets are brought in."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("domain", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("owner_unit", sa.String(length=60)),
        sa.Column("owner_person", sa.String(length=60)),
        sa.Column("due_on", sa.Date()),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("done_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("evidence", sa.String(length=1000)),
        sa.Column("verified_on", sa.Date()),
        sa.Column("verified_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id")),
        sa.Column("row", sa.Integer()),
    )
    op.create_table(
        "asset_fusion",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("stays_fen", sa.BigInteger()),
        sa.Column("note", sa.String(length=1000)),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id")),
        sa.Column("row", sa.Integer()),
    )
    for table, columns in (
        ("checklist_item", ["unit_id"]),
        ("checklist_item", ["owner_unit"]),
        ("checklist_item", ["state", "due_on"]),
        ("checklist_item", ["import_id"]),
        ("asset_fusion", ["unit_id"]),
        ("asset_fusion", ["import_id"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    for table in ("checklist_item", "asset_fusion"):
        register_plain_table(op.get_bind(), table)
