"""What is found of a layer's ground, as plain data and pictures for its preview."""

from typing import Any

import numpy as np
import shapely

from geo_tracker.importing.crossings import Crossing
from geo_tracker.importing.ground import HARMLESS, CheckedGround
from geo_tracker.importing.ground_repair import left_to_a_person
from geo_tracker.importing.layers import BoundaryLayer
from geo_tracker.maps.problem_map import close_up_svg, problem_map_svg
from geo_tracker.packed import PackedLayer, shapes_at

LISTED_PLACES = 200
"""Places that are listed and pictured one by one; all are counted and marked."""

LISTED_CROSSINGS = 100
"""Outlines that crossed themselves which are listed and pictured likewise."""

LISTED_CHANGES = 300
"""Villages whose mending can be accepted one by one; the rest only together."""

_SHOWN_VILLAGES = 4


def ground_preview(
    layer: BoundaryLayer, ground: CheckedGround
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was found and proposed, and its pictures.

    Returns
    -------
    dict
        ``counts``: list of {``kind``, ``count``, ``area_m2``}; ``total``, ``too_fine``,
        ``too_odd``, ``looked_at`` (int);
        ``places``: list of {``kind``, ``villages`` (list of {``code``, ``name``, ``row``}),
        ``more`` (further villages), ``area_m2``, ``width_m``, ``lon``, ``lat``, ``row`` of the
        village that mending would change or None, ``undecided`` (why nothing is proposed, as
        `left_to_a_person` says, or None), ``village_m2`` (size of the first village or None),
        ``filled`` (bool)};
        ``changes``: list of {``row``, ``code``, ``name``, ``area_m2``, ``loses_m2``,
        ``gains_m2``, ``places`` (their numbers), ``made``}; ``changes_total``, ``made``,
        ``filled`` (int); ``crossings``: list of {``row``, ``code``, ``name``, ``drawn_m2``,
        ``mended_m2``, ``lon``, ``lat``, ``place`` (number of its picture)}; ``crossing`` (int);
        ``left_out``: list of {``code``, ``name``, ``row``}.
    dict
        SVG by name: ``ground``, the map, and ``place-0`` … close up, the crossings last.
    """
    check, villages = ground.check, ground.drawn
    undecided = left_to_a_person(check, ground.proposed)
    changed_by = {place: change.village for change in ground.proposed for place in change.problems}
    areas_m2 = villages["area_m2"].to_numpy()
    points = [shapely.point_on_surface(problem.shape) for problem in check.problems]
    places, pictures = [], {}
    for number, problem in enumerate(check.problems[:LISTED_PLACES]):
        village = changed_by.get(number)
        places.append(
            {
                "kind": problem.kind,
                "villages": [_named(villages, v) for v in problem.villages[:_SHOWN_VILLAGES]],
                "more": max(0, len(problem.villages) - _SHOWN_VILLAGES),
                "area_m2": problem.area_m2,
                "width_m": problem.width_m,
                "lon": round(points[number].x, 6),
                "lat": round(points[number].y, 6),
                "row": None if village is None else int(villages["row"].iloc[village]),
                "undecided": undecided.get(number),
                "village_m2": float(areas_m2[problem.villages[0]]) if problem.villages else None,
                "filled": number in ground.filled,
            }
        )
        around = shapes_at(villages, np.array(problem.villages, dtype=np.int64))
        pictures[f"place-{number}"] = close_up_svg(around, problem.shape)
    left_out = {village["row"] for village in layer.left_out}
    crossed_ones = [one for one in layer.crossings if one.row not in left_out]
    crossings, close_ups = _crossings(crossed_ones, villages, first=len(places))
    marks = [
        (point.x, point.y, problem.kind not in HARMLESS)
        for point, problem in zip(points, check.problems, strict=True)
    ]
    crossed = [(crossing["lon"], crossing["lat"], True) for crossing in crossings]
    if marks or crossed:
        in_order = [*marks[: len(places)], *crossed, *marks[len(places) :]]
        listed = len(places) + len(crossed)
        pictures["ground"] = problem_map_svg(villages, in_order, listed=listed)
    # A village may have taken a large gap and else be as drawn.
    made = {change.village: set(change.problems) for change in ground.made}
    return {
        "counts": [
            {"kind": kind, "count": count, "area_m2": area_m2}
            for kind, (count, area_m2) in check.counts().items()
        ],
        "total": len(check.problems),
        "too_fine": check.too_fine,
        "too_odd": check.too_odd,
        "looked_at": check.looked_at,
        "crossing": len(crossed_ones),
        "crossings": crossings,
        "places": places,
        "changes": [
            _named(villages, change.village)
            | {
                "area_m2": change.area_m2,
                "loses_m2": change.loses_m2,
                "gains_m2": change.gains_m2,
                "places": [place for place in change.problems if place < LISTED_PLACES],
                "made": set(change.problems) <= made.get(change.village, set()),
            }
            for change in ground.proposed[:LISTED_CHANGES]
        ],
        "changes_total": len(ground.proposed),
        "made": len(ground.made),
        "filled": len(ground.filled),
        "left_out": layer.left_out,
    }, pictures | close_ups


def _named(villages: PackedLayer, position: int) -> dict[str, Any]:
    village = villages.facts.iloc[position]
    return {
        "code": village["stat_code"],
        "name": village["name"],
        "row": int(village["row"]),
    }


def _crossings(
    crossings: list[Crossing], villages: PackedLayer, *, first: int
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return outlines that were mended, the greatest change first, and their pictures."""
    at_row = {row: position for position, row in enumerate(villages["row"].tolist())}
    by_change = sorted(crossings, key=lambda one: (-abs(one.mended_m2 - one.drawn_m2), one.row))
    listed, pictures = [], {}
    for number, crossing in enumerate(by_change[:LISTED_CROSSINGS], start=first):
        position = at_row.get(crossing.row)
        # A row that was joined to another one has no name of its own in the layer.
        unnamed = {"code": None, "name": None, "row": crossing.row}
        spot = shapely.point_on_surface(crossing.place)
        listed.append(
            (unnamed if position is None else _named(villages, position))
            | {
                "drawn_m2": crossing.drawn_m2,
                "mended_m2": crossing.mended_m2,
                "lon": round(spot.x, 6),
                "lat": round(spot.y, 6),
                "place": number,
            }
        )
        around = shapes_at(villages, np.array([] if position is None else [position], dtype=int))
        pictures[f"place-{number}"] = close_up_svg(around, crossing.place)
    return listed, pictures
