"""Boards of a quarter: what was counted, what peers said, and to-dos."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import register_plain_table

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("area_code", sa.String(length=20), nullable=False),
        sa.Column("area_name", sa.String(length=100)),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("published_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("published_at", MOMENT),
        sa.Column("snapshot", sa.Text()),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("table_csv", sa.Text()),
        sa.UniqueConstraint("quarter", "level", "area_code", name="uq_board_quarter"),
    )
    op.create_table(
        "board_score",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("board_id", sa.Integer(), sa.ForeignKey("board.id"), nullable=False),
        sa.Column("place_code", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=1000)),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("board_id", "place_code", "user_id", name="uq_board_score_board_id"),
    )
    op.create_table(
        "board_mark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("board_id", sa.Integer(), sa.ForeignKey("board.id"), nullable=False),
        sa.Column("place_code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("board_id", "place_code", name="uq_board_mark_board_id"),
    )
    op.create_table(
        "board_todo",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("board_id", sa.Integer(), sa.ForeignKey("board.id"), nullable=False),
        sa.Column("place_code", sa.String(length=20), nullable=False),
        sa.Column("place_name", sa.String(length=100), nullable=False),
        sa.Column("component", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("lead_unit", sa.String(length=60), nullable=False),
        sa.Column("lead_person", sa.String(length=60)),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=2000)),
        sa.Column("answered_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
        sa.Column("set_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_board_todo_board_id", "board_todo", ["board_id"])
    for table in ("board", "board_score", "board_mark", "board_todo"):
        register_plain_table(op.get_bind(), table)
