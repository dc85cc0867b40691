"""Mapbox Vector Tiles, version 2.1: shapely geometries in, the bytes of a layer out.

A tile is nothing but its layers' bytes one after the other, so layers are written singly and
joined with ``b"".join``. Geometry is written for many features at once, also of many tiles:
the work per feature is a few array operations instead of a Python loop per vertex.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo_tracker.maps.protobuf import length_delimited, varint, varint_field, varint_run, zigzag

POINT, POLYGON = 1, 3
"""Feature types of the specification."""

_MOVE_TO_ONE = 1 << 3 | 1
_LINE_TO = 2
_CLOSE_PATH = 1 << 3 | 7
_VERSION = 2

# Fields of a feature and of a layer as they are written: number << 3 | kind.
_ID, _TAGS, _KIND, _GEOMETRY, _FEATURE = b"\x08", b"\x12", b"\x18", b"\x22", b"\x12"

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def polygon_commands(
    polygons: Geometries, *, west: Any, north: Any, units_per_m: float
) -> list[bytes]:
    """Write polygons as drawing commands in tile units.

    Parameters
    ----------
    polygons : array of geometries
        Polygon, MultiPolygon or collections of them in ``TILE_CRS``, already cut to their tile;
        other parts of a collection (what cutting leaves of a touched border) are ignored.
    west, north : float or array
        Upper left corner of the tile of each polygon, in metres of ``TILE_CRS``.
    units_per_m : float
        Tile extent over tile width.

    Returns
    -------
    list of bytes
        One entry a polygon in the order given; empty where nothing as large as a tile unit is
        left. Exterior rings have positive area by the surveyor's formula in tile coordinates
        (y down), holes negative, as the specification asks.

    Notes
    -----
    Vertices are rounded, so that neighbours with equal vertices stay without gap. Rounding may
    make a ring touch itself, which renderers bear.
    """
    commands = [b""] * len(polygons)
    rings = _Rings.of(polygons, west=west, north=north, units_per_m=units_per_m)
    if not len(rings.points):
        return commands
    stream, feature_ends, features = rings.command_stream()
    encoded, ends = varint_run(stream)
    stops = ends[feature_ends - 1].tolist()
    for feature, start, stop in zip(features.tolist(), [0, *stops[:-1]], stops, strict=True):
        commands[feature] = encoded[start:stop]
    return commands


def point_commands(points: Floats, *, west: Any, north: Any, units_per_m: float) -> list[bytes]:
    """Write points as drawing commands in tile units.

    Parameters
    ----------
    points : array of shape (n, 2)
        x and y in metres of ``TILE_CRS``.
    west, north, units_per_m
        As for `polygon_commands`.

    Returns
    -------
    list of bytes
        One entry a point.
    """
    if not len(points):
        return []
    x = np.floor((points[:, 0] - west) * units_per_m).astype(np.int64)
    y = np.floor((north - points[:, 1]) * units_per_m).astype(np.int64)
    stream = np.empty((len(points), 3), dtype=np.uint32)
    stream[:, 0] = _MOVE_TO_ONE
    stream[:, 1] = zigzag(x)
    stream[:, 2] = zigzag(y)
    encoded, ends = varint_run(stream.ravel())
    stops = ends[2::3].tolist()
    return [encoded[a:b] for a, b in zip([0, *stops[:-1]], stops, strict=True)]


def layer_bytes(
    name: str,
    *,
    kind: int,
    extent: int,
    ids: Sequence[int],
    commands: Sequence[bytes],
    attributes: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """Write one layer of a tile.

    Parameters
    ----------
    name : str
        Layer name.
    kind : int
        `POINT` or `POLYGON`.
    extent : int
        Tile width in tile units.
    ids : sequence of int
        Non-negative feature ids.
    commands : sequence of bytes
        Geometry of each feature; features without geometry are left out.
    attributes : mapping, optional
        Texts of each feature by attribute; empty ones are left out.

    Returns
    -------
    bytes
        The layer as field of a tile; empty when no feature is left.
    """
    features: dict[int, bytes] = {}
    values: dict[str, int] = {}
    columns = list((attributes or {}).values())
    for place, (feature_id, geometry) in enumerate(zip(ids, commands, strict=True)):
        if not geometry:
            continue
        tags = b"".join(
            varint(key) + varint(values.setdefault(texts[place], len(values)))
            for key, texts in enumerate(columns)
            if texts[place]
        )
        features[feature_id] = feature_bytes(feature_id, kind=kind, tags=tags, geometry=geometry)
    return layer_of_features(
        name, features.values(), extent=extent, keys=list(attributes or {}), values=list(values)
    )


def feature_bytes(feature_id: int, *, kind: int, tags: bytes, geometry: bytes) -> bytes:
    """Write a feature of a layer, without its outer field, from tags and geometry as written."""
    return b"".join(
        (
            *(_ID, varint(feature_id)),
            *((_TAGS, varint(len(tags)), tags) if tags else ()),
            *(_KIND, varint(kind), _GEOMETRY, varint(len(geometry)), geometry),
        )
    )


def layer_of_features(
    name: str, features: Iterable[bytes], *, extent: int, keys: Sequence[str], values: Sequence[str]
) -> bytes:
    """Write one layer of a tile from features that are written already.

    Parameters
    ----------
    name, extent
        As for `layer_bytes`.
    features : iterable of bytes
        Each without its outer field.
    keys, values : sequence of str
        What their tags name by number.

    Returns
    -------
    bytes
        The layer as field of a tile; empty when there is no feature.
    """
    written = b"".join(
        part for feature in features for part in (_FEATURE, varint(len(feature)), feature)
    )
    if not written:
        return b""
    return length_delimited(
        3,
        length_delimited(1, name.encode())
        + written
        + b"".join(length_delimited(3, key.encode()) for key in keys)
        + b"".join(length_delimited(4, length_delimited(1, text.encode())) for text in values)
        + varint_field(5, extent)
        + varint_field(15, _VERSION),
    )


class _Rings:
    """Rounded rings of many polygons, their vertices one after the other."""

    def __init__(self, points: Integers, sizes: Integers, features: Integers) -> None:
        self.points = points
        self.sizes = sizes
        self.features = features

    @classmethod
    def of(cls, polygons: Geometries, *, west: Any, north: Any, units_per_m: float) -> "_Rings":
        """Take polygons apart, round them, and drop what rounding made empty."""
        parts, feature_of_part = _polygon_parts(polygons)
        ring_shapes, part_of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(ring_shapes, return_index=True)
        feature_of_ring = feature_of_part[part_of_ring]
        exterior = _starts(part_of_ring)
        origin_x = np.broadcast_to(np.asarray(west, dtype=float), len(polygons))
        origin_y = np.broadcast_to(np.asarray(north, dtype=float), len(polygons))
        feature = feature_of_ring[ring]
        points = np.empty(xy.shape, dtype=np.int64)
        points[:, 0] = np.rint((xy[:, 0] - origin_x[feature]) * units_per_m)
        points[:, 1] = np.rint((origin_y[feature] - xy[:, 1]) * units_per_m)

        points, ring = _without_repeats(points, ring)
        sizes = np.bincount(ring, minlength=len(ring_shapes))
        points, ring = _of_rings(points, ring, sizes >= 3)
        area = _doubled_areas(points, ring, count=len(ring_shapes))
        alive = np.zeros(len(parts), dtype=bool)
        alive[part_of_ring[exterior & (area != 0)]] = True
        # A hole of a part that vanished would become an island of its own.
        kept = (area != 0) & alive[part_of_ring]
        points, ring = _of_rings(points, ring, kept)
        points = _turned(points, ring, turn=exterior != (area > 0))
        return cls(points, np.bincount(ring, minlength=len(kept))[kept], feature_of_ring[kept])

    def command_stream(self) -> tuple[npt.NDArray[np.uint32], Integers, Integers]:
        """Return all command integers, where each feature's end, and which feature it is.

        A ring takes MoveTo dx dy, LineTo × (n − 1) with its steps, ClosePath: 2n + 3 integers.
        """
        first = np.cumsum(self.sizes) - self.sizes
        new_feature = _starts(self.features)
        steps = np.diff(self.points, axis=0, prepend=self.points[:1])
        # The cursor begins at the tile's corner for each feature and runs on between its rings.
        steps[first[new_feature]] = self.points[first[new_feature]]

        lengths = 2 * self.sizes + 3
        ends = np.cumsum(lengths)
        begins = ends - lengths
        stream = np.empty(int(lengths.sum()), dtype=np.uint32)
        stream[begins] = _MOVE_TO_ONE
        stream[begins + 3] = (self.sizes - 1) << 3 | _LINE_TO
        stream[ends - 1] = _CLOSE_PATH
        within = np.arange(len(self.points)) - np.repeat(first, self.sizes)
        place = np.repeat(begins, self.sizes) + np.where(within == 0, 1, 2 + 2 * within)
        stream[place] = zigzag(steps[:, 0])
        stream[place + 1] = zigzag(steps[:, 1])
        last_ring = np.append(new_feature[1:], True)
        return stream, ends[last_ring], self.features[last_ring]


def _polygon_parts(geometries: Geometries) -> tuple[Geometries, Integers]:
    parts, feature = shapely.get_parts(geometries, return_index=True)
    # Twice, because cutting may answer with a MultiPolygon inside a collection.
    parts, outer = shapely.get_parts(parts, return_index=True)
    polygonal = (shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)
    return parts[polygonal], feature[outer][polygonal]


def _starts(groups: Integers) -> npt.NDArray[np.bool_]:
    """Mark where a run of equal numbers begins."""
    begins = np.ones(len(groups), dtype=bool)
    begins[1:] = groups[1:] != groups[:-1]
    return begins


def _without_repeats(points: Integers, ring: Integers) -> tuple[Integers, Integers]:
    """Drop points equal to the one before, and the one that closes the ring."""
    if not len(points):
        return points, ring
    fresh = _starts(ring)
    fresh[1:] |= (points[1:] != points[:-1]).any(axis=1)
    points, ring = points[fresh], ring[fresh]
    first = np.flatnonzero(_starts(ring))
    last = np.append(first[1:], len(ring)) - 1
    closing = last[(points[first] == points[last]).all(axis=1) & (last > first)]
    return np.delete(points, closing, axis=0), np.delete(ring, closing)


def _of_rings(
    points: Integers, ring: Integers, kept: npt.NDArray[np.bool_]
) -> tuple[Integers, Integers]:
    chosen = kept[ring]
    return points[chosen], ring[chosen]


def _doubled_areas(points: Integers, ring: Integers, *, count: int) -> Integers:
    """Twice the signed area of each ring; 0 for rings without points."""
    areas = np.zeros(count, dtype=np.int64)
    if not len(points):
        return areas
    first = np.flatnonzero(_starts(ring))
    following = np.arange(1, len(points) + 1)
    following[np.append(first[1:], len(points)) - 1] = first
    cross = points[:, 0] * points[following, 1] - points[following, 0] * points[:, 1]
    areas[ring[first]] = np.add.reduceat(cross, first)
    return areas


def _turned(points: Integers, ring: Integers, *, turn: npt.NDArray[np.bool_]) -> Integers:
    """Reverse the order of the points of chosen rings."""
    sizes = np.bincount(ring, minlength=len(turn))
    first = np.cumsum(sizes) - sizes
    here = np.arange(len(points))
    mirrored = 2 * first[ring] + sizes[ring] - 1 - here
    return points[np.where(turn[ring], mirrored, here)]
