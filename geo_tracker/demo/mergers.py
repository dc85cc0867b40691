"""Which former villages become one: all that the two lists allow to be said, the rest drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_tracker.demo import published
from geo_tracker.demo.reference import Reference

MEAN_SIZE = 2.74
"""Former villages per merged one: 2,507 involved, 915 resulting."""

USUAL_LARGEST = 7
"""Larger groups only where a town's numbers demand them."""


@dataclass(frozen=True)
class Group:
    """A village of the second list and the former villages it is made of."""

    later_code: str
    former_codes: tuple[str, ...]


def _is_other_name(former: str, later: str) -> bool:
    """Return whether two names share no character, so that it is more than a change of spelling."""
    return not set(former.removesuffix("村")) & set(later.removesuffix("村"))


def _absorbing_count(ended: int, begun: int, kept: int, rng: np.random.Generator) -> int:
    """Return how many kept villages take in vanished ones, so that groups get their usual size."""
    wanted = (ended - MEAN_SIZE * begun) / (MEAN_SIZE - 1)
    drawn = int(np.floor(wanted + rng.random()))
    least = 1 if ended and not begun else 0
    return int(np.clip(drawn, least, max(least, min(kept, ended - 2 * begun))))


def group_sizes(
    total: int, groups: int, *, fixed_pair: bool, rng: np.random.Generator
) -> list[int]:
    """Share former villages out over groups, most groups getting two or three.

    Parameters
    ----------
    total, groups : int
        Former villages, and the groups they go to.
    fixed_pair : bool
        Whether the first group has exactly two.
    rng : Generator
        Draws the rest.

    Returns
    -------
    list of int
        ``groups`` sizes that sum to ``total``: at least two each if there are enough.
    """
    least = 2 if total >= 2 * groups else 1
    sizes = np.full(groups, least)
    weights = rng.lognormal(0, 0.8, groups)
    if fixed_pair and groups > 1:
        weights[0] = 0
    for _ in range(total - int(sizes.sum())):
        open_weights = np.where(sizes < USUAL_LARGEST, weights, 0)
        chances = open_weights if open_weights.sum() > 0 else weights
        sizes[rng.choice(groups, p=chances / chances.sum())] += 1
    return [int(size) for size in sizes]


def _absorbers(
    former: pd.DataFrame, later: pd.DataFrame, kept: list[str], count: int, rng: np.random.Generator
) -> list[str]:
    """Return which kept villages grow: first those with quite another name, last those respelt."""

    def rank(code: str) -> int:
        before, after = former.at[code, "name"], later.at[code, "name"]
        if code == published.STRONG_CODE:
            return 0
        if _is_other_name(before, after):
            return 1
        return 2 if before == after else 3

    shuffled = [kept[position] for position in rng.permutation(len(kept))]
    return sorted(shuffled, key=rank)[:count]


def town_groups(former: pd.DataFrame, later: pd.DataFrame, rng: np.random.Generator) -> list[Group]:
    """Draw the groups of one town.

    Parameters
    ----------
    former, later : DataFrame
        The town's villages in both years, indexed by ``code``, with ``name``.
    rng : Generator
        Draws what the lists leave open.

    Returns
    -------
    list of Group
        One per village of ``later``; every former village is in exactly one. A kept code stays in
        its own group.
    """
    kept = [code for code in former.index if code in later.index]
    ended = [code for code in former.index if code not in later.index]
    begun = [code for code in later.index if code not in former.index]
    is_cited = (
        published.STRONG_CODE in kept
        and published.WEAK_CODE in ended
        and len(ended) > 2 * len(begun)
    )
    count = _absorbing_count(len(ended), len(begun), len(kept), rng)
    if is_cited:
        # The published pair takes nobody else in, so the others need a village to go to.
        others_need_one = len(ended) > 1 and not begun
        count = max(count, min(len(kept), 1 + int(others_need_one)))
    absorbers = _absorbers(former, later, kept, count, rng)
    growing = [*absorbers, *begun]
    members: dict[str, list[str]] = {code: [code] for code in kept} | {code: [] for code in begun}
    if growing:
        sizes = group_sizes(len(ended) + len(absorbers), len(growing), fixed_pair=is_cited, rng=rng)
        waiting = [ended[position] for position in rng.permutation(len(ended))]
        if is_cited:
            waiting.remove(published.WEAK_CODE)
            members[published.STRONG_CODE].append(published.WEAK_CODE)
        for code in begun:
            # A new code under a vanished village's name can hardly be without that village.
            namesake = [old for old in waiting if former.at[old, "name"] == later.at[code, "name"]]
            members[code].extend(namesake[:1])
            waiting = [old for old in waiting if old not in namesake[:1]]
        for code, size in zip(growing, sizes, strict=True):
            needed = size - len(members[code])
            members[code].extend(waiting[:needed])
            waiting = waiting[needed:]
    return [Group(code, tuple(codes)) for code, codes in members.items()]


def drawn_groups(reference: Reference, rng: np.random.Generator) -> dict[str, list[Group]]:
    """Draw the groups of all towns.

    Parameters
    ----------
    reference : Reference
        The two lists.
    rng : Generator
        Same state, same groups.

    Returns
    -------
    dict of str to list of Group
        By ``town_code``, in rising order.
    """
    later = dict(list(reference.later.groupby("town_code")))
    return {
        str(town_code): town_groups(villages, later[town_code], rng)
        for town_code, villages in reference.former.groupby("town_code")
    }


def lineage(reference: Reference, groups: dict[str, list[Group]]) -> pd.DataFrame:
    """Say for every former village what became of it.

    Parameters
    ----------
    reference : Reference
        The two lists.
    groups : dict of str to list of Group
        As `drawn_groups` returns them.

    Returns
    -------
    DataFrame
        Indexed by former ``code`` in rising order: ``name``, ``town_code``, ``town``,
        ``county_code``, ``county``, ``later_code``, ``later_name``, ``constituents`` (former
        villages in the later one, 1 or more), ``is_cited`` (published, not drawn), ``change``
        (新设合并, 并入, 代码变更, 更名, or empty for an untouched village).
    """
    rows = [
        (code, group.later_code, len(group.former_codes))
        for town in groups.values()
        for group in town
        for code in group.former_codes
    ]
    became = pd.DataFrame(rows, columns=["code", "later_code", "constituents"]).set_index("code")
    villages = reference.former.join(became)
    villages["later_name"] = villages["later_code"].map(reference.later["name"])
    is_published = villages["later_code"].get(published.WEAK_CODE) == published.STRONG_CODE
    villages["is_cited"] = (
        (villages["later_code"] == published.STRONG_CODE)
        & (villages["constituents"] == 2)
        & is_published
    )
    # What the surviving village was called before; nothing where the code is new.
    name_before = villages["later_code"].map(reference.former["name"])
    is_merged = villages["constituents"] > 1
    keeps_name = name_before == villages["later_name"]
    keeps_code = villages.index == villages["later_code"]
    villages["change"] = np.select(
        [
            is_merged & keeps_name,
            is_merged,
            ~keeps_code,
            villages["name"] != villages["later_name"],
        ],
        ["并入", "新设合并", "代码变更", "更名"],
        "",
    )
    return villages
