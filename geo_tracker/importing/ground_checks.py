"""Where the villages of a layer lie over each other or leave ground between them."""

from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, way_between
from geo_tracker.importing.borders import unshared_edges
from geo_tracker.parallel import in_threads

ProblemKind = Literal[
    "duplicate", "inside", "overlap", "overlap_strip", "hole", "gap", "gap_strip", "enclave"
]
"""What is wrong at a place.

``duplicate``: two villages have one outline; ``inside``: one is drawn over the ground of another,
which has no hole for it; ``overlap``, ``overlap_strip``: both have the ground, a patch or a narrow
strip; ``hole``: a hole in one village with nothing in it; ``gap``, ``gap_strip``: ground between
villages that is nobody's; ``enclave``: a village wholly inside of another's hole, which is fine.
"""

KINDS: tuple[ProblemKind, ...] = (
    *("duplicate", "inside", "overlap", "hole", "gap", "overlap_strip", "gap_strip", "enclave"),
)
"""The kinds, the worst first."""

FINEST_M = 0.1
"""Mean width below which ground lies within the accuracy of drawing: counted, not listed."""

STRIP_M = 20.0
"""Mean width up to which elongated ground is a strip, left by drawing a border twice."""

_ELONGATED = 3.0
_SAME = 0.999
_FEWEST_DEGREES2 = 1e-14
_REACH_DEGREES = 1e-8
"""A millimetre: what touches a gap, whatever the last digit of its corners."""


@dataclass(frozen=True)
class GroundProblem:
    """One place where a layer's ground is not one village's.

    Attributes
    ----------
    kind : str
        See `ProblemKind`.
    villages : tuple of int
        Positions in the layer; of an overlap both, of a gap those around it, the one with the
        longest border to it first; of an enclave the village inside, then the one around it.
    area_m2, width_m : float
        Size and mean width.
    shape : geometry
        The ground in `STORAGE_CRS`.
    """

    kind: ProblemKind
    villages: tuple[int, ...]
    area_m2: float
    width_m: float
    shape: Any


@dataclass(frozen=True)
class GroundCheck:
    """What was found: problems, the worst kind and the largest first; how many were too fine."""

    problems: list[GroundProblem] = field(default_factory=list)
    too_fine: int = 0

    def counts(self) -> dict[str, tuple[int, float]]:
        """Return number and square metres of each kind that occurs, the worst first."""
        found: dict[str, tuple[int, float]] = {}
        for problem in self.problems:
            count, area_m2 = found.get(problem.kind, (0, 0.0))
            found[problem.kind] = (count + 1, area_m2 + problem.area_m2)
        return found


def ground_check(villages: gpd.GeoDataFrame) -> GroundCheck:
    """Find overlaps, duplicates, gaps, empty holes and enclaves.

    Parameters
    ----------
    villages : GeoDataFrame
        Valid (Multi)Polygons in `STORAGE_CRS`, any index.

    Returns
    -------
    GroundCheck
        Every problem, however many; positions count from 0.

    Notes
    -----
    Only villages with a border that no neighbour shares vertex by vertex are looked at; of a
    clean layer those are the ones at its rim.
    """
    shapes = villages.geometry.to_numpy()
    if len(shapes) < 1:
        return GroundCheck()
    edges, owners = unshared_edges(shapes)
    tree = shapely.STRtree(shapes)
    overlaps = _overlaps(shapes, tree, np.unique(owners))
    gaps = _gaps(shapes, tree, edges)
    found = [*overlaps, *gaps]
    listed = [problem for problem in found if problem.width_m >= FINEST_M]
    listed += _enclaves(shapes, tree)
    order = {kind: place for place, kind in enumerate(KINDS)}
    listed.sort(key=lambda problem: (order[problem.kind], -problem.area_m2, problem.villages))
    return GroundCheck(listed, len(found) - sum(p.width_m >= FINEST_M for p in found))


def measured_m2(shapes: Any) -> Any:
    """Return areas of shapes in `STORAGE_CRS`, in square metres."""
    return shapely.area(in_metres(shapes))


def in_metres(shapes: Any) -> Any:
    """Return shapes of `STORAGE_CRS` in `AREA_CRS`."""
    return shapely.transform(shapes, way_between(STORAGE_CRS, AREA_CRS), interleaved=False)


def _sizes(shapes: Any) -> tuple[Any, Any, Any]:
    """Return area, mean width and whether the shape is elongated."""
    metric = in_metres(shapes)
    area, length = shapely.area(metric), shapely.length(metric)
    width = 2 * area / np.maximum(length, 1e-9)
    # Of a square length / width is 4 · 2, of a strip ten times as long as wide about 22.
    return area, width, length / np.maximum(width, 1e-9) > 8 * _ELONGATED


def _overlaps(shapes: Any, tree: shapely.STRtree, odd: Any) -> list[GroundProblem]:
    if not len(odd):
        return []
    one, other = tree.query(shapes[odd], predicate="intersects")
    one = odd[one]
    is_odd = np.zeros(len(shapes), dtype=bool)
    is_odd[odd] = True
    # Each pair once.
    kept = (one < other) | (~is_odd[other] & (one != other))
    pairs = np.sort(np.column_stack([one[kept], other[kept]]), axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]

    def common(part: Any) -> Any:
        return shapely.intersection(shapes[part[:, 0]], shapes[part[:, 1]])

    both = in_threads(common, pairs)
    some = shapely.area(both) > _FEWEST_DEGREES2
    pairs, both = pairs[some], _areas_only(both[some])
    if not len(pairs):
        return []
    area, width, elongated = _sizes(both)
    sizes = np.full(len(shapes), np.nan)
    concerned = np.unique(pairs)
    sizes[concerned] = measured_m2(shapes[concerned])
    lesser, greater = np.sort(sizes[pairs], axis=1).T
    problems = []
    for at in range(len(pairs)):
        kind: ProblemKind = "overlap"
        if area[at] >= _SAME * greater[at]:
            kind = "duplicate"
        elif area[at] >= _SAME * lesser[at]:
            kind = "inside"
        elif width[at] < STRIP_M and elongated[at]:
            kind = "overlap_strip"
        members = (int(pairs[at, 0]), int(pairs[at, 1]))
        problems.append(GroundProblem(kind, members, float(area[at]), float(width[at]), both[at]))
    return problems


def _areas_only(shapes: Any) -> Any:
    """Return what of mixed shapes is area."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for at in mixed:
        parts = shapely.get_parts(shapes[at])
        polygons = parts[shapely.get_dimensions(parts) == 2]
        shapes[at] = shapely.union_all(polygons)
    return shapes


def _gaps(shapes: Any, tree: shapely.STRtree, edges: Any) -> list[GroundProblem]:
    faces = _empty_faces(shapes, tree, edges)
    if not len(faces):
        return []
    area, width, elongated = _sizes(faces)
    reach = shapely.buffer(faces, _REACH_DEGREES, quad_segs=1)
    at, near = tree.query(reach, predicate="intersects")

    def touched(part: Any) -> Any:
        return shapely.intersection(shapely.boundary(shapes[near[part]]), reach[at[part]])

    borders = shapely.length(in_metres(in_threads(touched, np.arange(len(at)))))
    problems = []
    for face in range(len(faces)):
        mine = slice(*np.searchsorted(at, [face, face + 1]))
        order = np.lexsort((near[mine], -borders[mine]))
        members = tuple(near[mine][order].tolist())
        kind: ProblemKind = "gap"
        if len(members) == 1:
            kind = "hole"
        elif width[face] < STRIP_M and elongated[face]:
            kind = "gap_strip"
        problems.append(
            GroundProblem(kind, members, float(area[face]), float(width[face]), faces[face])
        )
    return problems


def _empty_faces(shapes: Any, tree: shapely.STRtree, edges: Any) -> Any:
    """Return the ground that unshared edges enclose and no village covers."""
    if not len(edges):
        return np.empty(0, dtype=object)
    lines = shapely.linestrings(edges)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    faces = faces[shapely.area(faces) > _FEWEST_DEGREES2]
    if not len(faces):
        return faces
    inside = shapely.point_on_surface(faces)
    covered = np.zeros(len(faces), dtype=bool)
    covered[tree.query(inside, predicate="intersects")[0]] = True
    return faces[~covered]


def _enclaves(shapes: Any, tree: shapely.STRtree) -> list[GroundProblem]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    holed = shapely.get_num_interior_rings(parts) > 0
    if not holed.any():
        return []
    rings, part = shapely.get_rings(parts[holed], return_index=True)
    inner = np.r_[False, part[1:] == part[:-1]]
    holes, around = shapely.polygons(rings[inner]), owner[holed][part[inner]]
    at, village = tree.query(shapely.buffer(holes, _REACH_DEGREES, quad_segs=1), predicate="covers")
    found = []
    for hole, one in zip(at, village, strict=True):
        if one != around[hole]:
            area, width, _elongated = _sizes(shapes[one : one + 1])
            members = (int(one), int(around[hole]))
            found.append(
                GroundProblem("enclave", members, float(area[0]), float(width[0]), shapes[one])
            )
    return found
