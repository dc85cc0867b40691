"""A layer's ground looked at, mended where a person accepted it, and told row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import shapely

from geo_tracker.importing.ground_checks import MOST_ODD, ground_check
from geo_tracker.importing.ground_problems import GroundCheck, ProblemKind
from geo_tracker.importing.ground_repair import (
    GroundChange,
    left_to_a_person,
    proposed_changes,
    repaired_ground,
)
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import N_, Message
from geo_tracker.packed import PackedLayer

KIND_TEXTS: dict[ProblemKind, str] = {
    "duplicate": N_("Two villages have the same outline"),
    "inside": N_("Drawn over another village"),
    "overlap": N_("Two villages overlap"),
    "overlap_strip": N_("Two villages overlap in a narrow strip"),
    "hole": N_("Hole in a village with nothing in it"),
    "gap": N_("Gap between villages"),
    "gap_strip": N_("Narrow gap between villages"),
    "gap_open": N_("Narrow gap open at the layer's edge"),
    "enclave": N_("Village wholly inside another"),
}
"""Each kind in plain words."""

HARMLESS: frozenset[ProblemKind] = frozenset({"enclave"})
"""Kinds that are told, but are nothing wrong."""

_NEAR_DEGREES = 1e-6
"""A tenth of a metre: places are told to six digits."""


@dataclass(frozen=True)
class CheckedGround:
    """What was found and could be mended, and what was.

    Attributes
    ----------
    drawn : PackedLayer
        The villages as drawn, whose positions ``check`` and ``proposed`` count.
    check : GroundCheck
        Problems of the villages as drawn.
    proposed, made : list of GroundChange
        What could be mended, and what was because a person accepted it.
    filled : frozenset of int
        Places in ``check.problems`` of the large gaps that were given to a village.
    """

    drawn: PackedLayer
    check: GroundCheck
    proposed: list[GroundChange]
    made: list[GroundChange]
    filled: frozenset[int]


def checked_ground(
    villages: PackedLayer,
    report: ImportReport,
    *,
    repairs: Sequence[int] | Literal["all"],
    filled: Sequence[tuple[float, float]] = (),
) -> tuple[PackedLayer, CheckedGround]:
    """Look for overlaps and gaps, and mend what a person accepted.

    Parameters
    ----------
    villages : PackedLayer
        Valid (Multi)Polygons in `STORAGE_CRS` with ``row``, ``area_m2``.
    report : ImportReport
        Where each kind is noted with how many there are, and each village that was mended.
    repairs : "all" or sequence of int
        Villages to mend, by ``row``; a warning is noted for one of which nothing is proposed.
    filled : sequence of (longitude, latitude)
        A place in each large gap that goes to the village with the longest border to it; a warning
        is noted where there is none.

    Returns
    -------
    PackedLayer
        The villages, mended ones with their new outlines; index and order kept.
    CheckedGround
        What was found and done.
    """
    check = ground_check(villages)
    _note_problems(check, report)
    rows = villages["row"].to_numpy()
    proposed = proposed_changes(villages, check)
    if repairs == "all":
        chosen = [change.village for change in proposed]
    else:
        chosen = _chosen(repairs, rows, proposed, report)
    gaps = _large_gaps(check, proposed, filled, report)
    mended, made = repaired_ground(villages, check, chosen, filled=gaps)
    if made:
        report.add_rows(
            "info",
            Message(N_("The village's ground was mended, as chosen; change in square metres.")),
            [int(rows[change.village]) for change in made],
            values=[f"{change.gains_m2 - change.loses_m2:+,.1f}" for change in made],
        )
    return mended, CheckedGround(villages, check, proposed, made, gaps)


def _chosen(
    repairs: Sequence[int], rows: Any, proposed: list[GroundChange], report: ImportReport
) -> list[int]:
    by_row = {int(rows[change.village]): change.village for change in proposed}
    report.add_rows(
        "warning",
        Message(N_("Nothing is proposed for this village; it stays as drawn.")),
        [row for row in repairs if row not in by_row],
    )
    return [by_row[row] for row in repairs if row in by_row]


def _large_gaps(
    check: GroundCheck,
    proposed: list[GroundChange],
    filled: Sequence[tuple[float, float]],
    report: ImportReport,
) -> frozenset[int]:
    """Return the places of the large gaps that a person means."""
    if not filled:
        return frozenset()
    reasons = left_to_a_person(check, proposed)
    large = [place for place, reason in reasons.items() if reason == "large"]
    tree = shapely.STRtree([check.problems[place].shape for place in large])
    gaps = set()
    for lon, lat in filled:
        at = tree.query(shapely.Point(lon, lat), predicate="dwithin", distance=_NEAR_DEGREES)
        if len(at):
            gaps.add(large[int(at[0])])
        else:
            report.add(
                "warning",
                Message(
                    N_("At %(lon)s, %(lat)s there is no large gap; nothing was filled there."),
                    {"lon": lon, "lat": lat},
                ),
            )
    return frozenset(gaps)


def _note_problems(check: GroundCheck, report: ImportReport) -> None:
    counts = check.counts()
    for kind, text in KIND_TEXTS.items():
        if kind not in counts:
            continue
        count, area_m2 = counts[kind]
        report.add(
            "info" if kind in HARMLESS else "warning",
            Message(
                N_("%(kind)s: %(count)s times, together %(area)s m²."),
                {"kind": Message(text), "count": f"{count:,}", "area": f"{area_m2:,.0f}"},
            ),
        )
    if check.too_odd:
        text = (
            N_(
                "Overlaps and gaps were looked for in the western part only: %(count)s villages"
                " have borders that none of their neighbours has; %(looked_at)s of them were"
                " looked at, up to %(most)s are."
            )
            if check.looked_at
            else N_(
                "Overlaps and gaps were not looked for: %(count)s villages have borders that"
                " none of their neighbours has; up to %(most)s are looked at."
            )
        )
        numbers = {"count": check.too_odd, "looked_at": check.looked_at, "most": MOST_ODD}
        shown = {name: f"{number:,}" for name, number in numbers.items()}
        report.add("warning", Message(text, shown))
    if check.too_fine:
        report.add(
            "info",
            Message(
                N_("%(count)s overlaps and gaps finer than %(width)s m were left as drawn."),
                {"count": f"{check.too_fine:,}", "width": "0.1"},
            ),
        )
