"""The first tables: register, ledger, imports, jobs and users."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import (
    Geometry,
    prepare_database,
    register_feature_table,
    register_plain_table,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FEATURE_TABLES = {"village_version": "MULTIPOLYGON", "project": "POINT"}

PLAIN_TABLES = (
    "place",
    "source",
    "unit",
    "user_account",
    "import_run",
    "boundary_layer",
    "job",
    "merger_claim",
    "published_figure",
    "record_change",
    "village_figures",
    "vote",
    "change_event",
    "fund",
    "payment",
    "project_amount",
    "lineage_edge",
)


def upgrade() -> None:
    prepare_database(op.get_bind())
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("place.id")),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_place_parent_id", "place", ["parent_id"])
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("file_name", sa.String(length=300)),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("size_bytes", sa.Integer()),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.create_index("ix_source_sha256", "source", ["sha256"])
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("same_as_id", sa.Integer(), sa.ForeignKey("unit.id")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=20)),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT),
    )
    op.create_table(
        "boundary_layer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("tiles_key", sa.String(length=40)),
        sa.UniqueConstraint("as_of_on"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id")),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.JSON()),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON()),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("heartbeat_at", MOMENT),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index("ix_job_import_id", "job", ["import_id"])
    op.create_index("ix_job_state", "job", ["state"])
    op.create_table(
        "merger_claim",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("from_unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("kind", sa.String(length=30)),
        sa.Column("document_no", sa.String(length=100)),
        sa.Column("document_on", sa.Date()),
        sa.Column("basis", sa.String(length=300)),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.UniqueConstraint("from_unit_id", "to_unit_id"),
    )
    op.create_index("ix_merger_claim_from_unit_id", "merger_claim", ["from_unit_id"])
    op.create_index("ix_merger_claim_import_id", "merger_claim", ["import_id"])
    op.create_index("ix_merger_claim_to_unit_id", "merger_claim", ["to_unit_id"])
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_no", sa.String(length=60)),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40)),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("former_unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("stage", sa.String(length=30)),
        sa.Column("planned_start_on", sa.Date()),
        sa.Column("planned_finish_on", sa.Date()),
        sa.Column("actual_start_on", sa.Date()),
        sa.Column("actual_finish_on", sa.Date()),
        sa.Column("progress", sa.Double()),
        sa.Column("reported_on", sa.Date()),
        sa.Column("basis", sa.String(length=300)),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("geom", Geometry(kind="POINT")),
    )
    op.create_index("ix_project_former_unit_id", "project", ["former_unit_id"])
    op.create_index("ix_project_import_id", "project", ["import_id"])
    op.create_index("ix_project_project_no", "project", ["project_no"])
    op.create_index("ix_project_unit_id", "project", ["unit_id"])
    op.create_table(
        "published_figure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("indicator", sa.String(length=100), nullable=False),
        sa.Column("before", sa.Double()),
        sa.Column("after", sa.Double()),
        sa.Column("value", sa.Double()),
        sa.Column("unit", sa.String(length=20)),
        sa.Column("as_of_on", sa.Date()),
        sa.Column("publisher", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300)),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.UniqueConstraint("indicator", "publisher"),
    )
    op.create_index("ix_published_figure_import_id", "published_figure", ["import_id"])
    op.create_table(
        "record_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id")),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("old", sa.String(length=500)),
        sa.Column("new", sa.String(length=500)),
        sa.Column("reason", sa.String(length=500)),
    )
    op.create_index("ix_record_change_unit_id", "record_change", ["unit_id"])
    op.create_table(
        "village_figures",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("households", sa.Integer()),
        sa.Column("registered_population", sa.Integer()),
        sa.Column("resident_population", sa.Integer()),
        sa.Column("groups", sa.Integer()),
        sa.Column("party_members", sa.Integer()),
        sa.Column("total_income_fen", sa.BigInteger()),
        sa.Column("operating_income_fen", sa.BigInteger()),
        sa.Column("income_year", sa.Integer()),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.UniqueConstraint("unit_id", "as_of_on"),
    )
    op.create_index("ix_village_figures_import_id", "village_figures", ["import_id"])
    op.create_index("ix_village_figures_unit_id", "village_figures", ["unit_id"])
    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("form", sa.String(length=40)),
        sa.Column("notice_on", sa.Date()),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer()),
        sa.Column("returned", sa.Integer()),
        sa.Column("agree", sa.Integer(), nullable=False),
        sa.Column("oppose", sa.Integer()),
        sa.Column("abstain", sa.Integer()),
        sa.Column("invalid", sa.Integer()),
        sa.Column("basis", sa.String(length=300)),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.UniqueConstraint("unit_id", "held_on"),
    )
    op.create_index("ix_vote_import_id", "vote", ["import_id"])
    op.create_index("ix_vote_unit_id", "vote", ["unit_id"])
    op.create_table(
        "change_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event_type", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column(
            "before_layer_id", sa.Integer(), sa.ForeignKey("boundary_layer.id"), nullable=False
        ),
        sa.Column(
            "after_layer_id", sa.Integer(), sa.ForeignKey("boundary_layer.id"), nullable=False
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("survivor_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("document_no", sa.String(length=100)),
        sa.Column("document_on", sa.Date()),
        sa.Column("basis", sa.String(length=300)),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("residual_m2", sa.Double()),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_change_event_unit_id", "change_event", ["unit_id"])
    op.create_table(
        "fund",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("planned_fen", sa.BigInteger()),
        sa.Column("received_fen", sa.BigInteger()),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.UniqueConstraint("project_id", "channel"),
    )
    op.create_index("ix_fund_import_id", "fund", ["import_id"])
    op.create_index("ix_fund_project_id", "fund", ["project_id"])
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("paid_on", sa.Date()),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=200)),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
    )
    op.create_index("ix_payment_import_id", "payment", ["import_id"])
    op.create_index("ix_payment_project_id", "payment", ["project_id"])
    op.create_table(
        "project_amount",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
    )
    op.create_index("ix_project_amount_import_id", "project_amount", ["import_id"])
    op.create_index("ix_project_amount_project_id", "project_amount", ["project_id"])
    op.create_table(
        "village_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("layer_id", sa.Integer(), sa.ForeignKey("boundary_layer.id"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("stat_code", sa.String(length=12)),
        sa.Column("land_code", sa.String(length=19)),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("pinyin", sa.String(length=200), nullable=False),
        sa.Column("initials", sa.String(length=50), nullable=False),
        sa.Column("town_id", sa.Integer(), sa.ForeignKey("place.id")),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("stated_area_m2", sa.Double()),
        sa.Column("point_lon", sa.Double(), nullable=False),
        sa.Column("point_lat", sa.Double(), nullable=False),
        sa.Column("seat_lon", sa.Double()),
        sa.Column("seat_lat", sa.Double()),
        sa.Column("geometry_source", sa.String(length=20), nullable=False),
        sa.Column("geom", Geometry(kind="MULTIPOLYGON"), nullable=False),
    )
    op.create_index("ix_village_version_layer_id", "village_version", ["layer_id"])
    op.create_index("ix_village_version_town_id", "village_version", ["town_id"])
    op.create_index("ix_village_version_unit_id", "village_version", ["unit_id"])
    op.create_table(
        "lineage_edge",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("change_event.id"), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("said_by_geometry", sa.Boolean(), nullable=False),
        sa.Column("said_by_table", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("shared_m2", sa.Double()),
        sa.Column("share_of_from", sa.Double()),
        sa.Column("share_of_to", sa.Double()),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("decided_at", MOMENT),
        sa.Column("decision_reason", sa.String(length=500)),
    )
    op.create_index("ix_lineage_edge_event_id", "lineage_edge", ["event_id"])
    op.create_index("ix_lineage_edge_from_unit_id", "lineage_edge", ["from_unit_id"])
    op.create_index("ix_lineage_edge_to_unit_id", "lineage_edge", ["to_unit_id"])
    for table, kind in FEATURE_TABLES.items():
        register_feature_table(op.get_bind(), table, kind)
    for table in PLAIN_TABLES:
        register_plain_table(op.get_bind(), table)
