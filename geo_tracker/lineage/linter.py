"""What stored lineage must never say: cycles, dead ends, lost ground, gaps, codes used twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from geo_tracker.crs import MU_M2
from geo_tracker.language import N_, Message

EXACT_SHARE = 0.002
"""Shares that miss the whole by no more than this are whole."""

NOISE_SHARE = 0.01
"""Ground missed by no more than this share of a village is noise of drawing, more is a transfer
that nobody declared."""


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be right.

    Attributes
    ----------
    kind : str
        ``cycle``, ``no_successor``, ``no_predecessor``, ``lost_ground``, ``gained_ground``,
        ``ground_noise``, ``mirror``, ``gap``, ``overlap_in_time``, ``code_twice``.
    unit_ids : tuple of int
        Villages concerned.
    message : Message
        What is wrong, in words and numbers.
    on : date or None
        When.
    residual_mu : float or None
        Ground missing (above zero) or too much, in mu.
    """

    kind: str
    unit_ids: tuple[int, ...]
    message: Message
    on: date | None = None
    residual_mu: float | None = None


def lineage_faults(versions: pd.DataFrame, edges: pd.DataFrame) -> list[Fault]:
    """Check stored lineage against the invariants of the domain reference (§3).

    Parameters
    ----------
    versions : DataFrame
        Every version of every village: ``unit_id``, ``name``, ``stat_code`` (missing where
        unknown), ``valid_from``, ``valid_to`` (dates; missing: still valid), ``area_m2``.
    edges : DataFrame
        Standing links: ``from_unit_id``, ``to_unit_id``, ``effective_on``, ``accepted``,
        ``shared_m2``, ``share_of_from``, ``share_of_to`` (missing where the table alone says so).

    Returns
    -------
    list of Fault
        In the order of the kinds above.
    """
    links = edges[edges["accepted"] & (edges["from_unit_id"] != edges["to_unit_id"])]
    names = versions.drop_duplicates("unit_id", keep="last").set_index("unit_id")["name"]
    return [
        *_cycles(links, names),
        *_dead_ends(versions, links, names),
        *_ground(versions, links, names),
        *_mirrors(versions, links, names),
        *_times(versions),
        *_codes(versions),
    ]


def _listed(units: Iterable[int], names: pd.Series) -> str:
    return "、".join(str(names.get(unit, unit)) for unit in list(units)[:6])


def _cycles(links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Peel off villages that nothing comes from or goes to; what stays goes round."""
    left = links[["from_unit_id", "to_unit_id"]].drop_duplicates()
    while True:
        inner = left["from_unit_id"].isin(left["to_unit_id"])
        inner &= left["to_unit_id"].isin(left["from_unit_id"])
        if inner.all():
            break
        left = left[inner]
    following = left.groupby("from_unit_id")["to_unit_id"].agg(list).to_dict()
    seen: set[int] = set()
    for start in sorted(following):
        if start in seen:
            continue
        round_trip = _round_trip(start, following)
        seen.update(round_trip)
        if round_trip:
            yield Fault(
                "cycle",
                tuple(round_trip),
                Message(
                    N_("%(names)s became one another in a circle."),
                    {"names": _listed(round_trip, names)},
                ),
            )


def _round_trip(start: int, following: dict[int, list[int]]) -> list[int]:
    """Return a way from a village back to itself, empty where there is none."""
    came_from: dict[int, int] = {}
    queue = [start]
    for unit in queue:
        for after in following.get(unit, []):
            if after == start:
                way = [unit]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if after not in came_from:
                came_from[after] = unit
                queue.append(after)
    return []


def _dead_ends(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    born = versions.groupby("unit_id")["valid_from"].min()
    open_ended = versions.loc[versions["valid_to"].isna(), "unit_id"]
    ended = versions[~versions["unit_id"].isin(open_ended)].groupby("unit_id")["valid_to"].max()
    for unit, on in ended[~ended.index.isin(links["from_unit_id"])].items():
        yield Fault(
            "no_successor",
            (int(unit),),
            Message(
                N_("%(name)s ended on %(day)s and became nothing."),
                {"name": names[unit], "day": str(on)},
            ),
            on,
        )
    later = born[born > born.min()] if len(born) else born
    for unit, on in later[~later.index.isin(links["to_unit_id"])].items():
        yield Fault(
            "no_predecessor",
            (int(unit),),
            Message(
                N_("%(name)s began on %(day)s out of nothing."),
                {"name": names[unit], "day": str(on)},
            ),
            on,
        )


def _ground(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Compare what went out of each ended village, and into each new one, with its ground."""
    sides = (
        ("from_unit_id", "share_of_from", "last", "lost_ground"),
        ("to_unit_id", "share_of_to", "first", "gained_ground"),
    )
    texts = {
        "lost_ground": N_("%(share)s %% of %(name)s (%(mu)s mu) went to nobody."),
        "gained_ground": N_("%(share)s %% of %(name)s (%(mu)s mu) came from nobody."),
        "too_much": N_("%(share)s %% of %(name)s (%(mu)s mu) is given twice."),
    }
    for side, share, which, kind in sides:
        unmeasured = links.loc[links[share].isna(), side]
        known = links[~links[side].isin(unmeasured)]
        sums = known.groupby(side)[share].sum()
        areas = versions.drop_duplicates("unit_id", keep=which).set_index("unit_id")["area_m2"]
        dates = known.groupby(side)["effective_on"].max()
        # A village that lives on gave a part away: the rest stays where it was.
        if side == "from_unit_id":
            alive = versions.loc[versions["valid_to"].isna(), "unit_id"]
        else:
            alive = versions.loc[versions["valid_from"] == versions["valid_from"].min(), "unit_id"]
        sums = sums[~sums.index.isin(alive) | (sums > 1 + EXACT_SHARE)]
        for unit, total in sums.items():
            missing = 1 - total
            if abs(missing) <= EXACT_SHARE:
                continue
            mu = missing * areas.get(unit, float("nan")) / MU_M2
            values = {
                "name": names.get(unit, unit),
                "share": f"{abs(missing) * 100:.1f}",
                "mu": f"{abs(mu):,.1f}",
            }
            text = texts["too_much"] if missing < 0 else texts[kind]
            yield Fault(
                "ground_noise" if abs(missing) <= NOISE_SHARE else kind,
                (int(unit),),
                Message(text, values),
                dates[unit],
                float(mu),
            )


def _mirrors(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Look at each link from both ends: the ground it names must be the same."""
    old_m2 = versions.drop_duplicates("unit_id", keep="last").set_index("unit_id")["area_m2"]
    new_m2 = versions.drop_duplicates("unit_id", keep="first").set_index("unit_id")["area_m2"]
    one = links["share_of_from"] * links["from_unit_id"].map(old_m2)
    other = links["share_of_to"] * links["to_unit_id"].map(new_m2)
    half = links["share_of_from"].isna() != links["share_of_to"].isna()
    whole = links["share_of_from"].notna() & links["share_of_to"].notna()
    apart = whole & ((one - other).abs() > NOISE_SHARE * one.combine(other, max))
    unknown = ~links["from_unit_id"].isin(old_m2.index) | ~links["to_unit_id"].isin(new_m2.index)
    for link in links[half | apart | unknown].itertuples():
        yield Fault(
            "mirror",
            (int(link.from_unit_id), int(link.to_unit_id)),
            Message(
                N_("The link from %(old)s to %(new)s is not the same seen from both ends."),
                {
                    "old": names.get(link.from_unit_id, link.from_unit_id),
                    "new": names.get(link.to_unit_id, link.to_unit_id),
                },
            ),
            link.effective_on,
        )


def _times(versions: pd.DataFrame) -> Iterator[Fault]:
    ordered = versions.sort_values(["unit_id", "valid_from"], kind="stable")
    before = ordered.groupby("unit_id")["valid_to"].shift()
    follows = ordered["unit_id"].eq(ordered["unit_id"].shift())
    for row, ended in zip(ordered[follows].to_dict("records"), before[follows], strict=True):
        unit: Any = row["unit_id"]
        values = {"name": row["name"], "from": str(ended), "to": str(row["valid_from"])}
        if pd.isna(ended) or ended > row["valid_from"]:
            text = N_("%(name)s has two versions at once from %(to)s on.")
            yield Fault("overlap_in_time", (int(unit),), Message(text, values), row["valid_from"])
        elif ended < row["valid_from"]:
            text = N_("%(name)s is missing between %(from)s and %(to)s.")
            yield Fault("gap", (int(unit),), Message(text, values), ended)


def _codes(versions: pd.DataFrame) -> Iterator[Fault]:
    coded = versions[versions["stat_code"].notna()].sort_values(["stat_code", "valid_from"])
    columns = ["stat_code", "unit_id", "name", "valid_from", "valid_to"]
    holder: dict[str, Any] = {}
    for version in coded[columns].to_dict("records"):
        before = holder if holder.get("stat_code") == version["stat_code"] else None
        # Whoever holds a code longest may still hold it when the next one but one comes.
        if before is None or not _outlasts(before, version["valid_to"]):
            holder = version
        if (
            before is not None
            and before["unit_id"] != version["unit_id"]
            and _outlasts(before, version["valid_from"])
        ):
            yield Fault(
                "code_twice",
                (int(before["unit_id"]), int(version["unit_id"])),
                Message(
                    N_("%(one)s and %(other)s both have the code %(code)s on %(day)s."),
                    {
                        "one": before["name"],
                        "other": version["name"],
                        "code": version["stat_code"],
                        "day": str(version["valid_from"]),
                    },
                ),
                version["valid_from"],
            )


def _outlasts(version: dict[str, Any], day: Any) -> bool:
    """Say whether a version is still valid on a day; a missing day is the end of time."""
    if pd.isna(version["valid_to"]):
        return True
    return not pd.isna(day) and bool(version["valid_to"] > day)
