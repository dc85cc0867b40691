"""Proposals to mend a layer's ground, village by village, and the layer with those accepted."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import shapely

from geo_tracker.importing.borders import bounds_of, near
from geo_tracker.importing.ground_problems import (
    FINEST_M,
    GAPS,
    STRIP_M,
    GroundCheck,
    GroundProblem,
    measured_m2,
)
from geo_tracker.importing.polygons import POLYGONAL
from geo_tracker.packed import Layer, PackedLayer

MOST_LOST = 0.5
"""A village that would lose a greater share of its ground is left to a person."""

LARGEST_GAP_M2 = 10_000.0
"""A gap both larger and wider than a strip may be a lake: nobody's ground is given to nobody."""

Undecided = Literal["twin", "large", "half"]
"""Why a place is left to a person."""

_MERGE_DEGREES = 1e-9
"""A tenth of a millimetre: corners that are one."""

_NO_GROUND = 1e-11
"""A tenth of a square metre, in square degrees."""


@dataclass(frozen=True)
class GroundChange:
    """What mending would do to one village.

    Attributes
    ----------
    village : int
        Position in the layer.
    area_m2, loses_m2, gains_m2 : float
        Its size as drawn, and what it gives up to smaller neighbours or takes from gaps.
    problems : tuple of int
        Places in `GroundCheck.problems` that this mends.
    """

    village: int
    area_m2: float
    loses_m2: float
    gains_m2: float
    problems: tuple[int, ...]


def proposed_changes(villages: Layer, check: GroundCheck) -> list[GroundChange]:
    """Say what each village would gain or lose, the greatest share of its ground first.

    Parameters
    ----------
    villages : GeoDataFrame or PackedLayer
        The layer that was checked, with ``area_m2``.
    check : GroundCheck
        Of this layer.

    Returns
    -------
    list of GroundChange
        Each can be accepted for itself. Ground that two villages have stays with the smaller
        one; a narrow or small gap goes to the village with the longest border to it. Nothing is
        proposed for duplicates, for large gaps, or where a village would lose half of its ground.
    """
    area_m2 = villages["area_m2"].to_numpy()
    by_village: dict[int, list[int]] = defaultdict(list)
    for place, problem in enumerate(check.problems):
        changed = _changed_by(problem, area_m2)
        if changed is not None:
            by_village[changed].append(place)
    changes = [_change(village, places, check, area_m2) for village, places in by_village.items()]
    changes = [change for change in changes if change.loses_m2 <= MOST_LOST * change.area_m2]
    changes.sort(key=lambda change: (-_share(change), change.village))
    return changes


def left_to_a_person(
    check: GroundCheck, proposed: Collection[GroundChange]
) -> dict[int, Undecided]:
    """Say why nothing is proposed, by the place in `GroundCheck.problems`.

    Returns
    -------
    dict
        ``twin``: which of two villages with one outline is drawn wrongly, the ground does not
        tell; ``large``: the gap may be a lake or a road, and can be given to its first village;
        ``half``: a village would lose more than half of its ground.
    """
    decided = {place for change in proposed for place in change.problems}
    reasons: dict[int, Undecided] = {}
    for place, problem in enumerate(check.problems):
        if place in decided or problem.kind == "enclave":
            continue
        if problem.kind == "duplicate":
            reasons[place] = "twin"
        else:
            reasons[place] = "large" if _is_gap(problem) else "half"
    return reasons


def _change(village: int, places: Sequence[int], check: GroundCheck, area_m2: Any) -> GroundChange:
    sizes = {
        gains: sum(
            check.problems[place].area_m2
            for place in places
            if _is_gap(check.problems[place]) == gains
        )
        for gains in (True, False)
    }
    return GroundChange(village, float(area_m2[village]), sizes[False], sizes[True], tuple(places))


def _share(change: GroundChange) -> float:
    return max(change.loses_m2, change.gains_m2) / change.area_m2


def _is_gap(problem: GroundProblem) -> bool:
    return problem.kind in GAPS


def _changed_by(problem: GroundProblem, area_m2: Any) -> int | None:
    """Return the village that mending a problem changes, None where a person must decide."""
    if _is_gap(problem):
        small = problem.area_m2 <= LARGEST_GAP_M2 or problem.width_m < STRIP_M
        return problem.villages[0] if problem.villages and small else None
    if problem.kind in {"overlap", "overlap_strip", "inside"}:
        # The smaller village keeps the ground: it can never be swallowed.
        one, other = problem.villages
        return one if (area_m2[one], -one) > (area_m2[other], -other) else other
    return None


def repaired_ground(
    villages: PackedLayer,
    check: GroundCheck,
    accepted: Collection[int],
    *,
    filled: Collection[int] = (),
) -> tuple[PackedLayer, list[GroundChange]]:
    """Return the layer with the changes of some villages made.

    Parameters
    ----------
    villages : PackedLayer
        The layer that was checked: valid (Multi)Polygons in `STORAGE_CRS`, with ``area_m2``.
    check : GroundCheck
        Of this layer.
    accepted : collection of int
        Positions of the villages whose change a person accepted; others stay as drawn.
    filled : collection of int
        Places in ``check.problems`` of large gaps that a person gives to their first villages.

    Returns
    -------
    PackedLayer
        As many villages in the same order, ``area_m2`` measured anew where it changed.
    list of GroundChange
        The changes made. One that would leave a village without ground is not made.

    Notes
    -----
    Only changed villages and their neighbours are touched, and only they are in memory together;
    the neighbours get corners where the new border meets theirs and keep their area.
    """
    wanted = set(accepted)
    places = {c.village: c.problems for c in proposed_changes(villages, check)}
    places = {village: some for village, some in places.items() if village in wanted}
    for place in sorted(filled):
        village = check.problems[place].villages[0]
        places[village] = (*places.get(village, ()), place)
    if not places:
        return villages, []
    areas = villages["area_m2"].to_numpy()
    changes = [_change(village, some, check, areas) for village, some in places.items()]
    bounds = bounds_of(villages)
    at = near(bounds, np.array(sorted(places)))
    shapes = villages.outlines.shapes(at)
    drawn = dict(zip(at.tolist(), shapes, strict=True))
    made = []
    for change in changes:
        shape = _mended(change, check, drawn)
        if shape is not None:
            shapes[np.searchsorted(at, change.village)] = shape
            made.append(change)
    if not made:
        return villages, []
    changed = np.searchsorted(at, sorted(change.village for change in made))
    touched = _with_corners_that_meet(shapes, changed)
    order = np.arange(len(villages))
    order[at[touched]] = len(villages) + np.arange(len(touched))
    outlines = villages.outlines.with_more(shapely.to_wkb(shapes[touched])).taken(order)
    area_m2 = areas.copy()
    area_m2[at[touched]] = measured_m2(shapes[touched])
    bounds[at[touched]] = shapely.bounds(shapes[touched])
    return (
        replace(
            villages,
            facts=villages.facts.assign(area_m2=area_m2),
            outlines=outlines,
            total_bounds=np.r_[bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)],
        ),
        made,
    )


def _mended(change: GroundChange, check: GroundCheck, drawn: Mapping[int, Any]) -> Any | None:
    problems = [check.problems[place] for place in change.problems]
    taken = [problem.shape for problem in problems if _is_gap(problem)]
    others = [
        next(village for village in problem.villages if village != change.village)
        for problem in problems
        if not _is_gap(problem)
    ]
    shape = shapely.union_all([drawn[change.village], *taken])
    if others:
        shape = shapely.difference(shape, shapely.union_all([drawn[other] for other in others]))
    shape = _without_crumbs(shape)
    return shape if not shape.is_empty and shape.is_valid else None


def _without_crumbs(shape: Any) -> Any:
    """Return the areas of a shape without the hair's breadths that cutting leaves along a border.

    The largest part always stays, however small.
    """
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not polygons:
        return shapely.Polygon()
    largest = max(polygons, key=lambda part: part.area)
    kept = [part for part in polygons if part is largest or not _is_hair(part)]
    whole = [
        shapely.Polygon(
            part.exterior,
            [ring for ring in part.interiors if not _is_hair(shapely.Polygon(ring))],
        )
        for part in kept
    ]
    return whole[0] if len(whole) == 1 else shapely.union_all(whole)


def _is_hair(part: Any) -> bool:
    # In degrees: a mean width of a tenth of the finest that is looked at.
    return bool(2 * part.area / part.length < FINEST_M / 10 / 111_320)


def _with_corners_that_meet(shapes: Any, changed: Any) -> Any:
    """Give neighbours the corners of the new borders, in place; return all that are changed now."""
    tree = shapely.STRtree(shapes)
    at, near = tree.query(shapes[changed], predicate="intersects")
    touched = np.unique(np.concatenate([changed, near]))
    one = changed[at]
    linked = np.isin(near, changed)
    for group in _groups(changed, one[linked], near[linked]):
        whole = np.unique(np.concatenate([group, near[np.isin(one, group)]]))
        before = shapes[whole]
        cleaned = np.asarray(
            shapely.coverage_clean(before, snapping_distance=_MERGE_DEGREES, gap_width=0.0),
            dtype=object,
        )
        if _are_the_same(before, cleaned):
            shapes[whole] = cleaned
    return touched


def _are_the_same(before: Any, after: Any) -> bool:
    """Say whether cleaning moved no ground: what nobody accepted stays as it was drawn."""
    if len(before) != len(after) or not shapely.is_valid(after).all():
        return False
    areal = ~shapely.is_empty(after) & np.isin(shapely.get_type_id(after), POLYGONAL)
    return bool((areal & (np.abs(shapely.area(after) - shapely.area(before)) < _NO_GROUND)).all())


def _groups(members: Any, one: Any, other: Any) -> list[Any]:
    """Return members that hang together by pairs, each group in order."""
    above = {int(member): int(member) for member in members}

    def top(member: int) -> int:
        while above[member] != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        above[top(a)] = top(b)
    groups: dict[int, list[int]] = defaultdict(list)
    for member in members.tolist():
        groups[top(member)].append(member)
    return [np.array(group) for group in groups.values()]
