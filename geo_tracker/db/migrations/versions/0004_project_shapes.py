"""Projects are points, lines or areas."""

from alembic import op

from geo_tracker.db.blobs import SRID

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE project ALTER COLUMN geom TYPE geometry(GEOMETRY, {SRID})")
        return
    # SQLite heeds no declared type, so that no row changes; a copy of the table would take the
    # money of its projects with it.
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, 'geom POINT', 'geom GEOMETRY')"
        " WHERE type = 'table' AND name = 'project'"
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    connection.exec_driver_sql(
        "UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'"
        " WHERE table_name = 'project'"
    )
