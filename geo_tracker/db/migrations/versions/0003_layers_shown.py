"""What an import draws apart from what is shown of it; imports that can be undone."""

import sqlalchemy as sa
from alembic import op

from geo_tracker.db.geometry import Geometry, index_geometry, unregister_index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CARRIED = (
    *("id", "unit_id", "stat_code", "land_code", "name", "pinyin", "initials", "town_id"),
    *("ground", "area_m2", "stated_area_m2", "point_lon", "point_lat", "seat_lon", "seat_lat"),
    *("geometry_source", "geom"),
)
SHOWN_LAYERS = """
CREATE VIEW boundary_layer AS
SELECT id, import_id, as_of_on, until_on, tiles_key
FROM stored_layer WHERE import_id IS NOT NULL
"""
SHOWN_VILLAGES = """
CREATE VIEW village_version AS
SELECT d.id, d.unit_id, l.id AS layer_id, l.as_of_on AS valid_from, l.until_on AS valid_to,
  d.stat_code, d.land_code, d.name, d.pinyin, d.initials, d.town_id, d.ground, d.area_m2,
  d.stated_area_m2, d.point_lon, d.point_lat, d.seat_lon, d.seat_lat, d.geometry_source, d.geom
FROM drawn_village AS d JOIN stored_layer AS l ON l.import_id = d.import_id
"""


def upgrade() -> None:
    connection = op.get_bind()
    op.rename_table("boundary_layer", "stored_layer")
    with op.batch_alter_table("stored_layer") as batch:
        batch.alter_column("import_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("until_on", sa.Date()))
        for side in ("west", "south", "east", "north"):
            batch.add_column(sa.Column(side, sa.Double()))
    op.create_index("ix_stored_layer_import_id", "stored_layer", ["import_id"])
    op.create_table(
        "drawn_village",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("import_run.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
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
    index_geometry(connection, "drawn_village", in_bulk=True)
    columns = ", ".join(CARRIED)
    carried = ", ".join(f"v.{name}" for name in CARRIED)
    op.execute(
        f"INSERT INTO drawn_village (import_id, {columns}) SELECT l.import_id, {carried}"
        " FROM village_version AS v JOIN stored_layer AS l ON l.id = v.layer_id"
    )
    unregister_index(connection, "village_version")
    op.drop_table("village_version")
    for name in ("import_id", "unit_id", "town_id"):
        op.create_index(f"ix_drawn_village_{name}", "drawn_village", [name])
    _set_until(connection)
    op.execute(SHOWN_LAYERS)
    op.execute(SHOWN_VILLAGES)
    for column in (
        sa.Column("drops_missing", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("undone_at", MOMENT),
    ):
        op.add_column("import_run", column)
    # Plain SQL, which both databases take: Alembic would have SQLite copy the table for it.
    op.execute(
        "ALTER TABLE import_run ADD COLUMN undone_by_id INTEGER REFERENCES user_account (id)"
    )
    op.execute("ALTER TABLE change_event ADD COLUMN joined_unit_id INTEGER REFERENCES unit (id)")
    # Without these, every unit of a dead import that is cleared away scans both tables.
    op.create_index("ix_unit_same_as_id", "unit", ["same_as_id"])
    for name in ("survivor_id", "joined_unit_id"):
        op.create_index(f"ix_change_event_{name}", "change_event", [name])


def _set_until(connection: sa.Connection) -> None:
    """Let each layer end where the next begins, and note how far it reaches."""
    connection.exec_driver_sql(
        "UPDATE stored_layer SET until_on = (SELECT min(later.as_of_on) FROM stored_layer AS later"
        " WHERE later.as_of_on > stored_layer.as_of_on)"
    )
    if connection.dialect.name == "sqlite":
        corners = ("min(minx)", "min(miny)", "max(maxx)", "max(maxy)")
        boxes = "rtree_drawn_village_geom AS box JOIN drawn_village AS d ON d.id = box.id"
    else:
        west_south = ("min(ST_XMin(geom))", "min(ST_YMin(geom))")
        corners = (*west_south, "max(ST_XMax(geom))", "max(ST_YMax(geom))")
        boxes = "drawn_village AS d"
        connection.exec_driver_sql(
            "SELECT setval(pg_get_serial_sequence('drawn_village', 'id'),"
            " coalesce((SELECT max(id) FROM drawn_village), 0) + 1, false)"
        )
    for column, corner in zip(("west", "south", "east", "north"), corners, strict=True):
        connection.exec_driver_sql(
            f"UPDATE stored_layer SET {column} = (SELECT {corner} FROM {boxes}"
            " WHERE d.import_id = stored_layer.import_id)"
        )
