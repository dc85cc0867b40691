"""Geometry columns on a live GeoPackage and on PostGIS: the only place where the two differ.

No loadable extension is needed: on SQLite a geometry is a GeoPackage blob whose R*Tree index is
kept by the standard's own triggers, for which a connection registers five small functions.
"""

import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyproj
import shapely
import sqlalchemy as sa
from alembic.operations import BatchOperations, Operations
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, FunctionElement
from sqlalchemy.types import UserDefinedType

from geo_tracker.db.blobs import SRID, geopackage_blobs, wkb_of


class _Wrapped(FunctionElement[Any]):
    inherit_cache = True

    def __init__(self, inner: Any, type_: Any) -> None:
        super().__init__(inner)
        self.type = type_


class _Stored(_Wrapped):
    inherit_cache = True
    name = "stored_geometry"


class _Loaded(_Wrapped):
    inherit_cache = True
    name = "loaded_geometry"


@compiles(_Stored)
@compiles(_Loaded)
def _as_it_is(element: _Wrapped, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(_Stored, "postgresql")
def _stored_in_postgis(element: _Stored, compiler: SQLCompiler, **kw: Any) -> str:
    return f"ST_GeomFromWKB({compiler.process(element.clauses, **kw)}, {SRID})"


@compiles(_Loaded, "postgresql")
def _loaded_from_postgis(element: _Loaded, compiler: SQLCompiler, **kw: Any) -> str:
    return f"ST_AsBinary({compiler.process(element.clauses, **kw)})"


class Geometry(UserDefinedType[Any]):
    """A shapely geometry in STORAGE_CRS."""

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_kw: Any) -> str:
        return self.kind

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:
        return _Stored(bindvalue, self)

    def column_expression(self, column: Any) -> ColumnElement[Any]:
        return _Loaded(column, self)

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:
        def blob(value: Any) -> Any:
            if value is None or isinstance(value, bytes):
                return value
            return geopackage_blobs([value])[0]

        def wkb(value: Any) -> Any:
            return value if value is None or isinstance(value, bytes) else shapely.to_wkb(value)

        return blob if dialect.name == "sqlite" else wkb

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        return lambda value: None if value is None else shapely.from_wkb(wkb_of(value))


@compiles(Geometry, "postgresql")
def _geometry_type(element: Geometry, compiler: SQLCompiler, **_kw: Any) -> str:
    return f"geometry({element.kind}, {SRID})"


@compiles(sa.String, "sqlite")
def _text_type(element: sa.String, compiler: SQLCompiler, **_kw: Any) -> str:
    # GDAL, and so QGIS, passes over a GeoPackage's VARCHAR(n) columns.
    return f"TEXT({element.length})" if element.length else "TEXT"


@compiles(sa.JSON, "sqlite")
def _json_type(_element: sa.JSON, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "TEXT"


@compiles(sa.BigInteger, "sqlite")
def _integer_type(_element: sa.BigInteger, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "INTEGER"


def prepare_geopackage_connection(connection: sqlite3.Connection) -> None:
    """Set pragmas and register what the R*Tree triggers call; for a new SQLite connection."""
    for position, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, _bound(position), deterministic=True)
    connection.create_function(
        "ST_IsEmpty",
        1,
        lambda blob: None if blob is None else (blob[3] >> 4) & 1,
        deterministic=True,
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=15000",
        "wal_autocheckpoint=2000",  # pages of 4 kB, twice what imports leave: see `db.settle`
        # 32 MB: a layer of a prefecture stays in memory until it is committed.
        "cache_size=-32768",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _bound(position: int) -> Callable[[bytes | None], float | None]:
    doubles = struct.Struct("<4d")

    def bound(blob: bytes | None) -> float | None:
        if blob is None:
            return None
        if (blob[3] >> 1) & 7:
            return float(doubles.unpack_from(blob, 8)[position])
        x0, y0, x1, y1 = shapely.bounds(shapely.from_wkb(wkb_of(blob)))
        return float((x0, x1, y0, y1)[position])

    return bound


_GEOPACKAGE_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
"""


def prepare_database(connection: sa.Connection) -> None:
    """Make an empty database spatial: GeoPackage tables on SQLite, the extension on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        return
    connection.exec_driver_sql("PRAGMA application_id=1196444487")
    connection.exec_driver_sql("PRAGMA user_version=10300")
    for statement in _GEOPACKAGE_TABLES.strip().split(";\n"):
        connection.exec_driver_sql(statement.rstrip(";"))
    rows: list[tuple[str, int, str, int, str, str]] = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", ""),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", ""),
    ]
    for code in {4326, SRID}:
        crs = pyproj.CRS.from_epsg(code)
        rows.append((crs.name, code, "EPSG", code, crs.to_wkt("WKT1_GDAL"), ""))
    for row in rows:
        connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", row)


def register_feature_table(connection: sa.Connection, table: str, kind: str) -> None:
    """Give a new table with columns ``id`` and ``geom`` its spatial index and registration."""
    index_geometry(connection, table)
    if connection.dialect.name != "sqlite":
        return
    for statement, values in (
        (
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES (?, 'features', ?, ?)",
            (table, table, SRID),
        ),
        ("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (table, kind, SRID)),
        (
            "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index',"
            " 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
            (table,),
        ),
    ):
        connection.exec_driver_sql(statement, values)


def index_geometry(connection: sa.Connection, table: str, *, in_bulk: bool = False) -> None:
    """Give a new table with columns ``id`` and ``geom`` its spatial index.

    A table that is not registered besides is one that QGIS does not offer. ``in_bulk``: rows come
    by `bulk.insert_features`, which fills the index first, so that the trigger finds it filled.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"CREATE INDEX {table}_geom_gist ON {table} USING gist (geom)")
        return
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE rtree_{table}_geom USING rtree(id, minx, maxx, miny, maxy)"
    )
    _create_triggers(connection, table)
    if in_bulk:
        name = f"rtree_{table}_geom"
        standard = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = ?", (f"{name}_insert",)
        ).scalar_one()
        connection.exec_driver_sql(f"DROP TRIGGER {name}_insert")
        unfilled = f"WHEN (NOT EXISTS (SELECT 1 FROM {name} WHERE id = NEW.id) AND "
        connection.exec_driver_sql(standard.replace("WHEN (", unfilled, 1))


def unregister_index(connection: sa.Connection, table: str) -> None:
    """Take the spatial index from a feature table that a view will replace, registered as it is."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TABLE rtree_{table}_geom")
        connection.exec_driver_sql("DELETE FROM gpkg_extensions WHERE table_name = ?", (table,))


def set_extent(connection: sa.Connection, table: str, bounds: list[float | None]) -> None:
    """Note in a GeoPackage how far a feature table reaches and that it changed.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction; on PostGIS nothing is done.
    table : str
        A registered feature table or view.
    bounds : list of float or None
        West, south, east, north in STORAGE_CRS; all None where the table is empty.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
            " last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?",
            (*bounds, table),
        )


def register_plain_table(connection: sa.Connection, table: str) -> None:
    """List a table without geometry in the GeoPackage, so that QGIS offers it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES (?, 'attributes', ?)",
            (table, table),
        )


def _create_triggers(connection: sa.Connection, table: str) -> None:
    index = f"rtree_{table}_geom"
    filled = "NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom)"
    was_filled = "OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom)"
    box = "NEW.id, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
    put = f"INSERT OR REPLACE INTO {index} VALUES ({box});"
    # Names and cases of the GeoPackage 1.4 R*Tree extension.
    for name, when, action in (
        ("insert", f"AFTER INSERT ON {table} WHEN ({filled})", put),
        (
            "update2",
            f"AFTER UPDATE OF geom ON {table} WHEN OLD.id = NEW.id AND"
            " (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))",
            f"DELETE FROM {index} WHERE id = OLD.id;",
        ),
        (
            "update4",
            f"AFTER UPDATE ON {table} WHEN OLD.id != NEW.id AND"
            " (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))",
            f"DELETE FROM {index} WHERE id IN (OLD.id, NEW.id);",
        ),
        (
            "update5",
            f"AFTER UPDATE ON {table} WHEN OLD.id != NEW.id AND ({filled})",
            f"DELETE FROM {index} WHERE id = OLD.id; {put}",
        ),
        (
            "update6",
            f"AFTER UPDATE OF geom ON {table} WHEN OLD.id = NEW.id AND ({filled})"
            f" AND ({was_filled})",
            put,
        ),
        (
            "update7",
            f"AFTER UPDATE OF geom ON {table} WHEN OLD.id = NEW.id AND ({filled})"
            f" AND NOT ({was_filled})",
            put,
        ),
        (
            "delete",
            f"AFTER DELETE ON {table} WHEN OLD.geom NOT NULL",
            f"DELETE FROM {index} WHERE id = OLD.id;",
        ),
    ):
        connection.exec_driver_sql(f"CREATE TRIGGER {index}_{name} {when} BEGIN {action} END")


@contextmanager
def altered_feature_table(
    operations: Operations, table: str, kind: str
) -> Iterator[BatchOperations]:
    """Alter a feature table in a migration and keep its spatial index alive.

    SQLite alters by copying into a new table, which silently drops the R*Tree triggers and
    retypes the geometry; both are put right here.
    """
    geometry = sa.Column("geom", Geometry(kind))
    with operations.batch_alter_table(table, reflect_args=(geometry,)) as batch:
        yield batch
    connection = operations.get_bind()
    if connection.dialect.name == "sqlite":
        left = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        )
        if not left.fetchall():
            _create_triggers(connection, table)


class within_box(FunctionElement[Any]):  # noqa: N801 - reads as a SQL function
    """``within_box(Model.geom, Model.id, x0, y0, x1, y1)``: bounding boxes meet, by the index."""

    inherit_cache = True
    # Typed Boolean, SQLite would get "… IN (…) = 1", which scans the whole table.
    type = sa.types.NULLTYPE
    name = "within_box"


@compiles(within_box, "sqlite")
def _within_box_by_rtree(element: within_box, compiler: SQLCompiler, **kw: Any) -> str:
    geom, key, x0, y0, x1, y1 = list(element.clauses)
    value = {
        name: compiler.process(e, **kw) for name, e in zip("abcd", (x0, y0, x1, y1), strict=True)
    }
    # Of a view, its table's index.
    index = f"rtree_{geom.table.info.get('indexed_as', geom.table.name)}_{geom.name}"
    return (
        f"{compiler.process(key, **kw)} IN (SELECT id FROM {index} WHERE maxx >= {value['a']}"
        f" AND minx <= {value['c']} AND maxy >= {value['b']} AND miny <= {value['d']})"
    )


@compiles(within_box, "postgresql")
def _within_box_by_gist(element: within_box, compiler: SQLCompiler, **kw: Any) -> str:
    geom, _key, *box = list(element.clauses)
    corners = ", ".join(compiler.process(corner, **kw) for corner in box)
    column = f"{geom.table.name}.{geom.name}"
    return f"{column} && ST_MakeEnvelope({corners}, {SRID})"
