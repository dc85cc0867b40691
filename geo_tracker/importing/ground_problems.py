"""What can be wrong with a layer's ground at a place, and how large that place is."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, way_between

ProblemKind = Literal[
    "duplicate",
    "inside",
    "overlap",
    "overlap_strip",
    "hole",
    "gap",
    "gap_strip",
    "gap_open",
    "enclave",
]
"""What is wrong at a place.

``duplicate``: two villages have one outline; ``inside``: one is drawn over the ground of another,
which has no hole for it; ``overlap``, ``overlap_strip``: both have the ground, a patch or a narrow
strip; ``hole``: a hole in one village with nothing in it; ``gap``, ``gap_strip``: ground between
villages that is nobody's; ``gap_open``: a narrow one that reaches the layer's rim; ``enclave``: a
village wholly inside of another's hole, which is fine.
"""

KINDS: tuple[ProblemKind, ...] = (
    *("duplicate", "inside", "overlap", "hole", "gap"),
    *("overlap_strip", "gap_strip", "gap_open", "enclave"),
)
"""The kinds, the worst first."""

GAPS: frozenset[ProblemKind] = frozenset({"hole", "gap", "gap_strip", "gap_open"})
"""Kinds of ground that is nobody's."""

FINEST_M = 0.1
"""Mean width below which ground lies within the accuracy of drawing: counted, not listed."""

STRIP_M = 20.0
"""Mean width up to which elongated ground is a strip, left by drawing a border twice."""

LENGTHS_PER_WIDTH = 24.0
"""Length of the outline of elongated ground over its mean width: of a square it is 8, of a strip
ten times as long as wide 24."""

FEWEST_DEGREES2 = 1e-14
"""What is smaller is no ground but rounding."""

REACH_DEGREES = 1e-8
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
    """What was found.

    Attributes
    ----------
    problems : list of GroundProblem
        The worst kind and the largest first.
    too_fine : int
        How many more were too fine to list.
    too_odd : int
        Villages with borders of their own, where they are too many to look at; else 0.
    looked_at : int
        How many of these were, the western ones.
    """

    problems: list[GroundProblem] = field(default_factory=list)
    too_fine: int = 0
    too_odd: int = 0
    looked_at: int = 0

    def counts(self) -> dict[str, tuple[int, float]]:
        """Return number and square metres of each kind that occurs, the worst first."""
        found: dict[str, tuple[int, float]] = {}
        for problem in self.problems:
            count, area_m2 = found.get(problem.kind, (0, 0.0))
            found[problem.kind] = (count + 1, area_m2 + problem.area_m2)
        return found


def measured_m2(shapes: Any) -> Any:
    """Return areas of shapes in `STORAGE_CRS`, in square metres."""
    return shapely.area(in_metres(shapes))


def in_metres(shapes: Any) -> Any:
    """Return shapes of `STORAGE_CRS` in `AREA_CRS`."""
    return shapely.transform(shapes, way_between(STORAGE_CRS, AREA_CRS), interleaved=False)


def sizes(shapes: Any) -> tuple[Any, Any, Any]:
    """Return area, mean width and whether the shape is elongated."""
    metric = in_metres(shapes)
    area, length = shapely.area(metric), shapely.length(metric)
    width = 2 * area / np.maximum(length, 1e-9)
    return area, width, length / np.maximum(width, 1e-9) > LENGTHS_PER_WIDTH
