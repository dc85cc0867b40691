"""A finished tile file: MBTiles, with a table of the villages it shows beside the tiles."""

import gzip
import json
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

SCHEMA = """
CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tiles (
    zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB NOT NULL,
    PRIMARY KEY (zoom_level, tile_column, tile_row)
) WITHOUT ROWID;
CREATE TABLE villages (
    unit_id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT NOT NULL,
    town_id INTEGER NOT NULL, county_id INTEGER NOT NULL,
    town TEXT NOT NULL, county TEXT NOT NULL, ground TEXT NOT NULL,
    west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL,
    town_border INTEGER NOT NULL, county_border INTEGER NOT NULL
);
CREATE TABLE places (
    level TEXT, id INTEGER, x REAL NOT NULL, y REAL NOT NULL, PRIMARY KEY (level, id)
) WITHOUT ROWID;
"""

SHOWN = (
    *("unit_id", "name", "code", "town_id", "county_id", "town", "county", "ground"),
    *("west", "south", "east", "north", "town_border", "county_border"),
)
"""Columns of the villages: facts, bounds in ``TILE_CRS``, and how they lie on the borders of towns
and counties (`tile_layers.Joined`). What an edit has to draw anew follows from them."""

NAMES_AT_ONCE = 512
"""Names are asked for in blocks of as many ids."""


@dataclass(frozen=True)
class TileMetadata:
    """What a tile file says of itself.

    Attributes
    ----------
    bounds : tuple of float
        West, south, east, north in degrees of ``STORAGE_CRS``.
    minzoom, maxzoom : int
        Tile zooms present.
    count : int
        Villages drawn.
    vector_layers : list of dict
        Layers with their fields, as TileJSON has them.
    """

    bounds: tuple[float, float, float, float]
    minzoom: int
    maxzoom: int
    count: int
    vector_layers: list[dict[str, Any]]


class TileFile:
    """A finished tile file, open for reading from any thread.

    Parameters
    ----------
    path : Path
        What `build_pyramid` wrote.

    Raises
    ------
    NotFoundError
        If there is no such file.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise NotFoundError(N_("The map has not been drawn yet."))
        # immutable: files are replaced as a whole and never written to, so no locks are needed.
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._store = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self.metadata = self._read_metadata()

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile's gzip-compressed bytes, or None where nothing is drawn."""
        query = (
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        )
        rows = self._rows(query, (z, x, row_from_south(z, y)))
        return bytes(rows[0][0]) if rows else None

    def names(self, block: int) -> bytes:
        """Return gzip-compressed JSON ``{"ids": [...], "names": [...]}`` of a block of ids."""
        first = block * NAMES_AT_ONCE
        rows = self._rows(
            "SELECT unit_id, name FROM villages WHERE unit_id BETWEEN ? AND ?",
            (first, first + NAMES_AT_ONCE - 1),
        )
        content = {"ids": [row[0] for row in rows], "names": [row[1] for row in rows]}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return gzip.compress(text.encode(), mtime=0)

    def close(self) -> None:
        """Let the file go."""
        self._store.close()

    def _rows(self, query: str, values: tuple[int, ...] = ()) -> list[Any]:
        with self._lock:
            return self._store.execute(query, values).fetchall()

    def _read_metadata(self) -> TileMetadata:
        said = dict(self._rows("SELECT name, value FROM metadata"))
        west, south, east, north = (float(edge) for edge in said["bounds"].split(","))
        return TileMetadata(
            bounds=(west, south, east, north),
            minzoom=int(said["minzoom"]),
            maxzoom=int(said["maxzoom"]),
            count=int(said["count"]),
            vector_layers=json.loads(said["json"])["vector_layers"],
        )


def edition_of(path: Path) -> int:
    """Return the number of the way in which a file's tiles were cut; 0 where it says none."""
    try:
        return int(_said(path, "edition") or 0)
    except sqlite3.DatabaseError:
        # A damaged file.
        return 0


def rough_groups(path: Path) -> dict[str, list[int]]:
    """Return the ``towns`` and ``counties`` that a file's tiles show joined on a grid."""
    found: dict[str, list[int]] = json.loads(_said(path, "rough") or "{}")
    return found


def _said(path: Path, name: str) -> str | None:
    with closing(sqlite3.connect(path)) as store:
        said = store.execute("SELECT value FROM metadata WHERE name = ?", (name,)).fetchone()
    return said[0] if said else None


def shown_villages(path: Path) -> pd.DataFrame:
    """Return the villages that a tile file shows, indexed by ``unit_id``; columns `SHOWN`."""
    query = f"SELECT {', '.join(SHOWN)} FROM villages ORDER BY unit_id"  # noqa: S608
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute(query).fetchall()
    # Column by column: pandas takes rows apart several times as slowly.
    columns = zip(*rows, strict=True) if rows else [()] * len(SHOWN)
    said = dict(zip(SHOWN, columns, strict=True))
    index = pd.Index(said.pop("unit_id"), name="unit_id", dtype="int64")
    kinds: dict[str, str] = dict.fromkeys(("west", "south", "east", "north"), "float64")
    kinds |= dict.fromkeys(("town_id", "county_id", "town_border", "county_border"), "int64")
    # Texts as they are: they are compared once, and packing them takes longer.
    return pd.DataFrame(
        {
            name: pd.Series(some, index=index, dtype=kinds.get(name, "object"))
            for name, some in said.items()
        }
    )


def write_villages(store: sqlite3.Connection, shown: pd.DataFrame) -> None:
    """Write villages into a tile file, in place of what it says of the same ids."""
    columns = [shown.index, *(shown[name] for name in SHOWN[1:])]
    store.executemany(
        f"INSERT OR REPLACE INTO villages VALUES ({', '.join('?' * len(SHOWN))})",  # noqa: S608
        zip(*(column.tolist() for column in columns), strict=True),
    )


Points = dict[int, tuple[float, float]]
"""Where the names of towns or counties stand in ``TILE_CRS``, by their ids."""


def place_points(path: Path, level: str) -> Points:
    """Return where the names of all ``towns`` or ``counties`` stand."""
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT id, x, y FROM places WHERE level = ?", (level,))
        return {number: (x, y) for number, x, y in rows}


def write_places(store: sqlite3.Connection, level: str, points: Points, *, gone: set[int]) -> None:
    """Write where names of ``towns`` or ``counties`` stand, in place of those that are gone."""
    store.executemany(
        "DELETE FROM places WHERE level = ? AND id = ?", [(level, number) for number in gone]
    )
    store.executemany(
        "INSERT INTO places VALUES (?, ?, ?, ?)",
        [(level, number, *point) for number, point in points.items()],
    )


def write_metadata(store: sqlite3.Connection, said: Iterable[tuple[str, str]]) -> None:
    """Write what a tile file says of itself."""
    store.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", said)


def write_tiles(store: sqlite3.Connection, tiles: Iterable[tuple[int, int, int, bytes]]) -> None:
    """Write tiles (z, x, y, content), compressed; one without content is taken away."""
    for z, x, y, content in tiles:
        place = (z, x, row_from_south(z, y))
        if content:
            # A fixed time stamp: equal villages give equal files.
            packed = gzip.compress(content, compresslevel=6, mtime=0)
            store.execute("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)", (*place, packed))
        else:
            store.execute(
                "DELETE FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?", place
            )


def row_from_south(z: int, y: int) -> int:
    """MBTiles counts rows from the south, addresses count them from the north."""
    return (1 << z) - 1 - y
