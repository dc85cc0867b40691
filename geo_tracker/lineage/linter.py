"""What stored lineage must never say: cycles, dead ends, lost ground, gaps, codes used twice."""

from collections.abc import Container, Iterator

import pandas as pd

from geo_tracker.language import N_, Message
from geo_tracker.lineage.faults import Areas, Fault, lifetimes, listed
from geo_tracker.lineage.ground_faults import ground_faults
from geo_tracker.lineage.time_faults import code_faults, time_faults

__all__ = ["Fault", "lineage_faults"]

MIRROR_TOLERANCE = 0.001
"""Both ends of a link are measured by one intersection: they differ by rounding only."""


def lineage_faults(
    versions: pd.DataFrame, edges: pd.DataFrame, *, rejected: Container[int] = ()
) -> list[Fault]:
    """Check stored lineage against the invariants of the domain reference (§3).

    Parameters
    ----------
    versions : DataFrame
        Every version of every village: ``unit_id``, ``name``, ``stat_code`` (missing where
        unknown), ``valid_from``, ``valid_to`` (dates; missing: still valid), ``area_m2``;
        optionally ``land_code`` and ``perimeter_m``.
    edges : DataFrame
        Standing links: ``from_unit_id``, ``to_unit_id``, ``effective_on``, ``accepted``,
        ``shared_m2``, ``share_of_from``, ``share_of_to`` (missing where the table alone says so);
        optionally ``edge_id``, by which rows that repeat a link are known.
    rejected : container of int
        Former villages of which a person said, with a reason, that they became nothing.

    Returns
    -------
    list of Fault
        In the order of the kinds there; what drawing explains comes last.
    """
    accepted = edges[edges["accepted"]]
    if "edge_id" in accepted:
        accepted = accepted.drop_duplicates("edge_id")
    links = accepted[accepted["from_unit_id"] != accepted["to_unit_id"]]
    names = versions.drop_duplicates("unit_id", keep="last").set_index("unit_id")["name"]
    faults = [
        *_self_loops(accepted, names),
        *_cycles(links, names),
        *_dead_ends(versions, links, names, rejected),
        *ground_faults(versions, links, names),
        *_mirrors(versions, links, names),
        *time_faults(versions, links, names),
        *code_faults(versions),
    ]
    return sorted(faults, key=lambda fault: fault.is_noise)


def _self_loops(accepted: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    loops = accepted[accepted["from_unit_id"] == accepted["to_unit_id"]]
    for unit, on in loops.drop_duplicates("from_unit_id")[
        ["from_unit_id", "effective_on"]
    ].itertuples(index=False, name=None):
        text = N_("%(name)s is said to have become itself.")
        yield Fault("cycle", (int(unit),), Message(text, {"name": names.get(unit, unit)}), on)


def _cycles(links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Peel off villages that nothing comes from or goes to; what stays may go round.

    Every link that is part of a circle is part of one that is told.
    """
    left = links[["from_unit_id", "to_unit_id"]].drop_duplicates()
    while True:
        inner = left["from_unit_id"].isin(left["to_unit_id"])
        inner &= left["to_unit_id"].isin(left["from_unit_id"])
        if inner.all():
            break
        left = left[inner]
    following = left.groupby("from_unit_id")["to_unit_id"].agg(list).to_dict()
    told: set[tuple[int, int]] = set()
    for start in sorted(following):
        for after in sorted(following[start]):
            if (start, after) in told:
                continue
            circle = _way(after, start, following)
            if not circle:
                continue
            circle = [start, *circle[:-1]]
            told.update(zip(circle, [*circle[1:], start], strict=True))
            yield Fault(
                "cycle",
                tuple(int(unit) for unit in circle),
                Message(
                    N_("%(names)s became one another in a circle."),
                    {"names": listed(circle, names)},
                ),
            )


def _way(start: int, end: int, following: dict[int, list[int]]) -> list[int]:
    """Return the shortest way from one village to another, both included; empty if none."""
    came_from: dict[int, int] = {start: start}
    queue = [start]
    for unit in queue:
        if unit == end:
            way = [unit]
            while way[-1] != start:
                way.append(came_from[way[-1]])
            return way[::-1]
        for after in following.get(unit, []):
            if after not in came_from:
                came_from[after] = unit
                queue.append(after)
    return []


def _dead_ends(
    versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series, rejected: Container[int]
) -> Iterator[Fault]:
    life = lifetimes(versions)
    # A part given away before does not say what became of the rest, nor one taken in later where
    # the first came from.
    dated = links.sort_values("effective_on", kind="stable")
    given_on = dated.drop_duplicates("from_unit_id", keep="last").set_index("from_unit_id")
    taken_on = dated.drop_duplicates("to_unit_id", keep="first").set_index("to_unit_id")
    last_given = given_on["effective_on"].reindex(life.index)
    first_taken = taken_on["effective_on"].reindex(life.index)
    open_ended = versions.loc[versions["valid_to"].isna(), "unit_id"]
    first = versions["valid_from"].min()
    facts = zip(life.index, life["born"], life["ended"], last_given, first_taken, strict=True)
    still = set(open_ended)
    for unit, born, ended, given, taken in facts:
        is_lost = unit not in still and unit not in rejected
        if is_lost and (pd.isna(given) or given < ended):
            text = N_("%(name)s ended on %(day)s and became nothing.")
            values = {"name": names[unit], "day": str(ended)}
            yield Fault("no_successor", (int(unit),), Message(text, values), ended)
        if born > first and (pd.isna(taken) or taken > born):
            text = N_("%(name)s began on %(day)s out of nothing.")
            values = {"name": names[unit], "day": str(born)}
            yield Fault("no_predecessor", (int(unit),), Message(text, values), born)


def _mirrors(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Look at each link from both ends: the ground it names must be the same."""
    areas = Areas(versions)
    ends = (
        ("from_unit_id", "share_of_from", areas.until),
        ("to_unit_id", "share_of_to", areas.since),
    )
    sides = [links["shared_m2"].astype(float)]
    for side, share, at_date in ends:
        pairs = zip(links[side], links["effective_on"], strict=True)
        held = pd.Series([at_date(unit, on) for unit, on in pairs], index=links.index, dtype=float)
        sides.append(links[share].astype(float) * held)
    measured = pd.concat([links["share_of_from"], links["share_of_to"]], axis=1).notna()
    half = measured.any(axis=1) & ~(measured.all(axis=1) & links["shared_m2"].notna())
    ground = pd.concat(sides, axis=1)
    apart = measured.all(axis=1) & (
        ground.max(axis=1) - ground.min(axis=1) > MIRROR_TOLERANCE * ground.max(axis=1)
    )
    known = set(versions["unit_id"])
    unknown = ~links["from_unit_id"].isin(known) | ~links["to_unit_id"].isin(known)
    columns = ["from_unit_id", "to_unit_id", "effective_on"]
    wrong = links.loc[half | apart | unknown, columns]
    for from_unit, to_unit, on in wrong.itertuples(index=False, name=None):
        yield Fault(
            "mirror",
            (int(from_unit), int(to_unit)),
            Message(
                N_("The link from %(old)s to %(new)s is not the same seen from both ends."),
                {"old": names.get(from_unit, from_unit), "new": names.get(to_unit, to_unit)},
            ),
            on,
        )
