"""The arcs of a coverage: stretches of border between two junctions, each known once."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

Path = tuple[int, ...]
Ring = list[tuple[int, bool]]


@dataclass(frozen=True)
class Arcs:
    """A coverage taken apart.

    Attributes
    ----------
    vertices : ndarray, shape (n, 2)
        Every vertex once.
    paths : list of tuple of int
        Each arc as positions in ``vertices``, from junction to junction.
    users : list of list of int
        For each arc the cells on its sides: one at the rim, else two.
    rings : list of list of list of (int, bool)
        For each cell its rings, outer one first, each as arcs in order and whether the arc is
        walked as it is stored.
    """

    vertices: NDArray[np.float64]
    paths: list[Path]
    users: list[list[int]]
    rings: list[list[Ring]]


def _junctions(rings: list[NDArray[np.int64]], vertex_count: int) -> NDArray[np.bool_]:
    """Return which vertices have other than two edges."""
    edges = np.concatenate([np.column_stack([ring[:-1], ring[1:]]) for ring in rings])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    return np.not_equal(np.bincount(edges.ravel(), minlength=vertex_count), 2)


def _stretches(ring: NDArray[np.int64], is_junction: NDArray[np.bool_]) -> list[Path]:
    """Cut a closed ring at its junctions; without any it stays one closed stretch."""
    corners = np.flatnonzero(is_junction[ring[:-1]])
    if len(corners) == 0:
        start = int(np.argmin(ring[:-1]))
        around = np.r_[ring[start:-1], ring[: start + 1]]
        return [tuple(around.tolist())]
    turned = np.r_[ring[corners[0] : -1], ring[: corners[0] + 1]]
    cuts = np.r_[corners - corners[0], len(turned) - 1]
    return [tuple(turned[begin : end + 1].tolist()) for begin, end in pairwise(cuts.tolist())]


def arcs_of(cells: NDArray[np.object_]) -> Arcs:
    """Take a coverage apart into its arcs.

    Parameters
    ----------
    cells : ndarray of Polygon
        A valid coverage: neighbours share their edges vertex for vertex.

    Returns
    -------
    Arcs
        Cells are numbered by their position.
    """
    outlines, cell_of = shapely.get_rings(cells, return_index=True)
    coordinates, ring_of = shapely.get_coordinates(outlines, return_index=True)
    vertices, ids = np.unique(coordinates, axis=0, return_inverse=True)
    rings = np.split(ids.ravel(), np.flatnonzero(np.diff(ring_of)) + 1)
    is_junction = _junctions(rings, len(vertices))
    known: dict[Path, int] = {}
    users: list[list[int]] = []
    walked: list[list[Ring]] = [[] for _ in cells]
    for cell, ring in zip(cell_of.tolist(), rings, strict=True):
        walk: Ring = []
        for stretch in _stretches(ring, is_junction):
            path = min(stretch, stretch[::-1])
            arc = known.setdefault(path, len(known))
            if arc == len(users):
                users.append([])
            users[arc].append(cell)
            walk.append((arc, path == stretch))
        walked[cell].append(walk)
    return Arcs(vertices, list(known), users, walked)


def assembled(arcs: Arcs, lines: list[NDArray[np.float64]]) -> NDArray[np.object_]:
    """Put the cells together again from (possibly redrawn) arcs.

    Parameters
    ----------
    arcs : Arcs
        How the arcs make up the cells.
    lines : list of ndarray, shape (n, 2)
        One line per arc, from its first to its last vertex.

    Returns
    -------
    ndarray of Polygon
        One per cell.
    """

    def ring(walk: Ring) -> NDArray[np.float64]:
        pieces = [lines[arc] if forward else lines[arc][::-1] for arc, forward in walk]
        return np.concatenate([pieces[0][:1], *(piece[1:] for piece in pieces)])

    return np.array(
        [
            shapely.Polygon(ring(walks[0]), [ring(walk) for walk in walks[1:]])
            for walks in arcs.rings
        ]
    )


def neighbours(cells: NDArray[np.object_], *, least_edge_m: float) -> list[set[int]]:
    """Return for each cell the cells it shares at least ``least_edge_m`` of border with."""
    arcs = arcs_of(cells)
    shared: Counter[tuple[int, int]] = Counter()
    for path, users in zip(arcs.paths, arcs.users, strict=True):
        if len(users) == 2:
            steps = np.diff(arcs.vertices[list(path)], axis=0)
            one, other = sorted(users)
            shared[one, other] += float(np.hypot(*steps.T).sum())  # type: ignore[assignment]
    near: list[set[int]] = [set() for _ in cells]
    for (one, other), length_m in shared.items():
        if length_m >= least_edge_m:
            near[one].add(other)
            near[other].add(one)
    return near
