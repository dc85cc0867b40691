"""Projects that people register and lead on in the browser, and their money."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from geo_tracker.db.geometry import altered_feature_table, register_plain_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with altered_feature_table(Operations(op.get_context()), "project", "GEOMETRY") as batch:
        batch.alter_column("import_id", existing_type=sa.Integer(), nullable=True)
        batch.alter_column("row", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("owner_unit", sa.String(length=60)))
        batch.add_column(sa.Column("contractor", sa.String(length=120)))
        batch.add_column(
            sa.Column("is_livelihood", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("livelihood_state", sa.String(length=20)))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for table in ("project_amount", "fund", "payment"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("import_id", existing_type=sa.Integer(), nullable=True)
            batch.add_column(sa.Column("user_id", sa.Integer()))
            batch.create_foreign_key(
                f"fk_{table}_user_id_user_account", "user_account", ["user_id"], ["id"]
            )
            if table == "payment":
                batch.add_column(sa.Column("recorded_at", MOMENT))
                batch.add_column(sa.Column("note", sa.String(length=1000)))
                batch.add_column(sa.Column("takes_back_id", sa.Integer()))
                batch.create_foreign_key(
                    "fk_payment_takes_back_id_payment", "payment", ["takes_back_id"], ["id"]
                )
    for table, own in (
        (
            "project_stage",
            (
                sa.Column("stage", sa.String(length=30), nullable=False),
                sa.Column("happened_on", sa.Date(), nullable=False),
            ),
        ),
        (
            "project_report",
            (
                sa.Column("reported_on", sa.Date(), nullable=False),
                sa.Column("progress", sa.Double(), nullable=False),
            ),
        ),
    ):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("project_id", sa.Integer(), sa.ForeignKey("project.id"), nullable=False),
            *own,
            sa.Column("note", sa.String(length=1000)),
            sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
            sa.Column("recorded_at", MOMENT, nullable=False),
        )
        op.create_index(f"ix_{table}_project_id", table, ["project_id"])
        register_plain_table(op.get_bind(), table)
    # A payment is taken back once.
    op.create_index("ix_payment_takes_back_id", "payment", ["takes_back_id"], unique=True)
    # The last step about projects is asked for with every page.
    op.create_index("ix_followup_step_table_name_id", "followup_step", ["table_name", "id"])
    # What imports changed about one record stands on its page.
    op.create_index("ix_record_change_record", "record_change", ["table_name", "record_id"])
