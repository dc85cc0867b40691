"""The tile pyramid of one layer of villages: built once, served as it is."""

import gzip
import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_tracker.crs import STORAGE_CRS, TILE_CRS, in_crs
from geo_tracker.errors import NotFoundError, UnusableLayerError
from geo_tracker.language import N_
from geo_tracker.maps.generalise import is_coverage
from geo_tracker.maps.tile_layers import MAX_ZOOM, MIN_ZOOM, Villages, tiles_of_all_zooms

_FORMAT = 1
"""Counts changes of how tiles are cut, so that old files are not taken for new ones."""

_SCHEMA = """
CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tiles (
    zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB NOT NULL,
    PRIMARY KEY (zoom_level, tile_column, tile_row)
) WITHOUT ROWID;
CREATE TABLE village_names (content BLOB NOT NULL);
"""


def pyramid_key(villages: gpd.GeoDataFrame) -> str:
    """Return a short hash of all that a pyramid shows, for use in its address.

    Parameters
    ----------
    villages : GeoDataFrame
        As for `build_pyramid`, in any order.

    Returns
    -------
    str
        16 hexadecimal digits; equal only for equal ids, names, towns, counties and geometry.
    """
    ordered = villages.sort_index()
    digest = hashlib.sha256(f"{_FORMAT}".encode())
    numbers = np.column_stack([ordered.index, ordered["town_id"], ordered["county_id"]])
    digest.update(np.ascontiguousarray(numbers, dtype=np.int64).tobytes())
    digest.update(json.dumps([_text(name) for name in ordered["name"]]).encode())
    for geometry in shapely.to_wkb(ordered.geometry.to_numpy()):
        digest.update(geometry or b"-")
    return digest.hexdigest()[:16]


def build_pyramid(
    path: Path, villages: gpd.GeoDataFrame, *, progress: Callable[[int, int], None]
) -> None:
    """Cut the tiles of a layer and write them as one MBTiles file.

    Parameters
    ----------
    path : Path
        File to write; it appears, or is replaced, only when it is whole.
    villages : GeoDataFrame
        Polygon or MultiPolygon in any CRS, a coverage (neighbours share their vertices), indexed
        by unique positive ``unit_id``; columns ``name``, ``town_id`` and ``county_id`` (integers;
        0 where unknown). Rows without geometry are left out.
    progress : callable
        Told how many steps of how many are done.

    Raises
    ------
    UnusableLayerError
        If no village has an area.

    Notes
    -----
    Tiles are 512 px wide, so tile zoom z is drawn at map zoom z + 1. Layers ``villages`` from z 8,
    ``labels`` (points with ``name``) from z 11, ``towns`` and ``counties`` at every z from 5 to 13,
    joined from the very villages of their zoom, so that all borders coincide. Tile extent is 4096
    from z 11 and 1024 below. A layer that is no coverage is simplified village by village, which
    the metadata entry ``generalised`` states (``coverage`` or ``each``).
    """
    drawn = villages[~(villages.geometry.is_empty | villages.geometry.isna())].sort_index()
    if drawn.empty:
        raise UnusableLayerError(N_("The layer has no outlines, so there is no map to draw."))
    outlines = in_crs(drawn, TILE_CRS).geometry.to_numpy()
    coverage = is_coverage(outlines)
    layer = Villages(
        ids=drawn.index.to_numpy(dtype=np.int64),
        names=[_text(name) for name in drawn["name"]],
        town_ids=drawn["town_id"].to_numpy(dtype=np.int64),
        county_ids=drawn["county_id"].to_numpy(dtype=np.int64),
        outlines=outlines if coverage else shapely.make_valid(outlines),
        coverage=coverage,
    )
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with closing(sqlite3.connect(unfinished)) as store, store:
            store.executescript(_SCHEMA)
            store.executemany("INSERT INTO metadata VALUES (?, ?)", _metadata(drawn, coverage))
            store.execute("INSERT INTO village_names VALUES (?)", (_names_json(layer),))
            store.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", _rows(layer, progress))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


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
    generalised : str
        ``coverage`` or ``each``, see `build_pyramid`.
    """

    bounds: tuple[float, float, float, float]
    minzoom: int
    maxzoom: int
    count: int
    generalised: str


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
        row = self._first(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (z, x, _row_from_south(z, y)),
        )
        return None if row is None else bytes(row[0])

    def names(self) -> bytes:
        """Return gzip-compressed JSON ``{"ids": [...], "names": [...]}`` of all villages."""
        row = self._first("SELECT content FROM village_names", ())
        return bytes(row[0]) if row else gzip.compress(b'{"ids":[],"names":[]}')

    def close(self) -> None:
        """Let the file go."""
        self._store.close()

    def _first(self, query: str, values: tuple[int, ...]) -> Any:
        with self._lock:
            return self._store.execute(query, values).fetchone()

    def _read_metadata(self) -> TileMetadata:
        with self._lock:
            said = dict(self._store.execute("SELECT name, value FROM metadata"))
        west, south, east, north = (float(edge) for edge in said["bounds"].split(","))
        return TileMetadata(
            bounds=(west, south, east, north),
            minzoom=int(said["minzoom"]),
            maxzoom=int(said["maxzoom"]),
            count=int(said["count"]),
            generalised=said["generalised"],
        )


def _metadata(drawn: gpd.GeoDataFrame, coverage: bool) -> list[tuple[str, str]]:
    bounds = in_crs(drawn, STORAGE_CRS).total_bounds
    vector_layers = [
        {"id": name, "fields": {"name": "String"} if name == "labels" else {}}
        for name in ("villages", "labels", "towns", "counties")
    ]
    return [
        ("name", "geo_tracker"),
        ("format", "pbf"),
        ("bounds", ",".join(f"{edge:.6f}" for edge in bounds)),
        ("minzoom", str(MIN_ZOOM)),
        ("maxzoom", str(MAX_ZOOM)),
        ("count", str(len(drawn))),
        ("generalised", "coverage" if coverage else "each"),
        ("json", json.dumps({"vector_layers": vector_layers})),
    ]


def _rows(
    layer: Villages, progress: Callable[[int, int], None]
) -> Iterator[tuple[int, int, int, bytes]]:
    for z, x, y, content in tiles_of_all_zooms(layer, progress=progress):
        # A fixed time stamp: equal villages give equal files.
        yield z, x, _row_from_south(z, y), gzip.compress(content, compresslevel=6, mtime=0)


def _row_from_south(z: int, y: int) -> int:
    """MBTiles counts rows from the south, addresses count them from the north."""
    return (1 << z) - 1 - y


def _names_json(layer: Villages) -> bytes:
    content = {"ids": layer.ids.tolist(), "names": layer.names}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def _text(name: Any) -> str:
    return name if isinstance(name, str) else ""
