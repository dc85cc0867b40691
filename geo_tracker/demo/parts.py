"""Connected parts of a map of cells, of sizes given beforehand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Neighbours = list[set[int]]
DIRECTIONS = 4
"""Few on purpose: each cut tries its own, so the count grows with every level of halving."""

ROUNDS = 60


def _stays_whole(rest: set[int], taken: int, near: Neighbours) -> bool:
    """Return whether the rest hangs together without one of its cells."""
    goals = near[taken] & rest
    if not goals:
        return len(rest) == 1
    start = min(goals)
    missing = goals - {start}
    seen, edge = {start, taken}, [start]
    while missing and edge:
        fresh = []
        for cell in edge:
            for other in near[cell]:
                if other in rest and other not in seen:
                    seen.add(other)
                    fresh.append(other)
        missing -= seen
        edge = fresh
    return not missing


def _halves(
    members: set[int], size: int, near: Neighbours, rank: NDArray[np.float64]
) -> tuple[set[int], set[int]] | None:
    """Grow one half of a given size from the lowest rank up, so that both halves hang together."""
    rest, half = set(members), set[int]()
    edge: set[int] = set()
    while len(half) < size:
        choice = sorted(edge if half else rest, key=lambda cell: (rank[cell], cell))
        taken = next((cell for cell in choice if _stays_whole(rest, cell, near)), None)
        if taken is None:
            return None
        rest.discard(taken)
        half.add(taken)
        edge.discard(taken)
        edge |= near[taken] & rest
    return half, rest


def _cut(sizes: Sequence[int]) -> int:
    """Return where to cut the sizes so that both sides sum to nearly the same."""
    sums = np.cumsum(sizes)[:-1]
    return int(np.argmin(np.abs(sums - sum(sizes) / 2))) + 1


def connected_parts(
    members: set[int],
    sizes: Sequence[int],
    *,
    near: Neighbours,
    points: NDArray[np.float64],
    rng: np.random.Generator,
) -> list[set[int]] | None:
    """Part cells into connected groups of given sizes, compact rather than strung out.

    Parameters
    ----------
    members : set of int
        Connected cells.
    sizes : sequence of int
        Size of each part; together as many as there are members.
    near : list of set of int
        Each cell's neighbours.
    points : ndarray, shape (n, 2)
        Each cell's place.
    rng : Generator
        Decides between cuts.

    Returns
    -------
    list of set of int, or None
        One part per size, in the order of ``sizes``; None when no cut was found.

    Notes
    -----
    Recursive bisection across the longer axis. A connected cut of exact size exists for every
    2-connected map (Győri–Lovász); where a part is only just connected, another direction is tried.
    """
    if len(sizes) == 1:
        return [set(members)]
    ordered = np.array(sorted(members))
    place = points[ordered] - points[ordered].mean(axis=0)
    axis = np.linalg.eigh(place.T @ place)[1][:, 1]
    cut = _cut(sizes)
    size = int(sum(sizes[:cut]))
    for attempt in range(DIRECTIONS):
        # The long axis first, then ever wilder directions.
        turn = rng.normal(0, 0.25 + 0.15 * attempt)
        direction = np.array(
            [
                axis[0] * np.cos(turn) - axis[1] * np.sin(turn),
                axis[0] * np.sin(turn) + axis[1] * np.cos(turn),
            ]
        )
        rank = np.zeros(len(points))
        rank[ordered] = place @ direction
        halves = _halves(members, size, near, rank)
        if halves is None:
            continue
        first, second = (
            connected_parts(half, half_sizes, near=near, points=points, rng=rng)
            for half, half_sizes in zip(halves, (sizes[:cut], sizes[cut:]), strict=True)
        )
        if first is not None and second is not None:
            return first + second
    return None


def _exchange(
    first: set[int], second: set[int], near: Neighbours, points: NDArray[np.float64]
) -> tuple[int, int] | None:
    """Return the two cells whose exchange tightens both parts most, if any does."""
    centres = [points[sorted(part)].mean(axis=0) for part in (first, second)]

    def leaving(part: set[int], other: set[int], home: int) -> list[tuple[float, int]]:
        rim = [cell for cell in sorted(part) if near[cell] & other]
        reach = ((points[rim][:, None] - np.array(centres)) ** 2).sum(axis=2)
        gain = reach[:, home] - reach[:, 1 - home]
        return sorted(zip(gain.tolist(), rim, strict=True), reverse=True)[:4]

    if not any(near[cell] & second for cell in first):
        return None
    offers = [
        (gain + back, cell, other)
        for gain, cell in leaving(first, second, 0)
        for back, other in leaving(second, first, 1)
        if gain + back > 0
    ]
    for _, cell, other in sorted(offers, reverse=True):
        if (
            near[other] & (first - {cell})
            and near[cell] & (second - {other})
            and _stays_whole(first | {other}, cell, near)
            and _stays_whole(second | {cell}, other, near)
        ):
            return cell, other
    return None


def tightened(
    parts: list[set[int]], *, near: Neighbours, points: NDArray[np.float64]
) -> list[set[int]]:
    """Exchange cells between neighbouring parts until they are rounder; sizes stay.

    Parameters
    ----------
    parts : list of set of int
        Connected parts.
    near, points
        As for `connected_parts`.

    Returns
    -------
    list of set of int
        Connected parts of the same sizes, in the same order.
    """
    parts = [set(part) for part in parts]
    for _ in range(ROUNDS):
        changed = False
        for one, first in enumerate(parts):
            for second in parts[one + 1 :]:
                swap = _exchange(first, second, near, points)
                if swap is None:
                    continue
                cell, other = swap
                first ^= {cell, other}
                second ^= {cell, other}
                changed = True
        if not changed:
            break
    return parts
