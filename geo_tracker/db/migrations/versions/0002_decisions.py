"""Decisions of people about lineage in tables of their own; until now they stood on the links."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.columns import Moment
from geo_tracker.db.geometry import register_plain_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MOVED = ("decided_by_id", "decided_at", "decision_reason")


def upgrade() -> None:
    op.create_table(
        "lineage_decision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("from_unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column(
            "before_layer_id", sa.Integer(), sa.ForeignKey("boundary_layer.id"), nullable=False
        ),
        sa.Column(
            "after_layer_id", sa.Integer(), sa.ForeignKey("boundary_layer.id"), nullable=False
        ),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=500)),
        sa.Column("bulk_above", sa.Double()),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("superseded_by_id", sa.Integer(), sa.ForeignKey("lineage_decision.id")),
        sa.Column("superseded_at", MOMENT),
    )
    op.create_index("ix_lineage_decision_from_unit_id", "lineage_decision", ["from_unit_id"])
    op.create_table(
        "decision_link",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "decision_id", sa.Integer(), sa.ForeignKey("lineage_decision.id"), nullable=False
        ),
        sa.Column("to_unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_decision_link_decision_id", "decision_link", ["decision_id"])
    op.create_index("ix_decision_link_to_unit_id", "decision_link", ["to_unit_id"])
    for table in ("lineage_decision", "decision_link"):
        register_plain_table(op.get_bind(), table)
    _move_decisions(op.get_bind())
    with op.batch_alter_table("lineage_edge") as batch:
        for name in MOVED:
            batch.drop_column(name)


def _move_decisions(connection: sa.Connection) -> None:
    """Make one decision of the marks on the links of each former village."""
    schema = sa.MetaData()
    edge, decision = (
        sa.Table(
            name,
            schema,
            sa.Column("decided_at", Moment),
            autoload_with=connection,
            resolve_fks=False,
        )
        for name in ("lineage_edge", "lineage_decision")
    )
    event, link = (
        sa.Table(name, schema, autoload_with=connection, resolve_fks=False)
        for name in ("change_event", "decision_link")
    )
    marked = connection.execute(
        sa.select(edge, event.c.before_layer_id, event.c.after_layer_id)
        .join(event, event.c.id == edge.c.event_id)
        .where(edge.c.decided_by_id.is_not(None), event.c.status != "superseded")
        .order_by(edge.c.id)
    ).all()
    by_former: dict[int, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in marked:
        by_former.setdefault(row.from_unit_id, []).append(row)
    for former, rows in by_former.items():
        right = [row for row in rows if row.accepted]
        on_ground = all(row.said_by_geometry for row in right)
        last = max(rows, key=lambda row: row.decided_at)
        decision_id = connection.execute(
            sa.insert(decision)
            .values(
                from_unit_id=former,
                before_layer_id=last.before_layer_id,
                after_layer_id=last.after_layer_id,
                kind="reject" if not right else "accept" if on_ground else "choose",
                note=last.decision_reason,
                decided_by_id=last.decided_by_id,
                decided_at=last.decided_at,
            )
            .returning(decision.c.id)
        ).scalar_one()
        connection.execute(
            sa.insert(link),
            [
                {
                    "decision_id": decision_id,
                    "to_unit_id": row.to_unit_id,
                    "is_right": row.accepted,
                }
                for row in rows
            ],
        )
