"""驾驶舱: what the ledgers amount to place by place, and which places stand best and worst."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

COUNTS: Final = (
    *("registered", "resolved", "open", "overdue", "due", "in_time", "revisited", "satisfied"),
    *("handed_again", "rectified", "applicable", "done", "items_overdue"),
    *("visits", "people", "incidents", "projects", "red", "budget_fen", "paid_fen"),
    *("both_budget_fen", "both_paid_fen", "votes", "full", "duplicates"),
)
"""What is counted or summed of each village."""

NOT_KNOWN: Final = (
    *("people", "incidents", "budget_fen", "paid_fen", "both_budget_fen", "both_paid_fen"),
)
"""Of these nothing recorded is not zero."""

RATES: Final[dict[str, tuple[str, str]]] = {
    "resolution": ("resolved", "registered"),
    "on_time": ("in_time", "due"),
    "satisfaction": ("satisfied", "revisited"),
    "rectification": ("rectified", "handed_again"),
    "checklist": ("done", "applicable"),
    "paid": ("both_paid_fen", "both_budget_fen"),
    "full_consent": ("full", "votes"),
}
"""Rate → part and whole of `COUNTS`; that of a place is the rate of its sums."""

LEAST_WHOLE: Final[dict[str, int]] = dict.fromkeys(RATES, 10) | {"paid": 1}
"""Places whose whole is smaller are not ranked: one problem more would turn the order about."""


def place_sums(units: pd.DataFrame, places: pd.Series) -> pd.DataFrame:
    """Sum up villages place by place.

    Parameters
    ----------
    units : DataFrame
        By ``unit_id``: `COUNTS`, whole numbers, missing where nothing was counted.
    places : Series
        The place of each village by ``unit_id``.

    Returns
    -------
    DataFrame
        By place: `COUNTS` (those of `NOT_KNOWN` missing where no village has any), and each of
        `RATES` (0–1, missing where the whole is zero or not known).
    """
    grouped = units[list(COUNTS)].astype("Int64").groupby(places.reindex(units.index))
    sums = grouped.sum()
    for name in NOT_KNOWN:
        sums[name] = grouped[name].sum(min_count=1)
    rates = {
        name: (sums[part] / sums[whole].where(sums[whole] > 0)).astype("Float64")
        for name, (part, whole) in RATES.items()
    }
    return sums.assign(**rates)


@dataclass(frozen=True)
class Ranking:
    """Places by a rate.

    Attributes
    ----------
    best, worst : list
        The first and the last places, the best and the worst first; none is in both.
    unranked : int
        Places whose whole is too small, or zero.
    """

    best: list[str]
    worst: list[str]
    unranked: int


def ranking(sums: pd.DataFrame, rate: str, *, most: int) -> Ranking:
    """Return the best and the worst places by one of `RATES`, at most so many of each."""
    _part, whole = RATES[rate]
    ranked = sums[(sums[whole] >= LEAST_WHOLE[rate]).fillna(False)]
    # Of equal rates the one that more stands behind is told first.
    order = ranked.sort_values([rate, whole], ascending=False, kind="stable").index.tolist()
    count = min(most, len(order) // 2)
    return Ranking(
        best=order[:count] if len(order) > 1 else order,
        worst=order[::-1][:count],
        unranked=len(sums) - len(ranked),
    )
