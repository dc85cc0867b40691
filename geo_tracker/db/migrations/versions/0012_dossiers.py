"""Dossiers of many villages; each run has a job."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dossier_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("job_id", sa.Integer(), sa.ForeignKey("job.id"), nullable=False),
        sa.Column("place_code", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("which", sa.String(length=20), nullable=False),
        sa.Column("file_kind", sa.String(length=10), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT),
        sa.Column("made", sa.Integer()),
        sa.Column("left_out", sa.JSON()),
        sa.Column("seconds", sa.Float()),
        sa.Column("size", sa.BigInteger()),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("removed_at", MOMENT),
    )
    op.create_index("ix_dossier_run_job_id", "dossier_run", ["job_id"])
    register_plain_table(op.get_bind(), "dossier_run")
