"""What is found of a layer's ground, as plain data and pictures for its preview."""

import re
from typing import Any

import pandas as pd
import shapely

from geo_tracker.importing.ground import HARMLESS, CheckedGround
from geo_tracker.importing.report import ImportReport
from geo_tracker.maps.problem_map import close_up_svg, problem_map_svg

LISTED_PLACES = 200
"""Places that are listed and pictured one by one; all are counted and marked."""

LISTED_CHANGES = 300
"""Villages whose mending can be accepted one by one; the rest only together."""

_SHOWN_VILLAGES = 4
_PLACE = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")


def ground_preview(
    ground: CheckedGround, report: ImportReport
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was found and proposed, and its pictures.

    Returns
    -------
    dict
        ``counts``: list of {``kind``, ``count``, ``area_m2``}; ``total``, ``too_fine`` (int);
        ``places``: list of {``kind``, ``villages`` (list of {``code``, ``name``, ``row``}),
        ``more`` (further villages), ``area_m2``, ``width_m``, ``lon``, ``lat``, ``row`` of the
        village that mending would change or None}; ``changes``: list of {``row``, ``code``,
        ``name``, ``area_m2``, ``loses_m2``, ``gains_m2``, ``places`` (their numbers), ``made``};
        ``changes_total``, ``made`` (int).
    dict
        SVG by name: ``ground``, the map, and ``place-0`` … close up.
    """
    check, villages = ground.check, ground.drawn
    changed_by = {place: change.village for change in ground.proposed for place in change.problems}
    shapes = villages.geometry.to_numpy()
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
            }
        )
        pictures[f"place-{number}"] = close_up_svg(shapes[list(problem.villages)], problem.shape)
    marks = [
        (point.x, point.y, problem.kind not in HARMLESS)
        for point, problem in zip(points, check.problems, strict=True)
    ]
    crossing = _crossings(report)
    if marks or crossing:
        listed = min(len(marks), LISTED_PLACES)
        pictures["ground"] = problem_map_svg(villages.geometry, [*marks, *crossing], listed=listed)
    made = {change.village for change in ground.made}
    return {
        "counts": [
            {"kind": kind, "count": count, "area_m2": area_m2}
            for kind, (count, area_m2) in check.counts().items()
        ],
        "total": len(check.problems),
        "too_fine": check.too_fine,
        "crossing": len(crossing),
        "places": places,
        "changes": [
            _named(villages, change.village)
            | {
                "area_m2": change.area_m2,
                "loses_m2": change.loses_m2,
                "gains_m2": change.gains_m2,
                "places": [place for place in change.problems if place < LISTED_PLACES],
                "made": change.village in made,
            }
            for change in ground.proposed[:LISTED_CHANGES]
        ],
        "changes_total": len(ground.proposed),
        "made": len(ground.made),
    }, pictures


def _named(villages: pd.DataFrame, position: int) -> dict[str, Any]:
    village = villages.iloc[position]
    return {
        "code": village["stat_code"],
        "name": village["name"],
        "row": int(village["row"]),
    }


def _crossings(report: ImportReport) -> list[tuple[float, float, bool]]:
    """Return where outlines crossed themselves, which is mended at once."""
    values = [
        problem.value or ""
        for problem in report.problems
        if problem.severity == "warning" and "crossed or touched itself" in problem.message.text
    ]
    found = [place for value in values if (place := _PLACE.search(value))]
    return [(float(place[1]), float(place[2]), True) for place in found]
