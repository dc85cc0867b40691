"""Ground that stored lineage loses, gains or gives twice: noise of drawing or a transfer."""

from collections.abc import Iterator
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.crs import MU_M2
from geo_tracker.language import N_, Message
from geo_tracker.lineage.faults import Areas, Fault, lifetimes, listed

SAME_M = 0.05
"""No survey is finer: outlines that lie apart by less are the same."""

DRAWN_M = 2.8
"""Two drawings for maps of 1:10,000, each within a fifth of a millimetre (2 m), lie so apart."""

DRAWN_SHARE = 0.05
"""No drawing moves a twentieth of a village, however many others are as wrong."""

_NORMAL = NormalDist()
_LEAST_SPREAD = 0.5

_TEXTS = {
    "lost_ground": N_("%(share)s %% of %(name)s (%(mu)s mu) went to nobody."),
    "gained_ground": N_("%(share)s %% of %(name)s (%(mu)s mu) came from nobody."),
    "given_twice": N_("%(share)s %% of %(name)s (%(mu)s mu) is given twice."),
    "area_changed": N_("%(names)s: %(before)s mu before, %(after)s mu after."),
}


def ground_faults(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Compare what goes out of each village, and into each, with its ground.

    Parameters
    ----------
    versions, links : DataFrame
        As `lineage_faults`; accepted links between different villages only. ``perimeter_m`` of
        versions is used where it is there, else that of a square of the same area.
    names : Series
        Names by unit.

    Yields
    ------
    Fault
        ``lost_ground`` (a village that ended gave less than all), ``gained_ground`` (a new one came
        from less than all), ``given_twice`` (more than all), ``area_changed`` (the villages of one
        change hold more or less ground after it than before, beyond what the others say);
        ``ground_noise`` in place of each where drawing explains it.

    Notes
    -----
    A residue is judged by its thickness, area over outline: how far apart the outlines would have
    to lie. The noise of drawing is that of the lineage itself, the log-normal distribution of the
    thickness of all its residues, taken from median and upper quantile; a residue thicker than
    `DRAWN_M` of which noise explains less than half a case is a transfer that nobody declared, and
    so is one of more than `DRAWN_SHARE` of the ground.
    """
    units = _unit_residues(versions, links)
    groups = _group_residues(versions, links, units)
    residues = pd.concat([units, groups], ignore_index=True)
    if residues.empty:
        return
    limit = _noise_limit_m(residues["thickness_m"].to_numpy(dtype=float))
    for row in residues[residues["thickness_m"] > SAME_M].to_dict("records"):
        drawn = row["thickness_m"] <= limit and row["share"] <= DRAWN_SHARE
        kind = "ground_noise" if drawn else row["kind"]
        yield Fault(kind, row["units"], _told(row, names), row["on"], row["residual_m2"] / MU_M2)


def _told(row: dict[str, Any], names: pd.Series) -> Message:
    if row["kind"] == "area_changed":
        values = {
            "names": listed(row["units"], names),
            "before": f"{row['before_m2'] / MU_M2:,.1f}",
            "after": f"{row['after_m2'] / MU_M2:,.1f}",
        }
    else:
        (unit,) = row["units"]
        values = {
            "name": names.get(unit, unit),
            "share": f"{abs(row['missing']) * 100:.1f}",
            "mu": f"{abs(row['residual_m2']) / MU_M2:,.1f}",
        }
    return Message(_TEXTS[row["kind"]], values)


def _noise_limit_m(thickness_m: Any) -> float:
    """Return the thickness from which on noise explains less than half a case."""
    median, upper = np.quantile(thickness_m, [0.5, _NORMAL.cdf(1)])
    if median <= SAME_M:
        return DRAWN_M
    spread = max(float(np.log(upper / median)), _LEAST_SPREAD)
    deviations = _NORMAL.inv_cdf(max(1 - 0.5 / len(thickness_m), 0.5))
    return max(DRAWN_M, float(median * np.exp(spread * deviations)))


def _unit_residues(versions: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return what the shares of each village, on each side and date, miss of the whole."""
    life, areas = lifetimes(versions), Areas(versions)
    sides = (
        ("from_unit_id", "share_of_from", "ended", "last", "lost_ground"),
        ("to_unit_id", "share_of_to", "born", "first", "gained_ground"),
    )
    found = []
    for side, share, end, which, kind in sides:
        known = links[links[side].isin(life.index)]
        grouped = known.groupby([side, "effective_on"])[share]
        # Where a share is unknown, so is the sum.
        sums = grouped.sum()[grouped.count() == grouped.size()].reset_index()
        missing = 1 - sums[share]
        # A village that lives on gave or took a part: only more than all of it is wrong.
        whole = sums["effective_on"] == sums[side].map(life[end])
        missing = missing.where(whole | (missing < 0), 0.0)
        at_date = areas.until if side == "from_unit_id" else areas.since
        pairs = zip(sums[side], sums["effective_on"], strict=True)
        area = pd.Series([at_date(unit, on) for unit, on in pairs], index=sums.index, dtype=float)
        # A link on a wrong day is another fault; its ground is judged all the same.
        outlines = versions.drop_duplicates("unit_id", keep=which).set_index("unit_id")
        area = area.fillna(sums[side].map(outlines["area_m2"].astype(float)))
        perimeter = 4 * np.sqrt(area)
        if "perimeter_m" in outlines:
            perimeter = sums[side].map(outlines["perimeter_m"]).fillna(perimeter)
        found.append(
            pd.DataFrame(
                {
                    "kind": np.where(missing < 0, "given_twice", kind),
                    "units": [(int(unit),) for unit in sums[side]],
                    "on": sums["effective_on"],
                    "missing": missing,
                    "share": missing.abs(),
                    "residual_m2": missing * area,
                    "thickness_m": (missing * area).abs() / perimeter,
                    "counts_as": missing * area * (1 if side == "from_unit_id" else -1),
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def _group_residues(
    versions: pd.DataFrame, links: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """Return what the villages of each change hold less after it, beyond what their shares say."""
    areas = Areas(versions)
    told: dict[tuple[int, Any], float] = {}
    for unit_ids, on, counted in zip(units["units"], units["on"], units["counts_as"], strict=True):
        told[unit_ids[0], on] = told.get((unit_ids[0], on), 0.0) + counted
    found = []
    for on, members in _changes(links):
        held = float(np.nansum([areas.until(unit, on) for unit in members]))
        holds = float(np.nansum([areas.since(unit, on) for unit in members]))
        # An unknown village or version is another fault.
        if not held or not holds or not np.isfinite(held - holds):
            continue
        # What the shares of single villages say already is not said again.
        untold = held - holds - sum(told.get((unit, on), 0.0) for unit in members)
        residue = min(abs(held - holds), abs(untold))
        found.append(
            {
                "kind": "area_changed",
                "units": members,
                "on": on,
                "residual_m2": held - holds,
                "share": residue / max(held, holds),
                "thickness_m": residue / (4 * np.sqrt(max(held, holds))),
                "before_m2": held,
                "after_m2": holds,
            }
        )
    return pd.DataFrame(found)


def _changes(links: pd.DataFrame) -> Iterator[tuple[date, tuple[int, ...]]]:
    """Yield the villages that are linked on a date, group by group."""
    for on, of_date in links.groupby("effective_on"):
        root: dict[int, int] = {}

        def find(unit: int, root: dict[int, int] = root) -> int:
            root.setdefault(unit, unit)
            while root[unit] != unit:
                root[unit] = root[root[unit]]
                unit = root[unit]
            return unit

        for old, new in zip(of_date["from_unit_id"], of_date["to_unit_id"], strict=True):
            root[find(int(old))] = find(int(new))
        members: dict[int, list[int]] = {}
        for unit in root:
            members.setdefault(find(unit), []).append(unit)
        for group in members.values():
            yield on, tuple(sorted(group))
