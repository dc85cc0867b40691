"""Where the villages of a layer lie over each other or leave ground between them."""

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from geo_tracker.importing.borders import Borders, borders_of, near
from geo_tracker.importing.ground_gaps import covered_ground, gaps
from geo_tracker.importing.ground_problems import (
    FEWEST_DEGREES2,
    FINEST_M,
    GAPS,
    KINDS,
    REACH_DEGREES,
    STRIP_M,
    GroundCheck,
    GroundProblem,
    ProblemKind,
    measured_m2,
    sizes,
)
from geo_tracker.packed import Layer, shapes_at, taken
from geo_tracker.parallel import in_threads

MOST_ODD = 30_000
"""Villages with a border that no neighbour shares; looking at more takes too long for a preview.
Of villages that meet vertex by vertex there may be any number."""

_SAME = 0.999


def ground_check(villages: Layer) -> GroundCheck:
    """Find overlaps, duplicates, gaps, empty holes and enclaves.

    Parameters
    ----------
    villages : GeoDataFrame or PackedLayer
        Valid (Multi)Polygons in `STORAGE_CRS`, any index.

    Returns
    -------
    GroundCheck
        Every problem, however many; positions count from 0.

    Notes
    -----
    Only villages with a border that no neighbour shares vertex by vertex are looked at, and only
    they and what lies around them is in memory together; of a clean layer those are the ones at
    its rim. Of more than `MOST_ODD` the western ones are looked at.
    """
    if not len(villages):
        return GroundCheck()
    borders = borders_of(villages)
    if len(borders.odd) > MOST_ODD:
        return _western_part(villages, borders)
    return _looked_at(villages, borders)


def _western_part(villages: Layer, borders: Borders) -> GroundCheck:
    """Look at the part of a layer that begins west of a meridian, as far as it can be told."""
    west = borders.bounds[:, 0]
    meridian = np.partition(west[borders.odd], MOST_ODD)[MOST_ODD]
    part = np.flatnonzero(west < meridian)
    if not len(part):
        return GroundCheck(too_odd=len(borders.odd))
    some = taken(villages, part)
    check = _looked_at(some, borders_of(some))
    told = [
        replace(problem, villages=tuple(part[list(problem.villages)].tolist()))
        for problem in check.problems
        # What is nobody's here may be a village's that begins further east.
        if problem.kind not in GAPS or shapely.bounds(problem.shape)[2] <= meridian
    ]
    looked_at = 0 if check.too_odd else int((west[borders.odd] < meridian).sum())
    return GroundCheck(told, check.too_fine, too_odd=len(borders.odd), looked_at=looked_at)


def _looked_at(villages: Layer, borders: Borders) -> GroundCheck:
    odd = borders.odd
    at = near(borders.bounds, np.concatenate([odd, borders.holed]))
    shapes = shapes_at(villages, at)
    even_area = float(np.delete(borders.areas, odd).sum())
    tree = shapely.STRtree(shapes)
    covered = covered_ground(shapes, tree, np.searchsorted(at, odd), even_area=even_area)
    if covered is None:
        # Whole layers lie over each other: nobody can be left out.
        if len(villages) > MOST_ODD:
            return GroundCheck(too_odd=len(villages))
        odd = at = np.arange(len(villages))
        shapes = shapes_at(villages, at)
        tree = shapely.STRtree(shapes)
        covered = covered_ground(shapes, tree, odd, even_area=0.0)
    found = _overlaps(shapes, tree, np.searchsorted(at, odd))
    if covered is not None:
        found += gaps(shapes, tree, covered)
    listed = [problem for problem in found if problem.width_m >= FINEST_M]
    too_fine = len(found) - len(listed)
    listed += _enclaves(shapes, tree)
    listed = [
        replace(problem, villages=tuple(at[list(problem.villages)].tolist())) for problem in listed
    ]
    order = {kind: place for place, kind in enumerate(KINDS)}
    listed.sort(key=lambda problem: (order[problem.kind], -problem.area_m2, problem.villages))
    return GroundCheck(listed, too_fine)


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
    some = shapely.area(both) > FEWEST_DEGREES2
    pairs, both = pairs[some], _areas_only(both[some])
    if not len(pairs):
        return []
    area, width, elongated = sizes(both)
    whole_m2 = np.full(len(shapes), np.nan)
    concerned = np.unique(pairs)
    whole_m2[concerned] = measured_m2(shapes[concerned])
    lesser, greater = np.sort(whole_m2[pairs], axis=1).T
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


def _enclaves(shapes: Any, tree: shapely.STRtree) -> list[GroundProblem]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    holed = shapely.get_num_interior_rings(parts) > 0
    if not holed.any():
        return []
    rings, part = shapely.get_rings(parts[holed], return_index=True)
    inner = np.r_[False, part[1:] == part[:-1]]
    holes, around = shapely.polygons(rings[inner]), owner[holed][part[inner]]
    at, village = tree.query(shapely.buffer(holes, REACH_DEGREES, quad_segs=1), predicate="covers")
    found = []
    for hole, one in zip(at, village, strict=True):
        if one != around[hole]:
            area, width, _elongated = sizes(shapes[one : one + 1])
            members = (int(one), int(around[hole]))
            found.append(
                GroundProblem("enclave", members, float(area[0]), float(width[0]), shapes[one])
            )
    return found
