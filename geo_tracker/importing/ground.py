"""A layer's ground looked at, mended where a person accepted it, and told row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd

from geo_tracker.importing.ground_checks import ground_check
from geo_tracker.importing.ground_problems import GroundCheck, ProblemKind
from geo_tracker.importing.ground_repair import GroundChange, proposed_changes, repaired_ground
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import N_, Message

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


@dataclass(frozen=True)
class CheckedGround:
    """What was found and could be mended, and what was.

    Attributes
    ----------
    drawn : GeoDataFrame
        The villages as drawn, whose positions ``check`` and ``proposed`` count.
    check : GroundCheck
        Problems of the villages as drawn.
    proposed, made : list of GroundChange
        What could be mended, and what was because a person accepted it.
    """

    drawn: gpd.GeoDataFrame
    check: GroundCheck
    proposed: list[GroundChange]
    made: list[GroundChange]


def checked_ground(
    villages: gpd.GeoDataFrame,
    report: ImportReport,
    *,
    repairs: Sequence[int] | Literal["all"],
) -> tuple[gpd.GeoDataFrame, CheckedGround]:
    """Look for overlaps and gaps, and mend what a person accepted.

    Parameters
    ----------
    villages : GeoDataFrame
        Valid (Multi)Polygons in `STORAGE_CRS` with ``row``, ``area_m2``.
    report : ImportReport
        Where each kind is noted with how many there are, and each village that was mended.
    repairs : "all" or sequence of int
        Villages to mend, by ``row``.

    Returns
    -------
    GeoDataFrame
        The villages, mended ones with their new outlines; index and order kept.
    CheckedGround
        What was found and done.
    """
    check = ground_check(villages)
    _note_problems(check, report)
    rows = villages["row"].to_numpy()
    proposed = proposed_changes(villages, check)
    accepted = set(rows.tolist() if repairs == "all" else repairs)
    chosen = [change.village for change in proposed if int(rows[change.village]) in accepted]
    mended, made = repaired_ground(villages, check, chosen)
    if made:
        report.add_rows(
            "info",
            Message(N_("The village's ground was mended, as chosen; change in square metres.")),
            [int(rows[change.village]) for change in made],
            values=[f"{change.gains_m2 - change.loses_m2:+,.1f}" for change in made],
        )
    return mended, CheckedGround(villages, check, proposed, made)


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
    if check.too_fine:
        report.add(
            "info",
            Message(
                N_("%(count)s overlaps and gaps finer than %(width)s m were left as drawn."),
                {"count": f"{check.too_fine:,}", "width": "0.1"},
            ),
        )
