"""Ground between the villages of a layer that is nobody's: enclosed, or open at the layer's rim."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo_tracker.importing.borders import Edges
from geo_tracker.importing.ground_problems import (
    FEWEST_DEGREES2,
    LENGTHS_PER_WIDTH,
    REACH_DEGREES,
    STRIP_M,
    GroundProblem,
    ProblemKind,
    in_metres,
    sizes,
)
from geo_tracker.parallel import each, in_threads

_LEAST_OF_OTHERS = 0.25
"""Share of a gap's border that others than its first neighbour have: a creek is one village's."""

_AT_ONCE = 512
_STRIPE_DEGREES = 0.1
_ROUNDING_SHARE = 1e-9
_ROUNDING_M = 0.01
_CORNER_M = 0.05
_PAST_DEGREES = 1e-7
"""A centimetre: so far a mouth is drawn beyond a bank that it meets between two corners."""

_MITRE: dict[str, Any] = {"join_style": "mitre", "mitre_limit": 5.0}


@dataclass(frozen=True)
class Covered:
    """What the villages of a layer cover together.

    Attributes
    ----------
    ground : array of Polygon
        Parts that do not touch but in points; with the faces in ``closed`` filled.
    closed : array of Polygon
        Enclosed ground that is nobody's, as far as it was seen on the way.
    """

    ground: Any
    closed: Any


def gaps(shapes: Any, tree: shapely.STRtree, covered: Covered) -> list[GroundProblem]:
    """Find ground between villages that none has.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in `STORAGE_CRS`.
    tree : STRtree
        Of these.
    covered : Covered
        What they cover, as `covered_ground` gives it.

    Returns
    -------
    list of GroundProblem
        Enclosed ground of any size; of what is open at the rim only what is narrower than
        `STRIP_M` on the whole way, elongated, and between two villages or more: all else may be
        a bay, or where the county ends.
    """
    enclosed = _enclosed(covered.ground)
    opened = _open_at_the_rim(_filled(covered.ground, enclosed))
    closed = np.concatenate([covered.closed, enclosed])
    closed = closed[shapely.area(closed) > FEWEST_DEGREES2]
    faces = np.concatenate([closed, opened])
    if not len(faces):
        return []
    area, width, elongated = sizes(faces)
    problems = []
    for face, (members, borders) in enumerate(_around(faces, shapes, tree)):
        kind: ProblemKind = "gap"
        narrow = width[face] < STRIP_M and elongated[face]
        if face >= len(closed):
            if not narrow or sum(borders[1:]) < _LEAST_OF_OTHERS * sum(borders):
                continue
            kind = "gap_open"
        elif len(members) == 1:
            kind = "hole"
        elif narrow:
            kind = "gap_strip"
        problems.append(
            GroundProblem(kind, members, float(area[face]), float(width[face]), faces[face])
        )
    return problems


def covered_ground(
    shapes: Any, tree: shapely.STRtree, odd: Any, *, even_area: float
) -> Covered | None:
    """Return what the villages of a layer cover together.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in `STORAGE_CRS`: the odd ones and at least all that touch them.
    tree : STRtree
        Of these.
    odd : array of int
        Positions of those with a border that no neighbour shares.
    even_area : float
        Size in square degrees of all others in the layer, whether they are among the shapes or
        not.

    Returns
    -------
    Covered or None
        None if others than the odd ones lie over each other, as in two whole layers in one.

    Notes
    -----
    The others meet vertex by vertex, so that what they cover ends where an odd one begins: it is
    drawn from these edges alone. Odd ones are joined by some hundred that lie together, and what
    only they go around is set aside at once: the whole is then drawn from its borders alone.
    """
    clean = _within_the_odd(shapes, odd)
    # Where it were less, some of it is covered twice.
    if clean is None or abs(float(shapely.area(clean).sum()) - even_area) > (
        _ROUNDING_SHARE * even_area
    ):
        return None
    x, y = shapely.get_coordinates(shapely.centroid(shapes[odd])).T
    order = odd[np.lexsort((y, np.floor(x / _STRIPE_DEGREES)))]
    groups = [order[at : at + _AT_ONCE] for at in range(0, len(order), _AT_ONCE)]

    def joined(group: Any) -> tuple[Any, Any]:
        others = np.ones(len(shapes), dtype=bool)
        others[group] = False
        parts = shapely.get_parts(shapely.union_all(shapes[group]))
        return _holes_apart(parts, tree, others)

    found = each(joined, groups)
    whole = shapely.union_all([*clean, *(part for parts, _holes in found for part in parts)])
    nothing = np.empty(0, dtype=object)
    return Covered(
        shapely.get_parts(whole), np.concatenate([nothing, *(holes for _parts, holes in found)])
    )


def _holes_apart(parts: Any, tree: shapely.STRtree, others: Any) -> tuple[Any, Any]:
    """Return the parts of a group's ground without those holes that are nobody else's, and these.

    Parameters
    ----------
    parts : array of Polygon
        What the group covers.
    tree : STRtree
        Of all villages.
    others : array of bool
        Which of these are not of the group.
    """
    rings, part = shapely.get_rings(parts, return_index=True)
    inner = np.r_[False, part[1:] == part[:-1]]
    holes, around = shapely.polygons(rings[inner]), part[inner]
    if not len(holes):
        return parts, holes
    own = np.ones(len(holes), dtype=bool)
    hole, village = tree.query(holes, predicate="intersects")
    own[hole[others[village]]] = False
    hole, inside = shapely.STRtree(parts).query(holes)
    own[hole[inside != around[hole]]] = False
    filled = [
        shapely.Polygon(outline, rings[inner][(around == at) & ~own])
        for at, outline in enumerate(rings[~inner])
    ]
    return np.array(filled, dtype=object), holes[own]


def _within_the_odd(shapes: Any, odd: Any) -> Any | None:
    """Return the ground of all villages that are not odd, as their edges towards odd ones say."""
    even = np.ones(len(shapes), dtype=bool)
    even[odd] = False
    edges = Edges(shapes[even])
    outer = np.isin(edges.keys ^ np.uint64(1), Edges(shapes[odd]).keys)
    faces = shapely.get_parts(shapely.polygonize(edges.lines(outer)))
    own = Edges(faces)
    inside = np.unique(own.owners[np.isin(own.keys, edges.keys[outer])])
    # Edges of layers that lie over each other cross without a corner.
    return faces[inside] if shapely.multipolygons(faces[inside]).is_valid else None


def _around(
    faces: Any, shapes: Any, tree: shapely.STRtree
) -> list[tuple[tuple[int, ...], list[float]]]:
    """Return the villages around each gap and their metres of border, the longest first."""
    reach = shapely.buffer(faces, REACH_DEGREES, quad_segs=1)
    at, near = tree.query(reach, predicate="intersects")

    def touched(part: Any) -> Any:
        return shapely.intersection(shapely.boundary(shapes[near[part]]), reach[at[part]])

    borders = shapely.length(in_metres(in_threads(touched, np.arange(len(at)))))
    around = []
    for face in range(len(faces)):
        mine = slice(*np.searchsorted(at, [face, face + 1]))
        order = np.lexsort((near[mine], -borders[mine]))
        around.append((tuple(near[mine][order].tolist()), borders[mine][order].tolist()))
    return around


def _enclosed(ground: Any) -> Any:
    """Return what the ground goes around, without what lies in it.

    Parts that touch in points may go around something together, so that it is no part's hole.
    """
    borders = shapely.union_all(shapely.boundary(ground))
    faces = shapely.get_parts(shapely.polygonize([borders]))
    edges = Edges(faces)
    # An edge of the ground is one of nobody's ground the other way round.
    outside = np.isin(edges.keys ^ np.uint64(1), Edges(ground).keys)
    faces = faces[np.unique(edges.owners[outside])]
    return faces[shapely.area(faces) > FEWEST_DEGREES2]


def _filled(ground: Any, closed: Any) -> Any:
    """Return the ground with all that it goes around."""
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(ground)))
    shapely.prepare(filled)
    between = ~shapely.intersects(filled, shapely.point_on_surface(closed))
    return shapely.union_all([filled, *closed[between]])


@dataclass(frozen=True)
class _Rim:
    """The outer border of a layer, edge by edge: in degrees, in metres, and a tree of these."""

    degrees: Any
    metres: Any
    tree: shapely.STRtree


def _open_at_the_rim(whole: Any) -> Any:
    """Return narrow ground that opens to the outside of a whole, closed by a straight mouth.

    Notes
    -----
    A morphological closing with mitred corners: grown by half the width of a strip and shrunk
    again, every outline is the same as before but where two banks met. It is done in metres; what
    it closes is then drawn from the rim's own corners, so that villages keep them.
    """
    land = in_metres(whole)
    rim = _rim_of(whole, land)
    # Corners a hair's breadth apart in degrees may lie the other way round in metres.
    land = (
        land
        if land.is_valid
        else shapely.make_valid(land, method="structure", keep_collapsed=False)
    )
    grown = shapely.buffer(land, STRIP_M / 2, **_MITRE)
    closed = shapely.buffer(grown, -STRIP_M / 2, **_MITRE)
    # To the millimetre: hairs of rounding along the rim would hang on to what was closed.
    pieces = shapely.get_parts(shapely.difference(closed, land, grid_size=_ROUNDING_M / 10))
    pieces = pieces[np.equal(shapely.get_dimensions(pieces), 2)]
    area, length = shapely.area(pieces), shapely.length(pieces)
    # Twice as plump as the faces may be that are told: those are measured anew.
    strips = (2 * area > _ROUNDING_M * length) & (length**2 > area * LENGTHS_PER_WIDTH)
    pieces = pieces[strips]
    if not len(pieces):
        return pieces
    faces = [face for piece in pieces for face in _drawn_from_the_rim(piece, rim)]
    return np.array(faces, dtype=object)


def _rim_of(whole: Any, land: Any) -> _Rim:
    rings = shapely.get_rings(shapely.get_parts(whole))
    degrees, ring = shapely.get_coordinates(rings, return_index=True)
    metres = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(land)))
    along = np.flatnonzero(ring[1:] == ring[:-1])
    ends = [np.stack([xy[along], xy[along + 1]], axis=1) for xy in (degrees, metres)]
    return _Rim(ends[0], ends[1], shapely.STRtree(shapely.linestrings(ends[1])))


def _drawn_from_the_rim(piece: Any, rim: _Rim) -> list[Any]:
    """Return a piece in metres as the rim's edges around it and straight mouths enclose it."""
    banks = rim.tree.query(piece, predicate="dwithin", distance=_ROUNDING_M)
    rings, ring = shapely.get_coordinates(shapely.get_rings(piece), return_index=True)
    along = np.flatnonzero(ring[1:] == ring[:-1])
    edges = np.stack([rings[along], rings[along + 1]], axis=1)
    open_ends = np.ones(len(edges), dtype=bool)
    middles = shapely.points(edges.mean(axis=1))
    open_ends[rim.tree.query(middles, predicate="dwithin", distance=_ROUNDING_M)[0]] = False
    open_lines = shapely.line_merge(shapely.multilinestrings(edges[open_ends]))
    mouths = []
    for mouth in shapely.get_parts(open_lines):
        if mouth.length > _CORNER_M and not mouth.is_closed:
            ends = shapely.get_coordinates(mouth)[[0, -1]]
            mouths.append(_mouth(ends, rim.degrees[banks], rim.metres[banks]))
    lines = [*shapely.linestrings(rim.degrees[banks]), *mouths]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    inside = shapely.intersects(in_metres(shapely.point_on_surface(faces)), piece)
    return list(faces[inside & (shapely.area(faces) > FEWEST_DEGREES2)])


def _mouth(ends: Any, degrees: Any, metres: Any) -> Any:
    """Return the line between two places in metres, from the banks' own corners where it can be."""
    places, between = [], []
    for end in ends:
        apart = np.hypot(*(metres.reshape(-1, 2) - end).T)
        corner = int(apart.argmin())
        if apart[corner] < _CORNER_M:
            places.append(degrees.reshape(-1, 2)[corner])
            between.append(False)
            continue
        edges = shapely.linestrings(metres)
        bank = int(shapely.distance(edges, shapely.Point(end)).argmin())
        share = shapely.line_locate_point(edges[bank], shapely.Point(end), normalized=True)
        places.append(degrees[bank][0] + share * (degrees[bank][1] - degrees[bank][0]))
        between.append(True)
    line = np.array(places)
    way = line[1] - line[0]
    way = way / max(float(np.hypot(*way)), REACH_DEGREES)
    # A place between two corners is never exactly on the edge: the line must cross it.
    line[0] -= way * _PAST_DEGREES * between[0]
    line[1] += way * _PAST_DEGREES * between[1]
    return shapely.LineString(line)
