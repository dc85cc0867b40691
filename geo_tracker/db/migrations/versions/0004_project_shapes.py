"""Projects are points, lines or areas."""

from alembic import op

from geo_tracker.db.blobs import SRID

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # SQLite heeds no declared type; the registration decides what QGIS offers.
        connection.exec_driver_sql(
            "UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'"
            " WHERE table_name = 'project'"
        )
    else:
        op.execute(f"ALTER TABLE project ALTER COLUMN geom TYPE geometry(GEOMETRY, {SRID})")
